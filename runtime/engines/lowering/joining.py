"""Equal expressions, once: ONNX Runtime joins them too, but not where its own operators stand between."""

from __future__ import annotations

from dataclasses import replace

from runtime.graph import Graph, Op
from runtime.training_step import copied


def join(graph: Graph) -> tuple[Graph, bool]:
    """An operator that does what an earlier one did is left out; its readers read the earlier one's results."""
    new, names = copied(graph), _equal_constants(graph)
    kept = {v.name for v in graph.outputs} | {n for op in graph.ops if op.bodies for n in op.reads}
    seen: dict[object, Op] = {}
    new.ops = []
    for op in graph.ops:
        now = replace(op, inputs=tuple(names.get(n, n) for n in op.inputs))
        first = seen.setdefault(_identity(now), now)
        if first is now or kept & {*op.outputs}:
            new.ops.append(now)
        else:
            names.update(zip(op.outputs, first.outputs, strict=True))
    return (new, True) if names else (graph, False)


def _equal_constants(graph: Graph) -> dict[str, str]:
    """Of constants that hold the same numbers (folding makes many), the name of the first."""
    first: dict[object, str] = {}
    same = ((n, first.setdefault((a.dtype.str, a.shape, a.tobytes()), n)) for n, a in graph.constants.items())
    return {name: earlier for name, earlier in same if name != earlier}


def _identity(op: Op) -> object:
    """Equal for operators that compute the same; one of its own for those that draw or have bodies."""
    if op.bodies or op.type.startswith("Random"):
        return op.outputs
    return op.type, op.domain, op.inputs, len(op.outputs), sorted((k, repr(v)) for k, v in op.attributes.items()).__repr__()
