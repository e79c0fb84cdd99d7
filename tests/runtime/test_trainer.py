from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runtime.checkpoint import Checkpoint, progress_from_json
from runtime.data.dataset import Dataset, Split
from runtime.diagnosis import finite
from runtime.engines import Engine, engine
from runtime.errors import TrainingError
from runtime.events import EpochDone, Event, Finished, Problem, Started, StepDone
from runtime.graph import Graph
from runtime.optimizers import OPTIMIZERS
from runtime.recipe import Recipe
from runtime.schedules import SCHEDULES
from runtime.task import Task, unchanged
from runtime.trainer import Trainer
from tests.runtime.nets import patient, quadrants, recipe, signs, stages, task


@pytest.fixture(params=["onnxruntime", "numpy"])
def here(request: pytest.FixtureRequest) -> Engine:
    return engine(request.param, "cpu", threads=1)


def fast() -> Engine:
    return engine("onnxruntime", "cpu", threads=1)


def same(a: Checkpoint, b: Checkpoint) -> None:
    """Equal bit for bit: progress, weights, slots."""
    assert a.progress == b.progress
    for one, other in ((a.weights, b.weights), (a.slots, b.slots), (a.best, b.best)):
        assert one.keys() == other.keys()
        assert all(one[n].tobytes() == other[n].tobytes() for n in one)


def stored(checkpoint: Checkpoint) -> Checkpoint:
    """As after a file: progress through JSON."""
    return replace(checkpoint, progress=progress_from_json(json.loads(json.dumps(checkpoint.progress.to_json()))))


def of(kind: type[Event], events: list[Event]) -> list[Any]:
    return [e for e in events if isinstance(e, kind)]


def test_events_of_a_run(here: Engine) -> None:
    trainer = Trainer(task(recipe(epochs=3)), here)
    events = list(trainer.run())
    steps, epochs = of(StepDone, events), of(EpochDone, events)
    assert isinstance(events[0], Started) and (events[0].target, events[0].samples, events[0].batches) == (3, 53, 6)
    assert [e.step for e in steps] == list(range(1, 19)) and [e.epoch for e in epochs] == [1, 2, 3]
    assert events[-1] == Finished(18, 3, "done")
    sizes = [10] * 5 + [3]
    assert epochs[0].loss == pytest.approx(np.average([e.loss for e in steps[:6]], weights=sizes), rel=1e-12)
    assert epochs[0].accuracy == pytest.approx(np.average([e.accuracy for e in steps[:6]], weights=sizes), rel=1e-12)
    assert steps[0].learning_rate == pytest.approx(0.03) and steps[-1].learning_rate < 0.001
    assert trainer.evaluate(quadrants().validation) == (epochs[-1].validation_loss, epochs[-1].validation_accuracy)
    assert [r.epoch for r in trainer.progress.history] == [1, 2, 3]


def test_validation_is_the_mean_over_all_its_samples() -> None:
    """1,500 samples go in two parts, of 1,000 and 500."""
    trainer = Trainer(task(recipe(epochs=1), quadrants(53, 1500)), fast())
    last = of(EpochDone, list(trainer.run()))[-1]
    w, x = trainer.checkpoint().weights, quadrants(53, 1500).validation
    y = x.samples
    for i in range(3):
        y = y @ w[f"Dense_{i}.weight"] + w[f"Dense_{i}.bias"]
        y = np.tanh(y) if i < 2 else y
    assert last.validation_loss == pytest.approx(np.mean((y[:, 0] - signs(x.labels)[:, 0]) ** 2), rel=1e-5)
    assert last.validation_accuracy == np.mean((y[:, 0] > 0) == (x.labels == 1))


def test_it_learns() -> None:
    events = list(Trainer(task(recipe(epochs=60, learning_rate=0.02), quadrants(200)), fast()).run())
    last = of(EpochDone, events)[-1]
    assert last.accuracy > 0.97 and last.validation_accuracy > 0.85


