"""RBM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nodes.initial import initial_scale, initial_weights, initializer
from nodes.layer import VECTOR, Layer, Port, Trial, layer, setting
from runtime.boltzmann import Machine
from runtime.graph import Graph, Value


@layer(
    "RBM", category="Core", formula="h = σ(v W + b),  v′ = σ(h Wᵀ + a)", short="rbm",
    synonyms=("restricted boltzmann machine", "boltzmann", "deep belief network", "contrastive divergence"),
)  # fmt: skip
class RBM(Layer):
    """A restricted Boltzmann machine: hidden units that see the visible ones, and can dream them back.

    Shapes: (N, visible) in [0, 1] → `hidden` (N, units) and `reconstruction` (N, visible), probabilities. Weight (visible,
    units), a bias on either side. The rule contrastive divergence trains it; a loss between reconstruction and input shows
    the reconstruction error. Source: Smolensky, 1986; Hinton, 2002.
    """

    units: int = setting(128, low=1, high=100_000, help="Number of hidden units.")
    initial_weights: str = initial_weights("normal")
    initial_scale: float = initial_scale()

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", (VECTOR,)),)
    outputs: ClassVar[tuple[str, ...]] = ("hidden", "reconstruction")
    learns_alone: ClassVar[bool] = True
    trials: ClassVar[tuple[Trial, ...]] = (Trial({"units": 3}),)

    def emit(self, g: Graph, x: Value) -> tuple[Value, Value]:
        seen = x.shape[1]
        assert isinstance(seen, int)
        weight = g.parameter("weight", (seen, self.units), init=initializer(self), role="weight")
        visible_bias = g.parameter("visible_bias", (seen,), role="visible_bias")
        hidden_bias = g.parameter("hidden_bias", (self.units,), role="hidden_bias")
        machine = Machine(g, weight, visible_bias, hidden_bias, g.where.layer)
        hidden = machine.hidden(x)
        return hidden, machine.visible(hidden)

    def own_loss(self, g: Graph, inputs: Mapping[str, Any], outputs: Mapping[str, Value]) -> Value | None:
        error = g.Sub(inputs["x"], outputs["reconstruction"])
        each = g.ReduceMean(g.Mul(error, error), axes=[1], keepdims=0)
        result: Value = g.ReduceMean(each, axes=[0], keepdims=0, name="reconstruction_error")
        return result

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        """There and back."""
        seen = inputs["x"].shape[1]
        assert isinstance(seen, int)
        return 2 * seen * self.units

    def summary(self) -> str:
        return f"{self.units:,} hidden units"
