"""Old forms of ONNX's operators, each turned into the one form that kernels, gradient rules and shape inference know.

Opset 17 is the floor: whatever opset 7 to 16 wrote otherwise is rewritten here, and nowhere else. From 17 on ONNX only
added attributes and inputs, with two exceptions: the axes of reductions became an input in 18 (kernels and rules take
both), and GroupNormalization's scale became one number a channel in 21. Source: the changelog of the ONNX operators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Op, Value

#: Nothing older is read: before opset 7 broadcasting had to be asked for, operator by operator.
OLDEST = 7


@dataclass
class Draft:
    """What the rewriting of one operator writes: constants, and operators in their order.

    `fresh` gives names not yet taken; `rank` tells a value's rank where the file states it, else None.
    """

    source: Op
    fresh: Callable[[str], str]
    rank: Callable[[str], int | None]
    ops: list[Op] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)

    def constant(self, numbers: Any, dtype: str = "int64") -> str:
        name = self.fresh(f"{self.source.outputs[0]}.constant")
        self.constants[name] = np.asarray(numbers, dtype)
        return name

    def emit(self, op_type: str, inputs: Sequence[str], **attributes: Any) -> str:
        """An operator put before the rewritten one; returns the name of what it makes."""
        name = self.fresh(f"{self.source.outputs[0]}.{op_type.lower()}")
        self.ops.append(Op(op_type, tuple(inputs), (name,), attributes, self.source.layer, self.source.phase))
        return name

    def finish(self, op_type: str, inputs: Sequence[str], **attributes: Any) -> None:
        """The operator that takes the old one's place, with its name and its outputs."""
        self.ops.append(replace(self.source, type=op_type, inputs=tuple(inputs), attributes=attributes))

    def like(self, number: float, x: str) -> str:
        """A scalar in the type of `x`."""
        return self.emit("CastLike", [self.constant(number, "float64"), x])


Form = Callable[[Draft, Op, int], None]
#: Operator -> (first opset in which the form is gone, how to rewrite it).
OLD: dict[str, tuple[int, Form]] = {}


def old(*op_types: str, before: int) -> Callable[[Form], Form]:
    def register(form: Form) -> Form:
        OLD.update(dict.fromkeys(op_types, (before, form)))
        return form

    return register


def upgrade(draft: Draft, opset: int) -> Draft:
    """Write `draft.source`, an operator of `opset`, in its modern form. Raises `GraphError` for a form that has none."""
    before, form = OLD.get(draft.source.type, (0, None))
    if form is None or opset >= before:
        draft.ops.append(draft.source)
    else:
        form(draft, draft.source, opset)
    return draft


def _without(op: Op, *names: str) -> dict[str, Any]:
    return {k: v for k, v in op.attributes.items() if k not in names}


def _place(op: Op) -> str:
    return f"‘{op.name or op.outputs[0]}’"


def _input(op: Op, index: int) -> str:
    return op.inputs[index] if index < len(op.inputs) else ""


# -- attributes that became inputs ---------------------------------------------------------------------------------------
@old("Squeeze", "Unsqueeze", "ReduceSum", before=13)
def axes_attribute(draft: Draft, op: Op, opset: int) -> None:
    axes = op.attributes.get("axes")
    draft.finish(op.type, op.inputs if axes is None else [op.inputs[0], draft.constant(axes)], **_without(op, "axes"))


@old("Split", before=13)
def split_attribute(draft: Draft, op: Op, opset: int) -> None:
    lengths = op.attributes.get("split")
    draft.finish("Split", op.inputs if lengths is None else [op.inputs[0], draft.constant(lengths)], **_without(op, "split"))


@old("Slice", before=10)
def slice_attributes(draft: Draft, op: Op, opset: int) -> None:
    lists = [op.attributes.get(name) for name in ("starts", "ends", "axes")]
    draft.finish("Slice", [op.inputs[0], *(draft.constant(numbers) for numbers in lists if numbers is not None)])


