"""Drawn cases: numbers put elsewhere, chosen, resized, sampled."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from runtime.graph import OPSET, Graph, Value
from tests.runtime.ops.cases import Draw, axis_of, case, dims, maybe, small, whole
from tests.runtime.ops.support import Case, spread


@case("Resize")
def resize(draw: Draw, rng: np.random.Generator) -> Case:
    """Every mode, up and down; by sizes without a symbolic batch, by scales with one."""
    mode = draw(st.sampled_from(["nearest", "linear", "linear", "cubic"]))
    where = draw(st.sampled_from(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]))
    attributes: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": where}
    if mode == "nearest":
        attributes["nearest_mode"] = draw(st.sampled_from(["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]))
    if mode == "cubic" and where != "align_corners":
        attributes["exclude_outside"] = small(draw, 0, 1)
    shape = [2, small(draw, 1, 2), small(draw, 3), small(draw, 3)]
    sizes = draw(st.sampled_from([None, [6, 5], [2, 7], [3, 3]]))
    scales = draw(st.sampled_from([[2.0, 2.0], [2.0, 3.0], [1.0, 0.5], [0.6, 1.6]]))

    def build(g: Graph, x: Value) -> Value:
        if sizes is None:
            result: Value = g.Resize(x, None, g.constant([1, 1, *scales], "float32", "scales"), **attributes)
        else:
            result = g.Resize(x, None, None, whole(g, [*shape[:2], *sizes]), **attributes)
        return result

    return Case([spread(rng, *shape)], build, [0] if sizes is None and maybe(draw) else [])


@case("DepthToSpace", "SpaceToDepth")
def depth_and_space(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    b = small(draw, 1, 3)
    shape = [2, small(draw, 1, 2), 2, 3]
    attributes: dict[str, Any] = {"blocksize": b}
    if op_type == "DepthToSpace":
        shape[1] *= b * b
        attributes["mode"] = draw(st.sampled_from(["DCR", "CRD"]))
    else:
        shape[2:] = [2 * b, 3 * b]
    return Case([spread(rng, *shape)], lambda g, x: g.emit(op_type, [x], **attributes), [0])


@case("Col2Im")
def col2im(draw: Draw, rng: np.random.Generator) -> Case:
    block = [small(draw, 1, 3), small(draw, 1, 2)]
    strides, dilations = [small(draw, 1, 2), small(draw, 1, 2)], [small(draw, 1, 2), 1]
    pads = [small(draw, 0, 1) for _ in range(4)]
    image = [small(draw, 5, 6), 5]
    axes = zip(image, block, strides, dilations, pads[:2], pads[2:], strict=True)
    count = [(n + b + a - d * (k - 1) - 1) // s + 1 for n, k, s, d, b, a in axes]
    x = spread(rng, 2, 2 * block[0] * block[1], count[0] * count[1])
    attributes = {"strides": strides, "dilations": dilations, "pads": pads}
    return Case([x], lambda g, a: g.Col2Im(a, whole(g, image), whole(g, block), **attributes), opset=18)


@case("CenterCropPad")
def center_crop_pad(draw: Draw, rng: np.random.Generator) -> Case:
    axes = draw(st.sampled_from([None, [1, 2], [-1, 1]]))
    wanted = [small(draw, 1, 5) for _ in range(3 if axes is None else 2)]
    return Case([spread(rng, 2, 3, 4)], lambda g, x: g.CenterCropPad(x, whole(g, wanted), axes=axes), opset=18)


@case("ReverseSequence")
def reverse_sequence(draw: Draw, rng: np.random.Generator) -> Case:
    time = small(draw, 0, 1)
    lengths = [small(draw, 1, 4) for _ in range(4)]
    x = spread(rng, 4, 4, small(draw))
    return Case([x], lambda g, a: g.ReverseSequence(a, whole(g, lengths), time_axis=time, batch_axis=1 - time))


@case("Trilu")
def trilu(draw: Draw, rng: np.random.Generator) -> Case:
    upper, k = small(draw, 0, 1), draw(st.sampled_from([None, -1, 0, 2]))
    x = spread(rng, small(draw), 3, 4)
    return Case([x], lambda g, a: g.Trilu(a, None if k is None else whole(g, k), upper=upper), [0])


@case("TopK")
def top_k(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    axis, largest = axis_of(draw, len(shape)), small(draw, 0, 1)
    k = small(draw, 1, shape[axis])
    symbolic = [0] if axis % len(shape) and maybe(draw) else []

    def build(g: Graph, x: Value) -> Value:
        result: Value = g.TopK(x, whole(g, [k]), axis=axis, largest=largest, outputs=2)[0]
        return result

    return Case([spread(rng, *shape)], build, symbolic)


@case("GatherND")
def gather_nd(draw: Draw, rng: np.random.Generator) -> Case:
    x, batch = spread(rng, 3, 4, 2), small(draw, 0, 1)
    index = rng.integers(-2, 2, (3, 2, small(draw, 1, 2))) if batch else rng.integers(-2, 2, (2, 3, small(draw, 1, 3)))
    return Case([x], lambda g, a: g.GatherND(a, whole(g, index), batch_dims=batch))


@case("ScatterND")
def scatter_nd(draw: Draw, rng: np.random.Generator) -> Case:
    reduction = draw(st.sampled_from(["none", "add", "mul", "max", "min"]))
    rows = rng.permutation(4)[: small(draw, 1, 3)]
    if reduction in ("mul", "max", "min"):
        rows = rng.integers(0, 4, small(draw, 1, 5))

    def build(g: Graph, x: Value, u: Value) -> Value:
        result: Value = g.ScatterND(x, whole(g, rows[:, None]), u, reduction=reduction)
        return result

    opset = 18 if reduction in ("max", "min") else OPSET
    return Case([spread(rng, 4, 3), 1.0137 * spread(rng, len(rows), 3)], build, opset=opset)


@case("OneHot")
def one_hot(draw: Draw, rng: np.random.Generator) -> Case:
    """(Differentiable in its two values alone.)"""
    shape = dims(draw, 1, 2)
    indices, axis = rng.integers(-3, 3, shape), axis_of(draw, len(shape) + 1)

    def build(g: Graph, values: Value) -> Value:
        result: Value = g.OneHot(whole(g, indices), whole(g, 3), values, axis=axis)
        return result

    return Case([spread(rng, 2)], build)


@case("Range")
def range_(draw: Draw, rng: np.random.Generator) -> Case:
    count = small(draw, 1, 5)
    start, delta = np.array(rng.random()), np.array(0.5 + rng.random())

    def build(g: Graph, start_: Value, delta_: Value) -> Value:
        limit = g.constant(float(start + delta * (count - 0.5)), g.dtype, "limit")
        result: Value = g.Range(start_, limit, delta_)
        return result

    return Case([start, delta], build)


@case("Unique")
def unique(draw: Draw, rng: np.random.Generator) -> Case:
    x, ordered = spread(rng, *dims(draw)), small(draw, 0, 1)
    return Case([x], lambda g, a: g.Unique(a, sorted=ordered))


@case("Compress")
def compress(draw: Draw, rng: np.random.Generator) -> Case:
    axis = draw(st.sampled_from([None, 0, 1, -1]))
    condition = [True, False, True, True][: small(draw, 1, 3)]
    return Case([spread(rng, 3, 4)], lambda g, x: g.Compress(x, g.constant(condition, bool, "condition"), axis=axis))


@case("CumSum")
def cum_sum(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    axis, exclusive, reverse = axis_of(draw, len(shape)), small(draw, 0, 1), small(draw, 0, 1)
    x = spread(rng, *shape)
    return Case([x], lambda g, a: g.CumSum(a, whole(g, axis), exclusive=exclusive, reverse=reverse), [0])


@case("GridSample")
def grid_sample(draw: Draw, rng: np.random.Generator) -> Case:
    attributes = {
        "mode": draw(st.sampled_from(["linear", "linear", "nearest", "cubic"])), "align_corners": small(draw, 0, 1),
        "padding_mode": draw(st.sampled_from(["zeros", "border", "reflection"])),
    }  # fmt: skip
    x, grid = spread(rng, 2, 2, 3, 4), spread(rng, 2, 2, 3, 2) * 0.61 + 0.0123
    return Case([x, grid], lambda g, *xs: g.GridSample(*xs, **attributes), opset=20)


@case("AffineGrid")
def affine_grid(draw: Draw, rng: np.random.Generator) -> Case:
    axes, corners = small(draw, 2, 3), small(draw, 0, 1)
    size = [2, 1, *[small(draw, 2, 3) for _ in range(axes)]]
    x = spread(rng, 2, axes, axes + 1)
    return Case([x], lambda g, theta: g.AffineGrid(theta, whole(g, size), align_corners=corners), opset=20)
