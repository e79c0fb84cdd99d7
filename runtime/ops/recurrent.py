"""What the kernels of RNN, GRU and LSTM share: directions, lengths, layouts and activations.

ONNX's layout of data: x is (steps T, batch N, features I), a state (directions D, N, hidden H), y (T, D, N, H). With
layout 1 the batch comes first: x (N, T, I), states (N, D, H), y (N, T, D, H). Direction ``reverse`` walks every sequence
from its own end; y stands in the order of x all the same. Weights are W (D, gates · H, I), R (D, gates · H, H) and
B (D, 2 · gates · H): the bias beside x, then the one beside the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from runtime.errors import GraphError, unknown
from runtime.graph import Array
from runtime.inference import hidden_size_is_wrong
from runtime.ops.elementwise import elu, hard_sigmoid, leaky_relu, relu, sigmoid, softplus

States = tuple[Array, ...]
#: One step of one direction: (x of the step, states) -> new states. The first state is the output.
Step = Callable[[Array, States], States]

#: Whether each direction walks backwards.
WAYS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}

#: Activation functions by ONNX's names, with the usual alpha and beta (None: the function has no such number).
ACTIVATIONS: dict[str, tuple[Callable[..., Any], float | None, float | None]] = {
    "Relu": (relu, None, None),
    "Tanh": (np.tanh, None, None),
    "Sigmoid": (sigmoid, None, None),
    "Softsign": (lambda x: x / (1 + np.abs(x)), None, None),
    "Softplus": (softplus, None, None),
    "Affine": (lambda x, a, b: a * x + b, 1.0, 0.0),
    "LeakyRelu": (leaky_relu, 0.01, None),
    "ThresholdedRelu": (lambda x, a: np.where(x >= a, x, 0), 1.0, None),
    "ScaledTanh": (lambda x, a, b: a * np.tanh(b * x), 1.0, 1.0),
    "HardSigmoid": (hard_sigmoid, 0.2, 0.5),
    "Elu": (elu, 1.0, None),
}


@dataclass(frozen=True)
class Activation:
    """A chosen activation function: its name as in `ACTIVATIONS`, its alpha and beta as far as it has them, a clip."""

    name: str
    numbers: tuple[float, ...] = ()
    clip: float | None = None

    def __call__(self, x: Array) -> Array:
        x = x if self.clip is None else np.clip(x, -self.clip, self.clip)
        return np.asarray(ACTIVATIONS[self.name][0](x, *self.numbers), x.dtype)


@dataclass(frozen=True)
class Settings:
    """The attributes that the three operators share. Raises `GraphError` for a direction or an activation unknown."""

    hidden_size: int | None = None
    direction: str = "forward"
    layout: int = 0
    clip: float | None = None
    activations: Sequence[str | bytes] | None = None
    activation_alpha: Sequence[float] = ()
    activation_beta: Sequence[float] = ()

    @property
    def ways(self) -> tuple[bool, ...]:
        """One per direction: whether it walks backwards."""
        if self.direction not in WAYS:
            raise GraphError(unknown("direction", self.direction, WAYS))
        return WAYS[self.direction]

    def functions(self, usual: Sequence[str]) -> list[list[Activation]]:
        """The activation functions of each direction; `usual` are one direction's where none are named.

        Numbers are handed out in order to the functions that take one. With `clip` the input of each direction's first
        two is kept within ±clip: those of the gates, not that of LSTM's output, as in ONNX Runtime.
        """
        names = [n.decode() if isinstance(n, bytes) else n for n in self.activations or [*usual] * len(self.ways)]
        if len(names) != len(usual) * len(self.ways):
            raise GraphError(f"{len(names)} activations are named: name {len(usual)} for each direction.")
        numbers = iter(self.activation_alpha), iter(self.activation_beta)
        found = [_activation(name, *numbers) for name in names]
        found = [replace(f, clip=self.clip) if i % len(usual) < 2 else f for i, f in enumerate(found)]
        return [found[i : i + len(usual)] for i in range(0, len(found), len(usual))]


def _activation(name: str, alphas: Iterator[float], betas: Iterator[float]) -> Activation:
    known = {n.lower(): n for n in ACTIVATIONS}.get(name.lower())
    if known is None:
        raise GraphError(unknown("activation", name, ACTIVATIONS))
    _, alpha, beta = ACTIVATIONS[known]
    given = [next(line, usual) for line, usual in ((alphas, alpha), (betas, beta)) if usual is not None]
    return Activation(known, tuple(float(n) for n in given))


def run(
    steps: Sequence[Step], x: Array, lengths: Array | None, first: Sequence[Array | None], hidden: int, settings: Settings
) -> tuple[Array, ...]:
    """Walk x with one `Step` per direction; returns y and the last states. `first` are the first states (None: zeros).

    Past a sequence's own length y is zero and the states stay as they are. Raises `ValueError` for another hidden size.
    """
    if settings.hidden_size not in (None, hidden):
        raise ValueError(hidden_size_is_wrong(settings.hidden_size, hidden))
    if settings.layout:
        x, first = x.swapaxes(0, 1), [s if s is None else s.swapaxes(0, 1) for s in first]
    zeros = np.zeros((len(steps), x.shape[1], hidden), x.dtype)
    states = [zeros if s is None else s for s in first]
    lengths = np.full(x.shape[1], x.shape[0]) if lengths is None else lengths
    ways = enumerate(zip(steps, settings.ways, strict=True))
    walks = [_walk(step, x, lengths, tuple(s[d] for s in states), backwards) for d, (step, backwards) in ways]
    y = np.stack([y for y, _ in walks], 1)
    last = [np.stack(parts) for parts in zip(*(ends for _, ends in walks), strict=True)]
    if settings.layout:
        return y.transpose(2, 0, 1, 3), *(s.swapaxes(0, 1) for s in last)
    return y, *last


def _walk(step: Step, x: Array, lengths: Array, states: States, backwards: bool) -> tuple[Array, States]:
    """One direction: y (T, N, H) in the order of x, and the last states."""
    order, batch = _order(x.shape[0], lengths, backwards), np.arange(x.shape[1])
    y = np.zeros((*x.shape[:2], states[0].shape[-1]), x.dtype)
    for t, here in enumerate(x[order, batch]):
        live = (t < lengths)[:, None]
        found = step(here, states)
        states = tuple(np.where(live, new, old) for new, old in zip(found, states, strict=True))
        y[t] = np.where(live, states[0], 0)
    return y[order, batch], states


def _order(steps: int, lengths: Array, backwards: bool) -> Array:
    """(T, N): which element of each sequence comes when. Turning round within the length is its own inverse."""
    times = np.broadcast_to(np.arange(steps)[:, None], (steps, len(lengths)))
    return np.where(times < lengths, lengths - 1 - times, times) if backwards else times


def biases(b: Array | None, r: Array) -> Array:
    """(D, 2, gates · H): the bias beside x and the one beside the state; zeros where there are none."""
    shape: tuple[Any, ...] = (r.shape[0], 2, r.shape[1])
    return np.zeros(shape, r.dtype) if b is None else b.reshape(shape)
