"""OutlinedInk: texts as shapes, so that an SVG looks the same where our fonts are not installed."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QTextLayout, QTextOption

from app.canvas.ink import Ink, metrics, role_font, text_width


@lru_cache(maxsize=4096)
def outline(text: str, role: str) -> QPainterPath:
    """A line of text as a shape, from the left end of its base line."""
    path = QPainterPath()
    path.addText(QPointF(), role_font(role), text)
    return path


@lru_cache(maxsize=1024)
def lines(text: str, role: str, width: float) -> tuple[str, ...]:
    """`text` broken at its words into lines of at most `width`."""
    layout = QTextLayout(text, role_font(role))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    found = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        found.append(text[line.textStart() : line.textStart() + line.textLength()].strip())
    layout.endLayout()
    return tuple(found)


class OutlinedInk(Ink):
    """Paints as `Ink` does, with no font left in what is painted."""

    def text(
        self, painter: QPainter, x: float, middle: float, text: str, role: str, color: str, align: float = 0.0,
        width: float = 0.0,
    ) -> None:
        measures = metrics(role)
        left = x - align * (width or text_width(text, role))
        base = middle - measures.height() / 2 + measures.ascent()
        self._fill(painter, QPointF(left, base), text, role, color)

    def paragraph(self, painter: QPainter, rect: QRectF, text: str, role: str, color: str) -> None:
        measures = metrics(role)
        for i, line in enumerate(lines(text, role, rect.width())):
            base = rect.top() + i * measures.lineSpacing() + measures.ascent()
            self._fill(painter, QPointF(rect.left(), base), line, role, color)

    def _fill(self, painter: QPainter, at: QPointF, text: str, role: str, color: str) -> None:
        painter.translate(at)
        painter.fillPath(outline(text, role), self.color(color))
        painter.translate(-at)
