"""A layer at work on given numbers, by the reference engine, and which of its inputs an output hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nodes.layer import Layer, make
from runtime.autodiff import gradients
from runtime.engines import engine
from runtime.graph import Array, Graph, Value
from runtime.initializers import draw
from runtime.randomness import key

SEED = 1


class Worked:
    """A layer on given numbers: built once, run as often as a picture asks."""

    def __init__(
        self, type: str, *given: Any, settings: Mapping[str, Any] | None = None, training: bool = False, step: int = 1
    ) -> None:
        """`given`: one array (or a list of them, or None) for each input port. Parameters are as they are drawn at first.

        Raises `LayerError` where the layer refuses the shapes.
        """
        self.graph, self.outputs, self.feeds = _emitted(type, given, settings or {}, training, step)
        self.graph.outputs = list(self.outputs)
        self._program = engine("numpy").load(self.graph)

    def run(self, first: Array | None = None) -> tuple[Array, ...]:
        """What comes out of each port, in float64; with `first` in place of what was given to the first port."""
        feeds = self.feeds
        if first is not None:
            feeds = {**feeds, self.graph.inputs[0].name: first}
        found = self._program.run(feeds)
        return tuple(np.asarray(feeds[v.name] if v.name in feeds else found[v.name]) for v in self.outputs)


def run(type: str, *given: Any, **how: Any) -> tuple[Array, ...]:
    """What comes out of each port, once: see `Worked`."""
    return Worked(type, *given, **how).run()


def slope(type: str, x: Array) -> Array:
    """dΣy / dx by the operators' gradient rules, at each of `x`."""
    worked = Worked(type, x)
    graph, value = worked.graph, worked.graph.inputs[0]
    found = gradients(graph, graph.ReduceSum(worked.outputs[0], keepdims=0), [value])
    graph.outputs = [found[value.name]]
    return np.asarray(engine("numpy").load(graph).run(worked.feeds)[graph.outputs[0].name])


def touched(type: str, x: Array, at: tuple[int, ...], change: float = 0.25, **how: Any) -> Array:
    """Which numbers of `x` move the output at `at`: True where a `change` there is felt."""
    result, worked = np.zeros(x.shape, bool), Worked(type, x, **how)
    before = worked.run()[0][at]
    for index in np.ndindex(*x.shape):
        result[index] = bool(abs(worked.run(_moved(x, index, change))[0][at] - before) > 1e-9)
    return result


def reached(type: str, x: Array, at: tuple[int, ...], **how: Any) -> Array:
    """Which outputs the number of `x` at `at` moves."""
    worked = Worked(type, x, **how)
    return np.asarray(np.abs(worked.run(_moved(x, at, 0.25))[0] - worked.run()[0]) > 1e-9)


def _moved(x: Array, index: tuple[int, ...], change: float) -> Array:
    moved = x.copy()
    moved[index] += change
    return moved


def _emitted(
    type: str, given: Sequence[Any], settings: Mapping[str, Any], training: bool, step: int
) -> tuple[Graph, tuple[Value, ...], dict[str, Array]]:
    layer = make(type, settings)
    graph = Graph("picture", np.float64, training=training)
    graph.random_key = lambda path: key(SEED, path) | 1
    feeds: dict[str, Array] = {}
    with graph.scope(layer=type, label=type, phase="forward"):
        inputs = [_input(graph, feeds, port.name, part) for port, part in zip(layer.inputs, given, strict=False)]
        result = layer.emit(graph, *inputs, *[None] * (len(layer.inputs) - len(inputs)))
    outputs = result if isinstance(result, tuple) else (result,)
    feeds.update((name, draw(p, SEED, graph.dtype)) for name, p in graph.parameters.items())
    if "step" in graph.values:
        feeds["step"] = np.asarray(step, np.int64)
    return graph, outputs, feeds


def _input(graph: Graph, feeds: dict[str, Array], name: str, part: Any) -> Any:
    """One value for an array, several for a list of arrays, None for None."""
    if part is None:
        return None
    if isinstance(part, list):
        return [_input(graph, feeds, name, one) for one in part]
    array = np.asarray(part)
    value = graph.input(name, np.int64 if array.dtype.kind in "iub" else graph.dtype, array.shape)
    feeds[value.name] = array.astype(value.dtype)
    return value


def has_weights(cls: type[Layer]) -> bool:
    """Whether what it does hangs on numbers that are learned, so that a worked example would show chance."""
    return any(s.name in ("filters", "units", "initial_weights") for s in cls.all_settings())
