"""One vector for many small parameters: an optimizer's ten operators once, and not once for every bias.

Parameters whose update is the same arithmetic on themselves, their slots and their gradient are packed, in the graph's order,
into one vector; so are their slots. Every number is computed as before, by the same operators: only its neighbours change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from runtime.engines.lowering.rewriting import Old
from runtime.formulations import PACKED_OPERATORS, PACKED_PARAMETER
from runtime.graph import Array, Graph, Op, Value, prune
from runtime.ops.registry import ints, numbers
from runtime.training_step import StepGraph, copied

_ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Sqrt", "Abs", "Sign", "Max", "Neg"}

#: A packed tensor's name, and what stands in it: names and shapes, in order.
Packing = Mapping[str, Sequence[tuple[str, tuple[int, ...]]]]


@dataclass(frozen=True)
class _Move:
    """How one parameter moves: what its update reads as *itself*, slots, gradient, and the operators in between."""

    parameter: str
    own: tuple[str, ...]
    gradient: str
    ops: tuple[Op, ...]
    signature: tuple[object, ...]


def packed(step: StepGraph) -> tuple[StepGraph, Packing]:
    """`step` with small parameters and their slots in common vectors, and what stands where in them."""
    old = Old(step.graph)
    packing: dict[str, Sequence[tuple[str, tuple[int, ...]]]] = {}
    groups: dict[tuple[object, ...], list[_Move]] = {}
    for name in step.state:
        move = _move(step, old, name)
        if move is not None and len(move.ops) >= PACKED_OPERATORS:
            groups.setdefault(move.signature, []).append(move)
    for moves in groups.values():
        if len(moves) > 2:
            step, found = _together(step, moves)
            packing.update(found)
    return step, packing


def pack(packing: Packing, state: Mapping[str, Array]) -> dict[str, Array]:
    """`state` as the packed step carries it."""
    inside = {name for places in packing.values() for name, _ in places}
    vectors = {vector: np.concatenate([state[n].ravel() for n, _ in places]) for vector, places in packing.items()}
    return {**{n: a for n, a in state.items() if n not in inside}, **vectors}


def unpack(packing: Packing, state: Mapping[str, Array]) -> dict[str, Array]:
    """The other way."""
    found = {n: a for n, a in state.items() if n not in packing}
    for vector, places in packing.items():
        ends = np.cumsum([int(np.prod(shape)) for _, shape in places])
        parts = np.split(state[vector], ends[:-1])
        found.update((n, part.reshape(shape)) for (n, shape), part in zip(places, parts, strict=True))
    return found


# -- what moves alike --------------------------------------------------------------------------------------------------
def _move(step: StepGraph, old: Old, name: str) -> _Move | None:
    """How parameter `name` moves, if it is small and everything on the way is elementwise."""
    shape = numbers(old.values[name].shape)
    if name not in step.graph.parameters or shape is None or int(np.prod(shape)) > PACKED_PARAMETER:
        return None
    own = (name, *(slot for slot in step.slots if step.slots[slot].parameter == name))
    ops = _between([step.state[n] for n in own], old)
    outputs = {n for op in ops for n in op.outputs}
    leaves = dict.fromkeys(n for op in ops for n in op.inputs if n not in outputs)
    shaped = [n for n in leaves if n not in own and old.values[n].shape != ()]
    whole = all(op.type in _ELEMENTWISE and old.values[op.outputs[0]].shape == shape for op in ops)
    if not whole or len(shaped) != 1 or old.values[shaped[0]].shape != shape or not set(own) <= leaves.keys() | outputs:
        return None
    inside = [r for n in outputs for r in old.readers(n) if r not in ops]
    if inside or any(step.state[n] not in outputs for n in own):
        return None
    return _Move(name, own, shaped[0], tuple(ops), _signature(ops, own, shaped[0]))


def _between(ends: Iterable[str], old: Old) -> list[Op]:
    """The operators of the update's phase that lead to `ends`, in order."""
    found: dict[str, Op] = {}

    def visit(name: str) -> None:
        op = old.maker(name)
        if op is None or op.phase != "update" or old.values[name].shape == () or op.outputs[0] in found:
            return
        for n in op.inputs:
            visit(n)
        found[op.outputs[0]] = op

    for name in ends:
        visit(name)
    return list(found.values())


