"""What the augmentation layers share: draws per sample, and places of a picture turned, stretched and slanted."""

from __future__ import annotations

import numpy as np

from nodes.layer import setting
from nodes.windows import image_size
from runtime.graph import Graph, Value
from runtime.ops.random import uniform
from runtime.ops.sampling import bilinear

#: What stands where a moved picture leaves a gap, and what ONNX calls it.
FILLS = {"zeros": "constant", "edge": "edge"}
Entry = Value | float


def fill_setting() -> str:
    """The setting that all layers have which move a picture."""
    chosen: str = setting("zeros", choices=tuple(FILLS), help="What stands in the gaps: 0, or the picture's edge repeated.")
    return chosen


def amount(g: Graph, x: Value, what: str, low: float, high: float, by_channel: bool = False) -> Value:
    """One number from U(low, high) for each sample, (N, 1, …) of x's rank; `by_channel` one for each map, (N, C, 1, 1).

    Drawn from the counters of (this layer, `what`, update): both engines and a resumed run draw the same.
    """
    axes = list(range(2 if by_channel else 1, x.rank))
    bounds = ([0] * len(axes), [1] * len(axes), axes)
    like = g.Slice(x, *(g.constant(numbers, "int64", "bounds") for numbers in bounds))
    drawn = uniform(g, like, g.random_key(f"{g.where.layer}/{what}"), g.step())
    result: Value = g.Add(g.Mul(drawn, high - low), low)
    return result


def whole_amount(g: Graph, x: Value, what: str, count: int) -> Value:
    """One of 0, 1 … count − 1 for each sample, all equally likely: int64 (N, 1, 1, 1)."""
    result: Value = g.Cast(g.Floor(amount(g, x, what, 0, count)), to=_type(np.int64))
    return result


def offsets(g: Graph, x: Value) -> tuple[Value, Value]:
    """How far each row and column lies from the middle of the maps, in pixels: (1, 1, H, 1) and (1, 1, 1, W)."""
    height, width = image_size(x)
    rows, columns = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    return g.constant(rows.reshape(1, 1, -1, 1), x.dtype, "rows"), g.constant(columns.reshape(1, 1, 1, -1), x.dtype, "columns")


def read_linearly(g: Graph, x: Value, matrix: tuple[tuple[Entry, Entry], tuple[Entry, Entry]], fill: str) -> Value:
    """y at p = x at centre + A (p − centre), p = (row, column): A turns, stretches or slants about the middle.

    The entries of A are (N, 1, 1, 1) or numbers. Between pixels x is read bilinearly.
    """
    height, width = image_size(x)
    rows, columns = (_row(g, row, offsets(g, x)) for row in matrix)
    middle = ((height - 1) / 2, (width - 1) / 2)
    return bilinear(g, x, g.Add(rows, middle[0]), g.Add(columns, middle[1]), FILLS[fill])


def _row(g: Graph, entries: tuple[Entry, Entry], offset: tuple[Value, Value]) -> Value:
    """a · row + b · column; a term whose factor is the number 0 is left out."""
    terms = [o if e == 1 else g.Mul(o, e) for e, o in zip(entries, offset, strict=True) if e != 0]
    result: Value = g.Add(*terms) if len(terms) > 1 else terms[0]
    return result


def _type(dtype: type) -> int:
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
