"""Drawn cases: Einsum, determinants, attention."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from runtime.graph import Graph, Value
from tests.runtime.ops.cases import Draw, case, maybe, small, whole
from tests.runtime.ops.support import Case, spread

EQUATIONS = [
    ("ij,jk->ik", [[2, 3], [3, 4]]), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 2]]), ("ij->ji", [[2, 3]]), ("ij->", [[2, 3]]),
    ("ij->i", [[2, 3]]), ("ii->i", [[3, 3]]), ("ii", [[3, 3]]), ("i,j->ij", [[2], [3]]), ("ij,jk", [[2, 3], [3, 2]]),
    ("...ij,...jk->...ik", [[2, 2, 3], [2, 3, 4]]), ("...ij,jk->...ik", [[2, 2, 3], [3, 4]]), ("a b , b -> a", [[2, 3], [3]]),
    ("bhid,bhjd->bhij", [[2, 2, 3, 2], [2, 2, 4, 2]]), ("i,ij,j->", [[2], [2, 3], [3]]), ("ij,kj->ik", [[2, 3], [4, 3]]),
    ("...i,...i->...", [[2, 3], [1, 3]]), ("i,i,i->i", [[3], [3], [3]]), ("ij,k->k", [[2, 3], [4]]),
]  # fmt: skip


@case("Einsum")
def einsum(draw: Draw, rng: np.random.Generator) -> Case:
    equation, shapes = draw(st.sampled_from(EQUATIONS))
    return Case([spread(rng, *s) for s in shapes], lambda g, *xs: g.Einsum(*xs, equation=equation))


@case("Det")
def det(draw: Draw, rng: np.random.Generator) -> Case:
    n = small(draw, 1, 4)
    x = spread(rng, *([small(draw)] if maybe(draw) else []), n, n)
    if n > 1 and maybe(draw):
        x[..., 0, :] = x[..., 1, :]
    return Case([x], lambda g, a: g.Det(a))


@case("Attention")
def attention(draw: Draw, rng: np.random.Generator) -> Case:
    """Three or four axes, shared keys, masks of both kinds, causal, a cap, keys so far, lengths."""
    heads, shared, size, q, k = small(draw, 1, 2), small(draw, 1, 2), 3, small(draw, 2, 3), small(draw, 2, 3)
    flat, mask, past = maybe(draw), draw(st.sampled_from([None, "bool", "float"])), maybe(draw)
    attributes: dict[str, Any] = {"is_causal": small(draw, 0, 1), "softcap": draw(st.sampled_from([0.0, 2.0]))}
    lengths = draw(st.sampled_from([None, [1, k]])) if not past else None
    if flat:
        attributes |= {"q_num_heads": heads * shared, "kv_num_heads": heads}
    shapes = [[2, heads * shared, q, size], [2, heads, k, size], [2, heads, k, size]]
    if flat:
        shapes = [[s[0], s[2], s[1] * s[3]] for s in shapes]
    keys = k + 2 * past
    arrays = [spread(rng, *s) for s in shapes] + ([spread(rng, 2, heads, 2, size)] * 2 if past else [])
    allowed = rng.random((q, keys)) < 0.7
    allowed[:, 0] = True

    def build(g: Graph, *xs: Value) -> Value:
        numbers = g.constant(np.where(allowed, 0.3, -0.7), g.dtype) if mask == "float" else g.constant(allowed)
        bias = None if mask is None else numbers
        others = [bias, *(xs[3:] if past else (None, None)), None if lengths is None else whole(g, lengths)]
        while others and others[-1] is None:
            others.pop()
        if past:
            y, keys_so_far, values_so_far = g.Attention(*xs[:3], *others, outputs=3, **attributes)
            extra = g.Mul(g.ReduceSum(g.Mul(keys_so_far, values_so_far), keepdims=0), 0.1)
            result: Value = g.Add(y, extra)
        else:
            result = g.Attention(*xs[:3], *others, **attributes)
        return result

    return Case(arrays, build, opset=24)


@case("RotaryEmbedding")
def rotary_embedding(draw: Draw, rng: np.random.Generator) -> Case:
    heads, steps, size, partly = small(draw, 1, 2), 3, 4, maybe(draw)
    flat, positions = maybe(draw), maybe(draw)
    attributes = {"interleaved": small(draw, 0, 1)}
    attributes |= {"num_heads": heads} if flat or partly else {}
    attributes |= {"rotary_embedding_dim": 2} if partly else {}
    half = 1 if partly else 2
    x = spread(rng, 2, steps, heads * size) if flat else spread(rng, 2, heads, steps, size)
    tables = [spread(rng, 5, half) if positions else spread(rng, 2, steps, half) for _ in range(2)]
    rows = rng.integers(0, 5, (2, steps))

    def build(g: Graph, *xs: Value) -> Value:
        # (ONNX's knows no float64: the output is stated.)
        inputs = [*xs, *([whole(g, rows)] if positions else [])]
        result: Value = g.emit("RotaryEmbedding", inputs, like=xs[0], **attributes)
        return result

    return Case([x, *tables], build, opset=23)
