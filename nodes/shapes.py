"""The shape of one sample: what the layers that reshape, cut and combine share."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.layer import LayerError, sample_shape
from runtime.graph import Value


def sides(x: Value) -> tuple[int, ...]:
    """The sides of one sample as numbers. Raises `LayerError` where one is known at run time only."""
    known = tuple(d for d in x.shape[1:] if isinstance(d, int))
    if len(known) < x.rank - 1:
        raise LayerError(f"its input is {sample_shape(x)} per sample, and a side of it is open: give Input a fixed shape.")
    return known


def axis_of(x: Value, axis: int) -> int:
    """`axis` of a sample (1 is the first, −1 the last) as an axis of the batch. Raises `LayerError` if there is none."""
    count = x.rank - 1
    if axis == 0 or abs(axis) > count:
        numbers = "1 (or −1)" if count == 1 else f"1 to {count}, or −1 to −{count} from the back"
        raise LayerError(f"its input is {sample_shape(x)} per sample and has no axis {axis}: choose {numbers}.")
    return axis if axis > 0 else x.rank + axis


def check_combine(type: str, xs: Sequence[Value]) -> None:
    """The broadcasting rule of all layers that combine number by number. Raises `LayerError` with every shape.

    Inputs have as many sides as each other, and equal ones, or a side of 1 where another has more: there the input is
    repeated. So C×1×1 meets C×H×W map by map, and 1×H×W meets it place by place.
    """
    per_side = zip(*(x.shape[1:] for x in xs), strict=False)
    ranks = {x.rank for x in xs}
    if len(ranks) == 1 and all(len(set(side) - {1}) <= 1 for side in per_side):
        return
    shapes = " and ".join(dict.fromkeys(sample_shape(x) for x in xs))
    remedy = "make them the same" if len(ranks) == 1 else "insert a Reshape that gives the smaller one sides of 1"
    raise LayerError(f"its inputs are {shapes}, and {type} takes equal shapes (a side of 1 is repeated): {remedy}.")