@old("Pad", before=11)
def pad_attributes(draft: Draft, op: Op, opset: int) -> None:
    value = op.attributes.get("value", 0.0)
    inputs = [op.inputs[0], draft.constant(op.attributes.get("pads", ()))]
    inputs += [draft.like(value, op.inputs[0])] if value else []
    draft.finish("Pad", inputs, **_without(op, "pads", "value"))


@old("Clip", before=11)
def clip_attributes(draft: Draft, op: Op, opset: int) -> None:
    low, high = (op.attributes.get(name) for name in ("min", "max"))
    bounds = ["" if bound is None else draft.like(bound, op.inputs[0]) for bound in (low, high)]
    draft.finish("Clip", [op.inputs[0], *bounds])


@old("TopK", before=10)
def top_k_attribute(draft: Draft, op: Op, opset: int) -> None:
    draft.finish("TopK", [op.inputs[0], draft.constant([op.attributes["k"]])], **_without(op, "k"))


@old("Dropout", before=12)
def dropout_ratio(draft: Draft, op: Op, opset: int) -> None:
    """Inference only: the ratio does nothing. Before opset 10 the mask was of the input's type."""
    if opset >= 10 or len(op.outputs) < 2 or not op.outputs[1]:
        draft.finish("Dropout", op.inputs[:1])
        return
    mask = draft.fresh(f"{op.outputs[1]}.bool")
    draft.ops.append(replace(op, inputs=op.inputs[:1], outputs=(op.outputs[0], mask), attributes={}))
    draft.ops.append(Op("CastLike", (mask, op.inputs[0]), (op.outputs[1],), {}, op.layer, op.phase))


# -- operators that got another name or another meaning ------------------------------------------------------------------
@old("Softmax", "LogSoftmax", "Hardmax", before=13)
def two_dimensional(draft: Draft, op: Op, opset: int) -> None:
    """Over everything from `axis` on, as one axis: the same thing where `axis` is the last."""
    axis, rank = op.attributes.get("axis", 1), draft.rank(op.inputs[0])
    if axis == -1 or (rank is not None and axis == rank - 1):
        draft.finish(op.type, op.inputs, axis=-1)
        return
    flat = draft.emit("Flatten", op.inputs, axis=axis)
    normal = draft.emit(op.type, [flat], axis=-1)
    draft.finish("Reshape", [normal, draft.emit("Shape", op.inputs)])


@old("Upsample", before=10)
def upsample(draft: Draft, op: Op, opset: int) -> None:
    scales = _input(op, 1) or draft.constant(op.attributes.get("scales", op.attributes.get("height_scale", ())), "float32")
    _resize(draft, op, scales)


@old("Resize", before=11)
def resize_10(draft: Draft, op: Op, opset: int) -> None:
    _resize(draft, op, op.inputs[1])


def _resize(draft: Draft, op: Op, scales: str) -> None:
    """Upsample, and Resize as opset 10 had it: output pixel i reads at i / scale.

    Which pixel is nearest to that, opset 10 leaves open. ONNX Runtime rounds down along an axis that grows, and up along one
    that shrinks: so the one is done first, and then the other.
    """
    attributes = {"mode": op.attributes.get("mode", "nearest"), "coordinate_transformation_mode": "asymmetric"}
    if attributes["mode"] not in ("nearest", b"nearest") or op.type == "Upsample":
        draft.finish("Resize", [op.inputs[0], "", scales], nearest_mode="floor", **attributes)
        return
    one = draft.constant(1, "float32")
    larger = draft.emit("Resize", [op.inputs[0], "", draft.emit("Max", [scales, one])], nearest_mode="floor", **attributes)
    draft.finish("Resize", [larger, "", draft.emit("Min", [scales, one])], nearest_mode="ceil", **attributes)


@old("Scatter", before=11)
def scatter(draft: Draft, op: Op, opset: int) -> None:
    draft.finish("ScatterElements", op.inputs, **op.attributes)


