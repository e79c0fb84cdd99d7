"""Forward graph + loss + learning rule + optimizer -> one training-step graph of plain ai.onnx operators.

The step's inputs are the forward graph's own, a scalar ``learning_rate`` in the graph's floating type, an int64 scalar
``step`` (this step's number, from 1), and the carried state; its outputs are the loss, what else was asked for, and the
new state. Parameters that nothing updates are inputs too (*held*): whoever runs the step gives them once.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    decision: str = "none",
) -> StepGraph:
    """The step that `update` describes, built on a copy of `forward` (a training-mode graph that contains the scalar
    `loss`).

    `outputs` are values fetched beside the loss, answers being read off the first by `decision`; `carry` gives
    parameters whose new value the forward graph computes itself (running statistics). Raises `TrainingError` for an
    unknown rule, optimizer, setting or parameter, `GraphError` where no gradient can pass.
    """
    settings_of(update)
    chosen = chosen_parameters(forward, update)
    building = _Building(copied(forward), update, loss, tuple(outputs), chosen, optimizer(update.optimizer), decision=decision)
    building.emit()
    for name, value in (carry or {}).items():
        building.carried(name, value)
    return building.finish()


def copied(graph: Graph) -> Graph:
    """The same operators, values and parameters in a new Graph, to which more can be emitted."""
    twin = copy.copy(graph)
    for name, content in vars(graph).items():
        if isinstance(content, list | dict):
            setattr(twin, name, content.copy())
    return twin


def chosen_parameters(graph: Graph, update: Update) -> list[Parameter]:
    """The parameters that `update` moves, in the graph's order. Raises `TrainingError` for an unknown, a fitted or no
    key."""
    trained = {p.key: p for p in graph.parameters.values() if p.kind == "trained"}
    wanted = trained if update.parameters is None else update.parameters
    missing = [key for key in wanted if key not in trained]
    if missing:
        raise TrainingError(f"The recipe's update: {unknown('trained parameter', missing[0], trained)}")
    if not wanted:
        raise TrainingError("The update has no parameters to train: add a layer with weights, or unfreeze one.")
    return [p for key, p in trained.items() if key in set(wanted)]


@dataclass
class _Building:
    """A step under construction."""

    g: Graph
    update: Update
    loss: Value
    outputs: Sequence[Value]
    chosen: Sequence[Parameter]
    optimizer: Optimizer
    decision: str = "none"
    state: dict[str, str] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)

    def emit(self) -> None:
        """What the rule asks for, and the update of every chosen parameter."""
        g = self.g
        settings = complete(self.optimizer, self.update.settings)
        rate, step = _scalar(g, RATE, g.dtype), _scalar(g, STEP, np.dtype(np.int64))
        found = rule(self.update.rule).descent(self)
        with g.scope(layer="", label="", phase="update"):
            found = self._clipped(found)
            shared = self.optimizer.share(g, rate, step, settings)
        for parameter in self.chosen:
            with g.scope(layer=_owner(parameter.key), label=parameter.name.rpartition(".")[0], phase="update"):
                self._move(parameter, found[parameter.name], shared, settings)

    def _move(self, parameter: Parameter, gradient: Value, shared: Shared, settings: Mapping[str, float]) -> None:
        value = self.g.values[parameter.name]
        slots = {name: self.remember(parameter, name, parameter.shape) for name in self.optimizer.slots}
        decay = self._decay(value, parameter.decay)
        if decay is not None and not self.optimizer.decoupled:
            gradient = self.g.Add(gradient, decay)
        new, moved = self.optimizer.emit(self.g, value, gradient, slots, shared, settings)
        if decay is not None and self.optimizer.decoupled:
            new = self.g.Sub(new, self.g.Mul(decay, self.g.values[RATE]))
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

    def finish(self) -> StepGraph:
        g, loss = self.g, self.loss
        names = tuple(dict.fromkeys(v.name for v in self.outputs if v.name != loss.name))
        g.outputs = [g.values[n] for n in dict.fromkeys([loss.name, *names, *self.state.values()])]
        prune(g, inputs=False)  # rules emit every input's gradient, the data's too
        used = {name for op in g.ops for name in op.reads}
        held = tuple(name for name in g.parameters if name not in self.state and name in used)
        data = tuple(v.name for v in g.inputs if v.name not in self.state and v.name not in (RATE, STEP))
        return StepGraph(g, loss.name, names, self.state, self.slots, held, data)


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
