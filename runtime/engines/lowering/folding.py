"""What is known once the size of the batch is: shapes become numbers, and what follows from constants is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from runtime.engines.lowering.rewriting import Old, rewritten
from runtime.formulations import FOLDED_CONSTANT
from runtime.graph import Dim, Graph, Op
from runtime.ops.registry import evaluate, numbers
from runtime.training_step import copied

#: Operators that look at nothing but a shape.
_SHAPES = ("Shape", "Size")


def specialised(graph: Graph, sizes: Mapping[str, int]) -> Graph:
    """`graph` with numbers for the symbolic dimensions of `sizes`."""
    new = copied(graph)

    def known(dim: Dim) -> Dim:
        return sizes.get(dim, dim) if isinstance(dim, str) else dim

    new.values = {n: replace(v, shape=tuple(known(d) for d in v.shape)) for n, v in graph.values.items()}
    new.inputs, new.outputs = ([new.values.get(v.name, v) for v in values] for values in (graph.inputs, graph.outputs))
    new.ops = [_with_bodies(op, sizes) if sizes and op.bodies else op for op in graph.ops]
    return new


def _with_bodies(op: Op, sizes: Mapping[str, int]) -> Op:
    bodies = {k: specialised(a, sizes) for k, a in op.attributes.items() if isinstance(a, Graph)}
    return replace(op, attributes={**op.attributes, **bodies})


def fold(graph: Graph) -> tuple[Graph, bool]:
    """Operators become constants that read only constants, or only the shape of something whose shape is known.

    (ONNX Runtime folds constants and Shape, but not Size.)
    """
    return rewritten(graph, _folded)


def _folded(g: Graph, old: Old, op: Op) -> bool:
    ends = {v.name for v in g.outputs}
    if op.domain or op.bodies or len(op.outputs) != 1 or op.outputs[0] in ends or op.type.startswith("Random"):
        return False
    inputs = [g.constants.get(n) if n else None for n in op.inputs]
    if op.type == "CastLike":
        inputs[1] = np.zeros((), old.values[op.inputs[1]].dtype)
    if op.type in _SHAPES and (shape := numbers(old.values[op.inputs[0]].shape)) is not None:
        inputs = [np.broadcast_to(np.zeros(()), shape)]
    elif not op.inputs or any(n and array is None for n, array in zip(op.inputs, inputs, strict=True)):
        return False
    with np.errstate(all="ignore"):
        (found,) = evaluate(op, inputs)
    if found.size > FOLDED_CONSTANT:
        return False
    g.constants[op.outputs[0]] = found.astype(old.values[op.outputs[0]].dtype)
    g.values[op.outputs[0]] = replace(g.values[op.outputs[0]], shape=found.shape)
    return True