def halves(job: Task, here: Engine) -> Trainer:
    """Four epochs in one go, and as two and two through a file: they must be the same. Returns the first."""
    whole = Trainer(job, here)
    list(whole.run())
    half = Trainer(job, here)
    list(half.run(epochs=2))
    rest = Trainer(job, here, stored(half.checkpoint()))
    list(rest.run(epochs=2))
    same(whole.checkpoint(), rest.checkpoint())
    return whole


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_four_epochs_are_two_and_two(here: Engine, optimizer: str) -> None:
    halves(task(recipe(optimizer=optimizer)), here)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_four_epochs_are_two_and_two_on_every_schedule(schedule: str) -> None:
    own = {"plateau": {"patience": 0, "least_change": 1e6, "factor": 0.5}, "stairstep": {"every": 1}}
    job = task(recipe(schedule=schedule, schedule_settings=own.get(schedule, {}), warm_up=0.5))
    assert halves(job, fast()).progress.epoch == 4


def test_plateau_lowers_the_rate_where_the_loss_stands_still() -> None:
    """Losses that cannot fall by a million: the first is the best, and each epoch after it costs half the rate."""
    settings = {"patience": 0, "least_change": 1e6, "factor": 0.5}
    events = list(Trainer(task(recipe(schedule="plateau", schedule_settings=settings)), fast()).run())
    assert [e.learning_rate for e in of(StepDone, events)][::6] == [0.03, 0.03, 0.015, 0.0075]


@pytest.mark.parametrize("stop_after", [1, 3, 6, 7, 13])
def test_resume_at_any_event(here: Engine, stop_after: int) -> None:
    job = task(recipe(epochs=3, early_stop=patient(2)))
    whole = Trainer(job, here)
    events = list(whole.run())
    broken = Trainer(job, here)
    run = broken.run()
    seen = [next(run) for _ in range(stop_after + 1)]
    rest = Trainer(job, here, stored(broken.checkpoint()))
    seen += list(rest.run())[1:]
    same(whole.checkpoint(), rest.checkpoint())
    assert of(StepDone, seen) == of(StepDone, events)


def test_an_interrupted_run_of_n_epochs_is_finished_by_a_plain_run() -> None:
    job = task(recipe(epochs=2))
    trainer = Trainer(job, fast())
    assert list(trainer.run())[-1] == Finished(12, 2, "done")
    assert list(trainer.run()) == [Finished(12, 2, "already_done")]
    run = trainer.run(epochs=3)
    for _ in range(9):
        next(run)
    rest = Trainer(job, fast(), stored(trainer.checkpoint()))
    events = list(rest.run())
    assert events[-1] == Finished(30, 5, "done")
    assert len({e.learning_rate for e in of(StepDone, events)}) == 1, "past the plan the last rate holds"
    assert list(rest.run())[-1].reason == "already_done"


def test_early_stop_and_going_on_anyway() -> None:
    job = task(recipe(epochs=50, learning_rate=0.0, early_stop=patient(3)))
    trainer = Trainer(job, fast())
    assert list(trainer.run())[-1] == Finished(24, 4, "early_stop", restored=1)
    assert trainer.progress.stopped_early and trainer.progress.worse_epochs == 3
    assert list(trainer.run())[-1].reason == "already_done"
    assert list(trainer.run(epochs=2))[-1] == Finished(36, 6, "done")


def test_early_stop_by_accuracy_and_least_change() -> None:
    rising = recipe(epochs=30, learning_rate=1e-4, early_stop=patient(2, "loss", least_change=1.0))
    assert list(Trainer(task(rising), fast()).run())[-1].epoch == 3
    falling = recipe(epochs=30, learning_rate=0.0, early_stop=patient(2, "accuracy"))
    assert list(Trainer(task(falling), fast()).run())[-1].epoch == 3


def shaky(rate: float = 0.5, **changes: Any) -> Task:
    """A run whose validation loss goes up and down."""
    return task(recipe(optimizer="SGD", learning_rate=rate, schedule="constant", **changes))


def losses(trainer: Trainer) -> list[float]:
    return [r.validation_loss or 0.0 for r in trainer.progress.history]


