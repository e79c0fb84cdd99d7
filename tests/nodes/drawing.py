"""What tests of single layers share: one layer between Inputs, run with given numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.layer import layer_type
from nodes.plan import initial_weights
from runtime.engines import engine
from runtime.graph import Array
from runtime.training_step import copied


def drawn(type: str, settings: Mapping[str, Any], inputs: Mapping[str, Array]) -> tuple[Document, str]:
    """One Input of the right shape per port -> the layer; whole numbers are class numbers, one per sample a Dataset's label."""
    document, id = edits.add(Document(), type, settings=settings)
    for port in layer_type(type).inputs:
        if port.name in inputs:
            document, wire = source(document, inputs[port.name], Wire("", "", id, port.name))
            document = edits.connect(document, wire)
    return document, id


def source(document: Document, array: Array, to: Wire) -> tuple[Document, Wire]:
    """A node that gives arrays like this one, named like the port it is for, and the wire from it."""
    if array.dtype.kind == "i" and array.ndim == 1:
        document, node = edits.add(document, "Dataset", name=to.target_port)
        return document, Wire(node, "label", to.target, to.target_port)
    values = "class numbers" if array.dtype.kind == "i" else "numbers"
    settings = {"shape": array.shape[1:], "values": values}
    document, node = edits.add(document, "Input", settings=settings, name=to.target_port)
    return document, Wire(node, "y", to.target, to.target_port)


def run(
    type: str, settings: Mapping[str, Any], inputs: Mapping[str, Array], weights: Mapping[str, Array] | None = None,
    mode: str = "inference",
) -> list[Array]:
    """What the layer gives at its output ports for `inputs` by port, in float64 by the NumPy engine."""
    document, id = drawn(type, settings, inputs)
    built = build(document, mode, np.float64)
    assert not built.problems, built.problems
    graph = copied(built.graph)
    graph.outputs = list(built.nodes[id].outputs.values())
    feeds = {built.nodes[id].inputs[port].name: np.asarray(array) for port, array in inputs.items()}
    for name, array in initial_weights(document, graph).items():
        feeds[name] = np.asarray((weights or {}).get(name.rpartition(".")[2], array), np.float64)
    if "step" in graph.values:
        feeds["step"] = np.asarray(3, np.int64)
    found = engine("numpy").load(graph).run(feeds)
    return [found[v.name] for v in graph.outputs]
