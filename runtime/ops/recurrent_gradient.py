"""The gradient rule that RNN, GRU and LSTM share: the operator is written out as a Scan, and a Scan goes back over it.

The rule needs what happens inside a step, so it replaces the forward operator, at its place in the graph, by its
expansion: plain operators that give the same outputs under the same names. The forward pass is then computed once.
Source: Werbos, Backpropagation through time, 1990.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from runtime.errors import GraphError
from runtime.graph import Graph, Op, Value
from runtime.ops.recurrent import WAYS
from runtime.ops.recurrent_cell import Cell, Direction, Pulled, Tape, cut, filled, length, swapped
from runtime.ops.registry import Site, gradient, ints

#: Makes the cells of an operator, one per direction. Raises `GraphError` for what has no rule.
Cells = Callable[[Site], Sequence[Cell]]

#: By operator, how to make its cells, and how many states they carry.
CELLS: dict[str, tuple[Cells, int]] = {}


def recurrent(op_type: str, states: int) -> Callable[[Cells], Cells]:
    """Register the cells of an operator: its expansion and its gradient rule follow from them."""

    def register(make: Cells) -> Cells:
        CELLS[op_type] = make, states
        gradient(op_type)(recurrent_gradient)
        return make

    return register


def recurrent_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    """By x, W, R, B and the first states, in either direction or both."""
    cells, directions, tapes = expand(g, at)
    given = [*dys, *[None] * (1 + len(directions[0].first) - len(dys))]
    into_y = _parts(g, given[0], len(cells), axis=1)
    ends = [_columns(g, end, len(cells)) for end in given[1:]]
    pulled = [
        cell.backward(g, directions[d], tapes[d], into_y[d], [end[d] for end in ends]) for d, cell in enumerate(cells)
    ]
    found = _by_input(g, pulled) | {0: _by_x(g, directions, pulled)}
    return tuple(found.get(i) if at.has(i) else None for i in range(len(at.inputs)))


def _by_x(g: Graph, directions: Sequence[Direction], pulled: Sequence[Pulled]) -> Value:
    """Wᵀ · gates, a product per step: a fifth faster than one product over all steps that reads them transposed."""
    parts = [g.MatMul(swapped(g, d.w), p.gates) for p, d in zip(pulled, directions, strict=True)]
    return swapped(g, parts[0] if len(parts) == 1 else g.Add(*parts))


def _by_input(g: Graph, pulled: Sequence[Pulled]) -> dict[int, Value]:
    """The gradients of W, R, B and the first states by the inputs' numbers."""
    flat = ints(g, [-1], "shape")
    biases = [g.Reshape(g.Concat(p.bias, p.inner_bias, axis=0), flat) for p in pulled]
    found = {1: _stacked(g, [p.w for p in pulled]), 2: _stacked(g, [p.r for p in pulled]), 3: _stacked(g, biases)}
    for i in range(len(pulled[0].first)):
        found[5 + i] = _stacked(g, [swapped(g, p.first[i]) for p in pulled])
    return found


# -- the expansion -------------------------------------------------------------------------------------------------------
def unfold(graph: Graph) -> None:
    """Write out every LSTM, GRU and RNN of `graph`, in place: what happens in a step becomes visible.

    Raises `GraphError` for an operator that has no expansion.
    """
    for op in list(graph.ops):
        if op.type in CELLS:
            expand(graph, Site(op, tuple(graph.values[n] if n else None for n in op.inputs), ()))


def expand(g: Graph, at: Site) -> tuple[Sequence[Cell], list[Direction], list[Tape]]:
    """Put the expansion in the operator's place: the same outputs by plain operators and a Scan per direction."""
    make, states = CELLS[at.op.type]
    cells, start = make(at), len(g.ops)
    with g.scope(phase=at.op.phase):
        directions = _directions(g, at, states)
        tapes = [cell.forward(g, one) for cell, one in zip(cells, directions, strict=True)]
        results = [_stacked(g, [tape.y for tape in tapes], axis=1)]
        results += [_stacked(g, [swapped(g, tape.last[i]) for tape in tapes]) for i in range(states)]
    _put_in_place(g, at.op, start, results)
    return cells, directions, tapes