@pytest.mark.parametrize(("rate", "patience", "reason"), [(0.5, 3, "early_stop"), (0.15, 100, "done")])
def test_a_stage_ends_with_the_weights_of_its_best_epoch(here: Engine, rate: float, patience: int, reason: str) -> None:
    trainer = Trainer(shaky(rate, epochs=14, early_stop=patient(patience)), here)
    last = list(trainer.run())[-1]
    found = losses(trainer)
    best = int(np.argmin(found)) + 1
    assert 1 < best < len(found) and isinstance(last, Finished)
    assert (last.reason, last.restored) == (reason, best)
    assert trainer.evaluate(quadrants().validation)[0] == found[best - 1]
    assert not trainer.checkpoint().best, "they are the weights now"


def test_without_restore_best_the_last_weights_stay() -> None:
    trainer = Trainer(shaky(epochs=12, early_stop=replace(patient(3), restore_best=False)), fast())
    assert list(trainer.run())[-1].restored is None
    assert trainer.evaluate(quadrants().validation)[0] == losses(trainer)[-1] > min(losses(trainer))


@pytest.mark.parametrize("first", range(1, 8))
def test_best_weights_survive_a_file(first: int) -> None:
    """However a run that stops early is cut in two, it comes to the same end."""
    job = shaky(epochs=12, early_stop=patient(3))
    whole, begun = Trainer(job, fast()), Trainer(job, fast())
    list(whole.run())
    list(begun.run(epochs=first))
    rest = Trainer(job, fast(), stored(begun.checkpoint()))
    assert begun.progress.best_epoch and (rest.checkpoint().best or begun.progress.stopped_early)
    list(rest.run())
    same(whole.checkpoint(), rest.checkpoint())


def test_stages_have_their_own_schedule_and_slots() -> None:
    job = task(stages(2, 0, 1, learning_rate=0.01, schedule="cosine"))
    whole = Trainer(job, fast())
    rates = [e.learning_rate for e in of(StepDone, list(whole.run()))]
    assert len(rates) == 18 and rates[0] == rates[12] == 0.01
    half = Trainer(job, fast())
    list(half.run(epochs=2))
    assert half.progress.stage == 2 and half.progress.updates == 0 and not half.checkpoint().slots
    rest = Trainer(job, fast(), stored(half.checkpoint()))
    list(rest.run())
    same(whole.checkpoint(), rest.checkpoint())


def test_full_batch_and_given_weights() -> None:
    job = task(recipe(batch_size=0, epochs=1))
    given = {"Dense_0.bias": np.full(8, 0.5, "f")}
    trainer = Trainer(job, fast(), Checkpoint(given))
    np.testing.assert_array_equal(trainer.checkpoint().weights["Dense_0.bias"], given["Dense_0.bias"])
    assert len(of(StepDone, list(trainer.run()))) == 1
    with pytest.raises(ValueError, match="read-only"):
        trainer.checkpoint().weights["Dense_0.bias"][0] = 1


def test_terminate_ends_the_run_and_it_can_go_on(here: Engine) -> None:
    job = task(recipe())
    whole, trainer = Trainer(job, here), Trainer(job, here)
    list(whole.run())
    events = []
    for event in trainer.run():
        events.append(event)
        if len(events) == 9:
            trainer.terminate()
    assert events[-1] == Finished(7, 1, "stopped")
    assert list(trainer.run())[-1] == Finished(24, 4, "done")
    same(whole.checkpoint(), trainer.checkpoint())


# -- numbers that are not finite ---------------------------------------------------------------------------------------
def test_a_rate_far_too_high_is_explained(here: Engine) -> None:
    job = task(recipe(optimizer="SGD", learning_rate=1e6, epochs=50, schedule="constant"), activation="Relu")
    trainer = Trainer(job, here)
    events = list(trainer.run())
    problem, finished = events[-2], events[-1]
    assert isinstance(problem, Problem) and isinstance(finished, Finished) and finished.reason == "problem"
    assert problem.operator and problem.layer in ("n0", "n1", "n2", "loss") and problem.number in ("inf", "-inf", "nan")
    assert problem.sentence.startswith(f"Step {problem.step}: {problem.operator} in ")
    cure = "from finite numbers: lower the learning rate (at this step it is 1e+06), or clip the gradient’s norm"
    kept = trainer.checkpoint()
    assert problem.sentence.endswith(f"{cure}; kept are the first weights.")
    assert finite(kept.weights) and finite(kept.slots) and kept.progress.step == 0


