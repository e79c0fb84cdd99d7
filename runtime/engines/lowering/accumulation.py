"""Products added to what is there: a gradient that goes straight into the weight or velocity that it moves."""

from __future__ import annotations

from functools import partial

from runtime.engines.lowering.rewriting import Old, rewritten, takes_the_place_of
from runtime.graph import Graph, Op, Value

#: What has been multiplied by minus a factor: by the names of both.
_Scaled = dict[tuple[str, str], Value]
#: Layers that one factor goes through; behind them it is multiplied anew.
_FAR = 50


def lower_accumulation(graph: Graph) -> tuple[Graph, bool]:
    """W − η·(A·B) becomes A·(−η·B) + W, and μ·V + A·B becomes A·B + μ·V, each one Gemm: two passes over W or V less.

    b − η·ΣD becomes b + Σ(−η·D): the factor times D, the smaller one, is shared with the weight before. Where D goes into
    nothing but descents, −η·D comes from the layer behind, whose D has the factor already: one pass for all layers.
    """
    return rewritten(graph, partial(_accumulated, {}))


def _accumulated(scaled: _Scaled, g: Graph, old: Old, op: Op) -> bool:
    if op.type == "Sub":
        return _descent(scaled, g, old, op)
    return op.type == "Add" and _velocity(g, old, op)


def _descent(done: _Scaled, g: Graph, old: Old, op: Op) -> bool:
    scaled = old.maker(op.inputs[1], "Mul")
    if scaled is None or op.phase != "update" or old.values[scaled.inputs[1]].shape != ():
        return False
    weight, factor, gradient = old.values[op.inputs[0]], old.values[scaled.inputs[1]], scaled.inputs[0]
    product, total = _product(old, gradient), old.maker(gradient, "ReduceSum")
    if product is not None:
        a, b = (old.values[n] for n in product.inputs)
        g.Gemm(a, _times(done, g, old, b, factor), weight, **_sides(product))
        return takes_the_place_of(g, op)
    if total is None or old.reads(gradient) > 1 or old.values[total.inputs[0]].rank != 2:
        return False
    d, axes = (old.values[n] for n in total.inputs)
    g.Add(weight, g.ReduceSum(_times(done, g, old, d, factor), axes, **total.attributes))
    return takes_the_place_of(g, op)


def _times(done: _Scaled, g: Graph, old: Old, value: Value, factor: Value) -> Value:
    """−factor · value."""
    key = value.name, factor.name
    if key not in done:
        behind = _behind(old, value.name, factor.name)
        if behind is None:
            done[key] = g.Mul(value, g.Neg(factor))
        else:
            product, other = behind
            d, w = (old.values[n] for n in product.inputs)
            done[key] = g.Mul(g.Gemm(_times(done, g, old, d, factor), w, **_sides(product)), old.values[other])
    return done[key]


def _behind(old: Old, name: str, factor: str) -> tuple[Op, str] | None:
    """If `name` is the D of the layer behind, times W, times something: that product, and the something."""
    op = old.maker(name, "Mul")
    for one, other in ((op.inputs, op.inputs[::-1]) if op else ()):
        product = _product(old, one)
        if product is not None and _only_descends(old, name, factor) and _only_descends(old, product.inputs[0], factor):
            return product, other
    return None


def _only_descends(old: Old, name: str, factor: str, layers: int = _FAR) -> bool:
    """Whether `name` is read by nothing but descents by this factor, and by at most so many layers whose D is so too."""
    readers = old.readers(name)
    whole = layers > 0 and len(readers) == old.reads(name)
    return whole and all(_leads_to_descent(old, name, op, factor, layers) for op in readers)


def _leads_to_descent(old: Old, name: str, op: Op, factor: str, layers: int) -> bool:
    result = op.outputs[0]
    if op.type not in ("Gemm", "ReduceSum") or old.reads(result) != 1 or not old.readers(result):
        return False
    (reader,) = old.readers(result)
    if reader.type != "Mul":
        return False
    if op.inputs[0] == name and op.type == "Gemm":
        return len(op.inputs) == 2 and _only_descends(old, reader.outputs[0], factor, layers - 1)
    subs = old.readers(reader.outputs[0])
    return reader.inputs[1] == factor and [s.type for s in subs] == ["Sub"] and subs[0].phase == "update"


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
