"""What is trained on what: a Task, and the pieces of it that a trainer needs ready to hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from runtime.data.batches import streams
from runtime.data.dataset import Dataset, Split
from runtime.engines.protocol import Engine, Stopped
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value, prune
from runtime.initializers import draw
from runtime.metrics import correct
from runtime.recipe import Recipe, Stage, Update
from runtime.training_step import StepGraph, copied, training_step

#: Samples in one pass of an evaluation, at most; and side by side where state goes on from one to the next.
EVALUATION_BATCH, EVALUATION_STREAMS = 1000, 32
#: What a graph was fed, the labels of that, and what it found.
Walked = tuple[dict[str, Array], Array, Mapping[str, Array]]


def unchanged(labels: Array) -> Array:
    return labels


@dataclass(frozen=True)
class Task:
    """A network to train, as one stage of its recipe has it; `stages` are all of them where there are several (see `at`).

    `forward` is a training-mode graph that contains the scalar `loss` and the network's `output` (None: nothing to
    judge); `evaluation` is the inference-mode graph with its own loss and output, over parameters of the same names.
    `inputs` maps the dataset's roles (``sample``, ``label``) to names of graph inputs. `decision` is one of
    `runtime.metrics.DECISIONS`; `label_map` turns the dataset's labels into what the label input wants. `carry`: see
    `runtime.training_step`. `evaluation_target` is what the evaluation's output is compared with. `shown` and
    `evaluation_shown` are the losses as they are reported, where `loss` sums over a batch: per sample. `unfit` has for every
    loss on numbers of the dataset their role, the loss's name, and what tells in words that they mean nothing to it.
    `further` are the losses of the stage's updates behind the first (none: they have the first one's), `further_shown` as
    they are reported. `evaluation_mass` is by what the evaluation's loss was divided, where that is not the number of
    samples.
    """

    forward: Graph
    loss: Value
    output: Value | None
    evaluation: Graph
    evaluation_loss: Value
    evaluation_output: Value | None
    inputs: Mapping[str, str]
    dataset: Dataset
    recipe: Recipe
    decision: str = "none"
    label_map: Callable[[Array], Array] = unchanged
    carry: Mapping[str, Value] = field(default_factory=dict)
    evaluation_target: Value | None = None
    unfit: tuple[tuple[str, str, Callable[[Array], str]], ...] = ()
    shown: Value | None = None
    evaluation_shown: Value | None = None
    further: tuple[Value, ...] = ()
    further_shown: tuple[Value, ...] = ()
    evaluation_mass: Value | None = None
    stages: tuple[Task, ...] = ()

    def at(self, stage: int) -> Task:
        """The task of that stage of the recipe."""
        return self.stages[stage] if self.stages else self

    def aims(self, stage: Stage) -> list[tuple[Value, Update]]:
        """What each update of `stage` lowers."""
        losses = self.further or (self.loss,) * (len(stage.updates) - 1)
        return list(zip((self.loss, *losses), stage.updates, strict=True))

    def batch_size(self, stage: Stage) -> int:
        """Samples in a step of `stage`: 0 in the recipe means all there are, and more than all there never are."""
        count = len(self.dataset.train)
        return min(stage.batch_size or count, count)

    @property
    def remembered(self) -> tuple[str, ...]:
        """Recurrent state that goes from batch to batch, by value name; zeros at the beginning of every epoch. With any, the
        batches are `streams` of samples that follow one another."""
        return tuple(n for n, p in self.forward.parameters.items() if p.role == "state" and n in self.carry)

    def batches_per_epoch(self, stage: Stage) -> int:
        count, size = len(self.dataset.train), self.batch_size(stage)
        return count // size if self.remembered else -(-count // size)

    @property
    def reported(self) -> Value:
        """The evaluation's loss, per sample."""
        return self.evaluation_shown or self.evaluation_loss


@dataclass(frozen=True, eq=False)
class Samples:
    """A split in the types that a graph's inputs want, by input name; `labels` as the dataset has them."""

    arrays: Mapping[str, Array]
    labels: Array

    def batch(self, indices: Array, names: Collection[str] | None = None) -> dict[str, Array]:
        """These samples for the inputs called `names` (None: all)."""
        return {n: array.take(indices, 0) for n, array in self.arrays.items() if names is None or n in names}

    def parts(self, size: int) -> Iterator[tuple[dict[str, Array], Array]]:
        """The split in its own order, `size` samples at a time: feeds and labels."""
        for start in range(0, len(self.labels), size):
            part = slice(start, start + size)
            yield {name: array[part] for name, array in self.arrays.items()}, self.labels[part]

    def walk(self, graph: Graph, run: Callable[[Mapping[str, Array]], Mapping[str, Array]]) -> Iterator[Walked]:
        """What `run` finds of the split, part by part. Where `graph` has states, the parts are streams whose state goes on
        from one to the next; samples that are left over begin without, as a part of their own."""
        carried: dict[str, Array] = {}
        for feeds, labels in self._streams() if graph.states else self.parts(EVALUATION_BATCH):
            given = {**feeds, **{name: array for name, array in carried.items() if len(array) == len(labels)}}
            found = run(given)
            carried = {name: found[new.name] for name, new in graph.states.items()}
            yield given, labels, found

    def _streams(self) -> Iterator[tuple[dict[str, Array], Array]]:
        count = len(self.labels)
        size = max(1, min(EVALUATION_STREAMS, count))
        for indices in (*streams(count, size), np.arange(count - count % size, count)):
            if len(indices):
                yield self.batch(indices), self.labels[indices]


