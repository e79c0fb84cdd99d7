"""Values repeated along an axis only to meet a larger one: ONNX's arithmetic repeats them while it reads."""

from __future__ import annotations

from dataclasses import replace

from runtime.engines.lowering.rewriting import Old, rewritten
from runtime.graph import Graph, Op

_BROADCASTING = {"Add", "Sub", "Mul", "Div"}


def lower_expansion(graph: Graph) -> tuple[Graph, bool]:
    """An operator of arithmetic reads what an Expand reads, where its other operand has the whole shape already."""
    return rewritten(graph, _unexpanded)


def _unexpanded(g: Graph, old: Old, op: Op) -> bool:
    if op.type not in _BROADCASTING or op.domain:
        return False
    whole = old.values[op.outputs[0]].shape
    for i, name in enumerate(op.inputs):
        expand, other = old.maker(name, "Expand"), old.values[op.inputs[1 - i]]
        if expand is not None and other.shape == whole and old.maker(other.name, "Expand") is None:
            inputs = (expand.inputs[0], op.inputs[1]) if i == 0 else (op.inputs[0], expand.inputs[0])
            g.ops.append(replace(op, inputs=inputs))
            return True
    return False
