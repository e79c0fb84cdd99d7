"""Series: points that arrive by the thousand, kept within bounds, with their running mean. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MOST = 4096
#: Epochs that are the same moment.
NEAR = 1e-6


class Series:
    """x and y as they came; beyond `most` points neighbours are averaged in pairs."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.clear()

    def clear(self) -> None:
        self.x: Floats = np.empty(0)
        self.y: Floats = np.empty(0)
        self._grain = 1  # how many points that came are one point here
        self._rest_x: list[float] = []
        self._rest_y: list[float] = []

    def add(self, x: ArrayLike, y: ArrayLike) -> None:
        xs = np.concatenate([self._rest_x, np.atleast_1d(np.asarray(x, float))])
        ys = np.concatenate([self._rest_y, np.atleast_1d(np.asarray(y, float))])
        good = np.isfinite(ys)
        xs, ys = xs[good], ys[good]
        whole = len(xs) // self._grain * self._grain
        self._rest_x, self._rest_y = list(xs[whole:]), list(ys[whole:])
        self.x = np.concatenate([self.x, xs[:whole].reshape(-1, self._grain).mean(1)])
        self.y = np.concatenate([self.y, ys[:whole].reshape(-1, self._grain).mean(1)])
        while len(self.x) > self._most:
            self._halve()

    def _halve(self) -> None:
        even = len(self.x) // 2 * 2
        self.x = np.concatenate([self.x[:even].reshape(-1, 2).mean(1), self.x[even:]])
        self.y = np.concatenate([self.y[:even].reshape(-1, 2).mean(1), self.y[even:]])
        self._grain *= 2

    def cut(self, x: float) -> None:
        """Forget what came after x."""
        kept = self.x <= x + NEAR
        self.x, self.y = self.x[kept], self.y[kept]
        self._rest_x, self._rest_y = [], []

    def __len__(self) -> int:
        return len(self.x)

    @property
    def last(self) -> float | None:
        return float(self.y[-1]) if len(self.y) else None

    def smooth(self, borders: Sequence[float] = ()) -> Floats:
        """`_smooth` of each piece between borders: on either side of one, y is another thing."""
        starts = [0, *self.breaks(borders), len(self.x)]
        pieces = [_smooth(self.x[a:b], self.y[a:b]) for a, b in pairwise(starts)]
        return np.concatenate(pieces)

    def breaks(self, borders: Sequence[float]) -> list[int]:
        """The indices of the first points behind borders that have points on either side."""
        found = np.unique(np.searchsorted(self.x, np.asarray(borders, float) + NEAR, "right"))
        return [int(i) for i in found if 0 < i < len(self.x)]


def _smooth(x: Floats, y: Floats) -> Floats:
    """A mean over a window that grows with the curve (2 % of it, at least 9 points), centred, shorter at the ends; of few
    points it takes fewer, for a mean of a handful of epochs would lie far from each of them. A run that goes on in a file
    has a point for each epoch and then one for each batch: none is mixed with what lies far from it."""
    n = len(y)
    half = min(max(4, n // 50), n // 12)
    if n < 3:
        return y
    sums = np.concatenate([[0.0], np.cumsum(y)])
    reach = (x[-1] - x[0]) * max(0.04, (half + 0.5) / (n - 1))
    low = np.maximum(np.arange(n) - half, np.searchsorted(x, x - reach, "left"))
    high = np.minimum(np.arange(n) + half + 1, np.searchsorted(x, x + reach, "right"))
    result: Floats = (sums[high] - sums[low]) / (high - low)
    return result


def log_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """1, 2, 5 steps of ten between two positive numbers; fewer where they would crowd, more where they are near each
    other."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    for mantissas in ((1, 2, 5), (1,), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        ticks = [m * 10.0**e for e in range(first, last + 1) for m in mantissas]
        inside = [t for t in ticks if low * 0.999 <= t <= high * 1.001]
        if 2 <= len(inside) <= most:
            return inside
    stride = max(1, -(-(last - first) // most))
    return [10.0**e for e in range(first, last + 1, stride) if low <= 10.0**e <= high] or [low, high]


def tick_text(value: float) -> str:
    """``0.05``, ``2``, ``1e−6``."""
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−").replace("e+", "e").replace("e0", "e")
    return f"{value:.10g}".replace("-", "−")
