"""GRU: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.graph import Array
from runtime.ops.recurrent import Function, Settings, States, Step, biases, run
from runtime.ops.registry import kernel

USUAL = ("Sigmoid", "Tanh")


@kernel("GRU")
def gru(
    x: Array, w: Array, r: Array, b: Array | None = None, sequence_lens: Array | None = None,
    initial_h: Array | None = None, linear_before_reset: int = 0, **attributes: Any,
) -> tuple[Array, ...]:
    """y and last h. Gates in the order z (update), r (reset), h (candidate)."""
    settings, both = Settings(**attributes), biases(b, r)
    steps = [
        _step(w[d], r[d], both[d], functions, bool(linear_before_reset))
        for d, functions in enumerate(settings.functions(USUAL))
    ]
    return run(steps, x, sequence_lens, [initial_h], r.shape[-1], settings)


def _step(w: Array, r: Array, bias: Array, functions: Sequence[Function], linear_before_reset: bool) -> Step:
    """h′ = (1 − z)∘n + z∘h, with the candidate n of x and the reset state: r∘h before its matrix, or r∘(R h + b) behind."""
    gate, out = functions
    wide = 2 * r.shape[1]
    gates, inner = r[:wide], r[wide:]

    def step(x: Array, states: States) -> States:
        (h,) = states
        beside_x = x @ w.T + bias[0]
        z, reset = np.split(gate(beside_x[:, :wide] + h @ gates.T + bias[1, :wide]), 2, axis=1)
        if linear_before_reset:
            beside_h = reset * (h @ inner.T + bias[1, wide:])
        else:
            beside_h = (reset * h) @ inner.T + bias[1, wide:]
        return ((1 - z) * out(beside_x[:, wide:] + beside_h) + z * h,)

    return step