def samples(task: Task, graph: Graph, split: Split) -> Samples:
    """`split` for `graph`. Raises `TrainingError` where the dataset's shape is not the input's."""
    given = {"sample": split.samples, "label": split.labels}
    values = {v.name: v for v in graph.inputs}
    arrays: dict[str, Array] = {}
    for role, name in task.inputs.items():
        if name in values:
            array = task.label_map(given[role]) if role == "label" else given[role]
            arrays[name] = np.ascontiguousarray(array, values[name].dtype)
            _check_shape(values[name], role, arrays[name])
    return Samples(arrays, split.labels)


def _check_shape(value: Value, role: str, array: Array) -> None:
    shape = array.shape
    fits = len(shape) == value.rank and all(
        not isinstance(d, int) or d == n for d, n in zip(value.shape[1:], shape[1:], strict=True)
    )
    if not fits:
        found = "×".join(map(str, shape[1:])) or "one number"
        raise TrainingError(f"The input {value} is fed the dataset's {role}s, which are {found}: set the input's shape.")


def first_weights(task: Task, given: Mapping[str, Array]) -> dict[str, Array]:
    """Every parameter's numbers: those of `given` (by value name), the others drawn from the recipe's seed.

    Raises `TrainingError` for an array of another shape than its parameter's.
    """
    weights: dict[str, Array] = {}
    for graph in (task.forward, task.evaluation):
        for name, parameter in graph.parameters.items():
            if name in given and given[name].shape != parameter.shape:
                raise TrainingError(
                    f"{name} is {parameter.shape} in the network and {given[name].shape} in the checkpoint: "
                    "start anew, or undo the change of structure."
                )
            if name not in weights:
                weights[name] = given[name] if name in given else draw(parameter, task.recipe.seed, graph.dtype)
    return weights


def stage_step(task: Task, stage: Stage) -> StepGraph:
    """The training-step graph of `stage`. Raises `TrainingError` if it reads an input that the dataset does not
    give."""
    outputs = [task.output] if task.output is not None and task.decision != "none" else []
    outputs += [task.shown] if task.shown is not None else []
    (loss, first), *further = task.aims(stage)
    step = training_step(
        task.forward, loss, first, [*outputs, *task.further_shown], task.carry, task.decision, further
    )
    missing = [name for name in step.data if name not in task.inputs.values()]
    if missing:
        raise TrainingError(f"The network's input ‘{missing[0]}’ gets nothing from the dataset: connect or remove it.")
    return step


def starting_state(step: StepGraph, weights: Mapping[str, Array], slots: Mapping[str, Array]) -> dict[str, Array]:
    """What a stepper begins with: weights, and slots as given or zeros. Raises `TrainingError` for a slot of another
    shape."""
    state = {name: weights[name] for name in (*step.held, *step.state) if name not in step.slots}
    for name, slot in step.slots.items():
        zeros = np.zeros(slot.shape, step.graph.values[name].dtype)
        state[name] = slots.get(name, zeros)
        if state[name].shape != zeros.shape:
            raise TrainingError(f"{name} is {zeros.shape} here and {state[name].shape} in the checkpoint: start anew.")
    return state


def asked(graph: Graph, wanted: Sequence[Value]) -> Graph:
    """A copy of `graph` that gives `wanted`, and the states on the way there, and nothing else."""
    bare, found = copied(graph), copied(graph)
    bare.outputs = list(wanted)
    prune(bare)
    read = {name for op in bare.ops for name in op.reads}
    found.states = {name: new for name, new in graph.states.items() if name in read}
    found.outputs = list(dict.fromkeys([*wanted, *found.states.values()]))
    prune(found)
    return found


class Evaluator:
    """The evaluation graph, ready to judge any weights on any split."""

    def __init__(self, task: Task, engine: Engine) -> None:
        self._output = task.evaluation_output if task.decision != "none" else None
        wanted = (task.reported, self._output, task.evaluation_mass)
        graph = asked(task.evaluation, [value for value in wanted if value is not None])
        read = {name for op in graph.ops for name in op.reads}
        self._parameters = [name for name in graph.parameters if name in read]
        self._task = task
        self._graph = graph
        self._program = engine.load(graph)
        self._ready: tuple[Split, Samples] | None = None

    def judge(
        self, split: Split, weights: Mapping[str, Array], stopping: Callable[[], bool] = lambda: False
    ) -> tuple[float | None, float | None]:
        """Mean loss and accuracy of `weights` on `split`; None where there is none. `Stopped` as soon as
        `stopping()`."""
        given = {name: weights[name] for name in self._parameters}
        total, mass, right, answers = 0.0, 0.0, 0, 0

        def run(feeds: Mapping[str, Array]) -> dict[str, Array]:
            if stopping():
                raise Stopped("Training was stopped.")
            return self._program.run({**given, **feeds})

        for _, labels, found in self._samples(split).walk(self._graph, run):
            part = self._mass(found, len(labels))
            total, mass = total + float(found[self._task.reported.name].item()) * part, mass + part
            right += correct(found[self._output.name], labels, self._task.decision) if self._output else 0
            answers += labels.size
        if not answers:
            return None, None
        return total / (mass or 1.0), right / answers if self._output else None

    def _mass(self, found: Mapping[str, Array], count: int) -> float:
        """How much a part of a split counts in the mean over all."""
        mass = self._task.evaluation_mass
        return float(count if mass is None else found[mass.name].item())

    def _samples(self, split: Split) -> Samples:
        """Converted once for the split that is asked for again and again."""
        if self._ready is None or self._ready[0] is not split:
            self._ready = split, samples(self._task, self._graph, split)
        return self._ready[1]
