"""Drawn cases for every gradient rule, keyed by operator. A rule without a case here fails the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from onnx import TensorProto, helper

from runtime.graph import OPSET, Array, Graph, Value
from runtime.ops import windows
from tests.runtime.ops.support import Case, spread

Draw = Callable[..., Any]
CASES: dict[str, st.SearchStrategy[Case]] = {}


def case(*op_types: str) -> Callable[[Callable[..., Case]], Callable[..., Case]]:
    """Register a maker ``make(draw, rng) -> Case`` (with several names: ``make(draw, rng, op_type)``)."""

    def register(make: Callable[..., Case]) -> Callable[..., Case]:
        for op_type in op_types:
            CASES[op_type] = _strategy(make, op_type if len(op_types) > 1 else None)
        return make

    return register


def _strategy(make: Callable[..., Case], op_type: str | None) -> st.SearchStrategy[Case]:
    @st.composite
    def drawn(draw: Draw) -> Case:
        rng = np.random.default_rng(draw(st.integers(0, 1000)))
        return make(draw, rng) if op_type is None else make(draw, rng, op_type)

    return drawn()


def small(draw: Draw, low: int = 1, high: int = 4) -> int:
    return int(draw(st.integers(low, high)))


def dims(draw: Draw, low: int = 1, high: int = 3) -> list[int]:
    return [small(draw) for _ in range(small(draw, low, high))]


def maybe(draw: Draw) -> bool:
    return bool(draw(st.booleans()))


def whole(g: Graph, numbers: Any) -> Value:
    return g.constant(numbers, "int64", "numbers")


def axis_of(draw: Draw, rank: int) -> int:
    return int(draw(st.integers(-rank, rank - 1)))


# -- elementwise -----------------------------------------------------------------------------------------------------
POSITIVE = {"Log", "Sqrt", "Reciprocal"}


@case("Identity", "Neg", "Exp", "Log", "Sqrt", "Abs", "Reciprocal", "Sin", "Cos", "Relu", "Sigmoid", "Tanh", "Softplus")
def one_input(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    x = spread(rng, *dims(draw))
    return Case([np.abs(x) + 0.1 if op_type in POSITIVE else x], lambda g, a: g.emit(op_type, [a]), [0])


@case("Add", "Sub", "Mul", "Div", "Min", "Max")
def two_inputs(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    a, b = broadcastable(draw, rng)
    if op_type in ("Min", "Max"):
        b = b + 0.0077
    return Case([a, np.abs(b) + 0.5 if op_type == "Div" else b], lambda g, x, y: g.emit(op_type, [x, y]))


def broadcastable(draw: Draw, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two arrays whose shapes broadcast: ones and missing leading axes on either side."""
    full = dims(draw)
    pair = []
    for _ in range(2):
        shape = [1 if maybe(draw) else d for d in full][small(draw, 0, len(full)) :]
        pair.append(spread(rng, *shape))
    return pair[0], pair[1]


@case("Pow")
def power(draw: Draw, rng: np.random.Generator) -> Case:
    exponent = draw(st.sampled_from([2.0, 3.0, 0.5, -1.0, None]))
    if exponent is None:
        base, power = broadcastable(draw, rng)
        return Case([np.abs(base) + 0.3, power], lambda g, x, b: g.Pow(x, b))
    return Case([np.abs(spread(rng, *dims(draw))) + 0.3], lambda g, x: g.Pow(x, exponent), [0])


