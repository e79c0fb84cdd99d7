"""Recognising the gradient of a convolution's kernels, as `runtime.ops.convolution` writes it, by what it computes with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.engines.lowering.rewriting import Old
from runtime.graph import Op
from runtime.ops.registry import numbers

_Shape = tuple[int, int, int, int]


@dataclass(frozen=True)
class Unfolded:
    """Of which x and dy, their shapes and that of the kernels, and how these move: stride and pads before, for both axes."""

    x: str
    dy: str
    size: _Shape
    out: _Shape
    kernels: _Shape
    stride: int
    before: int

    @property
    def columns(self) -> list[tuple[int, int]]:
        """For each column of the kernels: of every stride-th column of x, which, and how far dy is shifted to meet them."""
        reach = [j - self.before for j in range(self.kernels[3])]
        return [(r % self.stride, -(r // self.stride)) for r in reach]


def unfolded(old: Old, op: Op) -> Unfolded | None:
    """`op` as the last operator of a weight gradient by im2col, or in two shifts."""
    kernels = numbers(old.values[op.outputs[0]].shape)
    if kernels is None or len(kernels) != 4:
        return None
    if op.type == "Reshape":
        return _by_windows(old, op, kernels)
    below = old.maker(op.inputs[0], "Reshape")
    return _in_two_shifts(old, below, kernels) if below and list(op.attributes.get("perm", [])) == [0, 2, 1, 3] else None


def _by_windows(old: Old, op: Op, kernels: _Shape) -> Unfolded | None:
    sides = _factors(old, op)
    windows = _one_hot(old, sides[1], kernels[1]) if sides else None
    if not sides or windows is None or tuple(windows.attributes["kernel_shape"]) != kernels[2:]:
        return None
    stride, pads = windows.attributes["strides"], windows.attributes["pads"]
    if len({*stride}) > 1 or pads[0] != pads[1]:
        return None
    return _found(old, windows.inputs[0], sides[0], kernels, stride[0], pads[0])


def _in_two_shifts(old: Old, op: Op, kernels: _Shape) -> Unfolded | None:
    sides = _factors(old, op)
    if not sides:
        return None
    down, along = _one_hot(old, sides[0], kernels[0], reverse=True), _one_hot(old, sides[1], kernels[1])
    if down is None or along is None:
        return None
    shapes = [tuple(shift.attributes["kernel_shape"]) for shift in (down, along)]
    before = kernels[2] - 1 - down.attributes["pads"][0]
    if shapes != [(kernels[2], 1), (1, kernels[3])] or before != along.attributes["pads"][1]:
        return None
    return _found(old, along.inputs[0], down.inputs[0], kernels, 1, before)


def _found(old: Old, x: str, dy: str, kernels: _Shape, stride: int, before: int) -> Unfolded | None:
    size, out = (numbers(old.values[n].shape) for n in (x, dy))
    if size is None or out is None or (out[1], size[1]) != kernels[:2]:
        return None
    return Unfolded(x, dy, size, out, kernels, stride, before)  # type: ignore[arg-type]


def _factors(old: Old, op: Op) -> tuple[str, str] | None:
    """The maps on dy's side and on x's of the product, summed over the batch, that `op` reshapes."""
    turned = old.maker(op.inputs[0], "Transpose")
    total = old.maker(turned.inputs[0] if turned else op.inputs[0], "ReduceSum")
    product = old.maker(total.inputs[0], "FusedMatMul") if total else None
    if product is None or (product.attributes["transA"], product.attributes["transB"]) != (0, 1):
        return None
    makers = [old.maker(name, "Reshape") for name in product.inputs]
    left, right = (m.inputs[0] if m else "" for m in (makers[::-1] if turned else makers))
    return (left, right) if left and right and old.values[left].rank == old.values[right].rank == 4 else None


def _one_hot(old: Old, name: str, channels: int, reverse: bool = False) -> Op | None:
    """The depthwise Conv that makes `name` by picking each place of the window in turn."""
    op = old.maker(name, "Conv")
    kernel = old.constants.get(op.inputs[1]) if op else None
    if op is None or kernel is None or op.attributes.get("group", 1) != channels or {*op.attributes["dilations"]} != {1}:
        return None
    places = int(np.prod(kernel.shape[2:]))
    eye = np.eye(places)[:: -1 if reverse else 1]
    same = kernel.shape[0] == channels * places and np.array_equal(kernel.reshape(-1, places), np.tile(eye, (channels, 1)))
    return op if same else None
