"""GroupNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.channels import channels, per_channel
from nodes.layer import MAPS, VOLUME, Layer, LayerError, Trial, layer, setting
from runtime.graph import Graph, Value
from runtime.ops.registry import reshape_like


@layer(
    "GroupNormalization", category="Normalise & regularise", formula="y = γ · (x − μ) / √(σ² + ε) + β",
    accepts=(MAPS, VOLUME), short="gn", synonyms=("groupnorm", "instance norm", "normalise", "normalize"),
)  # fmt: skip
class GroupNormalization(Layer):
    """Normalises groups of channels of each sample by themselves, so that it does not mind how large the batch is.

    Shapes: unchanged, (N, C, H, W) or (N, C, D, H, W). μ and σ² are over the channels of a group and all their places; scale γ
    and bias β (C). One group: all of a sample together; as many groups as channels: instance normalization.
    Source: Wu and He, Group Normalization, 2018. Emitted as ONNX's InstanceNormalization over the groups.
    """

    groups: int = setting(1, low=1, high=4096, help="How many groups the channels are split into.")
    epsilon: float = setting(1e-5, low=1e-8, high=1.0, help="Added to the variance, so that nothing is divided by zero.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"groups": 2, "epsilon": 0.1}))

    def emit(self, g: Graph, x: Value) -> Value:
        count = channels(x)
        if count % self.groups:
            raise LayerError(f"{self.groups} groups do not divide its {count} channels: choose a number that does.")
        grouped = g.Reshape(x, g.constant([0, self.groups, -1], np.int64, "shape"))
        ones, zeros = (g.constant(np.full(self.groups, n), g.dtype) for n in (1, 0))
        normal = reshape_like(g, g.InstanceNormalization(grouped, ones, zeros, epsilon=self.epsilon), x)
        scale = g.parameter("scale", (count,), init="ones", role="scale")
        bias = g.parameter("bias", (count,), role="bias")
        result: Value = g.Add(g.Mul(normal, per_channel(g, scale, x)), per_channel(g, bias, x))
        return result

    def summary(self) -> str:
        return "1 group" if self.groups == 1 else f"{self.groups} groups"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        count = channels(inputs["x"])
        return [("parameters", f"2·{count}", f"{2 * count:,}")]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        return int(np.prod([d for d in output.shape[1:] if isinstance(d, int)]))
