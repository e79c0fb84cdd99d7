"""BatchNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from nodes.channels import channel_axis, channels
from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value
from runtime.initializers import named
from runtime.ops.registry import reshape_like


@layer(
    "BatchNormalization", category="Normalise & regularise", formula="y = γ · (x − μ) / √(σ² + ε) + β", accepts=ANY,
    short="bn", synonyms=("batchnorm", "batch norm", "normalise", "normalize"),
)
class BatchNormalization(Layer):
    """Centres each channel and scales it to deviation 1 over the batch, then lets a learned scale and offset undo that.

    Shapes: unchanged. Scale γ and bias β (C), trained; running mean and variance (C), carried: (N, C), (N, steps, C), (N, C,
    H, W) and volumes. In training μ and σ² are those of the batch (all axes but C; σ² divides by their count), and
    running ← momentum · running + (1 − momentum) · batch. The finished model uses the running ones.
    Source: Ioffe and Szegedy, Batch Normalization, 2015; ONNX BatchNormalization.
    """

    momentum: float = setting(0.9, low=0.0, high=0.9999, help="How much of the running statistics a step keeps.")
    epsilon: float = setting(1e-5, low=1e-8, high=1.0, help="Added to the variance, so that nothing is divided by zero.")
    first_scale: float = setting(
        1.0, low=0.0, high=10.0,
        help="γ at the beginning. With 0 in its last one a residual block begins as the identity (Goyal et al., 2017).",
    )  # fmt: skip

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"momentum": 0.5, "epsilon": 0.1, "first_scale": 0.5}))

    def emit(self, g: Graph, x: Value) -> Value:
        shape = (channels(x),)
        begun = "ones" if self.first_scale == 1 else named("constant", self.first_scale) if self.first_scale else "zeros"
        scale, bias = g.parameter("scale", shape, init=begun, role="scale"), g.parameter("bias", shape, role="bias")
        mean = g.parameter("mean", shape, kind="carried")
        variance = g.parameter("variance", shape, init="ones", kind="carried")
        flat = g.Reshape(x, g.constant([-1, *shape], np.int64, "shape")) if x.rank == 3 else x
        y = self._normalised(g, flat, scale, bias, mean, variance)
        return reshape_like(g, y, x) if x.rank == 3 else y

    def _normalised(self, g: Graph, x: Value, scale: Value, bias: Value, mean: Value, variance: Value) -> Value:
        given = (x, scale, bias, mean, variance)
        settings: dict[str, Any] = {"epsilon": self.epsilon, "momentum": self.momentum}
        if not g.training:
            result: Value = g.emit("BatchNormalization", given, **settings)
            return result
        result, new_mean, new_variance = g.emit("BatchNormalization", given, 3, training_mode=1, **settings)
        g.carry(mean, new_mean)
        g.carry(variance, new_variance)
        return result

    def smallest_batch(self, inputs: Mapping[str, Value]) -> int:
        """2 where a sample has one number per channel: the variance of one number is 0 whatever it is."""
        x = inputs["x"]
        places = [d for axis, d in enumerate(x.shape) if axis not in (0, channel_axis(x))]
        return 2 if all(d == 1 for d in places) else 1

    def summary(self) -> str:
        return f"momentum {self.momentum:g}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        count = channels(inputs["x"])
        return [("parameters", f"2·{count}", f"{2 * count:,}"), ("running", f"2·{count}", f"{2 * count:,} (not trained)")]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        return int(np.prod([d for d in output.shape[1:] if isinstance(d, int)]))