def _put_in_place(g: Graph, op: Op, start: int, results: Sequence[Value]) -> None:
    """Move the operators emitted since `start` to where `op` stands; `results` get the names of its outputs."""
    names = {value.name: name for value, name in zip(results, op.outputs, strict=False) if name}
    moved = [replace(o, outputs=tuple(names.get(n, n) for n in o.outputs)) for o in g.ops[start:]]
    del g.ops[start:]
    place = next(i for i, old in enumerate(g.ops) if old.outputs == op.outputs)
    g.ops[place : place + 1] = moved


def _directions(g: Graph, at: Site, states: int) -> list[Direction]:
    ways = WAYS[at.attribute("direction", "forward")]
    hidden, wide = length(at.input(2), 2), length(at.input(2), 1)
    x = g.Concat(at.x, filled(g, 1, at.x, ["T", "N", 1]), axis=2)
    columns = swapped(g, x)
    w, r = (_cut(g, at.input(i), len(ways)) for i in (1, 2))
    biases = _biases(g, at, len(ways), wide)
    zeros = filled(g, 0, at.x, [hidden, "N"])
    given = [_columns(g, at.inputs[5 + i] if at.has(5 + i) else None, len(ways)) for i in range(states)]
    first = [[part or zeros for part in parts] for parts in given]
    return [
        Direction(x, columns, w[d], r[d], *biases[d], tuple(state[d] for state in first), zeros, backwards)
        for d, backwards in enumerate(ways)
    ]


def _biases(g: Graph, at: Site, count: int, wide: int) -> list[tuple[Value, Value]]:
    """Per direction the bias beside x and the one beside the state, as columns."""
    if not at.has(3):
        zeros = g.Expand(g.constant(0, at.x.dtype, "zero"), ints(g, [wide, 1], "shape"))
        return [(zeros, zeros)] * count
    pairs = [cut(g, g.Reshape(b, ints(g, [-1, 1], "shape")), [wide, wide], 0) for b in _cut(g, at.input(3), count)]
    return [(beside_x, beside_h) for beside_x, beside_h in pairs]


def _cut(g: Graph, value: Value, count: int, axis: int = 0) -> list[Value]:
    """`value` cut into one part per direction along `axis`, which goes."""
    return [g.Squeeze(part, ints(g, [axis])) for part in cut(g, value, [1] * count, axis)]


def _parts(g: Graph, value: Value | None, count: int, axis: int = 0) -> Sequence[Value | None]:
    return [None] * count if value is None else _cut(g, value, count, axis)


def _columns(g: Graph, state: Value | None, count: int) -> Sequence[Value | None]:
    """A state of all directions as one of (H, N) for each."""
    return [None] * count if state is None else [swapped(g, part) for part in _cut(g, state, count)]


def _stacked(g: Graph, parts: Sequence[Value], axis: int = 0) -> Value:
    """One part per direction along a new axis."""
    single = [g.Unsqueeze(part, ints(g, [axis])) for part in parts]
    result: Value = single[0] if len(single) == 1 else g.Concat(*single, axis=axis)
    return result


# -- what has no rule ----------------------------------------------------------------------------------------------------
def count(at: Site) -> int:
    """How many directions the operator has."""
    return len(WAYS[at.attribute("direction", "forward")])


def names_of(at: Site) -> list[str]:
    """The activations that the operator names, if it does."""
    return [n.decode() if isinstance(n, bytes) else str(n) for n in at.attribute("activations") or []]


def refuse(at: Site, usual: Sequence[Collection[str]], **extra: bool) -> None:
    """Raises `GraphError` for lengths, a clip, layout 1, activations other than the `usual`, and what is true in `extra`."""
    expected = [*usual] * count(at)
    strange = [n for n, known in zip(names_of(at), expected, strict=False) if n not in known]
    found = {
        "lengths of sequences": at.has(4), "a clip": at.attribute("clip") is not None,
        "layout 1": at.attribute("layout", 0) == 1, f"the activation {' '.join(strange[:1])}": bool(strange), **extra,
    }  # fmt: skip
    for what in [what for what, there in found.items() if there]:
        place = at.op.layer or next(filter(None, at.op.outputs))
        raise GraphError(f"‘{place}’: {at.op.type} with {what} has no gradient rule: export the network without it.")
