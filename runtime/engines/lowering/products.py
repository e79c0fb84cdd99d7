"""Matrix products that read their factors transposed: a Transpose costs as much as a small product itself."""

from __future__ import annotations

from runtime.engines.lowering.rewriting import Old, own, rewritten, takes_the_place_of
from runtime.graph import Graph, Op, Value


def lower_products(graph: Graph) -> tuple[Graph, bool]:
    """MatMul of a Transpose of the last two axes becomes FusedMatMul, which transposes while it reads."""
    return rewritten(graph, _fused)


def _fused(g: Graph, old: Old, op: Op) -> bool:
    if op.type != "MatMul":
        return False
    (a, turned_a), (b, turned_b) = (_untransposed(old, name) for name in op.inputs)
    if not (turned_a or turned_b):
        return False
    own(g, "FusedMatMul", (a, b), old.values[op.outputs[0]], transA=int(turned_a), transB=int(turned_b))
    return takes_the_place_of(g, op)


def _untransposed(old: Old, name: str) -> tuple[Value, bool]:
    """The matrix under a Transpose of its last two axes; else `name` itself."""
    op, value = old.maker(name, "Transpose"), old.values[name]
    swap = [*range(value.rank - 2), value.rank - 1, value.rank - 2]
    if op is None or list(op.attributes.get("perm") or range(value.rank)[::-1]) != swap:
        return value, False
    return old.values[op.inputs[0]], True
