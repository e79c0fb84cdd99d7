"""A card: an example's picture, its title, what it is about, and a number. A button, so that hand, keys and tools know it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.fonts import ROLES, font
from app.panels.picture import paint_drawing
from app.panels.words import folded
from app.start_page.catalogue import NO_OUTLINE, fact, spoken
from app.theme import current, qcolor
from nodes.drawing import Drawing
from nodes.example import Example
from nodes.portrait.drawn import portrait
from nodes.portrait.frame import HEIGHT, WIDTH
from nodes.portrait.outline import Outline

PICTURE, RADIUS = 90, 8
#: Around the words; between the title, the help and the number.
SIDE, TOP, BOTTOM = 11, 8, 8
LINES = (("strong", 17), ("dense", 16), ("smallest", 15))
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class Card(QAbstractButton):
    """`wanted` when it is seen without a picture; `reached` when it has the keyboard."""

    wanted = Signal(str)
    reached = Signal(str)

    def __init__(self, example: Example, parent: QWidget) -> None:
        super().__init__(parent)
        self.example = example
        self.outline = NO_OUTLINE
        self._drawing: Drawing | None = None
        self._asked = False
        self.setObjectName(example.name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(example.title)
        self.setToolTip(f"{example.help}\n{example.number}" if example.number else example.help)
        self._tell()

    def take(self, outline: Outline) -> None:
        """What its picture is drawn from, and how many parameters there are."""
        self.outline, self._drawing = outline, None
        self._tell()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleDescription(spoken(self.example, fact(self.example, self.outline)))

    # -- size --------------------------------------------------------------------------------------------------------------
    def texts(self) -> tuple[str, str, str]:
        return self.example.title, self.example.help.rstrip("."), fact(self.example, self.outline)

    def lines(self, width: int) -> list[tuple[str, int, str]]:
        """What is written, line by line: role, height, words."""
        found = []
        for text, (role, height) in zip(self.texts(), LINES, strict=True):
            found += [(role, height, line) for line in _folded(text, role, width - 2 * SIDE)]
        return found

    def height_for(self, width: int) -> int:
        return PICTURE + TOP + sum(height for _, height, _ in self.lines(width)) + BOTTOM

    def sizeHint(self) -> QSize:
        return QSize(int(WIDTH) + 2, self.height_for(int(WIDTH) + 2))

    # -- keys --------------------------------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows lead to other cards, which the gallery knows; Qt would go on in the order of Tab."""
        if event.key() in ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit(self.example.name)
        self.update()

    # -- paint -------------------------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._asked and self.outline is NO_OUTLINE:
            self._asked = True
            self.wanted.emit(self.example.name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, frame = current(), QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(shape, qcolor(tokens.hover if self.isDown() else tokens.raised))
        self._paint_picture(painter, shape)
        self._paint_words(painter)
        painter.setPen(QPen(qcolor(tokens.ctl if self.underMouse() else tokens.line), 1))
        painter.drawPath(shape)
        if self.hasFocus():
            painter.setPen(QPen(qcolor(tokens.accent), 2))
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    def _paint_picture(self, painter: QPainter, shape: QPainterPath) -> None:
        tokens, area = current(), QRectF(0, 0, self.width(), PICTURE)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(area, qcolor(tokens.field))
        painter.fillRect(QRectF(0, PICTURE - 1, self.width(), 1), qcolor(tokens.line))
        if self._drawing is None and (self.outline is not NO_OUTLINE or self.example.picture):
            self._drawing = portrait(self.outline, self.example.picture)
        if self._drawing is not None:
            scale = min(1.15, (area.width() - 8) / WIDTH, (PICTURE - 4) / HEIGHT)
            painter.translate(area.center() - QPointF(WIDTH, HEIGHT) * (scale / 2))
            painter.scale(scale, scale)
            paint_drawing(painter, self._drawing, "", tokens, tokens.field)
        painter.restore()

    def _paint_words(self, painter: QPainter) -> None:
        tokens, y = current(), float(PICTURE + TOP)
        inks = {"strong": tokens.text, "dense": tokens.text2, "smallest": tokens.text3}
        for role, height, words in self.lines(self.width()):
            face = font(role)
            painter.setFont(face)
            painter.setPen(qcolor(inks[role]))
            metrics = QFontMetricsF(face)
            painter.drawText(QPointF(SIDE, y + (height + metrics.ascent() - metrics.descent()) / 2), words)
            y += height


@lru_cache(maxsize=512)
def _folded(text: str, role: str, width: int) -> tuple[str, ...]:
    """The lines that a text takes; none where there is no text."""
    assert role in ROLES and QApplication.instance() is not None
    return tuple(folded(text, QFontMetricsF(font(role)), width).split("\n")) if text else ()