@pytest.mark.parametrize("epoch", [2, 3])
def test_a_run_that_explodes_keeps_weights_to_go_on_from(here: Engine, epoch: int) -> None:
    """The weights just before the failure are finite and ruined; what is kept trains on at a sensible rate."""
    trainer = Trainer(task(recipe(epochs=10), activation="Relu"), here)
    list(trainer.run(epoch))
    point, before = trainer.checkpoint(), trainer.evaluate(trainer.task.dataset.validation)
    wild = Trainer(task(recipe(optimizer="SGD", learning_rate=1e30, epochs=10), activation="Relu"), here, point)
    problem = list(wild.run())[-2]
    assert isinstance(problem, Problem) and problem.sentence.endswith(f"kept are the weights of step {point.progress.step}.")
    assert wild.evaluate(wild.task.dataset.validation) == before
    tame = Trainer(task(recipe(epochs=10), activation="Relu"), here, replace(wild.checkpoint(), slots=point.slots))
    assert list(tame.run(1))[-1].reason == "done"


def test_weights_that_overflow_behind_a_finite_loss_are_found_at_the_step_that_broke_them() -> None:
    """A saturated tanh hides an infinite weight from the loss; the repetition finds the step all the same."""
    job = task(recipe(optimizer="SGD", learning_rate=3e38, epochs=50, schedule="constant"))
    trainer = Trainer(job, fast())
    events = list(trainer.run())
    problem = events[-2]
    assert isinstance(problem, Problem) and problem.step <= 2
    assert trainer.checkpoint().progress.step < problem.step and finite(trainer.checkpoint().weights)


def spoilt(part: str, where: str, index: tuple[int, ...], number: float) -> Dataset:
    """The quadrants with one number changed, in ``train`` or ``validation``."""
    data = quadrants()
    split = getattr(data, part)
    arrays = {"samples": split.samples.copy(), "labels": split.labels.astype(np.float32)}
    arrays[where][index] = number
    return replace(data, **{part: Split(**arrays)})


@pytest.mark.parametrize(("data", "words"), [
    (spoilt("train", "samples", (17, 1), np.nan), "Training sample 17 contains nan at [1]: remove it from the data, or mend "
     "the number."),
    (spoilt("validation", "labels", (3,), -np.inf), "Validation label 3 contains -inf: remove it from the data, or mend the "
     "number."),
])
def test_bad_data_are_named_before_the_first_step(data: Dataset, words: str) -> None:
    with pytest.raises(TrainingError) as error:
        Trainer(task(recipe(), data), fast())
    assert str(error.value) == words


def test_bad_data_that_appear_later_are_named_too() -> None:
    data = quadrants()
    data.train.samples.flags.writeable = True
    trainer = Trainer(task(recipe(), data), fast())
    data.train.samples[17, 1] = np.nan
    problem = list(trainer.run())[-2]
    assert isinstance(problem, Problem) and problem.value == "sample" and not problem.operator
    words = r"Step \d: The input ‘sample’ contains nan at \[\d, 1\]: remove such samples from the data; kept are .* step \d\."
    assert re.fullmatch(words, problem.sentence)


def classifier(labels: Any) -> Task:
    """A softmax over three classes whose labels are these."""
    job = task(recipe(batch_size=2))
    g = Graph("classes", training=True)
    x, label = g.input("sample", np.float32, ("N", 2)), g.input("label", np.int64, ("N",))
    logits = g.MatMul(x, g.parameter("weight", (2, 3)))
    picked = g.Mul(g.LogSoftmax(logits), g.OneHot(label, g.constant(3), g.constant([0.0, 1.0], np.float32)))
    loss = g.Neg(g.ReduceMean(picked, keepdims=0))
    split = Split(np.zeros((len(labels), 2), "f"), np.array(labels, np.int64 if isinstance(labels[0], int) else np.float32))
    data = replace(quadrants(), train=split, validation=split)
    return replace(
        job, forward=g, loss=loss, output=logits, evaluation=g, evaluation_loss=loss, evaluation_output=logits,
        dataset=data, decision="argmax", label_map=unchanged,
    )  # fmt: skip


