"""LSTM."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import Port, Trial, layer
from nodes.recurrent import EVERY, Recurrent, ports


@layer(
    "LSTM", category="Recurrent", formula="c′ = f∘c + i∘g;  h′ = o∘tanh(c′)", short="lstm",
    synonyms=("long short-term memory", "rnn", "gates", "sequence"),
)
class LSTM(Recurrent):
    """Long short-term memory: a cell that gates i, f, o write, forget and read, so that a gradient survives many steps.

    Shapes: (N, steps, features) → (N, units), the last output, or (N, steps, units); bidirectional: 2 · units. The states h
    and c, in and out, are (N, layers · directions · units); left free they begin as zeros. i, f, o = σ(W x + R h + b), g = tanh
    of the like. The forget gate's bias begins as 1.
    Source: Hochreiter and Schmidhuber, 1997; Gers, Schmidhuber, Cummins, 2000; ONNX LSTM.
    """

    operator, gates, first_bias = "LSTM", 4, "forget_gate"
    inputs: ClassVar[tuple[Port, ...]] = ports("h", "c")
    outputs: ClassVar[tuple[str, ...]] = ("y", "h", "c")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"units": 5}), Trial({"units": 3, "layers": 2, "bidirectional": True, "returns": EVERY}),
        Trial({"units": 3, "layers": 2}, {"x": (3, 4), "h": (6,), "c": (6,)}),
        Trial({"units": 2, "bidirectional": True}, {"x": (1, 4), "c": (4,)}),
    )  # fmt: skip
