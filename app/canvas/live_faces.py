"""Live faces: what one sample's activations look like while a network trains. Arrays come from a run: any may be odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from app.canvas.faces import Face
from app.canvas.ink import Ink
from app.canvas.look import NodeLook
from app.theme import sign_colors
from app.tokens import Tokens, channels

PICTURE = 112.0
CHART = 72.0
CAPTION = 18.0
FEW = 20
BINS = 32
MOST_MAPS = 16
Numbers = NDArray[np.float32]


class _Pictures:
    """The QImages of one face, made once a theme."""

    def __init__(self) -> None:
        self._made: dict[str, QImage] = {}

    def get(self, tokens: Tokens, pixels: Any) -> QImage:
        if tokens.name not in self._made:
            self._made[tokens.name] = as_image(pixels(tokens))
        return self._made[tokens.name]


def as_image(rgba: NDArray[np.uint8]) -> QImage:
    rgba = np.ascontiguousarray(rgba)
    height, width = rgba.shape[:2]
    return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


@dataclass(frozen=True, eq=False)
class Maps:
    """Thumbnails on the sign scale: three of 46 or four of 34 abreast, one large."""

    maps: Numbers
    pictures: _Pictures = field(default_factory=_Pictures)

    @property
    def columns(self) -> int:
        count = len(self.maps)
        return 1 if count == 1 else (3 if count <= 9 else 4)

    @property
    def side(self) -> float:
        return {1: 94.0, 3: 46.0, 4: 34.0}[self.columns]

    @property
    def height(self) -> float:
        rows = -(-len(self.maps) // self.columns)
        return rows * (self.side + 2) - 2

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        image = self.pictures.get(ink.tokens, self._pixels)
        count, h, w = self.maps.shape
        scale = self.side / max(h, w)
        left = rect.left() + (rect.width() - self.columns * (self.side + 2) + 2) / 2
        for i in range(count):
            x = left + (i % self.columns) * (self.side + 2) + (self.side - w * scale) / 2
            y = rect.top() + (i // self.columns) * (self.side + 2) + (self.side - h * scale) / 2
            painter.drawImage(QRectF(x, y, w * scale, h * scale), image, QRectF(0, i * h, w, h))

    def _pixels(self, tokens: Tokens) -> NDArray[np.uint8]:
        """All maps below each other, on one scale, so that they can be compared."""
        stacked = self.maps.reshape(-1, self.maps.shape[2])
        return sign_colors(stacked, float(np.nanmax(np.abs(stacked), initial=0.0)), tokens)


@dataclass(frozen=True, eq=False)
class Picture:
    """A sample of a dataset of images: grey as ink on this theme's paper, or in colour."""

    sample: Numbers
    height: float = PICTURE
    pictures: _Pictures = field(default_factory=_Pictures)

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        image = self.pictures.get(ink.tokens, self._pixels)
        scale = PICTURE / max(image.width(), image.height())
        w, h = image.width() * scale, image.height() * scale
        painter.drawImage(QRectF(rect.center().x() - w / 2, rect.top() + (PICTURE - h) / 2, w, h), image)

    def _pixels(self, tokens: Tokens) -> NDArray[np.uint8]:
        return picture_pixels(self.sample, tokens)


def picture_pixels(sample: Numbers, tokens: Tokens) -> NDArray[np.uint8]:
    """A picture (1 or 3, height, width) of numbers from 0 to 1 as RGBA."""
    values = np.clip(np.nan_to_num(sample), 0.0, 1.0)
    rgba = np.full((*values.shape[1:], 4), 255, np.uint8)
    if len(values) == 3:
        rgba[..., :3] = np.rint(np.moveaxis(values, 0, -1) * 255)
        return rgba
    paper, mark = (np.array(channels(c)) for c in (tokens.canvas, tokens.text))
    rgba[..., :3] = np.rint(paper + (mark - paper) * values[0][..., None])
    return rgba


