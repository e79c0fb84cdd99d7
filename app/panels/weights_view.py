"""What a layer has learnt, in the inspector: its weights as a histogram, and how strongly the loss pulls at each layer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.canvas.ink import Ink
from app.magnitude import scientific, share
from app.panels.words import label, minus, rule, short
from app.session import Live, Session
from app.theme import current
from nodes.document import Document
from runtime.graph import Array

BINS, CHART, CAPTION, ROW = 32, 56, 16, 20
#: Of more weights than these, every n-th is counted: the picture is the same.
ENOUGH = 100_000


class WeightsView(QWidget):
    """Follows one node; shows nothing while there is nothing to show."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self._session, self._node = session, node
        self._weights: Array | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        self.title = label("Weights now", "strong")
        self.histogram = Histogram()
        self.gradient_title = label("Gradient of the loss", "strong")
        self.gradients = GradientBars()
        self._parts = (rule(), self.title, self.histogram), (rule(), self.gradient_title, self.gradients)
        for part in (*self._parts[0], *self._parts[1]):
            box.addWidget(part)
        session.live_changed.connect(self._show_gradients)
        self._show_gradients(session.live)

    def refresh(self) -> None:
        """The document's weights, if they are others than those that are shown."""
        weights = _weights(self._session.document, self._node)
        self._show(0, weights is not None)
        if weights is not None and weights is not self._weights:
            self.histogram.show_values(weights)
        self._weights = weights

    def _show_gradients(self, live: Live) -> None:
        document = self._session.document
        names = {i: n.name or n.type for i, n in document.unfolded.document.nodes.items()}
        chosen = document.path(self._node)
        found = [(names[i], value, i == chosen) for i, value in live.gradients.items() if i in names]
        self._show(1, bool(found))
        self.gradients.show_values(found)

    def _show(self, part: int, on: bool) -> None:
        for widget in self._parts[part]:
            widget.setVisible(on)


def _weights(document: Document, node: str) -> Array | None:
    """The largest array that the node has learnt; None where it was never trained."""
    path = document.path(node)
    own = [a for key, a in document.weights.items() if key.rpartition("/")[0] == path and a.dtype.kind == "f" and a.size > 1]
    return max(own, key=lambda a: a.size, default=None)


class Histogram(QWidget):
    """How often which weight occurs: orange below zero, blue above; mean, spread and range in numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._counts, self._reach, self._words = np.zeros(BINS), 1.0, ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, CAPTION + CHART + CAPTION)

    def show_values(self, values: Array) -> None:
        some = values.ravel()[:: max(1, values.size // ENOUGH)].astype(np.float64)
        self._reach = max(float(np.abs(some).max()), 1e-12)
        counts, _ = np.histogram(some, BINS, (-self._reach, self._reach))
        self._counts = counts / max(counts.max(), 1)
        self._words = (f"μ {short(float(some.mean()))}", f"σ {short(float(some.std()))}")
        self.setAccessibleName(f"Histogram of {values.size:,} weights, {' '.join(self._words)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, ink = QPainter(self), Ink(current())
        width, base = self.width() / BINS, float(CAPTION + CHART)
        ink.text(painter, self.width(), CAPTION / 2, minus(" · ".join(self._words)), "smallest", "text3", 1.0)
        for i, count in enumerate(self._counts.tolist()):
            bar = QRectF(i * width, base - count * (CHART - 4), width - 0.75, count * (CHART - 4))
            painter.fillRect(bar, ink.brush("positive" if i >= BINS // 2 else "negative"))
        painter.setPen(ink.pen("ctl"))
        painter.drawLine(0, round(base), self.width(), round(base))
        ends = ((0.0, -self._reach, 0.0), (self.width() / 2, 0.0, 0.5), (float(self.width()), self._reach, 1.0))
        for x, number, side in ends:
            ink.text(painter, x, base + CAPTION / 2 + 1, minus(short(number)), "smallest", "text3", side)
        painter.end()


class GradientBars(QWidget):
    """A row a layer: name, root mean square of the gradient by its weights as a bar on a logarithmic scale, and in numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, float, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Root mean square of the gradient by each layer's weights, at the last look.")

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, len(self._rows)) * ROW)

    def show_values(self, rows: list[tuple[str, float, bool]]) -> None:
        if len(rows) != len(self._rows):
            self.updateGeometry()
        self._rows = rows
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, ink = QPainter(self), Ink(current())
        left, right = self.width() * 0.28, self.width() - 60.0
        for index, (name, value, chosen) in enumerate(self._rows):
            y = index * ROW + ROW / 2
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(left) - 6)
            ink.text(painter, 0.0, y, shown, "caption-strong" if chosen else "caption", "text" if chosen else "text2")
            painter.fillRect(QRectF(left, y - 2, right - left, 4), ink.brush("line"))
            painter.fillRect(QRectF(left, y - 2, (right - left) * share(value), 4), ink.brush("accent" if chosen else "ctl"))
            ink.text(painter, self.width(), y, scientific(value), "smallest", "text3", 1.0)
        painter.end()
