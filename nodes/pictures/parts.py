"""What several pictures are made of: grids with numbers, strips, units, and words under them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodes.drawing import FAINT, HUE, QUIET, SECOND, TEXT, TINT, Box, Disc, Ink, Mark, Path, Pixels, Words
from runtime.graph import Array

Fill = Callable[[int, int], Ink | None]


def number(value: float) -> str:
    """``3``, ``−0.5``, ``1.25``: as short as it can be written to two decimals."""
    return f"{round(float(value), 2) + 0.0:g}".replace("-", "−")


def grid(x: float, y: float, cell: float, values: Array, fill: Fill | None = None, written: bool = True) -> list[Mark]:
    """A table of cells, each filled as `fill` says, with its number in it if `written`."""
    marks: list[Mark] = []
    rows, columns = values.shape
    for row, column in np.ndindex(rows, columns):
        ink = fill(row, column) if fill else None
        marks.append(Box(x + column * cell, y + row * cell, cell, cell, FAINT, ink))
    if written and cell >= 15:
        size = 11.0 if cell >= 20 else 10.5
        marks += [
            Words(x + (c + 0.5) * cell, y + (r + 0.5) * cell, number(float(values[r, c])), TEXT, size, mono=True)
            for r, c in np.ndindex(rows, columns)
        ]
    return marks


def lit(mask: Array, ink: Ink = TINT, ground: Ink | None = None) -> Fill:
    """Fill the cells where `mask` holds; the others with `ground`, which hides what lies under them."""
    return lambda row, column: ink if mask[row, column] else ground


def frame(x: float, y: float, width: float, height: float) -> Box:
    """A strong outline in the category's hue."""
    return Box(x, y, width, height, HUE, stroke=2.0, radius=2.0)


def framed(x: float, y: float, cell: float, mask: Array) -> list[Mark]:
    """A strong outline around the cells where `mask` holds."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return []
    top, left, bottom, right = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    return [frame(x + left * cell, y + top * cell, (right - left) * cell, (bottom - top) * cell)]


def units(x: float, ys: list[float], radius: float = 9.0, ink: Ink = TINT) -> list[Mark]:
    """A column of units."""
    return [Disc(x, y, radius, HUE, ink) for y in ys]


def crossed_out(x: float, y: float, radius: float) -> list[Mark]:
    """A unit that is switched off."""
    d = radius * 0.55
    strokes = [Path(((x - d, y + s * d), (x + d, y - s * d)), QUIET) for s in (-1, 1)]
    return [Disc(x, y, radius, QUIET, None, 1.0), *strokes]


def signed(x: float, y: float, side: float, values: Array) -> list[Mark]:
    """A table in orange and blue, the largest size at full strength, in a thin frame."""
    levels = np.round(np.asarray(values, float) / (float(np.abs(values).max()) or 1.0) * 6) / 6
    pixels = Pixels(x, y, side, tuple(tuple(float(v) for v in row) for row in levels))
    return [pixels, Box(x, y, pixels.width, pixels.height, QUIET)]


def spread(count: int, middle: float, gap: float) -> list[float]:
    """`count` places about `middle`, `gap` apart."""
    return [middle + (i - (count - 1) / 2) * gap for i in range(count)]


def caption(x: float, y: float, text: str) -> Words:
    """Words under (or over) a part of a picture."""
    return Words(x, y, text, SECOND, 11.0)


def axes(x: float, y: float, width: float, height: float, zero: tuple[float, float]) -> list[Mark]:
    """Two thin lines through `zero`, as far as the plot reaches."""
    across = Path(((x, zero[1]), (x + width, zero[1])), FAINT, width=1.0)
    return [across, Path(((zero[0], y), (zero[0], y + height)), FAINT, width=1.0)]


def picture_of(x: float, y: float, side: float, image: Array, ink: Ink = TEXT) -> list[Mark]:
    """A grey picture, 0 … 1 in eight steps, in a thin frame."""
    levels = np.clip(np.round(np.asarray(image, float) * 8) / 8, 0, 1)
    pixels = Pixels(x, y, side, tuple(tuple(float(v) for v in row) for row in levels), ink)
    return [pixels, Box(x, y, pixels.width, pixels.height, QUIET)]
