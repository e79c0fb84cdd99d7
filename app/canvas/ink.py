"""Ink: the colours, pens, fonts and laid-out texts of one theme, made once, so that painting allocates nothing."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText, QTextOption

from app.fonts import font
from app.tokens import Tokens, mix

#: Sizes that only the canvas has: the large header and shape of the middle zoom.
LARGE = {"big": ("strong", 19), "big-mono": ("mono", 18), "big-name": ("body", 18)}
DASH = (3.0, 3.0)


@lru_cache(maxsize=64)
def role_font(role: str) -> QFont:
    """The font of a role of the type scale, or of one of the canvas's own."""
    base, size = LARGE.get(role, (role, 0))
    made = font(base)
    if size:
        made.setPixelSize(size)
    return made


@lru_cache(maxsize=64)
def metrics(role: str) -> QFontMetricsF:
    return QFontMetricsF(role_font(role))


@lru_cache(maxsize=4096)
def text_width(text: str, role: str) -> float:
    return metrics(role).horizontalAdvance(text)


@lru_cache(maxsize=1024)
def shortened(text: str, role: str, room: float) -> str:
    """As much of a line as fits, ended by an ellipsis; nothing where there is no room for a few letters."""
    made = metrics(role).elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0.0))
    return made if made == text or len(made) > 3 else ""


@lru_cache(maxsize=4096)
def _laid_out(text: str, role: str, width: float) -> QStaticText:
    # A line break is one: Qt leaves \n out where it lays out plain text.
    made = QStaticText(text.replace("\n", "\u2028"))
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    if width:
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        made.setTextOption(option)
        made.setTextWidth(width)
    made.prepare(font=role_font(role))
    return made


def wrapped_height(text: str, role: str, width: float) -> float:
    """How high the text becomes when it is broken into lines of `width`."""
    return _laid_out(text, role, width).size().height()


class Ink:
    """One theme, ready to paint with."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._colors: dict[tuple[str, float], QColor] = {}
        self._pens: dict[tuple[str, float, bool], QPen] = {}
        self._brushes: dict[str, QBrush] = {}

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """A colour by its role in the tokens, or by its own #RRGGBB."""
        key = (role, alpha)
        if key not in self._colors:
            made = QColor(role if role.startswith("#") else getattr(self.tokens, role))
            made.setAlphaF(alpha)
            self._colors[key] = made
        return self._colors[key]

    def brush(self, role: str) -> QBrush:
        if role not in self._brushes:
            self._brushes[role] = QBrush(self.color(role))
        return self._brushes[role]

    def pen(self, role: str, width: float = 1.0, dashed: bool = False) -> QPen:
        key = (role, width, dashed)
        if key not in self._pens:
            made = QPen(self.color(role), width)
            made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            made.setCapStyle(Qt.PenCapStyle.FlatCap)
            if dashed:
                made.setDashPattern([d / max(width, 1.0) for d in DASH])
            self._pens[key] = made
        return self._pens[key]

    def header(self, category: str) -> QColor:
        return self.color(self.tokens.header(category))

    def hue(self, category: str) -> QColor:
        return self.color(self.tokens.hue(category))

    def mixed(self, role: str, under: str, share: float) -> QColor:
        return self.color(mix(getattr(self.tokens, role), getattr(self.tokens, under), share))

    # -- text ----------------------------------------------------------------------------------------------------------
    def text(
        self, painter: QPainter, x: float, middle: float, text: str, role: str, color: str, align: float = 0.0,
        width: float = 0.0,
    ) -> None:
        """One line centred on the height `middle`; `align` 0 starts at x, ½ is centred there, 1 ends there."""
        laid = _laid_out(text, role, width)
        size = laid.size()
        painter.setFont(role_font(role))
        painter.setPen(self.color(color))
        left = x - align * (width or size.width())
        painter.drawStaticText(QPointF(left, middle - size.height() / 2), laid)

    def paragraph(self, painter: QPainter, rect: QRectF, text: str, role: str, color: str) -> None:
        """Lines broken to the rectangle's width, from its top."""
        painter.setFont(role_font(role))
        painter.setPen(self.color(color))
        painter.drawStaticText(rect.topLeft(), _laid_out(text, role, rect.width()))

    def label(self, painter: QPainter, centre: QPointF, text: str, role: str, color: str, fill: str, line: str) -> QRectF:
        """A small tag with an outline; returns what it covers."""
        width = text_width(text, role) + 10
        half = max(9.0, metrics(role).height() / 2 + 1)
        rect = QRectF(centre.x() - width / 2, centre.y() - half, width, 2 * half)
        painter.setPen(self.pen(line))
        painter.setBrush(self.brush(fill))
        painter.drawRoundedRect(rect, 4, 4)
        self.text(painter, centre.x(), centre.y(), text, role, color, 0.5)
        return rect
