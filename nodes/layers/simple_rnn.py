"""SimpleRNN."""

from __future__ import annotations

from typing import Any, ClassVar

from nodes.layer import Port, Trial, layer, setting
from nodes.recurrent import EVERY, Recurrent, ports


@layer(
    "SimpleRNN", category="Recurrent", formula="h′ = f(W x + R h + b)", short="rnn",
    synonyms=("rnn", "recurrent", "elman", "vanilla rnn", "sequence"),
)
class SimpleRNN(Recurrent):
    """The plain recurrent layer: every step sees its input and the state that the step before left.

    Shapes: (N, steps, features) → (N, units), the last output, or (N, steps, units); bidirectional: 2 · units. The state h, in
    and out, is (N, layers · directions · units); left free it begins as zeros. Gradients shrink or grow with every step:
    what lies far back is hard to learn. Source: Elman, Finding structure in time, 1990; ONNX RNN.
    """

    operator = "RNN"
    inputs: ClassVar[tuple[Port, ...]] = ports("h")
    outputs: ClassVar[tuple[str, ...]] = ("y", "h")

    activation: str = setting("tanh", choices=("tanh", "relu"), help="f, applied to the new state.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"units": 5}), Trial({"units": 3, "layers": 2, "bidirectional": True, "returns": EVERY}),
        Trial({"units": 3, "activation": "relu"}, {"x": (3, 4), "h": (3,)}),
    )  # fmt: skip

    def attributes(self) -> dict[str, Any]:
        return {"activations": ["Tanh" if self.activation == "tanh" else "Relu"] * self.directions}
