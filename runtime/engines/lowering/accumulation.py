"""Products added to what is there: a gradient that goes straight into the weight or velocity that it moves."""

from __future__ import annotations

from runtime.engines.lowering.rewriting import Old, rewritten, takes_the_place_of
from runtime.graph import Graph, Op, Value


def lower_accumulation(graph: Graph) -> tuple[Graph, bool]:
    """W − η·(A·B) becomes A·(−η·B) + W, and μ·V + A·B becomes A·B + μ·V, each one Gemm: two passes over W or V less.

    b − η·ΣD becomes b + Σ(−η·D): the factor times D, the smaller one, is shared with the weight before.
    """
    return rewritten(graph, _accumulated)


def _accumulated(g: Graph, old: Old, op: Op) -> bool:
    if op.type == "Sub":
        return _descent(g, old, op)
    return op.type == "Add" and _velocity(g, old, op)


def _descent(g: Graph, old: Old, op: Op) -> bool:
    scaled = old.maker(op.inputs[1], "Mul")
    if scaled is None or op.phase != "update" or old.values[scaled.inputs[1]].shape != ():
        return False
    weight, factor, gradient = old.values[op.inputs[0]], old.values[scaled.inputs[1]], scaled.inputs[0]
    product, total = _product(old, gradient), old.maker(gradient, "ReduceSum")
    if product is not None:
        a, b = (old.values[n] for n in product.inputs)
        g.Gemm(a, _times(g, b, factor), weight, **_sides(product))
        return takes_the_place_of(g, op)
    if total is None or old.reads(gradient) > 1 or old.values[total.inputs[0]].rank != 2:
        return False
    d, axes = (old.values[n] for n in total.inputs)
    g.Add(weight, g.ReduceSum(_times(g, d, factor), axes, **total.attributes))
    return takes_the_place_of(g, op)


def _times(g: Graph, value: Value, factor: Value) -> Value:
    result: Value = g.Mul(value, g.Neg(factor))
    return result


def _velocity(g: Graph, old: Old, op: Op) -> bool:
    kept, product = old.maker(op.inputs[0], "Mul"), _product(old, op.inputs[1])
    if kept is None or product is None or op.phase != "update":
        return False
    factor = old.number(kept.inputs[1])
    if factor is None or old.values[kept.inputs[0]].shape != old.values[op.outputs[0]].shape:
        return False
    a, b = (old.values[n] for n in product.inputs)
    g.Gemm(a, b, old.values[kept.inputs[0]], beta=factor, **_sides(product))
    return takes_the_place_of(g, op)


def _product(old: Old, name: str) -> Op | None:
    """The Gemm of two factors that makes `name`, if nobody else reads it."""
    op = old.maker(name, "Gemm")
    plain = op is not None and len(op.inputs) == 2 and op.attributes.get("alpha", 1.0) == 1
    return op if plain and old.reads(name) == 1 else None


def _sides(product: Op) -> dict[str, int]:
    return {name: product.attributes.get(name, 0) for name in ("transA", "transB")}
