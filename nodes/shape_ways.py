"""Ways from one shape to another: rows of layers that turn a value of one kind into another, or make two values alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isqrt, prod
from typing import Any

from nodes.layer import INDICES, MAPS, SEQUENCE, VECTOR, VOLUME, Port, kind_of
from runtime.graph import Value

#: Layers in a row, each a type with its settings.
Layers = Sequence[tuple[str, Mapping[str, Any]]]
Sides = tuple[int, ...]

FLATTEN: Layers = (("Flatten", {}),)
GLOBAL_POOL: Layers = (("GlobalAveragePool", {}),)


def ways(value: Value, port: Port) -> list[Layers]:
    """Rows of layers that turn `value` into what `port` takes, the most usual first; none where a side is open."""
    sides = _sides(value)
    for wanted in port.accepts if sides else ():
        way = WAYS.get((kind_of(value), wanted))
        if way is not None:
            return way(sides)
    return []


def _sides(value: Value) -> Sides:
    known = tuple(d for d in value.shape[1:] if isinstance(d, int))
    return known if len(known) == value.rank - 1 else ()


def _to_vector(sides: Sides) -> list[Layers]:
    """All numbers in a row, or one number for each channel where there are several."""
    channels = sides[-1] if len(sides) == 2 else sides[0]
    return [FLATTEN, GLOBAL_POOL] if channels > 1 and prod(sides) > channels else [FLATTEN]


def _reshape(*sides: int) -> Layers:
    return (("Reshape", {"shape": sides}),)


def _square_maps(sides: Sides) -> list[Layers]:
    """A vector as a square picture, grey or in three colours; else as maps of one place."""
    count = sides[0]
    for channels in (1, 3):
        side = isqrt(count // channels)
        if side > 1 and channels * side * side == count:
            return [_reshape(channels, side, side)]
    return [_reshape(count, 1, 1)]


def _steps_of_places(sides: Sides) -> list[Layers]:
    """Maps as a sequence: a grey picture row by row; of several channels, a step for each place."""
    channels, height, width = sides
    if channels == 1:
        return [_reshape(height, width)]
    return [(("Permute", {"order": (2, 3, 1)}), ("Reshape", {"shape": (height * width, channels)}))]


WAYS: dict[tuple[str, str], Callable[[Sides], list[Layers]]] = {
    (MAPS, VECTOR): _to_vector,
    (SEQUENCE, VECTOR): _to_vector,
    (VOLUME, VECTOR): _to_vector,
    (VECTOR, MAPS): _square_maps,
    (VECTOR, SEQUENCE): lambda sides: [_reshape(sides[0], 1)],
    (SEQUENCE, MAPS): lambda sides: [_reshape(1, *sides)],
    (MAPS, SEQUENCE): _steps_of_places,
    (MAPS, VOLUME): lambda sides: [_reshape(1, *sides)],
    (VOLUME, MAPS): lambda sides: [_reshape(sides[0] * sides[1], *sides[2:])],
}


# -- two values alike ----------------------------------------------------------------------------------------------------
def ways_to_match(value: Value, goal: Value) -> list[Layers]:
    """Rows of layers that could give `value` the shape of `goal`. Whether they do is for the caller to try."""
    have, want = _sides(value), _sides(goal)
    if not have or not want or have == want or INDICES in (kind_of(value), kind_of(goal)):
        return []
    if len(have) == len(want) == 3:
        return [*_turned(have, want), *_projected(have, want), *_pooled(have, want)]
    if len(have) == len(want):
        return [*_turned(have, want), (("Dense", {"units": want[-1]}),)]
    return [*_turned(have, want), *([_reshape(*have, 1, 1)] if len(have) == 1 and len(want) == 3 else [])]


def _turned(have: Sides, want: Sides) -> list[Layers]:
    """The same numbers in another order of axes, or in another shape."""
    if prod(have) != prod(want):
        return []
    if sorted(have) == sorted(want) and len(have) == len(set(have)) > 1:
        return [(("Permute", {"order": tuple(have.index(d) + 1 for d in want)}),)]
    return [_reshape(*want)]


def _projected(have: Sides, want: Sides) -> list[Layers]:
    """A 1×1 convolution gives the channels; with a stride, smaller sides too."""
    stride = tuple(-(-h // w) for h, w in zip(have[1:], want[1:], strict=True))
    reached = tuple((h - 1) // s + 1 for h, s in zip(have[1:], stride, strict=True))
    if reached != want[1:]:
        return []
    return [(("Conv2D", {"filters": want[0], "kernel_size": (1, 1)} | ({"stride": stride} if max(stride) > 1 else {})),)]


def _pooled(have: Sides, want: Sides) -> list[Layers]:
    """Pooling brings larger maps to the others' size, where it is a whole factor."""
    if have[1:] == want[1:] or any(h % w for h, w in zip(have[1:], want[1:], strict=True)):
        return []
    window = tuple(h // w for h, w in zip(have[1:], want[1:], strict=True))
    return [(("MaxPool2D", {"kernel_size": window, "stride": window}),)]
