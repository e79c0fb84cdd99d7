"""What passes share: going through a graph, operator by operator, into a copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from runtime.graph import Dim, Graph, Op, Value, prune
from runtime.training_step import copied

MICROSOFT = "com.microsoft"


class Old:
    """The graph before: who makes a value, who reads it, and how often it is wanted."""

    def __init__(self, graph: Graph) -> None:
        self.values = graph.values
        self.constants = graph.constants
        self._producers = graph.producer()
        self._readers: dict[str, list[Op]] = {}
        for op in graph.ops:
            for name in op.reads:
                self._readers.setdefault(name, []).append(op)
        self._reads = Counter(n for op in graph.ops for n in op.reads) + Counter(v.name for v in graph.outputs)

    def maker(self, name: str, type: str = "") -> Op | None:
        """The operator that makes `name`, if it is of this type."""
        op = self._producers.get(name)
        return op if op is not None and (not type or op.type == type) else None

    def reads(self, name: str) -> int:
        return self._reads[name]

    def readers(self, name: str) -> list[Op]:
        """The operators that read `name`."""
        return self._readers.get(name, [])

    def number(self, name: str) -> float | None:
        """The number that a constant scalar holds."""
        array = self.constants.get(name)
        return float(array.item()) if array is not None and array.size == 1 else None


#: Emits into the new graph what replaces an operator and returns True; or does nothing and returns False.
Rule = Callable[[Graph, Old, Op], bool]


def rewritten(graph: Graph, rule: Rule) -> tuple[Graph, bool]:
    """A copy of `graph` in which `rule` has replaced what it would. What nobody reads any more is gone."""
    old, new, changed = Old(graph), copied(graph), False
    new.ops = []
    for op in graph.ops:
        with new.scope(op.layer, op.outputs[0].rpartition(".")[0], op.phase):
            if rule(new, old, op):
                changed = True
            else:
                new.ops.append(op)
    if changed:
        prune(new, inputs=False)
    return (new, True) if changed else (graph, False)


def own(g: Graph, type: str, inputs: Sequence[Value | None], like: Value, domain: str = MICROSOFT, **attributes: Any) -> Value:
    """Emit one of ONNX Runtime's own operators, which ONNX cannot infer: `like` states type and shape."""
    value = replace(like, name=g.fresh(f"lowered.{type.lower()}"), role="")
    names = tuple(v.name if v else "" for v in inputs)
    given = {k: v for k, v in attributes.items() if v is not None}
    g.append(Op(type, names, (value.name,), given, g.where.layer, g.where.phase, domain), [value])
    return value


def shaped(value: Value, shape: Sequence[Dim]) -> Value:
    """What `like` wants: the type of `value` in another shape."""
    return replace(value, shape=tuple(shape))


def takes_the_place_of(g: Graph, op: Op) -> bool:
    """Let the operator emitted last write what `op` wrote. Returns True, as a rule that has replaced something does."""
    g.ops[-1] = replace(g.ops[-1], outputs=(op.outputs[0], *g.ops[-1].outputs[1:]))
    return True
