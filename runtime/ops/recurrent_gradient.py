"""The gradient rule that RNN, GRU and LSTM share: the operator is written out as a Scan, and a Scan goes back over it.

The rule needs what happens inside a step, so it replaces the forward operator, at its place in the graph, by its
expansion: plain operators that give the same outputs under the same names. The forward pass is then computed once.
What the hand-made cells do not know (lengths, a clip, peepholes, other activations) `recurrent_formula` writes out.
Source: Werbos, Backpropagation through time, 1990.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from runtime.graph import Graph, Op, Value
from runtime.ops.recurrent import WAYS
from runtime.ops.recurrent_cell import Cell, Direction, Pulled, Tape, cut, filled, length, swapped
from runtime.ops.recurrent_formula import Recipe, written_out
from runtime.ops.registry import Site, gradient, ints

#: Makes the cells of an operator, one per direction; none where it is not of the usual form.
Cells = Callable[[Site], Sequence[Cell]]

#: By operator, how to make its cells, and how it is written out where there are none.
CELLS: dict[str, tuple[Cells, Recipe]] = {}

#: Inputs whose first axis is the batch in layout 1: x and the first states.
BY_SAMPLE = (0, 5, 6)


def recurrent(op_type: str, recipe: Recipe) -> Callable[[Cells], Cells]:
    """Register the cells of an operator: its expansion and its gradient rule follow from them."""

    def register(make: Cells) -> Cells:
        CELLS[op_type] = make, recipe
        gradient(op_type)(recurrent_gradient)
        return make

    return register


def recurrent_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    """By x, W, R, B, the first states and peepholes, in either direction or both."""
    if at.attribute("layout", 0) == 1:
        turned = [_swapped(g, dy, [1, 2, 0, 3] if i == 0 else None) for i, dy in enumerate(dys)]
        found = recurrent_gradient(g, _steps_first(g, at), *turned)
        return tuple(_swapped(g, v) if i in BY_SAMPLE else v for i, v in enumerate(found))
    cells = _cells(at)
    return _by_cells(g, at, cells, dys) if cells else _by_scan(g, at, dys)


def _by_scan(g: Graph, at: Site, dys: Sequence[Value | None]) -> tuple[Value | None, ...]:
    """The Scan's own rule."""
    from runtime.autodiff import pulled_back

    place, inputs = _write_out(g, at)
    given = {name: dy for name, dy in zip(at.op.outputs, dys, strict=False) if dy is not None}
    wanted = [v for v, old in zip(inputs, at.inputs, strict=True) if v and old and old.name in at.active]
    found = pulled_back(g, given, wanted, since=place)
    return tuple(None if v is None else found.get(v.name) for v in inputs)


def _by_cells(g: Graph, at: Site, cells: Sequence[Cell], dys: Sequence[Value | None]) -> tuple[Value | None, ...]:
    directions, tapes = expand(g, at, cells)
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
    """Write out every LSTM, GRU and RNN of `graph`, in place: what happens in a step becomes visible."""
    for op in list(graph.ops):
        if op.type in CELLS:
            at = Site(op, tuple(graph.values[n] if n else None for n in op.inputs), ())
            at = _steps_first(graph, at) if at.attribute("layout", 0) == 1 else at
            cells = _cells(at)
            expand(graph, at, cells) if cells else _write_out(graph, at)


def expand(g: Graph, at: Site, cells: Sequence[Cell]) -> tuple[list[Direction], list[Tape]]:
    """Put the expansion in the operator's place: the same outputs by plain operators and a Scan per direction."""
    states, start = CELLS[at.op.type][1].states, len(g.ops)
    with g.scope(phase=at.op.phase):
        directions = _directions(g, at, states)
        tapes = [cell.forward(g, one) for cell, one in zip(cells, directions, strict=True)]
        results = [_stacked(g, [tape.y for tape in tapes], axis=1)]
        results += [_stacked(g, [swapped(g, tape.last[i]) for tape in tapes]) for i in range(states)]
    _put_in_place(g, at.op, start, results)
    return directions, tapes


def _write_out(g: Graph, at: Site) -> tuple[int, list[Value | None]]:
    """Put the plain Scan in the operator's place: where that is, and the inputs it reads.

    (Each through an Identity: one value may be both first states, and each has a gradient of its own.)
    """
    start = len(g.ops)
    with g.scope(phase=at.op.phase):
        inputs = [None if v is None else g.Identity(v) for v in at.inputs]
        results = written_out(g, replace(at, inputs=tuple(inputs)), CELLS[at.op.type][1])
    return _put_in_place(g, at.op, start, results), inputs


def _steps_first(g: Graph, at: Site) -> Site:
    """Layout 1 as layout 0 between transposes, put in its place; returns where the operator now stands."""
    attributes = {name: a for name, a in at.op.attributes.items() if name != "layout"}
    start, count = len(g.ops), 1 + CELLS[at.op.type][1].states
    with g.scope(phase=at.op.phase):
        inputs = [_swapped(g, v) if i in BY_SAMPLE else v for i, v in enumerate(at.inputs)]
        y, *last = g.emit(at.op.type, inputs, outputs=count, **attributes)
        op = g.ops[-1]
        results = [g.Transpose(y, perm=[2, 0, 1, 3]), *(g.Transpose(v, perm=[1, 0, 2]) for v in last)]
    _put_in_place(g, at.op, start, results)
    pairs = zip(inputs, at.inputs, strict=True)
    active = {new.name for new, old in pairs if new and old and old.name in at.active}
    return Site(op, tuple(inputs), (y, *last), active)


def _swapped(g: Graph, value: Value | None, perm: Sequence[int] | None = None) -> Value | None:
    """Steps and batch, or directions and batch, change places."""
    return None if value is None else g.Transpose(value, perm=perm or [1, 0, 2])


def _put_in_place(g: Graph, op: Op, start: int, results: Sequence[Value]) -> int:
    """Move the operators emitted since `start` to where `op` stands, and say where; `results` get its outputs' names."""
    names = {value.name: name for value, name in zip(results, op.outputs, strict=False) if name}
    moved = [replace(o, outputs=tuple(names.get(n, n) for n in o.outputs)) for o in g.ops[start:]]
    del g.ops[start:]
    place = next(i for i, old in enumerate(g.ops) if old.outputs == op.outputs)
    g.ops[place : place + 1] = moved
    return place


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


# -- the usual form ------------------------------------------------------------------------------------------------------
def _cells(at: Site) -> Sequence[Cell]:
    """The hand-made cells; none where there are lengths, a clip or peepholes, or as the operator's own rule says."""
    unusual = at.has(4) or at.attribute("clip") is not None or at.has(7)
    return () if unusual else CELLS[at.op.type][0](at)