@old("BatchNormalization", before=14)
def batch_normalization(draft: Draft, op: Op, opset: int) -> None:
    """More than one output meant training; `spatial` 0 (until opset 8) statistics for every place of the map."""
    attributes = _without(op, "spatial")
    if not op.attributes.get("spatial", 1):
        if any(op.outputs[1:]):
            advice = "export the model again with opset 17"
            raise GraphError(f"{_place(op)}: BatchNormalization for every place of the map is not trained: {advice}.")
        _batch_normalization_by_place(draft, op)
    elif any(op.outputs[1:]):
        draft.ops.append(replace(op, outputs=op.outputs[:3], attributes={**attributes, "training_mode": 1}))
        _saved_statistics(draft, op)
    else:
        draft.finish("BatchNormalization", op.inputs, **attributes)


def _saved_statistics(draft: Draft, op: Op) -> None:
    """The fourth and fifth outputs, which are gone since: the batch's own mean and variance. (PyTorch's name them all.)"""
    saved = [*op.outputs[3:5], "", ""][:2]
    if any(saved):
        maps = draft.emit("Reshape", [op.inputs[0], draft.constant([0, 0, -1])])
        mean = draft.emit("ReduceMean", [maps], axes=[0, 2], keepdims=1)
        moved = draft.emit("Sub", [maps, mean])
        rows = (mean, draft.emit("ReduceMean", [draft.emit("Mul", [moved, moved])], axes=[0, 2], keepdims=1))
        flat = draft.constant([-1])
        named = [(row, name) for row, name in zip(rows, saved, strict=True) if name]
        draft.ops += [Op("Reshape", (row, flat), (name,), {}, op.layer, op.phase) for row, name in named]


def _batch_normalization_by_place(draft: Draft, op: Op) -> None:
    x, scale, bias, mean, variance = op.inputs
    spread = draft.emit("Sqrt", [draft.emit("Add", [variance, draft.like(op.attributes.get("epsilon", 1e-5), x)])])
    centred = draft.emit("Div", [draft.emit("Sub", [x, mean]), spread])
    draft.finish("Add", [draft.emit("Mul", [centred, scale]), bias])


@old("GroupNormalization", before=21)
def group_normalization(draft: Draft, op: Op, opset: int) -> None:
    """One scale a group, as opset 18 had it: InstanceNormalization over whole groups."""
    x, scale, bias = op.inputs
    groups = draft.emit("Reshape", [x, draft.constant([0, op.attributes["num_groups"], -1])])
    epsilon = op.attributes.get("epsilon", 1e-5)
    normal = draft.emit("InstanceNormalization", [groups, scale, bias], epsilon=epsilon)
    draft.finish("Reshape", [normal, draft.emit("Shape", [x])])


@old("Scan", before=9)
def scan_8(draft: Draft, op: Op, opset: int) -> None:
    """Opset 8 scanned axis 1 of a batch, sample by sample: a Scan over the batch, whose body is the Scan over the steps."""
    if op.inputs[0]:
        raise GraphError(f"{_place(op)}: Scan has a length for each sample: export the model again with opset 17.")
    inputs, count = op.inputs[1:], op.attributes["num_scan_inputs"]
    ways = op.attributes.get("directions")
    inner = {"body": op.attributes["body"], "num_scan_inputs": count, **({"scan_input_directions": ways} if ways else {})}
    body = Graph(f"{op.outputs[0]}.sample")
    body.inputs = [_unknown(draft.fresh(f"{name}.sample")) for name in inputs]
    body.outputs = [_unknown(draft.fresh(f"{name}.sample")) for name in op.outputs]
    body.ops = [Op("Scan", tuple(v.name for v in body.inputs), tuple(v.name for v in body.outputs), inner)]
    draft.finish("Scan", inputs, body=body, num_scan_inputs=len(inputs))


def _unknown(name: str) -> Value:
    return Value(name, np.dtype("V"), ())
