"""The problem list: a row for each problem, what to do as buttons. Each repair is one step of undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.glyphs import glyph_icon
from app.panels.words import button, empty, icon_button, label, rule
from app.session import Session
from app.theme import current
from nodes import edits
from nodes.problems import Problem, Repair
from nodes.rule import rules

NOTHING = "Nothing is wrong. Train is ready."
CHECKING = "This network is being checked. Until that is done, this is what was wrong before the last change."
MOST = 100


def counts(problems: tuple[Problem, ...]) -> str:
    """``2 errors, 1 advice``."""
    errors = sum(p.level == "error" for p in problems)
    advice = len(problems) - errors
    words = [f"{errors} error{'s' * (errors != 1)}"] if errors else []
    return ", ".join([*words, f"{advice} advice"] if advice else words)


def more_buttons(problem: Problem, session: Session, help: Callable[[str], object]) -> list[QToolButton]:
    """What can be done beside repairing: read the page that explains it, and, with advice, not hear it again."""
    made = []
    if problem.page:
        about = icon_button("help", f"Why: about {problem.page}")
        about.clicked.connect(lambda: help(problem.page))
        made.append(about)
    if problem.level == "advice" and problem.kind in rules():
        tip = f"Silence: no more advice on {rules()[problem.kind].title} in this network"
        quiet = icon_button("quiet", tip)
        quiet.clicked.connect(lambda: session.do("Silence advice", lambda d: edits.silence(d, problem.kind)))
        made.append(quiet)
    return made


class ProblemRow(QFrame):
    """Sign, place, sentence, repairs. A click selects the layer."""

    clicked = Signal(str)
    help_wanted = Signal(str)

    def __init__(self, problem: Problem, session: Session) -> None:
        super().__init__()
        self.problem, self._session = problem, session
        self.setAccessibleName(problem.sentence)
        tokens = current()
        sign = QLabel()
        glyph, color = ("cross", tokens.err) if problem.level == "error" else ("warning", tokens.warn)
        sign.setPixmap(glyph_icon(glyph, color).pixmap(16, 16))
        where = label(problem.where, "strong", wraps=True)
        where.setFixedWidth(150)
        what = label(problem.what[:1].upper() + problem.what[1:], wraps=True)
        what.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(12)
        for widget in (sign, where):
            row.addWidget(widget)
        row.addWidget(what, 1)
        self.buttons = [self._button(r) for r in problem.repairs]
        for made in self.buttons:
            row.addWidget(made)
        self.more = more_buttons(problem, session, self.help_wanted.emit)
        for tool in self.more:
            row.addWidget(tool)
        self.setMinimumHeight(40)

    def _button(self, repair: Repair) -> QPushButton:
        made = button(repair.title, lambda: self._session.do(repair.title, repair.edit))
        made.setToolTip(f"{repair.title}: one step of undo")
        return made

    def mousePressEvent(self, event: object) -> None:
        if self.problem.node:
            self._session.reveal(self.problem.node)


class ProblemList(QScrollArea):
    """All problems of the present document, and how much advice is silenced."""

    help_wanted = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName("Problems")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        self._box = QVBoxLayout(self._inside)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self.setWidget(self._inside)
        self.rows: list[ProblemRow] = []
        self._shown: tuple[Problem, ...] | None = None
        self._silenced: tuple[Problem, ...] = ()
        self._checking = False
        session.document_changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self, force: bool = False) -> None:
        problems, silenced = self._session.checked.problems, self._session.checked.silenced
        same = self._shown is not None and [_key(p) for p in problems] == [_key(p) for p in self._shown]
        checking, before = self._session.checking, self._checking
        if not force and same and silenced == self._silenced and checking == before:
            # The same words, but each repair must be an edit of the present document.
            self._renew(problems)
            return
        self._shown, self._silenced, self._checking = problems, silenced, checking
        empty(self._box)
        self.rows = [ProblemRow(p, self._session) for p in problems[:MOST]]
        for row in self.rows:
            row.help_wanted.connect(self.help_wanted)
            self._box.addWidget(row)
            self._box.addWidget(rule())
        summary = f"{counts(problems)}. Each repair is one step of undo." if problems else NOTHING
        self.summary = label(CHECKING if checking else summary, "caption")
        self.summary.setContentsMargins(12, 12, 12, 12)
        self._box.addWidget(self.summary)
        if silenced:
            self._box.addLayout(self._quiet(silenced))
        self._box.addStretch(1)

    def _quiet(self, silenced: tuple[Problem, ...]) -> QHBoxLayout:
        """What is not told any more, and the way back."""
        self.silenced = label(f"{len(silenced)} silenced: {_titles(silenced)}.", "caption")
        self.hear_again = button("Show again", lambda: self._session.do("Show silenced advice again", edits.hear_again))
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 12)
        row.setSpacing(12)
        row.addWidget(self.silenced)
        row.addWidget(self.hear_again)
        row.addStretch(1)
        return row

    def _renew(self, problems: tuple[Problem, ...]) -> None:
        self._shown = problems
        for row, problem in zip(self.rows, problems, strict=False):
            row.problem = problem
            for made, repair in zip(row.buttons, problem.repairs, strict=True):
                made.clicked.disconnect()
                made.clicked.connect(lambda _=False, r=repair: self._session.do(r.title, r.edit))


def _titles(problems: tuple[Problem, ...]) -> str:
    return ", ".join(dict.fromkeys(rules()[p.kind].title for p in problems if p.kind in rules()))


def _key(problem: Problem) -> tuple[str, str, str, tuple[str, ...]]:
    return problem.node, problem.where, problem.what, tuple(r.title for r in problem.repairs)
