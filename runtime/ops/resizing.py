"""Resize in all its modes: along each axis, every output number is a weighted sum of input numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, gradient, ints, kernel, numbers, reshape_like

_ROUND: dict[str, Any] = {
    "floor": np.floor, "ceil": np.ceil, "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
}  # fmt: skip


@dataclass(frozen=True)
class Sampling:
    """How an output axis reads an input axis: ONNX's attributes of Resize."""

    mode: str = "nearest"
    coordinates: str = "half_pixel"
    rounding: str = "round_prefer_floor"
    cubic: float = -0.75
    antialias: bool = False
    exclude_outside: bool = False
    extrapolation: float = 0.0

    def places(self, size: int, out: int, scale: float, roi: tuple[float, float]) -> Array:
        """Where each output number lies on the input axis."""
        y, length = np.arange(out, dtype=np.float64), scale * size
        if self.coordinates == "align_corners":
            return np.zeros(out) if length == 1 else y * (size - 1) / (length - 1)
        if self.coordinates == "asymmetric":
            return np.asarray(y / scale)
        if self.coordinates == "tf_half_pixel_for_nn":
            return np.asarray((y + 0.5) / scale)
        if self.coordinates == "tf_crop_and_resize":
            first, span = roi[0] * (size - 1), (roi[1] - roi[0]) * (size - 1)
            return first + (np.full(out, span / 2) if length == 1 else y * span / (length - 1))
        if self.coordinates == "pytorch_half_pixel" and length == 1:
            return np.full(out, -0.5)
        shift = size / 2 * (1 - out / length) if self.coordinates == "half_pixel_symmetric" else 0.0
        return np.asarray(shift + (y + 0.5) / scale - 0.5)

    def nearest(self, places: Array, size: int) -> Array:
        """The numbers read, rounded from places in float32 as in ONNX Runtime: 3 / 0.6 is 5, and not a little less."""
        return np.asarray(np.clip(_ROUND[self.rounding](places.astype(np.float32)), 0, size - 1), np.int64)

    def weights(self, places: Array, size: int, scale: float) -> Array:
        """[out, size]: what each output number takes of each input number; the edge stands for what lies outside."""
        if self.mode == "nearest":
            return np.asarray(np.eye(size)[self.nearest(places, size)])
        narrow = min(scale, 1.0) if self.antialias else 1.0
        reach = 1 if self.mode == "linear" else 2
        first = int(np.floor(-reach / narrow)) + 1
        around = np.ceil(places)[:, None] - 1 + np.arange(first, 2 - first)
        shares = self._kernel((around - places[:, None]) * narrow)
        if self.exclude_outside:
            shares = np.where((around < 0) | (around >= size), 0, shares)
        if self.exclude_outside or self.antialias:
            shares = shares / shares.sum(1, keepdims=True)
        result = np.zeros((len(places), size))
        np.add.at(result, (np.arange(len(places))[:, None], np.clip(around, 0, size - 1).astype(np.int64)), shares)
        return result

    def _kernel(self, t: Array) -> Array:
        """The triangle, or Keys' cubic (1981)."""
        t, a = np.abs(t), self.cubic
        if self.mode == "linear":
            return np.asarray(np.clip(1 - t, 0, 1))
        near, far = ((a + 2) * t - (a + 3)) * t * t + 1, ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
        return np.where(t <= 1, near, np.where(t < 2, far, 0))


@dataclass(frozen=True)
class Axis:
    """One resized axis: which, its lengths before and after, the scale and the part of the input that is read."""

    index: int
    size: int
    out: int
    scale: float
    roi: tuple[float, float] = (0.0, 1.0)


@kernel("Resize")
def resize(
    x: Array, roi: Array | None = None, scales: Array | None = None, sizes: Array | None = None, antialias: int = 0,
    axes: Sequence[int] | None = None, coordinate_transformation_mode: str = "half_pixel", cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0, extrapolation_value: float = 0.0, keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest", nearest_mode: str = "round_prefer_floor",
) -> Array:
    """x at other sizes: by nearest, linear or cubic interpolation, axis by axis."""
    how = Sampling(
        mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a, bool(antialias), bool(exclude_outside),
        extrapolation_value,
    )
    along = _axes(x.shape, axes, roi, scales, sizes, keep_aspect_ratio_policy)
    outside: list[tuple[int, Array]] = []
    y = x if mode == "nearest" else x.astype(np.float64)
    for axis in along:
        places = how.places(axis.size, axis.out, axis.scale, axis.roi)
        if how.coordinates == "tf_crop_and_resize":
            outside.append((axis.index, (places < 0) | (places > axis.size - 1)))
        if axis.size == axis.out and np.array_equal(places, np.arange(axis.size)):
            continue
        if mode == "nearest":
            y = np.take(y, how.nearest(places, axis.size), axis.index)
        else:
            y = np.moveaxis(np.tensordot(y, how.weights(places, axis.size, axis.scale), (axis.index, 1)), -1, axis.index)
    for index, beyond in outside:
        mask = beyond.reshape([-1 if i == index else 1 for i in range(x.ndim)])
        y = np.where(mask, how.extrapolation, y)
    return np.asarray(y).astype(x.dtype)