@dataclass(frozen=True, eq=False)
class Distribution:
    """Many numbers as a histogram, orange below zero, blue above; mean and spread beneath."""

    values: Numbers
    height: float = CHART + CAPTION
    counts: list[float] = field(init=False, default_factory=list)
    signs: list[bool] = field(init=False, default_factory=list)
    captions: tuple[str, str] = field(init=False, default=("", ""))

    def __post_init__(self) -> None:
        wide = self.values.astype(np.float64)  # exploding activations overflow in float32
        mean, spread = float(wide.mean()), float(wide.std())
        reach = max(float(np.abs(self.values).max()), 1e-12)
        counts, edges = np.histogram(self.values, BINS, (-reach, reach))
        object.__setattr__(self, "counts", [float(c) for c in counts / max(counts.max(), 1)])
        object.__setattr__(self, "signs", [bool(e >= 0) for e in (edges[:-1] + edges[1:]) / 2])
        object.__setattr__(self, "captions", (f"μ {_number(mean)}", f"σ {_number(spread)}"))

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        width, base = rect.width() / BINS, rect.top() + CHART
        for i, (count, positive) in enumerate(zip(self.counts, self.signs, strict=True)):
            if count:
                bar = QRectF(rect.left() + i * width, base - count * CHART, width - 0.75, max(count * CHART, 1))
                painter.fillRect(bar, ink.brush("positive" if positive else "negative"))
        painter.setPen(ink.pen("ctl"))
        painter.drawLine(QPointF(rect.left(), base), QPointF(rect.right(), base))
        if words:
            ink.text(painter, rect.left(), base + 10, self.captions[0], "smallest", "text3")
            ink.text(painter, rect.right(), base + 10, self.captions[1], "smallest", "text3", 1.0)


@dataclass(frozen=True, eq=False)
class Bars:
    """Few numbers, each a bar up or down; the sample's class stands out."""

    values: Numbers
    chosen: int | None = None
    height: float = CHART + CAPTION

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        low, high = min(float(self.values.min()), 0.0), max(float(self.values.max()), 0.0)
        scale = CHART / max(high - low, 1e-12)
        width, zero = rect.width() / len(self.values), rect.top() + (high * scale if high > low else CHART)
        for i, value in enumerate(self.values.tolist()):
            top, height = (zero - value * scale, value * scale) if value >= 0 else (zero, -value * scale)
            bar = QRectF(rect.left() + i * width + 1, top, width - 2, max(height, 1))
            painter.fillRect(bar, ink.brush("positive" if value >= 0 else "negative"))
            if words and len(self.values) <= 10:
                mine = i == self.chosen
                role, color = ("smallest-strong", "text") if mine else ("smallest", "text3")
                ink.text(painter, bar.center().x(), rect.top() + CHART + 10, str(i), role, color, 0.5)


@dataclass(frozen=True, eq=False)
class Number:
    """One number, large, and what it is of."""

    value: float
    caption: str
    height: float = 48.0

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        ink.text(painter, rect.left(), rect.top() + 16, _number(self.value), "number17", "text")
        if words:
            ink.text(painter, rect.left(), rect.top() + 36, self.caption, "caption", "text3")


def live_face(look: NodeLook, activation: Any, label: int | None, loss: float | None = None) -> Face | None:
    """The face that shows `activation` (or, of a loss, the last batch's), or None where the drawing at rest says more."""
    if activation is None or look.level == "error" or look.prompt or look.dims is None or look.face:
        return None
    try:
        values = np.asarray(activation, np.float32)
        values = values[0] if values.ndim == len(look.dims) + 1 and values.shape[0] == 1 else values
    except (TypeError, ValueError):
        return None
    if values.shape != look.dims or not values.size or not np.isfinite(values).any():
        return None  # another shape: what ran is not what is drawn now
    if look.category == "Loss" and loss is not None and np.isfinite(loss):
        return Number(loss, "last batch")
    return _chosen(look, np.nan_to_num(values, posinf=0.0, neginf=0.0), label)


def _chosen(look: NodeLook, values: Numbers, label: int | None) -> Face | None:
    if values.ndim == 3:
        return Picture(values) if look.category == "Data" and len(values) in (1, 3) else Maps(values[:MOST_MAPS])
    if values.ndim == 2:
        return Maps(values[None])
    if values.size == 1:
        return Number(float(values.reshape(-1)[0]), "this sample")
    return Bars(values, label) if values.size <= FEW else Distribution(values)


def share_on(activation: Any) -> str:
    """``59 % on``: how many of a ReLU's outputs are above zero."""
    try:
        values = np.asarray(activation, np.float32)
    except (TypeError, ValueError):
        return ""
    return f"{round(100 * float((values > 0).mean()))} % on" if values.size else ""


def _number(value: float) -> str:
    value = value or 0.0  # no minus before a zero
    text = f"{value:.2f}" if 0.1 <= abs(value) < 1000 or value == 0 else f"{value:.3g}"
    return text.replace("-", "−")


