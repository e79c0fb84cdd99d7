"""Layers that read places: numbers before and after, and the numbers from which one of the results was made.

What is lit is measured: the engine is asked which inputs move that one output. So a window, a margin, a stride or a turned
axis shows as what it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodes.drawing import HEIGHT, HUE, TEXT, TINT, WIDTH, Drawing, Ink, Mark, Path, Words, arrow, drawing
from nodes.layer import MAPS, SEQUENCE, VECTOR, VOLUME, Layer, Trial
from nodes.pictures.parts import caption, framed, grid, lit
from nodes.pictures.worked import has_weights, reached, run, touched
from runtime.errors import NetwrightError
from runtime.graph import Array

#: The digits of π: numbers that nobody takes for chosen ones.
PI = (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5, 0, 2, 8, 8)
LEFT, RIGHT = 128.0, 352.0
MIDDLE, FOOT = HEIGHT / 2 - 10, HEIGHT - 10
GAP = 8.0


@dataclass(frozen=True)
class Lit:
    """Cells of a sample that are filled, and those that are framed."""

    filled: Array
    framed: Array


def window_picture(cls: type[Layer]) -> Drawing:
    """A window over maps, a sequence or a volume, and the one number that comes of it."""
    settings: dict[str, Any] = {"filters": 1} if any(s.name == "filters" for s in cls.all_settings()) else {}
    return before_and_after(cls, _sample(cls, settings), settings)


def shape_picture(cls: type[Layer]) -> Drawing:
    """The same numbers laid out anew."""
    settings, x = _first_trial(cls)
    return before_and_after(cls, x, settings)


def before_and_after(cls: type[Layer], x: Array, settings: Mapping[str, Any]) -> Drawing:
    """One sample `x`, (1, …), what the layer makes of it, and what belongs together on either side."""
    y = run(cls.type, x, settings=settings)[0]
    sides = _narrowing(cls, x, y, settings) if y.size <= x.size else _widening(cls, x, y, settings)
    written = not has_weights(cls)
    left, start = _blocks(LEFT, x[0], sides[0], written)
    right, end = _blocks(RIGHT, y[0], sides[1], written)
    words = [caption(LEFT, FOOT, _shape(x)), caption(RIGHT, FOOT, _shape(y))]
    alt = f"{cls.type}: {_shape(x)} becomes {_shape(y)}; what is lit on either side belongs together."
    return drawing(alt, _rays(start, end), left, right, arrow((WIDTH / 2 - 12, FOOT), (WIDTH / 2 + 12, FOOT)), words)


def _narrowing(cls: type[Layer], x: Array, y: Array, settings: Mapping[str, Any]) -> tuple[Lit, Lit]:
    """One number of the result, the window that could change it, and in that the numbers that do."""
    at, here = _middle(y), np.zeros(y.shape, bool)
    here[at] = True
    window = touched(cls.type, x, at, 100.0, settings=settings)
    return Lit(touched(cls.type, x, at, settings=settings)[0], window[0]), Lit(here[0], here[0])


def _widening(cls: type[Layer], x: Array, y: Array, settings: Mapping[str, Any]) -> tuple[Lit, Lit]:
    """One number of the sample, and everything that it moves in the larger result."""
    at, here = _middle(x), np.zeros(x.shape, bool)
    here[at] = True
    there = reached(cls.type, x, at, settings=settings)
    return Lit(here[0], here[0]), Lit(there[0], there[0])


# -- numbers to show -----------------------------------------------------------------------------------------------------
def _sample(cls: type[Layer], settings: Mapping[str, Any]) -> Array:
    """As large as its result still fits the picture."""
    sizes: dict[str, list[tuple[int, ...]]] = {
        MAPS: [(1, 1, n, n) for n in ((6, 5, 3) if has_weights(cls) else (4, 3, 2))],
        SEQUENCE: [(1, 8, 1)], VOLUME: [(1, 1, 4, 4, 4)], VECTOR: [(1, 6)],
    }  # fmt: skip
    kind = cls.inputs[0].accepts[0] if MAPS not in cls.inputs[0].accepts else MAPS
    shapes = sizes[kind]
    for shape in shapes:
        if max(run(cls.type, _pi(shape), settings=settings)[0].shape[2:], default=0) <= 6:
            return _pi(shape)
    return _pi(shapes[-1])


def _first_trial(cls: type[Layer]) -> tuple[dict[str, Any], Array]:
    """Settings and a sample that the layer takes: its own trials', the first that gives more than a row if one does."""
    found = [(dict(trial.settings), x) for trial in cls.trials for x in [_taken(cls, trial)] if x is not None]
    tables = [(s, x) for s, x in found if run(cls.type, x, settings=s)[0].ndim > 2 and x.ndim < 5]
    return (tables or found or [({}, _counted((1, 6)))])[0]


def _taken(cls: type[Layer], trial: Trial) -> Array | None:
    """A counted sample that the layer changes with these settings."""
    for shape in (*trial.shapes.values(), (2, 2, 3), (4, 3), (6,)):
        x = _counted((1, *shape))
        try:
            y = run(cls.type, x, settings=trial.settings)[0]
        except NetwrightError:
            continue
        if y.shape != x.shape or not np.array_equal(x, y):
            return x
    return None


