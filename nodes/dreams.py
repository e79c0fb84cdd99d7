"""A document's Boltzmann machines: what they dream by Gibbs sampling, and the energy they give to what they see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from nodes.build import Built, build
from nodes.document import Document
from nodes.layers.dataset import Dataset
from nodes.layers.rbm import RBM
from nodes.plan import initial_weights
from nodes.sharing import numbers_behind
from runtime.boltzmann import ROLES, Machine
from runtime.engines import engine as make_engine
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value, prune
from runtime.randomness import generator, key
from runtime.training_step import copied


@dataclass(frozen=True)
class Dreamer:
    """One RBM of a built document: its path and name, its numbers by role, and the values that it sees and gives."""

    path: str
    name: str
    numbers: dict[str, Array]
    seen: Value
    hidden: Value

    def machine(self, g: Graph) -> Machine:
        """It again, with its numbers as constants of `g`."""
        weight, visible_bias, hidden_bias = (g.constant(self.numbers[role], g.dtype, role) for role in ROLES)
        return Machine(g, weight, visible_bias, hidden_bias, self.path)

    def free_energy(self, g: Graph) -> Value:
        """The mean of F(v) over what it sees in `g`, a graph of its document: the lower, the likelier."""
        with g.scope(layer=self.path, label="free_energy", phase="forward"):
            result: Value = g.ReduceMean(self.machine(g).free_energy(g.values[self.seen.name]), keepdims=0)
        return result


def dreamers(built: Built, document: Document) -> list[Dreamer]:
    """The RBMs of `built` in the order of the network; an untrained one has its first, random numbers."""
    if not any(isinstance(node.layer, RBM) for node in built.nodes.values()):
        return []
    drawn = initial_weights(document, built.graph)
    weights = {p.key: drawn[name] for name, p in built.graph.parameters.items()}
    plain = built.plain.document.changed(weights=weights)
    result = []
    for path, node in built.nodes.items():
        if isinstance(node.layer, RBM) and "hidden" in node.outputs:
            numbers = {role: found for role in ROLES if (found := numbers_behind(plain, path, role)) is not None}
            if len(numbers) == len(ROLES):
                result.append(Dreamer(path, plain.nodes[path].name, numbers, node.inputs["x"], node.outputs["hidden"]))
    return result


def dreams(
    document: Document, count: int, steps: int, seed: int, engine_name: str = "onnxruntime", path: str = "",
    start: Array | None = None,
) -> Array:  # fmt: skip
    """What an RBM dreams (the last one, or that of `path`): `count` chains, from noise, each `steps` times hidden
    units from visible ones and back. With `start`, (count, *sample), each begins at what the RBM sees of a sample: from
    noise alone all may end alike.

    Each ends with the probabilities p(v = 1 | h), passed down through the RBMs below it: (count, *sample) where the first
    one's visible units are as many as a sample's numbers, else (count, visible). Raises `TrainingError` without an RBM.
    """
    built = build(document, "evaluation")
    stack = stacked(dreamers(built, document), path)
    if not stack:
        raise TrainingError("The network has no RBM that could dream: add one, and train it by contrastive divergence.")
    top, bottom = stack[-1], stack[0]
    load = make_engine(engine_name, "cpu").load
    noise = generator(seed, "dream").integers(0, 2, (count, len(top.numbers["visible_bias"]))).astype(np.float32)
    v = noise if start is None else _seen(document, built, top, engine_name, start)
    chain, shown = _graph(stack, seed, _next), _graph(stack, seed, _shown)
    program = load(chain)
    for step in range(1, steps):
        v = program.run({"v": v, "step": np.array(step)})[chain.outputs[0].name]
    found = load(shown).run({"v": v, "step": np.array(max(1, steps))})[shown.outputs[0].name]
    seen = len(bottom.numbers["visible_bias"])
    return found.reshape(count, *(sample_shape(document, seen) or (seen,)))


def _seen(document: Document, built: Built, top: Dreamer, engine_name: str, samples: Array) -> Array:
    """What `top` sees of the samples, through the machines below it."""
    graph = copied(built.graph)
    graph.outputs = [top.seen]
    prune(graph)
    program = make_engine(engine_name, "cpu").load(graph, initial_weights(document, graph))
    return program.run({graph.inputs[0].name: samples.astype(graph.dtype)})[top.seen.name]


def stacked(found: Sequence[Dreamer], path: str = "") -> list[Dreamer]:
    """The last machine, or that of `path`, and below it those that it stands on, the lowest first."""
    result = [d for d in found if path in ("", d.path)][-1:]
    while result and (below := next((d for d in found if d.hidden == result[0].seen), None)):
        result.insert(0, below)
    return result


def _graph(stack: Sequence[Dreamer], seed: int, emit: Callable[[list[Machine], Value], Value]) -> Graph:
    """From v (count, visible of the top) and a step's number to what `emit` makes of them."""
    g = Graph("dream", training=True)
    g.random_key = lambda path: key(seed, "dream", path) | 1
    machines = [d.machine(g) for d in stack]
    g.output(emit(machines, g.input("v", g.dtype, ("N", len(stack[-1].numbers["visible_bias"])))))
    return g


def _next(machines: list[Machine], v: Value) -> Value:
    return machines[-1].gibbs(v, 1)


def _shown(machines: list[Machine], v: Value) -> Value:
    """The chain's last step, its visible units left as probabilities; then down, machine by machine."""
    top = machines[-1]
    state = top.drawn(top.hidden(v), "hidden 0")
    for machine in reversed(machines):
        state = machine.visible(state)
    return state


def sample_shape(document: Document, numbers: int) -> tuple[int, ...]:
    """The shape of the data's samples, if they are of so many numbers; else ()."""
    layers = (n.layer() for n in document.nodes.values() if n.type == "Dataset")
    shapes = (layer.info.sample_shape for layer in layers if isinstance(layer, Dataset))
    return next((tuple(s) for s in shapes if prod(s) == numbers), ())
