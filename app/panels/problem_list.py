"""The problem list: a row for each problem, what to do as buttons. Each repair is one step of undo."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.glyphs import glyph_icon
from app.panels.words import button, empty, label, rule
from app.session import Session
from app.theme import current
from nodes.problems import Problem, Repair

NOTHING = "Nothing is wrong. Train is ready."
MOST = 100


def counts(problems: tuple[Problem, ...]) -> str:
    """``2 errors, 1 advice``."""
    errors = sum(p.level == "error" for p in problems)
    advice = len(problems) - errors
    words = [f"{errors} error{'s' * (errors != 1)}"] if errors else []
    return ", ".join([*words, f"{advice} advice"] if advice else words)


class ProblemRow(QFrame):
    """Sign, place, sentence, repairs. A click selects the layer."""

    clicked = Signal(str)

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
        self.setMinimumHeight(40)

    def _button(self, repair: Repair) -> QPushButton:
        made = button(repair.title, lambda: self._session.do(repair.title, repair.edit))
        made.setToolTip(f"{repair.title}: one step of undo")
        return made

    def mousePressEvent(self, event: object) -> None:
        if self.problem.node:
            self._session.reveal(self.problem.node)


class ProblemList(QScrollArea):
    """All problems of the present document."""

    def __init__(self, session: Session) -> None:
        super().__init__()
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
        session.document_changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self, force: bool = False) -> None:
        problems = self._session.checked.problems
        if not force and self._shown is not None and [_key(p) for p in problems] == [_key(p) for p in self._shown]:
            # The same words, but each repair must be an edit of the present document.
            self._renew(problems)
            return
        self._shown = problems
        empty(self._box)
        self.rows = [ProblemRow(p, self._session) for p in problems[:MOST]]
        for row in self.rows:
            self._box.addWidget(row)
            self._box.addWidget(rule())
        summary = f"{counts(problems)}. Each repair is one step of undo." if problems else NOTHING
        self.summary = label(summary, "caption")
        self.summary.setContentsMargins(12, 12, 12, 12)
        self._box.addWidget(self.summary)
        self._box.addStretch(1)

    def _renew(self, problems: tuple[Problem, ...]) -> None:
        self._shown = problems
        for row, problem in zip(self.rows, problems, strict=False):
            row.problem = problem
            for made, repair in zip(row.buttons, problem.repairs, strict=True):
                made.clicked.disconnect()
                made.clicked.connect(lambda _=False, r=repair: self._session.do(r.title, r.edit))


def _key(problem: Problem) -> tuple[str, str, str, tuple[str, ...]]:
    return problem.node, problem.where, problem.what, tuple(r.title for r in problem.repairs)
