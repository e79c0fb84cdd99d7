"""What a blocked convolution does on its way out: adding a map and ReLU, without another pass."""

from __future__ import annotations

from dataclasses import replace

from runtime.engines.lowering.blocks import NCHWC
from runtime.engines.lowering.rewriting import Old, rewritten
from runtime.graph import Graph, Op


def fuse(graph: Graph) -> tuple[Graph, bool]:
    """Conv + z and ReLU(Conv) become inputs and attributes of a blocked Conv whose result nobody else reads."""
    if not any(op.domain == NCHWC for op in graph.ops):
        return graph, False
    graph, added = rewritten(graph, _added)
    graph, cut = rewritten(graph, _cut)
    return graph, added or cut


def _added(g: Graph, old: Old, op: Op) -> bool:
    if op.type != "Add":
        return False
    free = [n for n in op.inputs if (found := _conv(old, n)) is not None and len(found.inputs) < 4]
    if not free or op.inputs[0] == op.inputs[1]:
        return False
    name = free[-1]
    found = _conv(old, name)
    assert found is not None
    other = op.inputs[1 - op.inputs.index(name)]
    if old.values[other].shape != old.values[name].shape:
        return False
    bias = found.inputs[2:3] or ("",)
    g.ops.append(replace(found, inputs=(*found.inputs[:2], *bias, other), outputs=op.outputs))
    return True


def _cut(g: Graph, old: Old, op: Op) -> bool:
    found = _conv(old, op.inputs[0]) if op.type == "Relu" else None
    if found is None:
        return False
    g.ops.append(replace(found, outputs=op.outputs, attributes={**found.attributes, "activation": "Relu"}))
    return True


def _conv(old: Old, name: str) -> Op | None:
    op = old.maker(name, "Conv")
    plain = op is not None and op.domain == NCHWC and "activation" not in op.attributes
    return op if plain and old.reads(name) == 1 else None
