"""The left column of the start page: what to begin with, what was open lately, what was kept, where to learn the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.autosave import Found
from app.glyphs import glyph_icon, paint_glyph
from app.panels.words import button, empty, label
from app.recent import Recent
from app.start_page.rows import KeptRow, RecentRow
from app.theme import current, qcolor

LOGO = 44
#: So many files are listed; the menu has more.
MOST = 6
LINE = "Draw a network. Watch it learn. Ship it as ONNX."
ABOUT = "A workbench for deep learning that runs on this computer alone."
NO_FILES = "What you save or open will be listed here."


class Begin(QPushButton):
    """A way to begin: a glyph, words, and the key for it at the right."""

    def __init__(self, glyph: str, words: str, key: str, clicked: Callable[[], object], *, primary: bool = False) -> None:
        super().__init__(words)
        self._glyph, self._primary = glyph, primary
        self.setProperty("begin", True)
        self.setProperty("primary", primary)
        self.setAccessibleName(words)
        self.clicked.connect(lambda: clicked())
        self.hint = label(key, "caption")
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.addStretch(1)
        row.addWidget(self.hint)
        self.recolor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down lead on in the column; right is the gallery, which the page knows."""
        if event.key() == Qt.Key.Key_Right:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def recolor(self) -> None:
        tokens = current()
        self.setIconSize(QSize(24, 16))
        self.setIcon(glyph_icon(self._glyph, tokens.onaccent if self._primary else tokens.text, 16, 8))
        self.hint.setStyleSheet(f"color: {tokens.onaccent if self._primary else tokens.text3};")


class Column(QFrame):
    """Scrolls where the window is low. `opened` and `removed` carry the path of a file, `recovered` and `discarded` what was
    kept."""

    opened = Signal(object)
    removed = Signal(object)
    recovered = Signal(object)
    discarded = Signal(object)

    def __init__(self, begin: tuple[Begin, ...], learn: tuple[tuple[str, Callable[[], object]], ...]) -> None:
        super().__init__()
        self.begin = begin
        self.learn = [button(words, run, link=True) for words, run in learn]
        self.rows: list[RecentRow] = []
        self.kept: list[KeptRow] = []
        self._logo = QLabel()
        self._files, self._left = QVBoxLayout(), QVBoxLayout()
        self._none = label(NO_FILES, "caption", wraps=True)
        self.setObjectName("startcolumn")
        inside = QWidget()
        self._fill(QVBoxLayout(inside))
        scrolled = _Scrolled()
        scrolled.setWidget(inside)
        scrolled.setWidgetResizable(True)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 1, 0)
        box.addWidget(scrolled)
        self.recolor()

    def _fill(self, box: QVBoxLayout) -> None:
        box.setContentsMargins(16, 24, 16, 16)
        box.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 8)
        head.setSpacing(12)
        head.addWidget(self._logo)
        head.addWidget(label("Netwright", "start"), 1)
        box.addLayout(head)
        for words, role in ((LINE, "lead"), (ABOUT, "second")):
            told = label(words, role, wraps=True)
            told.setContentsMargins(8, 0, 0, 4)
            box.addWidget(told)
        for way in self.begin:
            box.addWidget(way)
        box.addSpacing(8)
        box.addLayout(self._left)  # above the files: it is to be seen in a low window, too
        box.addWidget(_heading("Recent"))
        self._none.setContentsMargins(8, 0, 0, 0)
        box.addWidget(self._none)
        self._files.setSpacing(0)
        box.addLayout(self._files)
        box.addStretch(1)
        box.addWidget(_heading("First time here?"))
        for link in self.learn:
            link.setProperty("begin", True)
            box.addWidget(link)

    # -- lists -----------------------------------------------------------------------------------------------------------
    def show_files(self, entries: list[Recent]) -> None:
        empty(self._files)
        self.rows = []
        for entry in entries[:MOST]:
            row = RecentRow(entry, date.today(), partial(self.opened.emit, entry.path), partial(self.removed.emit, entry.path))
            self._files.addWidget(row)
            self.rows.append(row)
        self._none.setVisible(not self.rows)

    def show_kept(self, found: list[Found]) -> None:
        empty(self._left)
        self.kept = [KeptRow(one, partial(self.recovered.emit, one), partial(self.discarded.emit, one)) for one in found]
        for kept in self.kept:
            self._left.addWidget(kept)

    # -- theme -----------------------------------------------------------------------------------------------------------
    def recolor(self) -> None:
        self._logo.setPixmap(_logo(self.devicePixelRatioF()))
        self.setStyleSheet(f"#startcolumn {{ background: {current().panel}; border-right: 1px solid {current().line}; }}")
        for way in self.begin:
            way.recolor()
        for row in self.kept:
            row.recolor()
        for link in self.learn:
            link.setIcon(glyph_icon("chevron-right", current().accent, 16, 4))
            link.setIconSize(QSize(20, 16))


class _Scrolled(QScrollArea):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows are the page's; Qt would scroll by them, where there is nothing to scroll as well."""
        event.ignore()


def _heading(words: str) -> QLabel:
    made = label(words, "caption-strong")
    made.setContentsMargins(8, 0, 0, 0)
    return made


def _logo(ratio: float) -> QPixmap:
    made = QPixmap(round(LOGO * ratio), round(LOGO * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor(current().accentfill))
    painter.drawRoundedRect(QRectF(0, 0, LOGO, LOGO), 8, 8)
    paint_glyph(painter, QRectF(0, 0, LOGO, LOGO).adjusted(9, 9, -9, -9), "logo", current().onaccent)
    painter.end()
    return made
