"""Which of a model's initializers are weights, and which only say how an operator works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import onnx
from onnx import AttributeProto, NodeProto, TensorProto

from runtime.ops import NOT_DIFFERENTIABLE

#: BatchNormalization's running mean and variance: measured, not learnt.
STATISTICS = (3, 4)
#: Inputs that say how an operator works: what stands there is no weight, though it may be of floating type.
SETTINGS = {("Resize", 1), ("Resize", 2), ("Upsample", 1), ("OneHot", 2), *(("BatchNormalization", i) for i in STATISTICS)}
#: Inputs at which a single number is a setting too: bounds, fillings, exponents, shares.
BOUNDS = {("Clip", 1), ("Clip", 2), ("Pad", 2), ("Pow", 1), ("Dropout", 1)}
FLOATING = (TensorProto.FLOAT, TensorProto.DOUBLE)
#: In our own files single numbers are the formulas' constants: no layer learns one.
PRODUCER = "netwright"


def learnable(model: onnx.ModelProto) -> list[TensorProto]:
    """The floating initializers that are read as more than a setting; single numbers only where a gradient reaches them.

    (In an exporter's shape arithmetic a single number is no weight; a constant of a Constant operator never is one.)
    """
    ends = {v.name for v in model.graph.output}
    walk = _Walk(set(ends), set(ends))
    walk.back(model.graph.node)
    fixed = walk.settings - walk.used
    moving = set() if model.producer_name == PRODUCER else walk.moving
    floating = [t for t in model.graph.initializer if t.data_type in FLOATING and t.name not in fixed]
    return [t for t in floating if len(t.dims) > 0 or t.name in moving]


@dataclass
class _Walk:
    """From the outputs back: names that a gradient reaches, names read as numbers, names read as settings."""

    moving: set[str]
    used: set[str]
    settings: set[str] = field(default_factory=set)

    def back(self, nodes: Sequence[NodeProto]) -> None:
        for node in reversed(nodes):
            moves = not self.moving.isdisjoint(node.output) and _passes(node)
            for body in (a.g for a in node.attribute if a.type == AttributeProto.GRAPH):
                ends = {v.name for v in body.output}
                self.used |= ends
                self.moving |= ends if moves else set()
                self.back(body.node)
            self._read(node, moves)

    def _read(self, node: NodeProto, moves: bool) -> None:
        handed = node.op_type in ("Cast", "Identity") and node.output[0] in self.settings - self.used
        for i, name in enumerate(node.input):
            place = (node.op_type, i)
            (self.settings if handed or place in SETTINGS else self.used).add(name)
            if moves and not handed and place not in SETTINGS | BOUNDS:
                self.moving.add(name)


def _passes(node: NodeProto) -> bool:
    """Whether a gradient can pass: not to whole numbers, nor through an operator that has none."""
    casts = [a.i for a in node.attribute if a.name == "to"] if node.op_type == "Cast" else []
    whole = any(to not in (*FLOATING, TensorProto.FLOAT16, TensorProto.BFLOAT16) for to in casts)
    return node.op_type not in NOT_DIFFERENTIABLE and not whole
