"""The gradient of Scan: a second Scan that runs the other way, over values that the first one keeps for it.

With states s, slices x and y, and captured values w, the body is (s′, y) = f(s, x, w). Backwards its gradients are the
states: ds = ∂f/∂sᵀ·(ds′, dy), dx likewise at each step, and dw summed over the steps (Werbos, Backpropagation through
time, 1990). What ∂f reads of the forward body is stacked by the forward Scan, which is replaced at its place by one with
more outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from runtime.graph import Graph, Op, Value
from runtime.ops.registry import Site, gradient, zeros_like


@gradient("Scan")
def scan_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    """One gradient per state and sequence, then one per captured value; None for what is no floating number."""
    return _Reversed(g, at, dys).emit()


@dataclass(frozen=True)
class _Line:
    """A sequence of a Scan: the value outside, the axis of the steps, 1 if it is walked from the end."""

    value: Value
    axis: int = 0
    way: int = 0

    @property
    def turned(self) -> _Line:
        return replace(self, way=1 - self.way)


class _Reversed:
    """The backward Scan under construction. `twin` holds the body's operators and, behind them, their gradient."""

    def __init__(self, g: Graph, at: Site, dys: Sequence[Value | None]) -> None:
        self.g, self.at, self.dys = g, at, dys
        self.body: Graph = at.attribute("body")
        self.held = len(at.inputs) - int(at.attribute("num_scan_inputs"))
        self.twin = _twin(g, self.body)
        inputs = list(enumerate(self.body.inputs))
        self.states = [i for i, v in inputs[: self.held] if v.dtype.kind == "f"]
        self.moving = [i for i, v in inputs[self.held :] if v.dtype.kind == "f" and at.op.inputs[i] in at.active]
        captured = [self.twin.values[n] for n in self.body.captures if n in at.active]
        self.captured = [v for v in captured if v.dtype.kind == "f"]

    def emit(self) -> tuple[Value | None, ...]:
        carries = [self._input("carry", self.body.outputs[i]) for i in self.states]
        given = [j for j, dy in enumerate(self.dys) if j >= self.held and dy is not None]
        slices = [self._input("slice", self.body.outputs[j]) for j in given]
        sums = [self._input("sum", w) for w in self.captured]
        results = self._pull_back(dict(zip([*self.states, *given], [*carries, *slices], strict=True)), sums)
        back = _part(self.twin, [op for op in self.twin.ops if op.phase == "backward"], f"{self.body.name}_backward")
        saved = self._saved(back)
        back.inputs = [*carries, *sums, *slices, *(self.twin.values[n] for n in saved)]
        back.outputs = results
        lines = [replace(self._output_line(j), value=self.dys[j]).turned for j in given]  # type: ignore[arg-type]
        return self._sorted(self._emit(back, [*lines, *(line.turned for line in saved.values())]))

    def _pull_back(self, seeds: dict[int, Value], sums: Sequence[Value]) -> list[Value]:
        """The body's gradient: new carries, new sums, slices of the sequences' gradients."""
        from runtime.autodiff import pulled_back

        twin = self.twin
        wanted = [self.body.inputs[i] for i in [*self.states, *self.moving]] + self.captured
        found = pulled_back(twin, {self.body.outputs[i].name: seed for i, seed in seeds.items()}, wanted)
        with twin.scope(phase="backward"):
            parts = [found[self.body.inputs[i].name] for i in self.states]
            parts += [twin.Add(total, found[w.name]) for total, w in zip(sums, self.captured, strict=True)]
            parts += [found[self.body.inputs[i].name] for i in self.moving]
            # a body's output must be one operator's, and no other output's
            return [twin.Identity(part) for part in parts]

    def _input(self, name: str, like: Value) -> Value:
        value = replace(like, name=self.g.fresh(f"{self.body.name}_{name}"), role="")
        self.twin.values[value.name] = value
        return value

    # -- what the forward body keeps -----------------------------------------------------------------------------------
    def _saved(self, back: Graph) -> dict[str, _Line]:
        """Per value of the forward body that `back` reads, where its stack is; new stacks are asked for."""
        own = [v.name for v in self.body.inputs] + [n for op in self._forward() for n in op.outputs]
        needed = [n for n in back.captures if n in set(own)] or own[self.held : self.held + 1]  # a Scan scans something
        inputs = {v.name: self.held + i for i, v in enumerate(self.body.inputs[self.held :])}
        stacked = {v.name: j for j, v in enumerate(self.body.outputs) if j >= self.held and self.at.op.outputs[j]}
        lines = {n: self._input_line(inputs[n]) for n in needed if n in inputs}
        lines |= {n: self._output_line(stacked[n]) for n in needed if n in stacked and n not in lines}
        return lines | self._kept([n for n in needed if n not in lines])

    def _kept(self, names: Sequence[str]) -> dict[str, _Line]:
        """Replace the forward Scan by one that stacks these values too."""
        g, op = self.g, self.at.op
        body = _part(self.twin, self._forward(), self.body.name)
        body.inputs, body.outputs = self.body.inputs, list(self.body.outputs)
        steps = self._input_line(self.held)
        length = steps.value.shape[steps.axis]
        lines: dict[str, _Line] = {}
        ends = {v.name for v in (*body.inputs, *body.outputs)}
        for name in names:
            inner = self.twin.values[name]
            with body.scope(phase="forward"):
                body.outputs.append(body.Identity(inner) if name in ends else inner)
            lines[name] = _Line(Value(g.fresh(name), inner.dtype, (length, *inner.shape)))
        stacks = [line.value for line in lines.values()]
        attributes = {**op.attributes, "body": body}
        for key in ("scan_output_axes", "scan_output_directions"):
            if key in attributes:
                attributes[key] = [*attributes[key], *[0] * len(stacks)]
        new = replace(op, outputs=(*op.outputs, *(v.name for v in stacks)), attributes=attributes)
        g.ops[next(i for i, old in enumerate(g.ops) if old.outputs == op.outputs)] = new
        g.values.update((v.name, v) for v in stacks)
        return lines

    def _forward(self) -> list[Op]:
        return [op for op in self.twin.ops if op.phase != "backward"]

    def _input_line(self, index: int) -> _Line:
        return self._line(self.at.input(index), index - self.held, "input")

    def _output_line(self, index: int) -> _Line:
        return self._line(self.at.outputs[index], index - self.held, "output")

    def _line(self, value: Value, index: int, side: str) -> _Line:
        axes, ways = (self.at.attribute(f"scan_{side}_{what}") for what in ("axes", "directions"))
        return _Line(value, axes[index] if axes else 0, ways[index] if ways else 0)

    # -- the Scan itself -----------------------------------------------------------------------------------------------
    def _emit(self, back: Graph, lines: Sequence[_Line]) -> list[Value]:
        """The backward Scan's outputs: gradients of the first states, of captured values, of sequences."""
        g = self.g
        first = [self.dys[i] or zeros_like(g, self.at.input(i)) for i in self.states]
        first += [zeros_like(g, w) for w in self.captured]
        made = [self._input_line(i).turned for i in self.moving]
        shapes = [*first, *(line.value for line in made)]
        outputs = [replace(v, name=g.fresh(f"{back.name}_{i}"), role="") for i, v in enumerate(shapes)]
        attributes = {
            "body": back, "num_scan_inputs": len(lines),
            "scan_input_axes": [line.axis for line in lines], "scan_input_directions": [line.way for line in lines],
        }
        if made:
            attributes["scan_output_axes"] = [line.axis for line in made]
            attributes["scan_output_directions"] = [line.way for line in made]
        inputs = tuple(v.name for v in (*first, *(line.value for line in lines)))
        g.append(Op("Scan", inputs, tuple(v.name for v in outputs), attributes, g.where.layer, g.where.phase), outputs)
        return outputs

    def _sorted(self, outputs: Sequence[Value]) -> tuple[Value | None, ...]:
        """In the order of `Op.reads`. What is captured and an input besides gets both parts at the input."""
        op, states, captured = self.at.op, len(self.states), len(self.captured)
        by_index = dict(zip([*self.states, *self.moving], [*outputs[:states], *outputs[states + captured :]], strict=True))
        outside = {w.name: dw for w, dw in zip(self.captured, outputs[states : states + captured], strict=True)}
        parts: list[Value | None] = []
        for i, name in enumerate(op.reads):
            both = [v for v in (by_index.get(i), outside.pop(name, None)) if v is not None]
            parts.append(self.g.Add(*both) if len(both) == 2 else both[0] if both else None)
        return tuple(parts)


def _twin(g: Graph, body: Graph) -> Graph:
    """A copy of `body` to which its gradient can be emitted; it knows the values outside that the body reads."""
    twin = g.body(body.name)
    twin.ops = [replace(op, phase="forward") for op in body.ops]
    twin.constants = dict(body.constants)
    twin.values = {n: g.values[n] for n in body.captures} | body.values
    return twin


def _part(twin: Graph, ops: Iterable[Op], name: str) -> Graph:
    """A body of these operators of `twin`, with the constants that they read."""
    part = twin.body(name)
    part.ops = list(ops)
    read = {n for op in part.ops for n in op.reads}
    part.constants = {n: a for n, a in twin.constants.items() if n in read}
    part.values = twin.values
    return part
