"""LSTM: Hochreiter and Schmidhuber, Long short-term memory, 1997, with the forget gate of Gers et al., 2000."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.graph import Array
from runtime.ops.recurrent import Function, Settings, States, Step, biases, run
from runtime.ops.registry import kernel

USUAL = ("Sigmoid", "Tanh", "Tanh")


@kernel("LSTM")
def lstm(
    x: Array, w: Array, r: Array, b: Array | None = None, sequence_lens: Array | None = None,
    initial_h: Array | None = None, initial_c: Array | None = None, p: Array | None = None, input_forget: int = 0,
    **attributes: Any,
) -> tuple[Array, ...]:
    """y, last h, last c. Gates in the order i, o, f, c; `p` (D, 3H) are the peepholes of i, o, f."""
    settings, hidden = Settings(**attributes), r.shape[-1]
    both = biases(b, r).sum(1)
    peep = np.zeros((len(w), 3 * hidden), x.dtype) if p is None else p
    steps = [
        _step(w[d], r[d], both[d], np.split(peep[d], 3), functions, bool(input_forget))
        for d, functions in enumerate(settings.functions(USUAL))
    ]
    return run(steps, x, sequence_lens, [initial_h, initial_c], hidden, settings)


def _step(
    w: Array, r: Array, bias: Array, peep: Sequence[Array], functions: Sequence[Function], coupled: bool
) -> Step:
    """c′ = f∘c + i∘g, h′ = o∘h(c′); coupled: f = 1 − i."""
    gate, cell, out = functions

    def step(x: Array, states: States) -> States:
        h, c = states
        i, o, f, g = np.split(x @ w.T + h @ r.T + bias, 4, axis=1)
        i = gate(i + peep[0] * c)
        f = 1 - i if coupled else gate(f + peep[2] * c)
        c = f * c + i * cell(g)
        return gate(o + peep[1] * c) * out(c), c

    return step
