"""The rows of the left column: a file that was open lately, and work that a crash left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.autosave import Found
from app.glyphs import glyph_icon, paint_glyph
from app.panels.words import button, icon_button, label
from app.recent import Recent
from app.theme import current, font, qcolor

HEIGHT, SIDE, SIGN = 42, 8, 16


class RecentRow(QAbstractButton):
    """Opens its file; one that is gone says so, and can be taken off the list."""

    def __init__(self, entry: Recent, today: date, opens: Callable[[], object], removes: Callable[[], object]) -> None:
        super().__init__()
        self.entry, self._removes = entry, removes
        self._name, self._told, self._day = entry.path.name, told(entry), entry.day(today)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(", ".join(part for part in (self._told[0], self._day) if part))
        self.setToolTip(str(entry.path))
        self.remove = icon_button("cross", f"Remove {self._name} from the list", 24)
        self.remove.setParent(self)
        self.remove.setVisible(bool(entry.missing))
        self.remove.clicked.connect(lambda: removes())
        if not entry.missing:
            self.clicked.connect(lambda: opens())

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes it off the list; right is the gallery."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._removes()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        elif event.key() == Qt.Key.Key_Right:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, gone = current(), bool(self.entry.missing)
        self.remove.move(self.width() - 24 - SIDE, (HEIGHT - 24) // 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(qcolor(tokens.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(qcolor(tokens.hover) if self.underMouse() and not gone else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 6, 6)
        paint_glyph(painter, QRectF(SIDE, 6, SIGN, SIGN), "new", tokens.text3 if gone else tokens.text2)
        left, dense, caption = SIDE + SIGN + 10, font("body"), font("caption")
        taken = 32 if gone else QFontMetrics(caption).horizontalAdvance(self._day) + 8
        room = self.width() - left - SIDE - taken
        _write(painter, left, 4, room, dense, self._name, tokens.text3 if gone else tokens.text)
        below = self.width() - left - SIDE - 32 * gone
        fitting = (text for text in self._told if QFontMetrics(caption).horizontalAdvance(text) <= below)
        _write(painter, left, 21, below, caption, next(fitting, self._told[-1]), tokens.text3)
        if not gone:
            _write(painter, self.width() - SIDE - taken + 8, 4, taken, caption, self._day, tokens.text3)
        painter.end()


def _write(painter: QPainter, x: int, y: int, room: int, face: QFont, text: str, color: str) -> None:
    """One line; the middle of a name that is too long gives way, and the tip has all of it."""
    painter.setFont(face)
    painter.setPen(qcolor(color))
    words = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(QRectF(x, y, room, 17), Qt.AlignmentFlag.AlignVCenter, words)


def told(entry: Recent) -> tuple[str, ...]:
    """``LeNet · 44,426 parameters``, and shorter ways to say it; of one that is gone, why it cannot be opened."""
    if entry.missing:
        return (entry.missing.capitalize(),)
    count = f"{entry.parameters:,}" if entry.parameters else ""
    longer = f"{count} parameter{'s' * (entry.parameters != 1)}" if count else ""
    return (*(" · ".join(part for part in (entry.title, told) if part) for told in (longer, count)), entry.title)


class KeptRow(QFrame):
    """Work that was not saved when the program ended."""

    def __init__(self, found: Found, opens: Callable[[], object], discards: Callable[[], object]) -> None:
        super().__init__()
        self.found = found
        self.setProperty("surface", "kept")
        self._sign = QLabel()
        self.text = label(kept_words(found), wraps=True)
        self.opens, self.discards = button("Open it", opens), button("Discard", discards, quiet=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sign)
        head.addWidget(label("Unsaved work was kept", "warn-strong"), 1)
        ways = QHBoxLayout()
        ways.addWidget(self.opens)
        ways.addWidget(self.discards)
        ways.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 10)
        box.setSpacing(6)
        box.addLayout(head)
        box.addWidget(self.text)
        box.addLayout(ways)
        self.recolor()

    def recolor(self) -> None:
        self._sign.setPixmap(glyph_icon("save", current().warn).pixmap(16, 16))


def kept_words(found: Found) -> str:
    name = found.path.name if found.path else found.document.title
    when = f"{datetime.fromtimestamp(found.written):%H:%M}" if found.written else ""
    closed = f", closed {when} without saving" if when else ", closed without saving"
    later = " The file itself was saved later." if found.overtaken else " Nothing is lost."
    return f"{name}{closed}.{later}"