@case("Sum")
def total(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    return Case([spread(rng, *shape), spread(rng, *shape[1:]), spread(rng, *shape)], lambda g, *xs: g.Sum(*xs))


@case("LeakyRelu", "Elu")
def sloped(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    alpha = draw(st.sampled_from([None, 0.25, 0.5]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.emit(op_type, [x], alpha=alpha), [0])


@case("HardSigmoid")
def hard_sigmoid(draw: Draw, rng: np.random.Generator) -> Case:
    alpha, beta = draw(st.sampled_from([(None, None), (0.5, 0.25)]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.HardSigmoid(x, alpha=alpha, beta=beta), [0])


@case("Clip")
def clip(draw: Draw, rng: np.random.Generator) -> Case:
    low, high = draw(st.sampled_from([(-0.51234, 0.71234), (None, 0.31234), (-0.31234, None), (None, None)]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.Clip(x, low, high), [0])


@case("Softmax", "LogSoftmax")
def softmax(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    shape = dims(draw)
    axis = axis_of(draw, len(shape))
    return Case([spread(rng, *shape)], lambda g, x: g.emit(op_type, [x], axis=axis), [0])


@case("Cast")
def cast(draw: Draw, rng: np.random.Generator) -> Case:
    def there_and_back(g: Graph, x: Value) -> Value:
        result: Value = g.Cast(g.Cast(x, to=TensorProto.DOUBLE), to=helper.np_dtype_to_tensor_dtype(x.dtype))
        return result

    return Case([spread(rng, *dims(draw))], there_and_back, [0])


@case("CastLike")
def cast_like(draw: Draw, rng: np.random.Generator) -> Case:
    return Case([spread(rng, *dims(draw))], lambda g, x: g.CastLike(x, x), [0])


@case("Where")
def where(draw: Draw, rng: np.random.Generator) -> Case:
    a, b = broadcastable(draw, rng)
    mask = rng.random(np.broadcast_shapes(a.shape, b.shape)) < 0.5
    return Case([a, b], lambda g, x, y: g.Where(g.constant(mask), x, y))


# -- linear ----------------------------------------------------------------------------------------------------------
@case("MatMul")
def matmul(draw: Draw, rng: np.random.Generator) -> Case:
    n, m, k = small(draw), small(draw), small(draw)
    batch = dims(draw, 0, 2)
    left = [1 if maybe(draw) else d for d in batch][small(draw, 0, len(batch)) :]
    shapes: list[tuple[list[int], list[int]]] = [
        ([n, k], [k, m]), ([*left, n, k], [*batch, k, m]), ([*batch, n, k], [k, m]), ([n, k], [*batch, k, m]),
        ([k], [*batch, k, m]), ([*batch, n, k], [k]), ([k], [k]),
    ]
    a, b = draw(st.sampled_from(shapes))
    symbolic = [0] if len(a) > 1 and len(b) <= 2 and maybe(draw) else []
    return Case([spread(rng, *a), spread(rng, *b)], lambda g, x, y: g.MatMul(x, y), symbolic)


@case("Gemm")
def gemm(draw: Draw, rng: np.random.Generator) -> Case:
    n, m, k, ta, tb = small(draw), small(draw), small(draw), small(draw, 0, 1), small(draw, 0, 1)
    c = draw(st.sampled_from([None, [n, m], [m], [1, m], [n, 1], [1], []]))
    alpha, beta = draw(st.sampled_from([(None, None), (0.5, 2.0)]))
    arrays = [spread(rng, *([k, n] if ta else [n, k])), spread(rng, *([m, k] if tb else [k, m]))]
    arrays += [] if c is None else [spread(rng, *c)]
    symbolic = [0] if not ta and maybe(draw) else []
    return Case(arrays, lambda g, *xs: g.Gemm(*xs, transA=ta, transB=tb, alpha=alpha, beta=beta), symbolic)


# -- reductions ------------------------------------------------------------------------------------------------------
@case("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare")
def reduction(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    shape, keep = dims(draw), small(draw, 0, 1)
    axes = draw(st.one_of(st.none(), st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True)))
    if axes and maybe(draw):
        axes = [a - len(shape) for a in axes]

    opset, symbolic = draw(st.sampled_from([17, 18])), [0] if maybe(draw) else []
    return Case([spread(rng, *shape)], lambda g, x: reduced(g, op_type, x, axes, keep), symbolic, opset)


def reduced(g: Graph, op_type: str, x: Value, axes: list[int] | None, keep: int) -> Value:
    """A reduction with its axes as an attribute, or (ReduceSum, and all from opset 18 on) as an input."""
    if op_type == "ReduceSum" or g.opset >= 18:
        result: Value = g.emit(op_type, [x] if axes is None else [x, whole(g, axes)], keepdims=keep)
    else:
        result = g.emit(op_type, [x], axes=axes, keepdims=keep)
    return result


@case("GlobalAveragePool", "GlobalMaxPool")
def global_pool(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    x = spread(rng, 2, small(draw), *dims(draw))
    return Case([x], lambda g, a: g.emit(op_type, [a]), [0] if maybe(draw) else [])


# -- shapes ----------------------------------------------------------------------------------------------------------
@case("Reshape")
def reshape(draw: Draw, rng: np.random.Generator) -> Case:
    target = draw(st.sampled_from([[-1], [0, -1], [-1, 2, 3], [6, -1], [0, 0, -1]]))
    return Case([spread(rng, small(draw), 3, 4)], lambda g, x: g.Reshape(x, whole(g, target)), [0])


@case("Flatten")
def flatten(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    axis = small(draw, -len(shape), len(shape))
    return Case([spread(rng, *shape)], lambda g, x: g.Flatten(x, axis=axis), [0])


@case("Squeeze")
def squeeze(draw: Draw, rng: np.random.Generator) -> Case:
    shape = [small(draw), 1, small(draw, 2), 1]
    axes = draw(st.sampled_from([[1], [3], [-1], [1, -1]]))
    return Case([spread(rng, *shape)], lambda g, x: g.Squeeze(x, whole(g, axes)), [0])


@case("Unsqueeze")
def unsqueeze(draw: Draw, rng: np.random.Generator) -> Case:
    axes = draw(st.sampled_from([[0], [1], [-1], [0, 2]]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.Unsqueeze(x, whole(g, axes)), [0])


@case("Transpose")
def transpose(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    perm = draw(st.one_of(st.none(), st.permutations(range(len(shape)))))
    return Case([spread(rng, *shape)], lambda g, x: g.Transpose(x, perm=perm), [0])


@case("Concat")
def concat(draw: Draw, rng: np.random.Generator) -> Case:
    shape, count = dims(draw), small(draw, 1, 3)
    axis = axis_of(draw, len(shape))
    arrays = []
    for _ in range(count):
        shape[axis] = small(draw)
        arrays.append(spread(rng, *shape))
    symbolic = [0] if axis % len(shape) == 0 or count == 1 else range(count)
    return Case(arrays, lambda g, *xs: g.Concat(*xs, axis=axis), symbolic)


@case("Split")
def split(draw: Draw, rng: np.random.Generator) -> Case:
    """Three parts, of which one stays unused, or two of equal length without saying so."""
    lengths = draw(st.sampled_from([[1, 2, 1], [2, 1, 3], None]))
    axis = draw(st.sampled_from([1, -1]))

    def build(g: Graph, x: Value) -> Value:
        if lengths is None:
            first, second = g.Split(x, outputs=2, axis=axis, num_outputs=2 if g.opset >= 18 else None)
            result: Value = g.Mul(first, second)
        else:
            parts = g.Split(x, whole(g, lengths), outputs=3, axis=axis)
            result = g.Exp(parts[0 if maybe_first else 2])
        return result

    maybe_first = maybe(draw)
    return Case([spread(rng, small(draw), sum(lengths or [4]))], build, [0])


@case("Slice")
def slice_(draw: Draw, rng: np.random.Generator) -> Case:
    bounds = draw(st.sampled_from([
        ([1], [3], [1], [1]), ([-3], [-1], [-1], None), ([0, 1], [2, 100], [1, 2], None), ([100], [-100], [1], [-1]),
        ([3], [0], [2], [-2]), ([0], [4], [2], [3]), ([0], [1], [0], [1]),
    ]))
    arrays = [b for b in bounds if b is not None]
    symbolic = [0] if maybe(draw) else []
    return Case([spread(rng, small(draw), 4, 5)], lambda g, x: g.Slice(x, *[whole(g, a) for a in arrays]), symbolic)


@case("Pad")
def pad(draw: Draw, rng: np.random.Generator) -> Case:
    mode = draw(st.sampled_from(["constant", "reflect", "edge"]))
    low = -1 if mode == "constant" else 0
    pads = [0, small(draw, low, 2), small(draw, low, 2), 0, small(draw, low, 2), small(draw, low, 2)]
    return Case([spread(rng, small(draw), 3, 4)], lambda g, x: g.Pad(x, whole(g, pads), mode=mode), [0])


@case("Expand")
def expand(draw: Draw, rng: np.random.Generator) -> Case:
    shape, target = draw(st.sampled_from([
        ([1, 3], [4, 3]), ([3, 1], [2, 1, 4]), ([3], [2, 3]), ([], [2, 2]), ([2, 3], [1]), ([1, 1], [2, 3, 4]),
    ]))
    return Case([spread(rng, *shape)], lambda g, x: g.Expand(x, whole(g, target)))


@case("Tile")
def tile(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    repeats = [small(draw, 1, 3) for _ in shape]
    return Case([spread(rng, *shape)], lambda g, x: g.Tile(x, whole(g, repeats)), [0] if maybe(draw) else [])


@case("Gather")
def gather(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    axis = axis_of(draw, len(shape))
    indices = rng.integers(-shape[axis], shape[axis], dims(draw, 0, 2))
    symbolic = [0] if maybe(draw) else []
    return Case([spread(rng, *shape)], lambda g, x: g.Gather(x, whole(g, indices), axis=axis), symbolic)


@case("GatherElements")
def gather_elements(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    axis = axis_of(draw, len(shape))
    counts = [small(draw) if i == axis % len(shape) else small(draw, 1, d) for i, d in enumerate(shape)]
    indices = rng.integers(-shape[axis], shape[axis], counts)
    return Case([spread(rng, *shape)], lambda g, x: g.GatherElements(x, whole(g, indices), axis=axis))


@case("ScatterElements")
def scatter_elements(draw: Draw, rng: np.random.Generator) -> Case:
    reduction = draw(st.sampled_from(["none", "add", "mul", "max", "min"]))
    rows, updates = small(draw, 2), small(draw, 1, 2)
    indices = np.stack([rng.permutation(rows)[:updates] for _ in range(3)], axis=1)
    if reduction != "none":
        indices = rng.integers(-rows, rows, (updates, 3))

    def build(g: Graph, x: Value, u: Value) -> Value:
        result: Value = g.ScatterElements(x, whole(g, indices), u, axis=0, reduction=reduction)
        return result

    opset = 18 if reduction in ("max", "min") else OPSET
    return Case([spread(rng, rows, 4), 1.0137 * spread(rng, updates, 3)], build, opset=opset)


# -- convolution and pooling -----------------------------------------------------------------------------------------
def window(draw: Draw, axes: int, dilate: bool = True) -> dict[str, list[int]]:
    """Kernel, strides, dilations and (as often as not) pads that fit any map of five or more."""
    kernel = [small(draw, 1, 3) for _ in range(axes)]
    dilations = [small(draw, 1, 2) if dilate else 1 for _ in range(axes)]
    found = {"kernel_shape": kernel, "strides": [small(draw, 1, 3) for _ in range(axes)]}
    if maybe(draw):
        found["strides"] = [1] * axes
    if maybe(draw):
        found["pads"] = [small(draw, 0, k - 1) for k in kernel * 2]
    return {**found, "dilations": dilations} if dilate else found


def automatic(draw: Draw, attributes: dict[str, Any]) -> dict[str, Any]:
    """Sometimes let ONNX find the pads.

    Then without dilations (not every runtime knows both together), and no stride longer than the kernel (where ONNX
    Runtime shifts a SAME window by a negative pad, against the standard).
    """
    mode = draw(st.sampled_from([None, None, "SAME_UPPER", "SAME_LOWER", "VALID"]))
    if mode is None:
        return attributes
    attributes["strides"] = [min(s, k) for s, k in zip(attributes["strides"], attributes["kernel_shape"], strict=True)]
    return {**{k: v for k, v in attributes.items() if k not in ("pads", "dilations")}, "auto_pad": mode}


@case("Conv")
def conv(draw: Draw, rng: np.random.Generator) -> Case:
    axes, group = draw(st.sampled_from([1, 2, 2, 2, 3])), draw(st.sampled_from([1, 1, 2, 3]))
    channels, filters = group * small(draw, 1, 2), group * small(draw, 1, 2)
    attributes = automatic(draw, {**window(draw, axes), "group": group})
    size = [small(draw, 5, 7 if axes < 3 else 5) for _ in range(axes)]
    x = spread(rng, 2, channels, *size)
    w = spread(rng, filters, channels // group, *attributes["kernel_shape"])
    bias = [spread(rng, filters)] if maybe(draw) else []
    return Case([x, w, *bias], lambda g, *xs: g.Conv(*xs, **attributes), [0] if maybe(draw) else [])


@case("ConvTranspose")
def conv_transpose(draw: Draw, rng: np.random.Generator) -> Case:
    axes, group = draw(st.sampled_from([1, 2])), draw(st.sampled_from([1, 2]))
    channels, filters = group * small(draw, 1, 2), small(draw, 1, 2)
    attributes: dict[str, Any] = {**window(draw, axes), "group": group}
    if maybe(draw):
        # (less than the stride: ONNX Runtime takes no more, whatever the dilation)
        attributes["output_padding"] = [small(draw, 0, s - 1) for s in attributes["strides"]]
    x = spread(rng, 2, channels, *[small(draw, 3, 4) for _ in range(axes)])
    w = spread(rng, channels, filters, *attributes["kernel_shape"])
    bias = [spread(rng, filters * group)] if maybe(draw) else []
    return Case([x, w, *bias], lambda g, *xs: g.ConvTranspose(*xs, **attributes), [0] if maybe(draw) else [])


def rounded(draw: Draw, attributes: dict[str, Any], size: list[int]) -> dict[str, Any]:
    """Sometimes ceil_mode, but no window beginning in the padding: opset 17's shape inference counts that one."""
    if "auto_pad" in attributes or maybe(draw):
        return attributes
    strides, dilations, pads = (attributes.get(name) for name in ("strides", "dilations", "pads"))
    w = windows.window(size, attributes["kernel_shape"], strides, dilations, pads)
    axes = zip(size, w.before, w.after, w.span, w.strides, strict=True)
    careless = tuple(-(-(n + b + a - r) // s) + 1 for n, b, a, r, s in axes)
    return {**attributes, "ceil_mode": 1} if careless == windows.output_size(size, w, True) else attributes


@case("MaxPool")
def max_pool(draw: Draw, rng: np.random.Generator) -> Case:
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    size = [small(draw, 5, 6) for _ in range(axes)]
    attributes = rounded(draw, automatic(draw, window(draw, axes)), size)
    x = spread(rng, 2, 2, *size)
    return Case([x], lambda g, a: g.MaxPool(a, **attributes), [0] if maybe(draw) else [])


@case("AveragePool")
def average_pool(draw: Draw, rng: np.random.Generator) -> Case:
    size = [6, 6] if maybe(draw) else [small(draw, 5, 7), small(draw, 5, 7)]
    attributes = rounded(draw, automatic(draw, window(draw, 2, dilate=False)), size)
    if maybe(draw):
        attributes = {"kernel_shape": [2, 3], "strides": [2, 3]}
    attributes["count_include_pad"] = small(draw, 0, 1)
    return Case([spread(rng, 2, 2, *size)], lambda g, a: g.AveragePool(a, **attributes), [0] if maybe(draw) else [])


from tests.runtime.ops import (  # noqa: E402  # the cases of other families add themselves
    cases_activation,  # noqa: F401
    cases_moving,  # noqa: F401
    cases_normalization,  # noqa: F401
    cases_product,  # noqa: F401
    cases_recurrent,  # noqa: F401
)