@pytest.mark.parametrize(("labels", "words"), [
    ([0, 1, 3], "Training labels go from 0 to 3, and the network has 3 outputs, one a class from 0 to 2: give its last layer "
     "as many units as there are classes."),
    ([-1, 1, 2], "Training labels go from -1 to 2, and the network has 3 outputs, one a class from 0 to 2: give its last "
     "layer as many units as there are classes."),
    ([0.0, 0.25, 1.0], "Training labels are numbers such as 0.25, and the loss takes class numbers: choose a loss for "
     "numbers, such as MeanSquaredError."),
])
def test_targets_of_the_wrong_kind(labels: list[float], words: str) -> None:
    with pytest.raises(TrainingError) as error:
        Trainer(classifier(labels), fast())
    assert str(error.value) == words
    Trainer(classifier([0.0, 1.0, 2.0]), fast())


def test_weights_to_start_from_must_be_finite() -> None:
    start = Checkpoint({"Dense_0.bias": np.full(8, np.nan, "f")})
    with pytest.raises(TrainingError, match="The weights to start from contain numbers that are not finite"):
        list(Trainer(task(recipe()), fast(), start).run())


# -- refusals ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("changed", "words"), [
    (recipe(schedule="cosin"), "There is no schedule called ‘cosin’: did you mean ‘cosine’?"),
    (recipe(settings={"beta1": 7.0}), "Adam: beta1 is 7: set it between 0 and 0.9999."),
    (recipe(optimizer="Adamm"), "There is no optimizer called ‘Adamm’: did you mean ‘Adam’?"),
    (recipe(early_stop=patient(2, "los")),
     "Early stop watches ‘los’: choose loss, accuracy, validation_loss or validation_accuracy."),
    (replace(Recipe(), stages=(replace(Recipe().stages[0], updates=()),)),
     "A stage has no updates, so nothing would be learnt: give it one."),
])
def test_recipes_that_cannot_be_carried_out(changed: Recipe, words: str) -> None:
    with pytest.raises(TrainingError) as error:
        Trainer(task(changed), fast())
    assert str(error.value) == words


def test_checkpoints_and_data_that_do_not_fit() -> None:
    with pytest.raises(TrainingError) as error:
        Trainer(task(recipe()), fast(), Checkpoint({"Dense_0.bias": np.zeros(3, "f")}))
    assert str(error.value).startswith("Dense_0.bias is (8,) in the network and (3,) in the checkpoint: start anew")
    data = quadrants()
    wide = Split(np.zeros((15, 3), "f"), np.zeros(15, np.int64))
    with pytest.raises(TrainingError) as error:
        Trainer(task(recipe(), Dataset(data.info, wide, wide, wide)), fast())
    assert str(error.value) == "The input sample N×2 is fed the dataset's samples, which are 3: set the input's shape."


def test_a_batch_larger_than_the_data_counts_as_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where memory is reckoned: a million samples a step are none that are not there."""
    monkeypatch.setattr("runtime.memory.physical", lambda: 10**8)
    events = list(Trainer(task(recipe(batch_size=1_000_000, epochs=1)), fast()).run())
    assert len([e for e in events if isinstance(e, StepDone)]) == 1


def test_every_stage_has_its_own_idea_of_a_usual_loss(here: Engine) -> None:
    """A stage that explodes goes back to its own beginning, not into the stage before it."""
    calm, wild = recipe(epochs=2), recipe(optimizer="SGD", learning_rate=1e30, epochs=2)
    stages = replace(calm, stages=(*calm.stages, *wild.stages))
    trainer = Trainer(task(stages, activation="Relu"), here)
    problem = list(trainer.run())[-2]
    assert isinstance(problem, Problem)
    assert (trainer.progress.stage, trainer.progress.stage_step) == (1, 0) and trainer.progress.epoch == 2
