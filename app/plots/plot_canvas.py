"""The drawing part of a plot, on pyqtgraph. Imported late: see `CurvePlot`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from app.canvas.ink import shortened
from app.plots.series import Series, log_ticks, tick_text
from app.theme import current, font, qcolor

#: More validation points than this are drawn as a dashed line without dots.
DENSE = 60
#: Where logarithms end.
LEAST = 1e-9
#: Pixels right of the curves, for half of the last label.
END = 14
#: Pixels above them for the names of stages.
STRIP = 14


class RuledAxis(pg.AxisItem):
    """Labels in 10.5 mono; the rules it draws over the plot are full or dotted. `values` are in what the plot shows."""

    def __init__(self, orientation: str, dotted: bool) -> None:
        super().__init__(orientation)
        self.values: list[tuple[float, str]] = []
        self._dotted = dotted
        self.setStyle(tickFont=font("smallest"), tickLength=0, showValues=True, tickTextOffset=6, hideOverlappingLabels=False)
        self.setGrid(255)

    def recolor(self) -> None:
        tokens = current()
        dash = Qt.PenStyle.DotLine if self._dotted else Qt.PenStyle.SolidLine
        self.setPen(pg.mkPen(QColor(0, 0, 0, 0)))
        self.setTickPen(pg.mkPen(tokens.line, width=1, style=dash))
        self.setTextPen(pg.mkPen(tokens.text2))

    def boundingRect(self) -> Any:
        """Labels at both ends stand out over the axis; what stands out of this rectangle, pyqtgraph leaves out."""
        return super().boundingRect().adjusted(-30, 0, END, 0) if self._dotted else super().boundingRect()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        return [(1.0, [v for v, _ in self.values if low <= v <= high])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        words = dict(self.values)
        return [words.get(v, "") for v in values]


class PlotCanvas(pg.PlotWidget):
    """Loss is drawn as its logarithm, accuracy in per cent."""

    #: Where the time axis ends, once something is drawn.
    _epoch = 0.0

    def __init__(self, percent: bool) -> None:
        self._left, self._bottom = RuledAxis("left", False), RuledAxis("bottom", True)
        super().__init__(axisItems={"left": self._left, "bottom": self._bottom})
        self._percent = percent
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        # A picture: there is nothing in it for the keyboard.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._left.setWidth(40)
        self._bottom.setHeight(20)
        self.plotItem.setContentsMargins(0, 0, END, 0)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self._raw: Any = self.plot([], [])
        self._names: list[tuple[float, str]] = []
        self._borders: Any = self.plot([], [], connect="pairs")
        self._now: Any = pg.InfiniteLine(angle=90)
        self.addItem(self._now)
        self._smooth: Any = self.plot([], [], antialias=True)
        self._validation: Any = self.plot([], [], antialias=True)
        self.recolor()

    def recolor(self) -> None:
        tokens = current()
        self.setBackground(tokens.panel)
        self._left.recolor()
        self._bottom.recolor()
        self._raw.setPen(pg.mkPen(qcolor(tokens.accent, 0.35), width=1))
        self._smooth.setPen(pg.mkPen(tokens.accent, width=2))
        self._borders.setPen(pg.mkPen(tokens.ctl, width=1))
        self._now.setPen(pg.mkPen(qcolor(tokens.accent, 0.7), width=1))
        self._validation.setSymbolPen(pg.mkPen(tokens.text, width=1.5))
        self._validation.setSymbolBrush(pg.mkBrush(tokens.panel))
        self._validation.setSymbolSize(6)

    def resizeEvent(self, ev: Any) -> None:
        """A plot that was drawn behind another tab has had another width: its labels would stand in each other."""
        super().resizeEvent(ev)
        if self._epoch:
            self._bottom.values = _epochs(self._epoch, self.width())
            self._bottom.picture = None
            self._bottom.update()

    def show_curves(
        self, train: Series, validation: Series, now: float, borders: Sequence[tuple[float, str]] = ()
    ) -> None:
        """`borders` are where stages begin, and their names: no curve is drawn across one, where another loss begins."""
        starts = [x for x, _ in borders]
        joined = _joined(train, starts)
        self._raw.setData(train.x, self._scaled(train.y), connect=joined)
        self._smooth.setData(train.x, self._scaled(train.smooth(starts)), connect=joined)
        self._show_validation(validation, starts)
        self._now.setValue(now)
        self._names = list(borders)
        self._show_range(train, validation, now)
        self._show_borders([x for x in starts if x > 0])

    def _show_borders(self, starts: list[float]) -> None:
        low, high = self.viewRange()[1]
        self._borders.setData(np.repeat(starts, 2), np.tile([low, high], len(starts)))
        self.plotItem.setContentsMargins(0, STRIP if self._names else 0, END, 0)

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        """The stages' names in a strip over the curves, each over its own, as much of it as there is room for."""
        super().drawForeground(painter, rect)
        area = self.plotItem.vb.sceneBoundingRect()
        painter.setFont(font("caption"))
        painter.setPen(qcolor(current().text3))
        ends = [x for x, _ in self._names[1:]] + [self.viewRange()[0][1]]
        for (x, name), end in zip(self._names, ends, strict=False):
            left, right = (self.plotItem.vb.mapViewToScene(QPointF(at, 0)).x() for at in (x, end))
            words = shortened(name, "caption", right - left - 8)
            painter.drawText(QPointF(left + 4, area.top() - 4), words)

    def _show_validation(self, validation: Series, starts: Sequence[float]) -> None:
        dense = len(validation) > DENSE
        style = Qt.PenStyle.DashLine if dense else Qt.PenStyle.SolidLine
        self._validation.setPen(pg.mkPen(current().text, width=1.5, style=style))
        self._validation.setSymbol(None if dense else "o")
        self._validation.setData(validation.x, self._scaled(validation.y), connect=_joined(validation, starts))

    def _scaled(self, y: Any) -> Any:
        return 100.0 * y if self._percent else np.log10(np.maximum(y, LEAST))

    # -- axes ----------------------------------------------------------------------------------------------------------
    def _show_range(self, train: Series, validation: Series, now: float) -> None:
        both = np.concatenate([train.smooth(), train.y, validation.y])
        low, high = self._percents(both) if self._percent else self._decades(both)
        self._epoch = now
        self._bottom.values = _epochs(now, self.width())
        right = max(now * 1.06, 1e-6)
        self.setXRange(0, right, padding=0)
        self.setYRange(low, high, padding=0)
        for axis in (self._left, self._bottom):
            axis.picture = None
            axis.update()

    def _percents(self, values: Any) -> tuple[float, float]:
        # The first batches are guesses; they may leave the picture, or nothing would be seen of the rest.
        low = 100.0 * float(np.quantile(values, 0.03)) if len(values) else 0.0
        step = next(s for s in (0.5, 1, 2, 5, 10, 20) if (100 - low) / s <= 6 or s == 20)
        bottom = max(0.0, np.floor(low / step) * step)
        ticks = np.arange(bottom, 100 + step / 2, step)
        self._left.values = [(float(t), f"{t:g}" + (" %" if t == 100 else "")) for t in ticks]
        return bottom, 100 + step * 0.35

    def _decades(self, values: Any) -> tuple[float, float]:
        # A loss of exactly 0 (a perceptron's) has no place here: its line leaves the picture.
        good = values[values > LEAST] if (values > LEAST).any() else np.array([0.1, 1.0])
        low, high = float(np.quantile(good, 0.002)), float(np.quantile(good, 0.998))
        low, high = min(low, high / 1.5) * 0.85, high * 1.15
        self._left.values = [(float(np.log10(t)), tick_text(t)) for t in log_ticks(low, high, max(3, self.height() // 22))]
        return float(np.log10(low)), float(np.log10(high))


def _joined(series: Series, starts: Sequence[float]) -> Any:
    """For each point whether a line leads on from it."""
    joined = np.ones(len(series), np.int32)
    joined[[i - 1 for i in series.breaks(starts)]] = 0
    return joined


def _epochs(now: float, width: int) -> list[tuple[float, str]]:
    """Whole epochs where they fit, fractions in the first one; the last label says what they are."""
    most = max(2, width // 60)
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000)
    step = next((s for s in steps if now / s <= most), steps[-1])
    ticks = [i * step for i in range(int(now / step) + 1)]
    texts = [f"{t:,.10g}" for t in ticks]
    texts[-1] = f"epoch {texts[-1]}" if len(texts) > 1 else texts[-1]
    return list(zip(ticks, texts, strict=True))
