"""GRU."""

from __future__ import annotations

from typing import Any, ClassVar

from nodes.layer import Port, Trial, layer, setting
from nodes.recurrent import EVERY, Recurrent, ports

AFTER, BEFORE = "after the matrix", "before the matrix"


@layer(
    "GRU", category="Recurrent", formula="h′ = (1 − z)∘n + z∘h", short="gru",
    synonyms=("gated recurrent unit", "rnn", "gates", "sequence"),
)
class GRU(Recurrent):
    """Gated recurrent unit: a gate z keeps the old state or takes the candidate n, a gate r says how much n knows of it.

    Shapes: (N, steps, features) → (N, units), the last output, or (N, steps, units); bidirectional: 2 · units. The state h, in
    and out, is (N, layers · directions · units); left free it begins as zeros. z, r = σ(W x + R h + b);
    n = tanh(W x + b + r∘(R h + b)) with the reset after the matrix, tanh(W x + R (r∘h) + b) with the reset before it.
    Source: Cho et al., 2014; the reset after the matrix as in cuDNN, PyTorch, Keras; ONNX GRU.
    """

    operator, gates = "GRU", 3
    inputs: ClassVar[tuple[Port, ...]] = ports("h")
    outputs: ClassVar[tuple[str, ...]] = ("y", "h")

    reset: str = setting(AFTER, choices=(AFTER, BEFORE), help="Where r acts: on R h, or on h as the paper has it.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"units": 5}), Trial({"units": 3, "layers": 2, "bidirectional": True, "returns": EVERY}),
        Trial({"units": 3, "reset": BEFORE, "returns": EVERY}, {"x": (3, 4), "h": (3,)}),
    )  # fmt: skip

    def attributes(self) -> dict[str, Any]:
        return {"linear_before_reset": int(self.reset == AFTER)}
