"""Which of a model's initializers are weights, and which only say how an operator works.

A floating tensor is a weight, with these exceptions:

- It stands where a setting stands: Resize's scales, BatchNormalization's running statistics (`SETTINGS`).
- It is an epsilon: one number, added to (or the least of) what a root, a logarithm or a division is taken of. One with axes,
  which may be the bias of a layer with one output, must be small besides (`EPSILON`).
- It is the one number of a list that PyTorch's newer exporter calls ``val_3``: the scale of attention.
- It is a scalar (no axes) that no gradient reaches, that is a bound or an exponent (`BOUNDS`), or whose name is one that
  exporters give to the constants of formulas (`CONSTANT`): the ½ and the √2 of a GELU, the √d of attention.

Any other scalar counts, as a temperature or a gate that was learnt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import onnx
from onnx import AttributeProto, NodeProto, TensorProto, numpy_helper

from runtime.ops import NOT_DIFFERENTIABLE

#: BatchNormalization's running mean and variance: measured, not learnt.
STATISTICS = (3, 4)
#: Inputs that say how an operator works: what stands there is no weight, though it may be of floating type.
SETTINGS = {("Resize", 1), ("Resize", 2), ("Upsample", 1), ("OneHot", 2), *(("BatchNormalization", i) for i in STATISTICS)}
#: Inputs at which a single number is a setting too: bounds, fillings, exponents, shares.
BOUNDS = {("Clip", 1), ("Clip", 2), ("Pad", 2), ("Pow", 1), ("Dropout", 1)}
#: What may not be given a zero, by operator and input: an epsilon is added in front of it.
ROOTS = {("Sqrt", 0), ("Log", 0), ("Reciprocal", 0), ("Pow", 0), ("Div", 1)}
#: The largest epsilon that has axes.
EPSILON = 0.01
#: Names of constants: PyTorch's ``/layer/Constant_1_output_0``, ``onnx::Mul_12``, ``val_3``; TensorFlow's ``layer/add/y:0``,
#: ``Const:0``, ``const_fold_opt__7``; scikit-learn's ``unity``.
_CONSTANTS = r"onnx::\w+|constant(_\d+)?(_output_0)?|val_\d+|const(_\w+|\d*)?(:0)?|[xy]:0|unity\d*"
CONSTANT = re.compile(rf"(^|/)({_CONSTANTS})$", re.IGNORECASE)
#: (Its folded weights are called so too, and have more than one axis.)
LIFTED = re.compile(r"val_\d+")
FLOATING = (TensorProto.FLOAT, TensorProto.DOUBLE)
#: In our own files single numbers are the formulas' constants: no layer learns one.
PRODUCER = "netwright"


def learnable(model: onnx.ModelProto) -> list[TensorProto]:
    """The initializers that are weights. (A constant of a Constant operator never is one.)"""
    ends = {v.name for v in model.graph.output}
    walk = _Walk(set(ends), set(ends))
    walk.back(model.graph.node)
    fixed = walk.settings - walk.used
    moving = set() if model.producer_name == PRODUCER else walk.moving
    floating = [t for t in model.graph.initializer if t.data_type in FLOATING and t.name not in fixed]
    return [t for t in floating if not _is_constant(t, moving, walk.guards)]


def _is_constant(tensor: TensorProto, moving: set[str], guards: set[str]) -> bool:
    if not tensor.dims:
        return tensor.name not in moving or tensor.name in guards or CONSTANT.search(tensor.name) is not None
    if list(tensor.dims) == [1] and LIFTED.fullmatch(tensor.name):
        return True
    if tensor.name not in guards or any(d != 1 for d in tensor.dims) or tensor.data_location == TensorProto.EXTERNAL:
        return False
    return 0 < float(numpy_helper.to_array(tensor).item()) <= EPSILON


@dataclass
class _Walk:
    """From the outputs back: names that a gradient reaches, names read as numbers, names read as settings.

    `rooted` are those that a root, a logarithm or a division reads, `guards` what is added to one of them.
    """

    moving: set[str]
    used: set[str]
    settings: set[str] = field(default_factory=set)
    rooted: set[str] = field(default_factory=set)
    guards: set[str] = field(default_factory=set)

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
        self._guard(node)

    def _guard(self, node: NodeProto) -> None:
        under = not self.rooted.isdisjoint(node.output)
        self.rooted |= {name for i, name in enumerate(node.input) if (node.op_type, i) in ROOTS}
        if under and node.op_type in ("Cast", "Identity", "Expand"):
            self.rooted.add(node.input[0])
        handed = node.op_type in ("Cast", "Identity") and not self.guards.isdisjoint(node.output)
        if handed or (under and node.op_type in ("Add", "Max")):
            self.guards |= set(node.input)


def _passes(node: NodeProto) -> bool:
    """Whether a gradient can pass: not to whole numbers, nor through an operator that has none."""
    casts = [a.i for a in node.attribute if a.name == "to"] if node.op_type == "Cast" else []
    whole = any(to not in (*FLOATING, TensorProto.FLOAT16, TensorProto.BFLOAT16) for to in casts)
    return node.op_type not in NOT_DIFFERENTIABLE and not whole
