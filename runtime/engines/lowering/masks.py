"""Masks of ones and zeros in one pass."""

from __future__ import annotations

from onnx import TensorProto

from runtime.engines.lowering.rewriting import Old, rewritten, takes_the_place_of
from runtime.graph import Graph, Op

#: Every float32 that is no denormal (sessions flush those) comes to at least 1 by it, and the largest overflows harmlessly.
_STEEP = 1e38


def lower_masks(graph: Graph) -> tuple[Graph, bool]:
    """Cast(x > 0) becomes HardSigmoid, max(0, min(1, 10³⁸ x)): one parallel pass for two that are not."""
    return rewritten(graph, _one_pass)


def _one_pass(g: Graph, old: Old, op: Op) -> bool:
    if op.type != "Cast" or op.attributes["to"] != TensorProto.FLOAT:
        return False
    test = old.maker(op.inputs[0], "Greater")
    if test is None or old.number(test.inputs[1]) != 0 or old.values[test.inputs[0]].dtype.name != "float32":
        return False
    if old.values[test.inputs[0]].shape != old.values[op.outputs[0]].shape:
        return False
    g.HardSigmoid(old.values[test.inputs[0]], alpha=_STEEP, beta=0.0)
    return takes_the_place_of(g, op)
