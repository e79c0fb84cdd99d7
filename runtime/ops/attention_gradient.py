"""The gradients of Attention and RotaryEmbedding: their formulas in simpler operators, differentiated."""

from __future__ import annotations

from functools import partial

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Graph, Value
from runtime.ops.formula import by_formula
from runtime.ops.registry import Site, gradient, ints, reshape_like

#: Added to the scores of keys that are not read. (−∞ would make a query without any key NaN.)
_NEVER = -1e30


@gradient("Attention")
def attention_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    if at.attribute("left_window_size", -1) >= 0 or at.attribute("right_window_size", -1) >= 0:
        raise GraphError("Attention with a sliding window has no gradient rule: give the window as a mask.")
    return by_formula(g, at, partial(_attention, g, at), dys)


def _attention(
    g: Graph, at: Site, q: Value, k: Value, v: Value, mask: Value | None = None, past_key: Value | None = None,
    past_value: Value | None = None, lengths: Value | None = None,
) -> tuple[Value, ...]:
    own, theirs = at.attribute("q_num_heads", 0), at.attribute("kv_num_heads", 0)
    queries, k, v = _heads(g, q, own), _heads(g, k, theirs), _heads(g, v, theirs)
    k = k if past_key is None else g.Concat(past_key, k, axis=2)
    v = v if past_value is None else g.Concat(past_value, v, axis=2)
    keys, values = _repeated(g, k, queries), _repeated(g, v, queries)
    scores = g.MatMul(g.Mul(queries, _scale(at, queries)), g.Transpose(keys, perm=[0, 1, 3, 2]))
    cap = at.attribute("softcap", 0.0)
    scores = g.Mul(g.Tanh(g.Mul(scores, 1 / cap)), cap) if cap > 0 else scores
    bias = _bias(g, at, (queries, k), mask, past_key, lengths)
    masked = scores if bias is None else g.Add(scores, bias)
    shares = g.Softmax(masked, axis=-1)
    if bias is not None:
        best = g.ReduceMax(bias, ints(g, [-1]), keepdims=1)
        shares = g.Mul(shares, g.CastLike(g.Greater(best, _NEVER / 2), shares))
    y = g.MatMul(shares, values)
    if q.rank == 3:
        y = reshape_like(g, g.Transpose(y, perm=[0, 2, 1, 3]), at.y)
    return y, k, v, {2: masked, 3: shares}.get(at.attribute("qk_matmul_output_mode", 0), scores)


def _heads(g: Graph, x: Value, heads: int) -> Value:
    """[B, S, heads·d] → [B, heads, S, d]."""
    if x.rank == 4:
        return x
    result: Value = g.Transpose(g.Reshape(x, ints(g, [0, 0, heads, -1], "shape")), perm=[0, 2, 1, 3])
    return result


def _scale(at: Site, queries: Value) -> float:
    size = queries.shape[3]
    if not isinstance(size, int):
        raise GraphError(f"The gradient of Attention must know the size of a head, and it is given {queries}: fix the shape.")
    return float(at.attribute("scale", size**-0.5))


