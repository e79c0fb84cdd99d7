"""MultiHeadAttention."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.drawing import HUE, SECOND, TEXT, Drawing, Path, Words, drawing
from nodes.layer import SEQUENCE, Layer, LayerError, Port, Seen, Trial, layer, sample_shape, setting
from nodes.pictures.parts import caption, spread, units
from nodes.shapes import sides
from runtime.graph import Graph, Value
from runtime.ops.registry import ints

#: What is added to a score that must not count: e to the power of it is 0 in every floating type.
_NEVER = -1e9


@layer(
    "MultiHeadAttention", category="Recurrent", formula="y = softmax(Q Kᵀ / √d) V, per head", short="attn",
    synonyms=("attention", "self-attention", "transformer", "query key value"),
)
class MultiHeadAttention(Layer):
    """Every step asks all steps (its own among them) how much they matter to it, and takes their weighted mean; each head
    asks in its own way.

    Shapes: query (N, steps, width) → (N, steps, width); key and value (N, steps₂, any). Where only one of these is wired it is
    both; where none is, the query is (self-attention). Q, K, V are linear in them, cut into heads of d = width / heads numbers;
    their means, side by side, pass one more linear map. Causal: a step sees none behind it.
    Source: Vaswani et al., Attention Is All You Need, 2017.
    """

    heads: int = setting(4, low=1, high=1024, help="Ways of asking: each has width / heads numbers.")
    causal: bool = setting(False, help="No step sees a later one: for a network that writes its sequence step by step.")
    bias: bool = setting(True, help="Add a learned offset in each linear map.")

    inputs: ClassVar[tuple[Port, ...]] = (
        Port("query", (SEQUENCE,)), Port("key", (SEQUENCE,), optional=True), Port("value", (SEQUENCE,), optional=True),
    )  # fmt: skip

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"heads": 2}), Trial({"heads": 2, "causal": True, "bias": False}, {"query": (5, 4)}),
        Trial({"heads": 3}, {"query": (4, 6), "key": (3, 2), "value": (3, 5)}),
        Trial({"heads": 1, "causal": True}, {"query": (2, 3), "key": (4, 3)}),
    )  # fmt: skip

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, query: Value, key: Value | None, value: Value | None) -> Value:
        self._check(query, key, value)
        key, value = key or value or query, value or key or query
        width = sides(query)[1]
        q = g.Mul(self._linear(g, query, width, "query"), 1 / math.sqrt(width // self.heads))
        k, v = self._linear(g, key, width, "key"), self._linear(g, value, width, "value")
        scores = g.MatMul(self._heads(g, q, [0, 2, 1, 3]), self._heads(g, k, [0, 2, 3, 1]))
        if self.causal:
            never = np.triu(np.full((sides(query)[0], sides(key)[0]), _NEVER), 1)
            scores = g.Add(scores, g.constant(never, g.dtype, "never"))
        means = g.MatMul(g.Softmax(scores, axis=-1), self._heads(g, v, [0, 2, 1, 3]))
        together = g.Reshape(g.Transpose(means, perm=[0, 2, 1, 3]), ints(g, [0, 0, width], "shape"))
        return self._linear(g, together, width, "output")

    def _check(self, query: Value, key: Value | None, value: Value | None) -> None:
        """Raises `LayerError` where sizes do not fit."""
        width = sides(query)[1]
        if width % self.heads:
            raise LayerError(
                f"its query has {width} features, and {self.heads} heads cannot share them equally: choose heads that "
                f"divide {width}."
            )
        if key is not None and value is not None and sides(key)[0] != sides(value)[0]:
            raise LayerError(
                f"its key is {sample_shape(key)} and its value {sample_shape(value)} per sample: give them equally many steps."
            )

    def _linear(self, g: Graph, x: Value, width: int, name: str) -> Value:
        weight = g.parameter(f"{name}_weight", (sides(x)[1], width), init="glorot_uniform", role="weight")
        y: Value = g.MatMul(x, weight)
        return g.Add(y, g.parameter(f"{name}_bias", (width,), role="bias")) if self.bias else y

    def _heads(self, g: Graph, x: Value, perm: list[int]) -> Value:
        """(N, steps, width) cut into heads, the axes (N, steps, heads, d) put into this order."""
        width = sides(x)[1]
        apart = g.Reshape(x, ints(g, [0, 0, self.heads, width // self.heads], "shape"))
        result: Value = g.Transpose(apart, perm=perm)
        return result

    @classmethod
    def picture(cls) -> Drawing:
        """One step asks all steps; the thicker the wire, the more that one counts."""
        steps = np.random.default_rng(5).standard_normal((5, 4)) * 1.6
        scores = np.exp(steps @ steps[2] / 2.0)
        xs, weights = spread(5, 240.0, 72.0), scores / scores.sum()
        wires = [
            Path(((x, 116.0), (xs[2], 48.0)), HUE, width=0.8 + 7 * w) for x, w in zip(xs, weights.tolist(), strict=True)
        ]
        shares = [Words(x, 142.0, f"{100 * w:.0f} %", TEXT, 11.0, mono=True) for x, w in zip(xs, weights.tolist(), strict=True)]
        below = [mark for x in xs for mark in units(x, [116.0])]
        words = [caption(240.0, 160.0, "steps of the sequence, and how much each matters to step 3")]
        above = [*units(xs[2], [40.0], 11.0), Words(xs[2] + 18, 40.0, "y of step 3", SECOND, 11.0, 0.0)]
        alt = "MultiHeadAttention: step 3 takes a weighted mean of all five steps."
        return drawing(alt, wires, below, above, shares, words)

    def summary(self) -> str:
        return f"{self.heads} heads · causal" if self.causal else f"{self.heads} heads"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        query, key, value = self._all(inputs)
        width, extra = sides(query)[1], " + 1" if self.bias else ""
        reads = [width, sides(key)[1], sides(value)[1], width]
        expression = " + ".join(f"{width}·({n}{extra})" for n in reads)
        count = sum(width * (n + self.bias) for n in reads)
        return [("parameters", expression, f"{count:,}")]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        query, key, value = (sides(v) for v in self._all(inputs))
        width = query[1]
        linear = width * (2 * query[0] * width + key[0] * key[1] + value[0] * value[1])
        return linear + 2 * query[0] * key[0] * width

    def _all(self, inputs: Mapping[str, Value]) -> tuple[Value, Value, Value]:
        query, key, value = (inputs.get(name) for name in ("query", "key", "value"))
        assert query is not None
        return query, key or value or query, value or key or query
