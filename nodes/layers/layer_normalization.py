"""LayerNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.layer import ANY, Layer, LayerError, Trial, layer, sample_shape, setting
from runtime.graph import Graph, Value


@layer(
    "LayerNormalization", category="Normalise & regularise", formula="y = γ · (x − μ) / √(σ² + ε) + β", accepts=ANY,
    short="ln", synonyms=("layernorm", "layer norm", "normalise", "normalize"),
)
class LayerNormalization(Layer):
    """Centres each sample by itself and scales it to deviation 1, then lets a learned scale and offset undo that.

    Shapes: unchanged. μ and σ² are over the features of a vector, over those of each step of a sequence, over all channels
    and places of maps and volumes. Scale γ and bias β have the shape that is normalised. The same in training and after it.
    Source: Ba, Kiros, Hinton, Layer Normalization, 2016; ONNX LayerNormalization.
    """

    epsilon: float = setting(1e-5, low=1e-8, high=1.0, help="Added to the variance, so that nothing is divided by zero.")
    bias: bool = setting(True, help="Add a learned offset to every number.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"bias": False, "epsilon": 0.1}))

    def emit(self, g: Graph, x: Value) -> Value:
        shape = _normalised(x)
        scale = g.parameter("scale", shape, init="ones", role="scale")
        given = (x, scale, g.parameter("bias", shape, role="bias")) if self.bias else (x, scale)
        result: Value = g.emit("LayerNormalization", given, axis=x.rank - len(shape), epsilon=self.epsilon)
        return result

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        shape = _normalised(inputs["x"])
        count = int(np.prod(shape)) * (1 + self.bias)
        product = "·".join(map(str, shape))
        return [("parameters", f"2·{product}" if self.bias else product, f"{count:,}")]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        return int(np.prod([d for d in output.shape[1:] if isinstance(d, int)]))


def _normalised(x: Value) -> tuple[int, ...]:
    """The shape over which it normalises: the last axis of vectors and sequences, all of a sample of maps."""
    sides = x.shape[1:] if x.rank > 3 else x.shape[-1:]
    known = tuple(d for d in sides if isinstance(d, int))
    if len(known) < len(sides):
        raise LayerError(f"its input is {sample_shape(x)} per sample, and a side of it is open: give Input a fixed shape.")
    return known
