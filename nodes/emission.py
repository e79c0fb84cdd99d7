"""Emissions: what one node put into a graph. A later build takes it over where nothing has changed that it depended on, so
that after an edit only what changed is inferred again, and the graph is the one that a build from the beginning would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from nodes.document import Node, Wire, same_bits
from runtime.graph import Array, Graph, Op, Parameter, Value

if TYPE_CHECKING:
    from nodes.build import NodeBuilt

T = TypeVar("T")


@dataclass(frozen=True)
class Mark:
    """How much a graph held before a node emitted anything."""

    ops: int
    values: int
    parameters: int
    inputs: int
    constants: int
    carried: int

    @classmethod
    def of(cls, g: Graph) -> Mark:
        return cls(len(g.ops), len(g.values), len(g.parameters), len(g.inputs), len(g.constants), len(g.carried))


@dataclass(frozen=True)
class Emission:
    """What became of a node (`built`), what it added to the graph, and what that depended on: the node, its label, its wires
    and what they brought, and whatever else of the graph its operators read."""

    node: Node
    label: str
    wires: tuple[Wire, ...]
    brought: tuple[Value | None, ...]
    read: Mapping[str, Value]
    constants: Mapping[str, Array]
    ops: tuple[Op, ...]
    values: Mapping[str, Value]
    parameters: Mapping[str, Parameter]
    carried: Mapping[str, Value]
    built: NodeBuilt

    def holds(self, node: Node, label: str, wires: tuple[Wire, ...], brought: tuple[Value | None, ...], g: Graph) -> bool:
        """Whether the node would emit the same again."""
        if label != self.label or wires != self.wires or brought != self.brought:
            return False
        if node is not self.node and not node.same_layer(self.node):
            return False
        if any(g.values.get(name) is not value and g.values.get(name) != value for name, value in self.read.items()):
            return False
        return all(n in g.constants and _same(g.constants[n], array) for n, array in self.constants.items())

    def put(self, g: Graph) -> None:
        """Into a graph in which it `holds`."""
        g.ops.extend(self.ops)
        g.values.update(self.values)
        g.parameters.update(self.parameters)
        g.carried.update(self.carried)


def emission(
    node: Node, label: str, wires: tuple[Wire, ...], brought: tuple[Value | None, ...], g: Graph, since: Mark, built: NodeBuilt
) -> Emission | None:
    """What `node` has emitted `since`; None where it cannot be taken over: inputs, constants and names of bodies are numbered
    through the whole graph."""
    if since.inputs != len(g.inputs) or since.constants != len(g.constants):
        return None
    ops, values = tuple(g.ops[since.ops :]), _since(g.values, since.values)
    if built.layer is None or built.layer.looks_behind or node.shared or any(op.bodies for op in ops):
        return None
    names = {n for op in ops for n in op.inputs if n and n not in values}
    read = {n: g.values[n] for n in names}
    constants = {n: g.constants[n] for n in names if n in g.constants}
    parameters, carried = _since(g.parameters, since.parameters), _since(g.carried, since.carried)
    return Emission(node, label, wires, brought, read, constants, ops, values, parameters, carried, built)


def _same(a: Array, b: Array) -> bool:
    return a is b or same_bits(a, b)


def _since(everything: Mapping[str, T], before: int) -> dict[str, T]:
    """The last entries, in their order."""
    added: Any = islice(reversed(everything.items()), len(everything) - before)  # type: ignore[call-overload]
    return dict(list(added)[::-1])
