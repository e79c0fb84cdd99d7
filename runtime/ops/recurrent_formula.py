"""RNN, GRU and LSTM with whatever they may carry, as one plain Scan per direction, which `scan_gradient` goes back over.

The hand-made cells (`recurrent_cell`) know the usual functions alone and are faster. Here is the rest: other activations,
a clip, peepholes, a coupled forget gate, and sequences of their own lengths: past its length a sequence's states stay and
its y is zero. Walked from the end, it so begins with its own last element, as ``reverse`` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.graph import Graph, Value
from runtime.ops.control import scan
from runtime.ops.recurrent import Activation, Settings
from runtime.ops.recurrent_cell import cut, filled, length, slice_of, state_like
from runtime.ops.registry import Site, ints


@dataclass(frozen=True)
class Parts:
    """What a step reads from outside, for one direction.

    `r` (rows, H) and `bias` (1, rows) beside the state are cut into the gates' groups; `peepholes` are the three of an LSTM,
    (1, H) each, or none.
    """

    r: Sequence[Value]
    bias: Sequence[Value]
    peepholes: Sequence[Value]
    functions: Sequence[Activation]
    site: Site


#: The new states from W x + b (N, gates · H) and the states (N, H); the first is the output.
Step = Callable[[Graph, Parts, Value, Sequence[Value]], Sequence[Value]]


@dataclass(frozen=True)
class Recipe:
    """An operator's step, its usual activations, the groups of its gates (in units of H), and how many states it carries."""

    step: Step
    usual: Sequence[str]
    groups: Sequence[int]
    states: int


def written_out(g: Graph, at: Site, recipe: Recipe) -> list[Value]:
    """The operator's outputs (of layout 0) by plain operators: y (T, D, N, H) and the last states (D, N, H)."""
    chosen = settings_of(at).functions(recipe.usual)
    live = _live(g, at) if at.has(4) else None
    walks = [
        _walk(g, at, recipe, d, chosen[d], backwards, live) for d, backwards in enumerate(settings_of(at).ways)
    ]
    y, *last = zip(*walks, strict=True)
    return [_stacked(g, y, 1), *(_stacked(g, parts, 0) for parts in last)]


def settings_of(at: Site) -> Settings:
    return Settings(**{n: v for n, v in at.op.attributes.items() if n in Settings.__dataclass_fields__})


def _walk(
    g: Graph, at: Site, recipe: Recipe, d: int, functions: Sequence[Activation], backwards: bool, live: Value | None
) -> Sequence[Value]:
    """One direction: y (T, N, H) and the last states (N, H)."""
    hidden = length(at.input(2), 2)
    sizes = [hidden * n for n in recipe.groups]
    wide = sum(sizes)
    bias, inner = cut(g, _row(g, at, 3, d, 2 * wide), [wide, wide], 1)
    peepholes = cut(g, _row(g, at, 7, d, 3 * hidden), [hidden] * 3, 1) if at.has(7) else []
    parts = Parts(cut(g, _of(g, at.input(2), d), sizes, 0), cut(g, inner, sizes, 1), peepholes, functions, at)
    sequence = g.Add(g.MatMul(at.x, g.Transpose(_of(g, at.input(1), d), perm=[1, 0])), bias)
    zeros = filled(g, 0, at.x, ["N", hidden])
    first = [_of(g, at.input(5 + i), d) if at.has(5 + i) else zeros for i in range(recipe.states)]
    body = g.body("step")
    states = [state_like(body, "state", value) for value in first]
    sequences = [sequence, *([live] if live else [])]
    x, *mask = (slice_of(body, "slice", value) for value in sequences)
    body.outputs = _masked(body, states, recipe.step(body, parts, x, states), *mask)
    *last, y = scan(g, body, first, sequences, reverse=backwards)
    return y, *last


def _masked(body: Graph, old: Sequence[Value], new: Sequence[Value], live: Value | None = None) -> list[Value]:
    """The body's outputs: the states, and y; where a sequence is not `live` (N, 1) the old states, and zero."""
    if live is None:
        return [*new, body.Identity(new[0])]
    zero = body.constant(0, new[0].dtype, "zero")
    return [*(body.Where(live, a, b) for a, b in zip(new, old, strict=True)), body.Where(live, new[0], zero)]


def _live(g: Graph, at: Site) -> Value:
    """(T, N, 1): whether a sequence reaches the step."""
    ones = filled(g, 1, at.x, ["T", "N", 1])
    count = g.CumSum(ones, g.constant(0, "int64", "axis"), exclusive=1)
    result: Value = g.Less(count, g.Unsqueeze(g.CastLike(at.input(4), count), ints(g, [1])))
    return result


def _of(g: Graph, value: Value, d: int) -> Value:
    """One direction's part."""
    result: Value = g.Gather(value, g.constant(d, "int64", "direction"), axis=0)
    return result


def _row(g: Graph, at: Site, index: int, d: int, wide: int) -> Value:
    """One direction's part of an optional input (D, wide), as a row; zeros where there is none."""
    shape = ints(g, [1, wide], "shape")
    if at.has(index):
        return g.Reshape(_of(g, at.input(index), d), shape)  # type: ignore[no-any-return]
    return g.Expand(g.constant(0, at.x.dtype, "zero"), shape)  # type: ignore[no-any-return]


def _stacked(g: Graph, parts: Sequence[Value], axis: int) -> Value:
    single = [g.Unsqueeze(part, ints(g, [axis])) for part in parts]
    result: Value = single[0] if len(single) == 1 else g.Concat(*single, axis=axis)
    return result


# -- the activations -----------------------------------------------------------------------------------------------------
def _affine(g: Graph, x: Value, a: float, b: float) -> Value:
    result: Value = g.Add(g.Mul(x, a), b)
    return result


def _thresholded(g: Graph, x: Value, a: float) -> Value:
    result: Value = g.Where(g.Less(x, a), g.constant(0, x.dtype, "zero"), x)
    return result


def _scaled_tanh(g: Graph, x: Value, a: float, b: float) -> Value:
    result: Value = g.Mul(g.Tanh(g.Mul(x, b)), a)
    return result


#: Those that are no operator of ONNX with the same name and numbers.
_WRITTEN: Mapping[str, Callable[..., Value]] = {
    "Affine": _affine, "ThresholdedRelu": _thresholded, "ScaledTanh": _scaled_tanh,
}  # fmt: skip


def activated(g: Graph, function: Activation, x: Value) -> Value:
    """The function of x, in operators."""
    if function.clip is not None:
        bounds = [g.constant(limit, x.dtype, "limit") for limit in (-function.clip, function.clip)]
        x = g.Clip(x, *bounds)
    if function.name in _WRITTEN:
        return _WRITTEN[function.name](g, x, *function.numbers)
    attributes: dict[str, Any] = dict(zip(("alpha", "beta"), function.numbers, strict=False))
    result: Value = g.emit(function.name, [x], **attributes)
    return result
