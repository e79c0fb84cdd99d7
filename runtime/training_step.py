"""Forward graph + loss + learning rule + optimizer -> one training-step graph of plain ai.onnx operators.

The step's inputs are the forward graph's own, a scalar ``learning_rate`` in the graph's floating type, an int64 scalar
``step`` (this step's number, from 1), and the carried state; its outputs are the loss, what else was asked for, and the
new state. Parameters that nothing updates are inputs too (*held*): whoever runs the step gives them once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.errors import TrainingError, unknown
from runtime.graph import Graph, Parameter, Value, prune
from runtime.optimizers import Optimizer, Shared, complete, optimizer
from runtime.recipe import Update
from runtime.rules import rule, settings_of

RATE = "learning_rate"
STEP = "step"


@dataclass(frozen=True)
class Slot:
    """One tensor that an optimizer or a rule remembers: of which parameter (by value name), its name there, its shape."""

    parameter: str
    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class StepGraph:
    """One training step. `state` maps each carried input to the output that replaces it; `slots` describes those of the
    optimizer (zeros at first); `held` are parameters that are read and not changed; `data` the inputs fed at every
    step."""

    graph: Graph
    loss: str
    outputs: tuple[str, ...]
    state: Mapping[str, str]
    slots: Mapping[str, Slot]
    held: tuple[str, ...]
    data: tuple[str, ...]
    rate: str = RATE
    step: str = STEP


def training_step(
    forward: Graph, loss: Value, update: Update, outputs: Sequence[Value] = (), carry: Mapping[str, Value] | None = None,
    decision: str = "none", further: Sequence[tuple[Value, Update]] = (),
) -> StepGraph:
    """The step that `update` describes, built on a copy of `forward` (a training-mode graph that contains the scalar
    `loss`).

    `outputs` are values fetched beside the loss, answers being read off the first by `decision`; `carry` gives
    parameters whose new value the forward graph computes itself (running statistics). `further` are the losses and updates
    that move other parameters in the same step: all slopes are those before it. What none of this needs is left out. Raises
    `TrainingError` for an unknown rule, optimizer, setting or parameter, and for a parameter that two updates move,
    `GraphError` where no gradient can pass.
    """
    g = copied(forward)
    state: dict[str, str] = {}
    slots: dict[str, Slot] = {}
    for aim, one in ((loss, update), *further):
        settings_of(one)
        chosen = chosen_parameters(forward, one, aim)
        building = _Building(g, one, aim, tuple(outputs), chosen, optimizer(one.optimizer), decision, state, slots)
        building.emit()
    for name, value in (carry or {}).items():
        building.carried(name, value)
    return _finished(g, loss, [*outputs, *(aim for aim, _ in further)], state, slots)


def copied(graph: Graph) -> Graph:
    """The same operators, values and parameters in a new Graph, to which more can be emitted."""
    twin = copy.copy(graph)
    for name, content in vars(graph).items():
        if isinstance(content, list | dict):
            setattr(twin, name, content.copy())
    return twin


def chosen_parameters(graph: Graph, update: Update, loss: Value) -> list[Parameter]:
    """The parameters that `update` moves, in the graph's order. Raises `TrainingError` for an unknown, a fitted or no
    key."""
    trained = {p.key: p for p in graph.parameters.values() if p.kind == "trained"}
    reached = behind(graph, [loss])
    wanted = [k for k, p in trained.items() if p.name in reached] if update.parameters is None else update.parameters
    missing = [key for key in wanted if key not in trained]
    if missing:
        raise TrainingError(f"The recipe's update: {unknown('trained parameter', missing[0], trained)}")
    if not wanted:
        raise TrainingError("The update has no parameters to train: add a layer with weights, or unfreeze one.")
    return [p for key, p in trained.items() if key in set(wanted)]


def behind(graph: Graph, values: Iterable[Value]) -> set[str]:
    """The names of all values and parameters on which `values` depend, and their own."""
    found = {v.name for v in values}
    for op in reversed(graph.ops):
        if not found.isdisjoint(op.outputs):
            found.update(op.reads)
    return found


@dataclass
class _Building:
    """One update of a step under construction; `state` and `slots` are those of the whole step."""

    g: Graph
    update: Update
    loss: Value
    outputs: Sequence[Value]
    chosen: Sequence[Parameter]
    optimizer: Optimizer
    decision: str
    state: dict[str, str]
    slots: dict[str, Slot]

    def emit(self) -> None:
        """What the rule asks for, and the update of every chosen parameter."""
        g = self.g
        settings = complete(self.optimizer, self.update.settings)
        rate, step = _scalar(g, RATE, g.dtype), _scalar(g, STEP, np.dtype(np.int64))
        found = rule(self.update.rule).descent(self)
        with g.scope(layer="", label="", phase="update"):
            found = self._clipped(found)
            rate = rate if self.update.rate == 1 else g.Mul(rate, self.update.rate)
            shared = self.optimizer.share(g, rate, step, settings)
        for parameter in self.chosen:
            with g.scope(layer=_owner(parameter.key), label=parameter.name.rpartition(".")[0], phase="update"):
                self._move(parameter, found[parameter.name], rate, shared, settings)

    def _move(
        self, parameter: Parameter, gradient: Value, rate: Value, shared: Shared, settings: Mapping[str, float]
    ) -> None:
        value = self.g.values[parameter.name]
        slots = {name: self.remember(parameter, name, parameter.shape) for name in self.optimizer.slots}
        decay = self._decay(value, parameter.decay)
        if decay is not None and not self.optimizer.decoupled:
            gradient = self.g.Add(gradient, decay)
        new, moved = self.optimizer.emit(self.g, value, gradient, slots, shared, settings)
        if decay is not None and self.optimizer.decoupled:
            new = self.g.Sub(new, self.g.Mul(decay, rate))
        self.carried(value.name, new)
        for name, slot in slots.items():
            self.carried(slot.name, moved[name])

    def remember(self, parameter: Parameter, name: str, shape: Sequence[int]) -> Value:
        slot = self.g.input(f"{parameter.name}.{name}", self.g.values[parameter.name].dtype, shape, role="slot")
        self.slots[slot.name] = Slot(parameter.name, name, tuple(shape))
        return slot

    def _clipped(self, found: dict[str, Value]) -> dict[str, Value]:
        """First each number cut at ± `clip_value`. Then gradients times min(1, c / norm), norm over all of them together:
        Pascanu et al., 2013. Written c / max(norm, c)."""
        limit, g, most = self.update.clip_norm, self.g, self.update.clip_value
        if most > 0:
            found = {name: g.Clip(gradient, -most, most) for name, gradient in found.items()}
        if limit <= 0:
            return found
        total: Value | None = None
        for gradient in found.values():
            square = g.ReduceSum(g.Mul(gradient, gradient), keepdims=0)
            total = square if total is None else g.Add(total, square)
        factor = g.Div(g.number(limit), g.Max(g.Sqrt(total), limit))
        return {name: g.Mul(gradient, factor) for name, gradient in found.items()}

    def _decay(self, value: Value, factor: float) -> Value | None:
        """λ₂θ + λ₁ sign θ, the gradient of ½λ₂‖θ‖² + λ₁‖θ‖₁ (Zou and Hastie, elastic net, 2005), times the layer's own
        factor, for parameters of rank 2 and more: biases and scales are spared."""
        g, update = self.g, self.update
        if value.rank < 2 or factor <= 0:
            return None
        squared: Value | None = g.Mul(value, update.weight_decay * factor) if update.weight_decay > 0 else None
        if update.weight_decay_l1 <= 0:
            return squared
        absolute: Value = g.Mul(g.Sign(value), update.weight_decay_l1 * factor)
        return g.Add(squared, absolute) if squared else absolute

    def carried(self, name: str, new: Value) -> None:
        """State `name` becomes `new`, given a name of its own if it is no operator's output or stands for other
        state."""
        if name in self.state:
            raise TrainingError(f"‘{name}’ is updated twice in one step: freeze it in one of the two.")
        if not self._computed(new) or new.name in self.state.values():
            with self.g.scope(phase="update"):
                new = self.g.Identity(new)
        self.state[name] = new.name

    def _computed(self, value: Value) -> bool:
        given = {v.name for v in self.g.inputs}
        return not (value.name in self.g.parameters or value.name in self.g.constants or value.name in given)


def _finished(
    g: Graph, loss: Value, outputs: Sequence[Value], state: Mapping[str, str], slots: Mapping[str, Slot]
) -> StepGraph:
    """The step when all is emitted, without what it does not need."""
    names = tuple(dict.fromkeys(v.name for v in outputs if v.name != loss.name))
    g.outputs = [g.values[n] for n in dict.fromkeys([loss.name, *names, *state.values()])]
    prune(g, inputs=False)  # rules emit every input's gradient, the data's too
    used = {name for op in g.ops for name in op.reads} | {v.name for v in g.outputs}
    g.inputs = [v for v in g.inputs if v.name in used or v.name in state or v.name in (RATE, STEP)]
    held = tuple(name for name in g.parameters if name not in state and name in used)
    data = tuple(v.name for v in g.inputs if v.name not in state and v.name not in (RATE, STEP))
    return StepGraph(g, loss.name, names, state, slots, held, data)


def _scalar(g: Graph, name: str, dtype: np.dtype[np.generic]) -> Value:
    """The scalar input `name`: the forward graph's own if it has one (Dropout counts by ``step``), else a new one."""
    for value in g.inputs:
        if value.name == name:
            if value.shape != () or value.dtype != dtype:
                raise TrainingError(f"The input ‘{name}’ is {value}, and the step needs a {dtype} scalar: rename it.")
            return value
    if name in g.values:
        raise TrainingError(f"The step needs the name ‘{name}’, and the network has a tensor so called: rename it.")
    return g.input(name, dtype, ())


def _owner(key: str) -> str:
    """The layer's id in a parameter's key (``n3/weight``)."""
    return key.rpartition("/")[0]
