"""What an engine is: something that runs graphs. Two stand behind this protocol, and each checks the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from runtime.errors import NetwrightError
from runtime.graph import Array, Graph
from runtime.training_step import StepGraph


class Stopped(NetwrightError):
    """The run was told to stop (`Stepper.terminate`). The state is that of the last whole step."""


class Program(Protocol):
    """A graph made ready to run."""

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """The graph's outputs by name. `feeds` gives its inputs and those parameters that were not loaded with it."""


class Stepper(Protocol):
    """A training step that keeps its state (weights, optimizer slots) where the engine computes.

    `group` is how many steps are best given at once.
    """

    group: int

    def step(self, feeds: Mapping[str, Array | float]) -> dict[str, Array]:
        """One update. `feeds`: the step's data inputs, learning rate and step number. Returns loss and outputs by name.

        Raises `TrainingError` if the engine fails, `Stopped` after `terminate`; the state is then as before the step.
        """

    def steps(self, feeds: Sequence[Mapping[str, Array | float]]) -> list[dict[str, Array]]:
        """`group` updates at most, one after the other: the same numbers as so many calls of `step`, in less time."""

    def state(self, back: int = 0) -> dict[str, Array]:
        """Copies of the carried state, by the step's input names. `back`: as it was before the last so many updates of the
        last `steps`, but not all of them."""

    def forget(self, names: Sequence[str]) -> None:
        """These tensors of the carried state become zeros."""

    def terminate(self) -> None:
        """Stop the step that is running, from another thread; every later one refuses."""

    def close(self) -> None:
        """Give the memory back. Nothing can be run afterwards."""


class Engine(Protocol):
    """Runs graphs. `provider` is where (``CPU``, ``CUDA``); `notice` one sentence if that is not what was asked for."""

    @property
    def name(self) -> str: ...

    @property
    def provider(self) -> str: ...

    @property
    def notice(self) -> str: ...

    def load(self, graph: Graph, weights: Mapping[str, Array] | None = None) -> Program:
        """Make `graph` ready, with `weights` built in; parameters without numbers are fed at each run."""

    def stepper(self, step: StepGraph, state: Mapping[str, Array]) -> Stepper:
        """Make a training step ready. `state` has every carried and held tensor, by input name; they are copied."""
