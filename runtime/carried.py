"""The state of a training, wherever it is just now: in arrays, or in an engine's stepper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runtime.engines.protocol import Engine, Stepper, Stopped
from runtime.graph import Array
from runtime.recipe import Stage
from runtime.task import Task, first_weights, stage_step, starting_state
from runtime.training_step import StepGraph

State = tuple[dict[str, Array], dict[str, Array]]


class Carried:
    """Weights by value name and optimizer slots by the step's input name, with the step that moves them once it is
    loaded."""

    def __init__(self, task: Task, engine: Engine, weights: Mapping[str, Array], slots: Mapping[str, Array]) -> None:
        self._engine = engine
        self._weights = first_weights(task, weights)
        self._slots = dict(slots)
        self._loaded: tuple[StepGraph, Stepper] | None = None
        self._ahead = 0
        self._stopping = False

    def load(self, task: Task, stage: Stage) -> bool:
        """Make the step of `stage`, which `task` is, ready, if none is. True if its optimizer has slots and they all begin
        as zeros."""
        if self._ahead:
            self.unload()  # a run was left in the middle of a group: go on from there
        if self._loaded:
            return False
        step = stage_step(task, stage)
        state = starting_state(step, self._weights, self._slots)
        self._loaded = step, self._engine.stepper(step, state)
        return bool(step.slots) and self._slots.keys().isdisjoint(step.slots)

    @property
    def graph(self) -> StepGraph:
        """The step that is loaded."""
        assert self._loaded, "no step is loaded"
        return self._loaded[0]

    def step(self, feeds: Mapping[str, Array | float]) -> dict[str, Array]:
        """One update; see `Stepper.step`."""
        assert self._loaded, "no step is loaded"
        return self._loaded[1].step(feeds)

    @property
    def group(self) -> int:
        """How many updates are best asked for at once."""
        assert self._loaded, "no step is loaded"
        return self._loaded[1].group

    def steps(self, feeds: Sequence[Mapping[str, Array | float]]) -> Iterator[dict[str, Array]]:
        """Several updates, their results one by one; `state` is always that after the last one taken."""
        assert self._loaded, "no step is loaded"
        found = self._loaded[1].steps(feeds)
        for count, results in enumerate(found, start=1):
            if self._stopping:
                raise Stopped("Training was stopped.")
            self._ahead = len(found) - count
            yield results

    def state(self) -> State:
        """Weights and slots: arrays that nobody changes any more."""
        if not self._loaded:
            return dict(self._weights), dict(self._slots)
        step, stepper = self._loaded
        state = stepper.state(self._ahead)
        for array in state.values():
            array.flags.writeable = False
        weights = self._weights | {n: a for n, a in state.items() if n not in step.slots}
        return weights, {n: state[n] for n in step.slots}

    def unload(self, state: State | None = None) -> None:
        """Close the step; go on from `state`, or from where it stood."""
        self._weights, self._slots = state or self.state()
        if self._loaded:
            self._loaded[1].close()
        self._loaded = None
        self._ahead, self._stopping = 0, False

    def forget(self, names: Sequence[str]) -> None:
        """These of the state become zeros."""
        if self._loaded and names:
            self._loaded[1].forget(names)

    def terminate(self) -> None:
        self._stopping = True
        if self._loaded:
            self._loaded[1].terminate()
