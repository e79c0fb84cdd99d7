"""Operators that put the same numbers elsewhere: between channels and map, around the centre, backwards, in a triangle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.convolution import laid_out
from runtime.ops.registry import Site, gradient, ints, kernel, not_differentiable, numbers, reshape_like, shape_of, static
from runtime.ops.windows import Window, output_size, window


# -- between channels and map --------------------------------------------------------------------------------------------
@kernel("DepthToSpace")
def depth_to_space(x: Array, blocksize: int, mode: str = "DCR") -> Array:
    """[N, C·b², H, W] → [N, C, H·b, W·b]. The block's places come first in the channels (DCR) or last (CRD)."""
    n, c, h, w = x.shape
    b, depth = blocksize, c // blocksize**2
    if mode == "DCR":
        parts = x.reshape(n, b, b, depth, h, w).transpose(0, 3, 4, 1, 5, 2)
    else:
        parts = x.reshape(n, depth, b, b, h, w).transpose(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, depth, h * b, w * b)


@kernel("SpaceToDepth")
def space_to_depth(x: Array, blocksize: int, mode: str = "DCR") -> Array:
    """[N, C, H·b, W·b] → [N, C·b², H, W]: the inverse."""
    n, c, h, w = x.shape
    b = blocksize
    parts = x.reshape(n, c, h // b, b, w // b, b).transpose((0, 3, 5, 1, 2, 4) if mode == "DCR" else (0, 1, 3, 5, 2, 4))
    return parts.reshape(n, c * b * b, h // b, w // b)


@gradient("DepthToSpace")
def depth_to_space_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    b, shape = at.attribute("blocksize"), numbers(at.x.shape[1:])
    if at.attribute("mode", "DCR") in ("DCR", b"DCR"):
        return (g.SpaceToDepth(dy, blocksize=b),)
    if shape is None:
        raise GraphError(f"The gradient of DepthToSpace must know its sizes, and it is given {at.x}: fix the input's shape.")
    depth, h, w = shape[0] // (b * b), shape[1], shape[2]
    parts = g.Transpose(g.Reshape(dy, ints(g, [-1, depth, h, b, w, b], "shape")), perm=[0, 1, 3, 5, 2, 4])
    return (reshape_like(g, parts, at.x),)


@gradient("SpaceToDepth")
def space_to_depth_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    mode = at.attribute("mode", "DCR")
    return (g.DepthToSpace(dy, blocksize=at.attribute("blocksize"), mode=mode),)


# -- columns to a map ----------------------------------------------------------------------------------------------------
@kernel("Col2Im")
def col2im(
    x: Array, image_shape: Array, block_shape: Array, dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
) -> Array:
    """[N, C·K, L] → [N, C, image…]: every column lays its block on the map, and where blocks meet they add up."""
    image, block = tuple(image_shape.tolist()), tuple(block_shape.tolist())
    w = window(image, block, strides, dilations, pads)
    out = output_size(image, w)
    return laid_out(x.reshape(x.shape[0], -1, *block, *out), w, image)


@gradient("Col2Im")
def col2im_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None, None]:
    """The columns of dy: a Gather of places of the padded map."""
    image, block = static(g, at.input(1)), static(g, at.input(2))
    if image is None or block is None:
        raise GraphError("The gradient of Col2Im must know its map and its block: give them as constants.")
    w = window(image, block, at.attribute("strides"), at.attribute("dilations"), at.attribute("pads"))
    size = [n + b + a for n, b, a in zip(image, w.before, w.after, strict=True)]
    padded = g.Pad(dy, ints(g, [0, 0, *w.before, 0, 0, *w.after], "pads"))
    flat = g.Reshape(padded, ints(g, [0, 0, -1], "shape"))
    return reshape_like(g, g.Gather(flat, _places(g, w, image, size), axis=2), at.x), None, None


def _places(g: Graph, w: Window, image: Sequence[int], size: Sequence[int]) -> Value:
    """[K·L]: the flat place in the padded map of each number of each block."""
    out = output_size(image, w)
    place = np.zeros([1] * (2 * len(size)), np.int64)
    for i, (n, s, d, k, o) in enumerate(zip(size, w.strides, w.dilations, w.kernel, out, strict=True)):
        along = np.add.outer(np.arange(k) * d, np.arange(o) * s)
        shape = [1] * (2 * len(size))
        shape[i], shape[len(size) + i] = k, o
        place = place * n + along.reshape(shape)
    return g.constant(place.reshape(-1), "int64", "places")


# -- around the centre ---------------------------------------------------------------------------------------------------
@kernel("CenterCropPad")
def center_crop_pad(x: Array, shape: Array, axes: Sequence[int] | None = None) -> Array:
    """The middle of x where it is longer than `shape`, x in the middle of zeros where it is shorter."""
    along = [a % x.ndim for a in axes] if axes else range(x.ndim)
    size, source = list(x.shape), [slice(None)] * x.ndim
    target = [slice(None)] * x.ndim
    for axis, wanted in zip(along, shape.tolist(), strict=True):
        first, held = abs(x.shape[axis] - wanted) // 2, min(wanted, x.shape[axis])
        size[axis] = wanted
        inside, whole = slice(first, first + held), slice(None)
        source[axis], target[axis] = (inside, whole) if wanted < x.shape[axis] else (whole, inside)
    y = np.zeros(size, x.dtype)
    y[tuple(target)] = x[tuple(source)]
    return y


@gradient("CenterCropPad")
def center_crop_pad_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """The same operator back to the size of x."""
    axes, size = at.attribute("axes"), shape_of(g, at.x)
    if axes:
        size = g.Gather(size, ints(g, [a % at.x.rank for a in axes]))
    return g.emit("CenterCropPad", (dy, size), like=at.x, axes=axes), None


# -- backwards, and in a triangle ----------------------------------------------------------------------------------------
@kernel("ReverseSequence")
def reverse_sequence(x: Array, lengths: Array, batch_axis: int = 1, time_axis: int = 0) -> Array:
    """The first `lengths[i]` steps of sample i in reverse, the rest as it is."""
    steps = np.arange(x.shape[time_axis])
    order = np.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
    order = order if batch_axis == 0 else order.T
    return np.take_along_axis(x, order.reshape(*order.shape, *[1] * (x.ndim - 2)).astype(np.int64), time_axis)


@gradient("ReverseSequence")
def reverse_sequence_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """Reversed once more."""
    return g.emit("ReverseSequence", (dy, at.input(1)), **at.op.attributes), None


@kernel("Trilu")
def trilu(x: Array, k: Array | None = None, upper: int = 1) -> Array:
    """x on and above (or below) its diagonal number k, 0 elsewhere."""
    diagonal = 0 if k is None else int(k.item())
    return np.triu(x, diagonal) if upper else np.tril(x, diagonal)


@gradient("Trilu")
def trilu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """The same triangle of dy."""
    return (g.Trilu(dy, *at.inputs[1:], upper=at.attribute("upper", 1)),)


@kernel("EyeLike")
def eye_like(x: Array, dtype: int | None = None, k: int = 0) -> Array:
    from onnx import helper

    kind = x.dtype if dtype is None else helper.tensor_dtype_to_np_dtype(dtype)
    rows, columns = x.shape
    return np.asarray(np.eye(rows, columns, k=k), kind)


not_differentiable("EyeLike")
