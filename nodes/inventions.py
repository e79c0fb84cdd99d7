"""What a generator makes up: the finished network, fed with random numbers where it takes noise or draws a code."""

from __future__ import annotations

import numpy as np

from nodes.build import build
from nodes.document import Document
from nodes.dreams import sample_shape
from nodes.layers.gaussian_sample import GaussianSample
from nodes.plan import initial_weights
from runtime.engines import engine as make_engine
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, prune
from runtime.randomness import generator
from runtime.training_step import copied


def invents(document: Document) -> bool:
    """Whether an answer of the network comes from random numbers alone: a GAN's forger, a variational decoder."""
    return _graph(document) is not None


def inventions(document: Document, count: int, seed: int, engine_name: str = "onnxruntime") -> Array:
    """What comes of `count` rows of numbers from N(0, 1): (count, *sample) where the network gives as many numbers as a sample
    of its data has, else (count, numbers). Raises `TrainingError` where no answer hangs on them alone."""
    graph = _graph(document)
    if graph is None:
        raise TrainingError("No answer of the network hangs on random numbers alone: add a Noise layer or a GaussianSample.")
    draw = generator(seed, "invention").standard_normal
    fed = {v.name: draw((count, *map(int, v.shape[1:])), np.float32) for v in graph.inputs}  # type: ignore[arg-type]
    program = make_engine(engine_name, "cpu").load(graph, initial_weights(document, graph))
    found = program.run(fed)[graph.outputs[0].name]
    return found.reshape(count, *sample_shape(document, found[0].size))


def _graph(document: Document) -> Graph | None:
    """From noise and codes to the first output that hangs on nothing else; None where there is no such output."""
    built = build(document, "inference")
    codes = [b.output for b in built.nodes.values() if isinstance(b.layer, GaussianSample) and b.output is not None]
    random = {v.name for v in (*codes, *(v for v in built.graph.inputs if v.role == "noise"))}
    for output in built.graph.outputs if random else ():
        g = copied(built.graph)
        g.ops = [op for op in g.ops if random.isdisjoint(op.outputs)]
        g.inputs, g.outputs = [*g.inputs, *codes], [output]
        prune(g)
        if g.inputs and random.issuperset(v.name for v in g.inputs):
            return g
    return None