def _axes(
    shape: Sequence[int], axes: Sequence[int] | None, roi: Array | None, scales: Array | None, sizes: Array | None,
    policy: str,
) -> list[Axis]:
    along = [a % len(shape) for a in axes] if axes else list(range(len(shape)))
    lengths = [shape[a] for a in along]
    if sizes is not None and sizes.size:
        ratios = [int(o) / n for o, n in zip(sizes.tolist(), lengths, strict=True)]
        outs = [int(o) for o in sizes.tolist()]
        if policy != "stretch":
            ratio = min(ratios) if policy == "not_larger" else max(ratios)
            ratios, outs = [ratio] * len(along), [int(np.floor(ratio * n + 0.5)) for n in lengths]
    elif scales is not None and scales.size:
        ratios = [float(s) for s in scales.tolist()]
        outs = [int(np.floor(n * s)) for n, s in zip(lengths, ratios, strict=True)]
    else:
        raise ValueError("neither scales nor sizes are given")
    spans = [(0.0, 1.0)] * len(along)
    if roi is not None and roi.size:
        spans = list(zip(roi[: len(along)].tolist(), roi[len(along) :].tolist(), strict=True))
    return [Axis(*each) for each in zip(along, lengths, outs, ratios, spans, strict=True)]


# -- gradient ------------------------------------------------------------------------------------------------------------
@gradient("Resize")
def resize_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy with the transposed weights, axis by axis; a plain repetition is summed."""
    read = {name: at.attribute(name, default) for name, default in _DEFAULTS.items()}
    how = Sampling(
        read["mode"], read["coordinate_transformation_mode"], read["nearest_mode"], read["cubic_coeff_a"],
        bool(read["antialias"]), bool(read["exclude_outside"]),
    )
    for axis in _static_axes(g, at):
        places = how.places(axis.size, axis.out, axis.scale, axis.roi)
        if how.coordinates == "tf_crop_and_resize" and np.any((places < 0) | (places > axis.size - 1)):
            raise GraphError("Resize that reads outside of its input has no gradient rule: use another coordinate mode.")
        if axis.size != axis.out or not np.array_equal(places, np.arange(axis.size)):
            dy = _contracted(g, dy, axis.index, how.weights(places, axis.size, axis.scale))
    return (reshape_like(g, dy, at.x),)


_DEFAULTS: dict[str, Any] = {
    "mode": "nearest", "coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_floor",
    "cubic_coeff_a": -0.75, "antialias": 0, "exclude_outside": 0, "keep_aspect_ratio_policy": "stretch",
}  # fmt: skip


def _static_axes(g: Graph, at: Site) -> list[Axis]:
    """The resized axes; a symbolic axis (the batch) must stay as it is. Raises `GraphError` for any other."""
    roi, scales, sizes = (_constant(g, at, i) for i in (1, 2, 3))
    axes = at.attribute("axes")
    along = [a % at.x.rank for a in axes] if axes else list(range(at.x.rank))
    lengths = numbers([d if isinstance(d, int) else 1 for d in at.x.shape])
    assert lengths is not None
    moved = [i for i, a in enumerate(along) if not isinstance(at.x.shape[a], int) and (scales is None or scales[i] != 1)]
    if (scales is None and sizes is None) or moved:
        raise GraphError(f"The gradient of Resize must know its sizes, and it is given {at.x}: give the input a fixed shape.")
    return _axes(lengths, axes, roi, scales, sizes, at.attribute("keep_aspect_ratio_policy", "stretch"))


def _constant(g: Graph, at: Site, index: int) -> Array | None:
    return g.constants.get(at.input(index).name) if at.has(index) else None


def _contracted(g: Graph, dy: Value, axis: int, weights: Array) -> Value:
    """Σ over the axis of dy · weights: [.., out, ..] → [.., size, ..]."""
    out, size = weights.shape
    tail = numbers(dy.shape[axis + 1 :])
    if tail is None:
        raise GraphError(f"The gradient of Resize must know its sizes, and it is given {dy}: give the input a fixed shape.")
    flat = g.Reshape(dy, ints(g, [-1, out, int(np.prod(tail))], "shape"))
    if out % size == 0 and np.array_equal(weights, np.repeat(np.eye(size), out // size, 0)):
        blocks = g.Reshape(flat, ints(g, [-1, size, out // size, int(np.prod(tail))], "shape"))
        found = g.ReduceSum(blocks, ints(g, [2]), keepdims=0)
    else:
        found = g.MatMul(g.constant(weights.T, dy.dtype, "weights"), flat)
    lead = [d if isinstance(d, int) else -1 for d in dy.shape[:axis]]
    result: Value = g.Reshape(found, ints(g, [*lead, size, *tail], "shape"))
    return result
