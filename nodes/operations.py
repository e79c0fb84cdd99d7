"""Operations: one training step of a document, an operator at a time, with every number; the document is left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nodes.document import Document
from nodes.training import Run
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Op, describe_shape
from runtime.ops.walk import walk
from runtime.task import first_weights, samples, stage_step, starting_state

#: How many training samples the step is made with, at most, and the multiply-adds beyond which no hand waits for it.
BATCH, LARGEST = 8, 300_000_000


@dataclass(frozen=True)
class Operation:
    """One operator that was run: its number from 1, type, the layer it comes from (a path; empty for none), phase (forward,
    backward, update), and what it read and made, by name."""

    number: int
    type: str
    layer: str
    phase: str
    inputs: Mapping[str, Array]
    outputs: Mapping[str, Array]


class Operations:
    """The plain step, as it is saved, on the first training samples. Raises `TrainingError` for a network that cannot be
    trained, or is too large to be looked at so, and `DataError` for its data."""

    def __init__(self, document: Document) -> None:
        run = Run(document, "numpy")
        task, point = run.trainer.task, run.trainer.checkpoint()
        size = task.batch_size(run.plan.stage) if task.remembered else min(BATCH, len(run.dataset.train))
        self.samples = size
        cost = size * run.plan.training.multiply_adds
        if cost > LARGEST:
            much = f"{cost:,} multiply-adds, too many to look at one by one"
            raise TrainingError(f"One step of {size} samples takes {much}: use a smaller network.")
        step = stage_step(task, run.plan.stage)
        state = starting_state(step, first_weights(task, point.weights), point.slots)
        batch = samples(task, step.graph, run.dataset.train).batch(np.arange(size))
        numbers = {step.rate: run.plan.stage.learning_rate, step.step: point.progress.step + 1}
        types = step.graph.values
        self.graph: Graph = step.graph
        self.loss = step.loss
        self.given: dict[str, Array] = {
            **state, **batch, **{n: np.asarray(x, types[n].dtype) for n, x in numbers.items() if n in types}
        }
        self._known: dict[str, Array] = {**self.graph.constants, **self.given}
        self._walk: Iterator[tuple[Op, dict[str, Array]]] = walk(self.graph, self.given)
        self._done = 0

    @property
    def total(self) -> int:
        return len(self.graph.ops)

    def advance(self) -> Operation | None:
        """Run one more operator; None after the last."""
        found = next(self._walk, None)
        if found is None:
            return None
        op, outputs = found
        self._done += 1
        inputs = {n: self._known[n] for n in op.inputs if n in self._known}
        self._known.update(outputs)
        return Operation(self._done, op.type, op.layer, op.phase, inputs, outputs)


def in_words(array: Array, first: int = 6) -> str:
    """``8×10: 0.12, −0.3, … (−1.2 to 0.9, mean 0.02)``: shape, the first numbers, range and mean."""
    shown = ", ".join(f"{float(x):.4g}" for x in array.ravel()[:first])
    more = ", …" if array.size > first else ""
    if array.size < 2 or array.dtype.kind not in "fiu":
        return f"{describe_shape(array.shape)}: {shown}{more}"
    low, high, mean = float(array.min()), float(array.max()), float(array.mean())
    return f"{describe_shape(array.shape)}: {shown}{more} ({low:.4g} to {high:.4g}, mean {mean:.4g})"
