"""Which operator first made a number that is not finite: a failed step, run again operator by operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from runtime.checkpoint import Checkpoint
from runtime.engines.numpy_engine import walk
from runtime.events import Problem
from runtime.graph import Array, Graph, Op
from runtime.training_step import StepGraph

GONE = (
    "The loss or a weight was not a finite number, and the same steps, repeated, are: this engine does not "
    "repeat itself; train again from here, or use the CPU."
)


@dataclass(frozen=True)
class Finding:
    """Where a number stopped being finite. `op` is None if it came in with the input `value`; `number` is ``nan`` or
    ``inf``."""

    value: str
    number: str
    index: tuple[int, ...]
    op: Op | None = None

    @property
    def label(self) -> str:
        """The layer's readable label, from the tensor's name (``backward.Dense.matmul`` → ``Dense``)."""
        name = self.value.removeprefix(f"{self.op.phase}.") if self.op else self.value
        return name.rpartition(".")[0]

    @property
    def place(self) -> str:
        """``MatMul in the forward pass of ‘Dense’``."""
        if self.op is None:
            return f"The input ‘{self.value}’"
        part = {"forward": "the forward pass", "backward": "the backward pass"}.get(self.op.phase, "the update")
        return f"{self.op.type} in {part} of ‘{self.label}’" if self.label else f"{self.op.type} in {part}"


def finite(arrays: Mapping[str, Array]) -> bool:
    """Whether every number of every floating array is finite."""
    return all(a.dtype.kind != "f" or bool(np.isfinite(a).all()) for a in arrays.values())


def first_not_finite(graph: Graph, feeds: Mapping[str, Array], targets: set[str]) -> Finding | None:
    """Run `graph` with NumPy and find the operator that, from finite inputs, made what spoilt one of `targets`.

    Infinities that die out on the way (−inf under a softmax) are nobody's fault, so the walk goes back from the targets
    along values that are not finite, and takes the earliest origin. None if all targets are finite here.
    """
    bad = {n: f for n, a in feeds.items() if (f := _finding(n, a, None))}
    made: list[tuple[Op, list[str]]] = []
    for op, results in walk(graph, feeds, keep=False):
        spoilt = {n: f for n, a in results.items() if (f := _finding(n, a, op))}
        bad.update(spoilt)
        if spoilt:
            made.append((op, list(spoilt)))
    guilty = targets & bad.keys()
    origins = sorted(guilty & feeds.keys())
    origin = bad[origins[0]] if origins else None
    for op, names in reversed(made):
        if guilty.isdisjoint(names):
            continue
        sources = {n for n in op.inputs if n in bad}
        guilty |= sources
        given = sorted(sources & feeds.keys())
        if given or not sources:
            origin = bad[given[0]] if given else bad[names[0]]
    return origin


def diagnose(step: StepGraph, before: Checkpoint, feeds: Mapping[str, Array | float]) -> Problem:
    """The problem of the step that fails from `before` with `feeds`."""
    known = {n: np.asarray(a, step.graph.values[n].dtype) for n, a in feeds.items()}
    state = {**before.weights, **before.slots, **known}
    finding = first_not_finite(step.graph, state, {step.loss, *step.state.values()})
    number, epoch = before.progress.step + 1, before.progress.epoch + 1
    text = sentence(finding, number, float(feeds[step.rate]))
    if finding is None:
        return Problem(number, epoch, text)
    layer, operator = (finding.op.layer, finding.op.type) if finding.op else ("", "")
    return Problem(number, epoch, text, layer, operator, finding.value, finding.number)


def kept(step: int) -> str:
    """What training goes back to, in words."""
    return f"kept are the weights of step {step:,}" if step else "kept are the first weights"


def _finding(name: str, array: Array, op: Op | None) -> Finding | None:
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return None
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    return Finding(name, str(float(array[index])), index, op)


def sentence(finding: Finding | None, step: int, rate: float) -> str:
    """What happened at `step`, where, and what to do."""
    cure = f"lower the learning rate (at this step it is {rate:.3g}), or clip the gradient’s norm."
    if finding is None:
        return f"Step {step:,}: the loss or a weight is not a finite number, though NumPy’s repetition is: {cure}"
    at = f" at [{', '.join(map(str, finding.index))}]" if finding.index else ""
    if finding.op is None:
        return f"Step {step:,}: {finding.place} contains {finding.number}{at}: remove such samples from the data."
    return f"Step {step:,}: {finding.place} gave {finding.number}{at} from finite numbers: {cure}"
