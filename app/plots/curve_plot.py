"""CurvePlot: training and validation over epochs, values beside the names, in the language of LOOK.md."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.panels.words import label
from app.plots.series import Series
from app.theme import current, font, qcolor

if TYPE_CHECKING:
    from app.plots.plot_canvas import PlotCanvas


#: From this width on the curves' names stand beside their values.
NAMES_FROM = 290


class Swatch(QWidget):
    """The line beside a name: full for training, with a hollow dot for validation."""

    def __init__(self, dotted: bool) -> None:
        super().__init__()
        self._dotted = dotted
        self.setFixedSize(20, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = qcolor(tokens.text if self._dotted else tokens.accent)
        painter.setPen(QPen(color, 1.5 if self._dotted else 2))
        painter.drawLine(1, 6, 19, 6)
        if self._dotted:
            painter.setBrush(qcolor(tokens.panel))
            painter.drawEllipse(7, 3, 6, 6)
        painter.end()


class EmptyPlot(QWidget):
    """Rules without a curve, and a sentence on what will be drawn."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence
        self.setMinimumSize(QSize(80, 60))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current()
        painter = QPainter(self)
        painter.setPen(qcolor(tokens.line))
        gap = max(28, self.height() // 5)
        for y in range(gap // 2, self.height(), gap):
            painter.drawLine(0, y, self.width(), y)
        painter.setFont(font("body"))
        wraps = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        area = painter.boundingRect(self.rect().adjusted(8, 0, -8, 0), wraps, self.sentence)
        painter.fillRect(area.adjusted(-8, -4, 8, 4), qcolor(tokens.panel))
        painter.setPen(qcolor(tokens.text2))
        painter.drawText(self.rect().adjusted(8, 0, -8, 0), wraps, self.sentence)
        painter.end()


class CurvePlot(QWidget):
    """`train` and `validation` are series; call `redraw` after adding to them."""

    def __init__(self, title: str, sentence: str, percent: bool = False) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title}: curves of training and validation")
        self.train, self.validation = Series(), Series()
        self.percent, self.now = percent, 0.0
        #: Where a stage of the training begins, in epochs, and what it is called.
        self.borders: list[tuple[float, str]] = []
        self._values = {name: label("–", "value") for name in ("train", "validation")}
        for value in self._values.values():
            value.setFont(font("mono-caption"))
        self._keys: list[QWidget] = []
        self._names: list[QWidget] = []
        self.empty = EmptyPlot(sentence)
        self.canvas: PlotCanvas | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 8, 4)
        box.setSpacing(4)
        box.addLayout(self._head(title))
        box.addWidget(self._stack, 1)

    def _head(self, title: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(label(title, "strong"))
        row.addStretch(1)
        for name, value in self._values.items():
            key = QWidget()
            line = QHBoxLayout(key)
            line.setContentsMargins(4, 0, 0, 0)
            line.setSpacing(4)
            self._names.append(label(name, "caption"))
            swatch = Swatch(name == "validation")
            swatch.setToolTip(name)
            for widget in (swatch, self._names[-1], value):
                line.addWidget(widget)
            key.hide()
            self._keys.append(key)
            row.addWidget(key)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow, the lines speak for themselves."""
        super().resizeEvent(event)
        for name in self._names:
            name.setVisible(self.width() >= NAMES_FROM)

    def clear(self) -> None:
        self.train.clear()
        self.validation.clear()
        self.now, self.borders = 0.0, []
        self.redraw()

    def cut(self, x: float) -> None:
        """Back to where the curves were at epoch x."""
        self.train.cut(x)
        self.validation.cut(x)
        self.now, self.borders = min(self.now, x), [b for b in self.borders if b[0] < x]
        self.redraw()

    def redraw(self) -> None:
        some = len(self.train) > 0 or len(self.validation) > 0
        for key in self._keys:
            key.setVisible(some)
        self._stack.setCurrentIndex(1 if some and self._ensure() else 0)
        if not some or self.canvas is None:
            return
        self._values["train"].setText(self._written(self._present()))
        self._values["validation"].setText(self._written(self.validation.last))
        self.setAccessibleDescription(", ".join(f"{name} {value.text()}" for name, value in self._values.items()))
        self.canvas.show_curves(self.train, self.validation, self.now, self.borders)

    def _present(self) -> float | None:
        """Training now: the end of the smooth curve, since a single batch jumps."""
        return float(self.train.smooth([x for x, _ in self.borders])[-1]) if len(self.train) else None

    def _written(self, value: float | None) -> str:
        if value is None or not math.isfinite(value):
            return "–"
        if self.percent:
            return f"{100 * value:.1f} %"
        return f"{value:.3f}" if value == 0 or 1e-3 <= value < 1e4 else f"{value:.1e}".replace("-", "−").replace("+", "")

    def _ensure(self) -> bool:
        """pyqtgraph takes a third of a second to import: only when there is something to draw, or in the idle loop."""
        if self.canvas is None:
            from app.plots.plot_canvas import PlotCanvas

            self.canvas = PlotCanvas(self.percent)
            self._stack.addWidget(self.canvas)
        return True

    def recolor(self) -> None:
        if self.canvas:
            self.canvas.recolor()
        self.redraw()
