"""Attention (opset 23) and the rotation of queries and keys by their position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.graph import Array
from runtime.ops.registry import kernel


def split_heads(x: Array, heads: int) -> Array:
    """[B, S, heads·d] → [B, heads, S, d]; four axes stay as they are."""
    return x if x.ndim == 4 else x.reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)


@dataclass(frozen=True)
class Mask:
    """Which keys a query may read, as numbers added to the scores: 0, or −∞. `offset` keys stand before the first query."""

    queries: int
    keys: int
    offset: Array
    dtype: np.dtype[Any]

    def added(self, allowed: Array) -> Array:
        return np.asarray(np.where(allowed, 0, -np.inf), self.dtype)

    def between(self, left: int, right: int) -> Array:
        """Keys from `left` before a query's place to `right` after it; −1 is no bound. [.., queries, keys]."""
        place = np.arange(self.queries)[:, None] + self.offset[..., None, None]
        key = np.arange(self.keys)
        allowed = np.ones(np.broadcast_shapes(place.shape, key.shape), bool)
        allowed &= (key >= place - left) if left >= 0 else True
        allowed &= (key <= place + right) if right >= 0 else True
        return self.added(allowed if self.offset.ndim == 0 else allowed[:, None])

    def given(self, mask: Array) -> Array:
        """A mask of the caller's, true or false or numbers; keys beyond its end are not read."""
        bias = self.added(mask) if mask.dtype == bool else mask
        beyond = [(0, 0)] * (bias.ndim - 1) + [(0, self.keys - bias.shape[-1])]
        return np.pad(bias, beyond, constant_values=-np.inf)

    def first(self, lengths: Array) -> Array:
        """Only as many keys as each sample has."""
        return self.added(np.arange(self.keys) < lengths.reshape(-1, 1, 1, 1))


@kernel("Attention")
def attention(
    q: Array, k: Array, v: Array, mask: Array | None = None, past_key: Array | None = None,
    past_value: Array | None = None, lengths: Array | None = None, is_causal: int = 0, kv_num_heads: int = 0,
    q_num_heads: int = 0, qk_matmul_output_mode: int = 0, scale: float | None = None, softcap: float = 0.0,
    softmax_precision: int = 0, left_window_size: int = -1, right_window_size: int = -1,
) -> tuple[Array, Array, Array, Array]:
    """softmax(q·kᵀ·scale + mask)·v, head by head. Vaswani and others 2017; several queries may share a key's head.

    Returns the result, the keys and values so far, and the scores at the stage that `qk_matmul_output_mode` names.
    """
    flat, kind = q.ndim == 3, q.dtype
    q, k, v = split_heads(q, q_num_heads), split_heads(k, kv_num_heads), split_heads(v, kv_num_heads)
    k = k if past_key is None else np.concatenate([past_key, k], 2)
    v = v if past_value is None else np.concatenate([past_value, v], 2)
    root = kind.type(np.sqrt(q.shape[3] ** -0.5 if scale is None else scale))
    repeats = q.shape[1] // k.shape[1]
    keys, values = np.repeat(k, repeats, 1), np.repeat(v, repeats, 1)
    scores = np.matmul(q * root, keys.swapaxes(2, 3) * root)
    if softcap > 0:
        scores = np.asarray(np.tanh(scores / kind.type(softcap)) * kind.type(softcap))
    window = (left_window_size, 0 if is_causal and right_window_size < 0 else right_window_size)
    bias = _bias(q, k, mask, past_key, lengths, bool(is_causal), window)
    masked = scores + bias
    shares = _softmax(masked, bias, softmax_precision).astype(kind)
    shown = {2: masked, 3: shares}.get(qk_matmul_output_mode, scores)
    y = np.matmul(shares, values)
    y = y.transpose(0, 2, 1, 3).reshape(y.shape[0], y.shape[2], -1) if flat else y
    return y, k, v, np.asarray(shown, kind)


def _bias(
    q: Array, k: Array, mask: Array | None, past: Array | None, lengths: Array | None, causal: bool,
    window: tuple[int, int],
) -> Array:
    """Everything that is added to the scores."""
    queries, keys = q.shape[2], k.shape[2]
    before = 0 if past is None else past.shape[2]
    offset = np.array(before) if past is not None or lengths is None else lengths.reshape(-1) - queries
    rule = Mask(queries, keys, offset, q.dtype)
    bias = np.zeros((queries, keys), q.dtype)
    if mask is not None:
        bias = bias + rule.given(mask)
    if causal:
        bias = bias + rule.between(-1, 0)
    if window != (-1, 0 if causal else -1):
        bias = bias + rule.between(*window)
    return bias if lengths is None else bias + rule.first(lengths)


def _softmax(x: Array, bias: Array, precision: int) -> Array:
    """Over the last axis; 0 for a query that may read no key at all."""
    from onnx import helper

    x = x.astype(helper.tensor_dtype_to_np_dtype(precision)) if precision else x
    empty = np.isneginf(bias.max(-1, keepdims=True))
    x = np.where(empty, x.dtype.type(0), x)
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(np.where(empty, 0, e / e.sum(-1, keepdims=True)), x.dtype)


@kernel("RotaryEmbedding")
def rotary_embedding(
    x: Array, cos: Array, sin: Array, positions: Array | None = None, interleaved: int = 0, num_heads: int = 0,
    rotary_embedding_dim: int = 0,
) -> Array:
    """Pairs of features turned by an angle that grows with the position. Su and others 2021.

    The pairs are (i, i + d/2), or `interleaved` (2i, 2i + 1); features beyond `rotary_embedding_dim` stay.
    """
    heads = split_heads(x, num_heads)
    cos, sin = (a if positions is None else a[positions] for a in (cos, sin))
    cos, sin = cos[:, None], sin[:, None]
    width = rotary_embedding_dim or heads.shape[3]
    turned, rest = heads[..., :width], heads[..., width:]
    a, b = (turned[..., ::2], turned[..., 1::2]) if interleaved else np.split(turned, 2, -1)
    pair = [cos * a - sin * b, sin * a + cos * b]
    new = np.stack(pair, -1).reshape(turned.shape) if interleaved else np.concatenate(pair, -1)
    y = np.concatenate([new, rest], -1).astype(x.dtype)
    return y if x.ndim == 4 else y.transpose(0, 2, 1, 3).reshape(x.shape)