def _pi(shape: tuple[int, ...]) -> Array:
    return np.resize(np.asarray(PI, float), shape)


def _counted(shape: tuple[int, ...]) -> Array:
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def _middle(y: Array) -> tuple[int, ...]:
    """The place that is looked at: near the middle, first channel."""
    sides = y.shape[1:]
    return (0, *(0 if axis == 0 and len(sides) > 2 else (n - 1) // 2 for axis, n in enumerate(sides)))


# -- laid out ------------------------------------------------------------------------------------------------------------
def _blocks(middle: float, sample: Array, sides: Lit, written: bool) -> tuple[list[Mark], Array]:
    """A sample as a row, a table, or one table for each channel; and the corners of what is lit."""
    tables, masks, frames = _tables(sample), _tables(sides.filled), _tables(sides.framed)
    count, (rows, columns) = len(tables), tables[0].shape
    deep = sample.ndim == 4
    across = 1 if deep else count
    room = (184.0 - GAP * (across - 1)) / across
    cell = min(32.0, room / columns, (104.0 if deep else 132.0) / rows)
    width = across * columns * cell + (across - 1) * GAP
    # What leads away from one of several tables passes behind the others.
    ground = Ink("panel") if across > 1 else None
    marks: list[Mark] = []
    corners: list[tuple[float, float]] = []
    for k in reversed(range(count)):
        x, y = middle - width / 2 + k * (columns * cell + GAP), MIDDLE - rows * cell / 2
        if deep:
            x, y = middle - width / 2 + (k - count / 2) * 11, y - (k - count / 2) * 8
            marks.append(Path(_corners(x, y, columns * cell, rows * cell), fill=Ink("panel"), closed=True))
        marks += grid(x, y, cell, tables[k], lit(masks[k], ground=ground), written and not deep)
        marks += framed(x, y, cell, frames[k]) if not _scattered(frames[k]) else []
        corners += [(x + (c + d) * cell, y + (r + d) * cell) for r, c in np.argwhere(frames[k]) for d in (0, 1)]
    return marks, np.asarray(corners or [(middle, MIDDLE)])


def _tables(sample: Array) -> list[Array]:
    if sample.ndim == 1:
        return [sample.reshape(1, -1)]
    if sample.ndim == 2:
        return [sample if sample.shape[1] > 1 else sample.T]
    return list(sample[0]) if sample.ndim == 4 else list(sample)


def _corners(x: float, y: float, width: float, height: float) -> tuple[tuple[float, float], ...]:
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


def _scattered(mask: Array) -> bool:
    """Lit cells that are no rectangle get no outline."""
    rows, columns = np.nonzero(mask)
    return bool(len(rows)) and len(rows) != (np.ptp(rows) + 1) * (np.ptp(columns) + 1)


def _rays(start: Array, end: Array) -> list[Mark]:
    """From the window's right edge to the number's left one: what goes in there comes out here."""
    right, left = float(start[:, 0].max()), float(end[:, 0].min())
    pairs = ((start[:, 1].min(), end[:, 1].min()), (start[:, 1].max(), end[:, 1].max()))
    return [Path(((right, float(a)), (left, float(b))), HUE, width=1.0, dashed=True) for a, b in pairs]


def _shape(x: Array) -> str:
    return "×".join(map(str, x.shape[1:])) if x.ndim > 2 else f"{x.shape[1]} number{'s' * (x.shape[1] != 1)}"


# -- several into one ----------------------------------------------------------------------------------------------------
A, B = (3.0, 1.0, 4.0, 1.0), (1.0, 5.0, 2.0, 6.0)


def join_picture(cls: type[Layer]) -> Drawing:
    """Two vectors in, one out, with numbers."""
    a, b = np.asarray([A]), np.asarray([B])
    given = [[a, b]] if cls.inputs[0].many else [a, b]
    y = run(cls.type, *given)[0]
    cell, x = 28.0, 76.0
    tops, end = (28.0, 104.0), HEIGHT / 2 - 14
    marks: list[Mark] = []
    for name, values, top in (("a", a, tops[0]), ("b", b, tops[1])):
        marks += [Words(x - 16, top + cell / 2, name, TEXT, 12.0, mono=True), *grid(x, top, cell, values)]
        marks.append(Path(((x + 4 * cell + 8, top + cell / 2), (256.0, end + cell / 2)), HUE, smooth=True))
    out = min(cell, 180.0 / y.shape[1])
    marks += grid(284.0, end + (cell - out) / 2, out, y, lit(np.ones(y.shape, bool), TINT))
    marks += arrow((256.0, end + cell / 2), (278.0, end + cell / 2), HUE)
    words = [caption(284.0 + y.shape[1] * out / 2, end + cell + 16, cls.formula or "y")]
    return drawing(f"{cls.type}: {_listed(a)} and {_listed(b)} become {_listed(y)}.", marks, words)


def _listed(x: Array) -> str:
    return "(" + ", ".join(f"{v:g}" for v in x.ravel()) + ")"
