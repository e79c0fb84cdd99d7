"""RNN, the plain recurrent layer: Elman, Finding structure in time, 1990."""

from __future__ import annotations

from typing import Any

from runtime.graph import Array
from runtime.ops.recurrent import Function, Settings, States, Step, biases, run
from runtime.ops.registry import kernel

USUAL = ("Tanh",)


@kernel("RNN")
def rnn(
    x: Array, w: Array, r: Array, b: Array | None = None, sequence_lens: Array | None = None,
    initial_h: Array | None = None, **attributes: Any,
) -> tuple[Array, ...]:
    """y and last h, where h′ = f(W x + R h + b)."""
    settings, both = Settings(**attributes), biases(b, r).sum(1)
    steps = [_step(w[d], r[d], both[d], functions[0]) for d, functions in enumerate(settings.functions(USUAL))]
    return run(steps, x, sequence_lens, [initial_h], r.shape[-1], settings)


def _step(w: Array, r: Array, bias: Array, function: Function) -> Step:
    def step(x: Array, states: States) -> States:
        return (function(x @ w.T + states[0] @ r.T + bias),)

    return step