def _repeated(g: Graph, x: Value, queries: Value) -> Value:
    """Each head of keys as often as heads of queries share it, one after the other."""
    own, wanted = x.shape[1], queries.shape[1]
    if not isinstance(own, int) or not isinstance(wanted, int):
        raise GraphError(f"The gradient of Attention must know the number of heads, and it is given {x}: fix the shape.")
    if own == wanted:
        return x
    order = np.repeat(np.arange(own), wanted // own)
    result: Value = g.Gather(x, ints(g, order, "heads"), axis=1)
    return result


def _bias(
    g: Graph, at: Site, sides: tuple[Value, Value], mask: Value | None, past: Value | None, lengths: Value | None
) -> Value | None:
    """What is added to the scores, or None."""
    queries, keys = (_length(g, side) for side in sides)
    column = g.Range(g.constant(0, "int64", "zero"), keys, g.constant(1, "int64", "one"))
    parts: list[Value] = []
    if mask is not None:
        parts.append(_given(g, mask, sides, keys))
    if at.attribute("is_causal", 0):
        row = g.Unsqueeze(g.Range(g.constant(0, "int64", "zero"), queries, g.constant(1, "int64", "one")), ints(g, [1]))
        if past is not None:
            row = g.Add(row, _length(g, past))
        elif lengths is not None:
            row = g.Add(row, g.Unsqueeze(g.Sub(lengths, queries), ints(g, [1, 2, 3])))
        parts.append(_added(g, g.LessOrEqual(column, row), sides[0]))
    if lengths is not None:
        parts.append(_added(g, g.Less(column, g.Unsqueeze(lengths, ints(g, [1, 2, 3]))), sides[0]))
    if not parts:
        return None
    total = parts[0]
    for part in parts[1:]:
        total = g.Add(total, part)
    result: Value = g.Max(total, _NEVER)
    return result


def _length(g: Graph, x: Value) -> Value:
    """How many steps a value of [B, heads, S, d] has, as a scalar."""
    result: Value = g.Squeeze(g.Shape(x, start=2, end=3), ints(g, [0]))
    return result


def _added(g: Graph, allowed: Value, like: Value) -> Value:
    """0 where it is allowed, far below it where not."""
    never = g.constant(_NEVER, like.dtype, "never")
    result: Value = g.Where(allowed, g.constant(0, like.dtype, "zero"), never)
    return result


def _given(g: Graph, mask: Value, sides: tuple[Value, Value], keys: Value) -> Value:
    """The caller's mask as numbers, and keys beyond its end not read."""
    bias = _added(g, mask, sides[0]) if mask.dtype == bool else g.Max(mask, _NEVER)
    if mask.shape[-1] == sides[1].shape[2] and mask.shape[-1] is not None:
        return bias
    missing = g.Sub(g.Unsqueeze(keys, ints(g, [0])), g.Shape(mask, start=mask.rank - 1))
    pads = g.Concat(ints(g, [0] * (2 * mask.rank - 1), "pads"), missing, axis=0)
    shape = (*mask.shape[:-1], sides[1].shape[2])
    return pad_like(g, bias, pads, shape)


def pad_like(g: Graph, x: Value, pads: Value, shape: tuple[int | str | None, ...]) -> Value:
    from dataclasses import replace

    never = g.constant(_NEVER, x.dtype, "never")
    result: Value = g.emit("Pad", (x, pads, never), like=replace(x, shape=shape))
    return result


# -- rotation ------------------------------------------------------------------------------------------------------------
@gradient("RotaryEmbedding")
def rotary_embedding_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    return by_formula(g, at, partial(_rotary, g, at), [dy])


def _rotary(g: Graph, at: Site, x: Value, cos: Value, sin: Value, positions: Value | None = None) -> Value:
    heads = _heads(g, x, at.attribute("num_heads", 0))
    size = heads.shape[3]
    if not isinstance(size, int):
        raise GraphError(f"The gradient of RotaryEmbedding must know the size of a head, and it is given {x}: fix the shape.")
    if positions is not None:
        cos, sin = g.Gather(cos, positions, axis=0), g.Gather(sin, positions, axis=0)
    cos, sin = g.Unsqueeze(cos, ints(g, [1])), g.Unsqueeze(sin, ints(g, [1]))
    width = at.attribute("rotary_embedding_dim", 0) or size
    turned = _part(g, heads, 0, width, 1) if width < size else heads
    if at.attribute("interleaved", 0):
        a, b = _part(g, turned, 0, width, 2), _part(g, turned, 1, width, 2)
    else:
        a, b = _part(g, turned, 0, width // 2, 1), _part(g, turned, width // 2, width, 1)
    pair = g.Sub(g.Mul(cos, a), g.Mul(sin, b)), g.Add(g.Mul(sin, a), g.Mul(cos, b))
    if at.attribute("interleaved", 0):
        new = g.Concat(*[g.Unsqueeze(half, ints(g, [-1])) for half in pair], axis=-1)
        new = g.Reshape(new, ints(g, [0, 0, 0, -1], "shape"))
    else:
        new = g.Concat(*pair, axis=-1)
    y = g.Concat(new, _part(g, heads, width, size, 1), axis=-1) if width < size else new
    return y if x.rank == 4 else reshape_like(g, g.Transpose(y, perm=[0, 2, 1, 3]), at.y)


def _part(g: Graph, x: Value, first: int, end: int, step: int) -> Value:
    result: Value = g.Slice(x, ints(g, [first]), ints(g, [end]), ints(g, [3]), ints(g, [step]))
    return result