def _signature(ops: Sequence[Op], own: Sequence[str], gradient: str) -> tuple[object, ...]:
    """The same for two parameters just where their updates differ in nothing but names."""
    names = {gradient: "gradient", **{n: f"own {i}" for i, n in enumerate(own)}}
    lines: list[object] = []
    for i, op in enumerate(ops):
        lines.append((op.type, tuple(names.get(n, n) for n in op.inputs), tuple(sorted(op.attributes.items()))))
        names[op.outputs[0]] = f"op {i}"
    return (*lines, tuple(names[n] for n in own))


# -- together ----------------------------------------------------------------------------------------------------------
def _together(step: StepGraph, moves: Sequence[_Move]) -> tuple[StepGraph, Packing]:
    g = copied(step.graph)
    dead = {op.outputs[0] for move in moves for op in move.ops}
    kept = [op for op in g.ops if op.outputs[0] not in dead]
    g.ops = []
    vectors, packing = _vectors(g, step, moves)
    _taken_apart(g, vectors[0], moves)
    g.ops += kept
    given = dict(zip(moves[0].own, vectors, strict=True))
    with g.scope("", "", "update"):
        given[moves[0].gradient] = g.Concat(*[_flat(g, g.values[m.gradient]) for m in moves], axis=0)
        for op in moves[0].ops:
            inputs = [given.get(n, g.values[n]) for n in op.inputs]
            given[op.outputs[0]] = g.emit(op.type, inputs, **op.attributes)
    gone = {n for move in moves for n in move.own}
    new = {v.name: given[step.state[n]].name for n, v in zip(moves[0].own, vectors, strict=True)}
    state = {**{n: o for n, o in step.state.items() if n not in gone}, **new}
    _without(g, step, gone, state)
    slots = {n: s for n, s in step.slots.items() if n not in gone}
    return replace(step, graph=g, state=state, slots=slots), packing


def _vectors(g: Graph, step: StepGraph, moves: Sequence[_Move]) -> tuple[list[Value], Packing]:
    vectors, packing = [], {}
    for i, name in enumerate(moves[0].own):
        places = [(m.own[i], numbers(g.values[m.own[i]].shape) or ()) for m in moves]
        size = sum(int(np.prod(shape)) for _, shape in places)
        value = g.input(f"packed.{name}", g.values[name].dtype, (size,))
        vectors.append(value)
        packing[value.name] = places
    return vectors, packing


def _taken_apart(g: Graph, vector: Value, moves: Sequence[_Move]) -> None:
    """The parameters under their own names, as views that ONNX Runtime need not copy twice."""
    sizes = [int(np.prod(numbers(g.values[m.parameter].shape) or ())) for m in moves]
    parts = g.emit("Split", (vector, ints(g, sizes, "sizes")), outputs=len(moves), axis=0)
    split = g.ops.pop()
    vectors = {m.parameter for m in moves if g.values[m.parameter].rank == 1}
    names = [m.parameter if m.parameter in vectors else p.name for m, p in zip(moves, parts, strict=True)]
    g.ops.append(replace(split, outputs=tuple(names)))
    for move, part in zip(moves, parts, strict=True):
        if move.parameter not in vectors:
            g.Reshape(part, ints(g, numbers(g.values[move.parameter].shape) or (), "shape"))
            g.ops[-1] = replace(g.ops[-1], outputs=(move.parameter,))


def _flat(g: Graph, value: Value) -> Value:
    return value if value.rank == 1 else g.Reshape(value, ints(g, [-1], "shape"))


def _without(g: Graph, step: StepGraph, gone: set[str], state: Mapping[str, str]) -> None:
    """The parameters that are packed are no inputs of the graph any more, and neither are their slots."""
    g.parameters = {n: p for n, p in g.parameters.items() if n not in gone}
    g.inputs = [v for v in g.inputs if v.name not in gone]
    g.outputs = [g.values[n] for n in dict.fromkeys([step.loss, *step.outputs, *state.values()])]
    prune(g, inputs=False)
