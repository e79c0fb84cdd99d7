"""Operations: a step taken apart gives what the other engine's whole step gives."""

from __future__ import annotations

import numpy as np
import pytest

from nodes import edits
from nodes.example import new
from nodes.operations import BATCH, Operations, in_words
from nodes.training import Run
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.task import first_weights, stage_step, starting_state


def test_its_loss_and_updates_are_those_of_the_whole_step() -> None:
    document = new("mlp")
    one_by_one = Operations(document)
    made: dict[str, np.ndarray] = {}
    phases = []
    while (found := one_by_one.advance()) is not None:
        made.update(found.outputs)
        phases.append(found.phase)
        assert found.number == len(phases) and set(found.inputs) <= {*one_by_one.graph.values}
    assert len(phases) == one_by_one.total and phases[0] == "forward" and phases[-1] == "update"
    assert phases.index("backward") < phases.index("update")

    run = Run(document)
    task = run.trainer.task
    step = stage_step(task, run.plan.stage)
    state = starting_state(step, first_weights(task, run.trainer.checkpoint().weights), {})
    stepper = engine("onnxruntime").stepper(step, state)
    feeds = {n: a for n, a in one_by_one.given.items() if n not in state}
    loss = stepper.step(feeds)[step.loss]
    np.testing.assert_allclose(made[one_by_one.loss], loss, rtol=1e-5)
    after = stepper.state()
    for name, replaced in step.state.items():
        np.testing.assert_allclose(made[replaced], after[name], rtol=1e-4, atol=1e-6)


def test_it_looks_at_a_few_samples_and_refuses_what_is_too_large() -> None:
    small = Operations(new("lenet"))
    first = small.advance()
    assert first is not None and first.layer == "n2" and next(iter(first.outputs.values())).shape[0] == BATCH
    document = new("mlp")
    wide = edits.set_setting(document, "n3", "units", 60_000)
    with pytest.raises(TrainingError, match=r"One step of 8 samples takes [0-9,]+ multiply-adds, too many"):
        Operations(wide)


def test_arrays_in_words() -> None:
    assert in_words(np.array([[1.0, -2.0], [3.0, 4.0]])) == "2×2: 1, -2, 3, 4 (-2 to 4, mean 1.5)"
    assert in_words(np.array(0.25)) == "scalar: 0.25"
    assert in_words(np.arange(9)).startswith("9: 0, 1, 2, 3, 4, 5, … (0 to 8")
