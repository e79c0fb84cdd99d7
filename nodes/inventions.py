"""What a generator makes up: the finished network, fed with random numbers where it takes noise or draws a code."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from nodes.build import Built, build
from nodes.document import Document
from nodes.dreams import sample_shape
from nodes.layers.gaussian_sample import GaussianSample
from nodes.layers.noise import Noise
from nodes.plan import initial_weights
from runtime.engines import engine as make_engine
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value, prune
from runtime.randomness import generator
from runtime.training_step import copied


def inventions(document: Document, count: int, seed: int, engine_name: str = "onnxruntime") -> Array:
    """What a GAN's forger or a variational decoder makes of `count` rows of numbers from N(0, 1): (count, *sample) where they
    are as many numbers as a sample of the data has, else in their own shape. Raises `TrainingError` where no answer of the
    network hangs on random numbers alone."""
    graph = _graph(document)
    if graph is None:
        raise TrainingError(_lacking(document))
    draw = generator(seed, "invention").standard_normal
    fed = {v.name: draw((count, *map(int, v.shape[1:])), np.float32) for v in graph.inputs}  # type: ignore[arg-type]
    program = make_engine(engine_name, "cpu").load(graph, initial_weights(document, graph))
    found = program.run(fed)[graph.outputs[0].name]
    return found.reshape(count, *(sample_shape(document, found[0].size) or found.shape[1:]))


def generates(document: Document) -> bool:
    """Whether the network has a layer that takes or draws random numbers, wherever they lead."""
    return any(n.type in (Noise.type, GaussianSample.type) and not n.bypassed for n in document.nodes.values())


def _lacking(document: Document) -> str:
    if not generates(document):
        return "The network makes nothing up from random numbers: add a Noise layer or a GaussianSample."
    errors = build(document, "inference").problems
    first = f" ({errors[0].sentence})" if errors else ""
    return f"No answer of the network hangs on random numbers alone: finish it, or put an Output behind the generator.{first}"


def _graph(document: Document) -> Graph | None:
    """From noise and codes to an output that hangs on nothing else, if there is one of as many numbers as a sample has, to it;
    None where there is no such output."""
    if not generates(document):
        return None
    built = build(document, "inference")
    codes = [info.output for path, info in built.nodes.items() if info.output is not None and _draws(built, path)]
    random = {v.name for v in (*codes, *(v for v in built.graph.inputs if v.role == "noise"))}
    outputs = [v for v in built.graph.outputs if v.name not in random]
    found = [g for output in outputs if (g := _from(built.graph, codes, random, output)) is not None]
    return max(found, key=lambda g: bool(sample_shape(document, _numbers(g.outputs[0]))), default=None)


def _draws(built: Built, path: str) -> bool:
    return isinstance(built.nodes[path].layer, GaussianSample) and not built.plain.document.nodes[path].bypassed


def _numbers(value: Value) -> int:
    return prod(side for side in value.shape[1:] if isinstance(side, int))


def _from(graph: Graph, codes: Sequence[Value], random: set[str], output: Value) -> Graph | None:
    """The part of `graph` that leads from what is random to `output`; None where it hangs on something else."""
    g = copied(graph)
    g.ops = [op for op in g.ops if random.isdisjoint(op.outputs)]
    g.inputs, g.outputs = [*g.inputs, *codes], [output]
    prune(g)
    return g if g.inputs and random.issuperset(v.name for v in g.inputs) else None
