"""Recipes of several stages and of several updates: who learns when, exact resume, engines agree, files come back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from app.headless.evaluate import measured
from nodes import edits
from nodes.aims import aims
from nodes.build import build
from nodes.document import Document, same_arrays
from nodes.document_json import VERSION, from_json, to_data, to_json
from nodes.example import new
from nodes.files import load, save
from nodes.plan import plan, plans
from nodes.problems import Refusal
from nodes.training import Run, merge
from runtime.autodiff import gradients
from runtime.data.batches import batches
from runtime.engines.numpy_engine import interpret
from runtime.errors import TrainingError
from runtime.events import EpochDone, Event, Finished, StageBegan, Started, StepDone
from runtime.graph import Array
from runtime.recipe import EarlyStop, Stage, Update
from runtime.stages import followed
from runtime.training_step import copied
from tests.nodes.staged import adversaries, belief_net, stacked, two_datasets

PATIENT = EarlyStop("validation_loss", 1, 0.05)
DOCUMENTS = {
    "belief net": belief_net(), "chains": belief_net(chains=20, sample_below=1), "stacked": stacked(),
    "tied": stacked(tied=True), "patient": stacked(4, early_stop=PATIENT), "adversaries": adversaries(),
}  # fmt: skip
each_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)


def events(run: Run, epochs: int | None = None) -> list[Event]:
    return list(run.events(epochs))


def losses(found: Iterable[Event]) -> list[float]:
    return [loss for e in found if isinstance(e, StepDone) for loss in (e.loss, *e.others)]


def moved(document: Document, run: Run) -> list[set[str]]:
    """The names of the layers whose weights each stage of a run has moved."""
    result, before = [], Run(document).document().weights
    for event in run.events():
        if isinstance(event, StageBegan | Finished):
            after = run.document().weights
            keys = [k for k in after if not np.array_equal(before[k], after[k])]
            result.append({document.nodes[k.split("/")[0]].name for k in keys})
            before = after
    return result


@each_document
def test_engines_give_the_same_losses(document: Document) -> None:
    fast, slow = (losses(events(Run(document, engine, threads=2))) for engine in ("onnxruntime", "numpy"))
    assert len(fast) > 5
    np.testing.assert_allclose(fast, slow, rtol=2e-3)
    np.testing.assert_allclose(fast[:6], slow[:6], rtol=1e-5)


@each_document
def test_killed_at_any_step_and_resumed_it_ends_with_the_same_bits(document: Document, tmp_path: Path) -> None:
    straight = Run(document, threads=1)
    count = len([e for e in events(straight) if isinstance(e, StepDone)])
    for stop in sorted({count // 3, count // 2, count - 1}):
        run = Run(document, threads=1)
        for event in run.events():
            if isinstance(event, StepDone) and event.step == stop:
                break
        save(run.document(), tmp_path / "half.onnx")
        rest = Run(load(tmp_path / "half.onnx"), threads=1)
        assert rest.document().training.progress == run.document().training.progress
        events(rest)
        same(straight.document(), rest.document())


def same(a: Document, b: Document) -> None:
    assert a.training.progress == b.training.progress
    assert same_arrays(a.weights, b.weights) and same_arrays(a.training.slots, b.training.slots)
    assert same_arrays(a.training.best, b.training.best)


@each_document
def test_epochs_one_by_one_are_the_plan_and_more_go_on_with_the_last_stage(document: Document) -> None:
    straight, epochwise = Run(document, threads=1), Run(document, threads=1)
    total = len([e for e in events(straight) if isinstance(e, EpochDone)])
    for _ in range(total):
        last = [e for e in events(epochwise, 1) if isinstance(e, EpochDone)][-1]
    assert last.stage.number == len(document.recipe.stages)
    same(straight.document(), epochwise.document())
    more = [e for e in events(epochwise, 2) if isinstance(e, EpochDone)]
    assert [(e.epoch, e.stage.number) for e in more] == [(total + n, last.stage.number) for n in (1, 2)]


# -- who learns ----------------------------------------------------------------------------------------------------------
def test_each_machine_learns_in_its_own_stage_and_all_at_the_end() -> None:
    document = belief_net()
    run = Run(document)
    assert moved(document, run) == [{"first"}, {"second"}, {"first", "second", "out"}]
    frozen = [k for k in run.plan.stage.updates[0].parameters or () if "visible_bias" in k]
    assert not frozen and not [n for n in run.plan.step.state if "visible_bias" in n]


def test_each_code_learns_with_its_own_decoder() -> None:
    document = stacked()
    expected = [{"encoder 1", "decoder 1"}, {"encoder 2", "decoder 2"}, {"encoder 1", "encoder 2", "out"}]
    assert moved(document, Run(document)) == expected


def test_tied_codes_learn_through_both_their_uses() -> None:
    document = stacked(tied=True)
    assert moved(document, Run(document))[:2] == [{"encoder 1", "decoder 1"}, {"encoder 2", "decoder 2"}]
    assert sorted(k.split("/")[1] for k in plans(document)[0].stage.updates[0].parameters or ()) == ["bias", "bias", "weight"]


def test_a_stages_step_has_nothing_that_it_does_not_need() -> None:
    steps = [p.step for p in plans(belief_net())]
    needed = [{n.split(".")[0] for n in (*s.held, *s.state)} for s in steps]
    assert needed == [{"first"}, {"first", "second"}, {"first", "second", "out"}]
    assert {n.split(".")[0] for n in steps[1].held} == {"first"}
    assert [len(s.data) for s in steps] == [1, 1, 2]  # only the last one reads the label


def test_the_second_machine_sees_the_probabilities_of_the_first() -> None:
    document = belief_net(epochs=1)
    run = Run(document, "numpy")
    found = events(run, 2)
    first = next(e for e in found if isinstance(e, StepDone) and e.stage.number == 2)
    halfway = Run(document, "numpy")
    events(halfway, 1)
    below, later = (of_layer(halfway.document(), name) for name in ("first", "second"))
    samples = run.dataset.train.samples.reshape(7200, -1)[batches(7200, 1800, document.recipe.seed, 2)[0]]

    def sigmoid(x: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-x)))

    seen = sigmoid(samples @ below["weight"] + below["hidden_bias"])
    again = sigmoid(sigmoid(seen @ later["weight"] + later["hidden_bias"]) @ later["weight"].T + later["visible_bias"])
    assert first.loss == pytest.approx(float(np.mean((seen - again) ** 2)), rel=1e-4)


def of_layer(document: Document, name: str) -> dict[str, Array]:
    """A layer's weights by their own names."""
    id = next(n.id for n in document.nodes.values() if n.name == name)
    return {k.split("/")[1]: a for k, a in document.weights.items() if k.split("/")[0] == id}


def test_two_updates_move_their_own_by_the_slopes_before_the_step() -> None:
    document = adversaries()
    ready = plan(document)
    run = Run(document, "numpy")
    before, rate = run.document().weights, 0.01 * 0.5
    feeds = first_feeds(run, document)
    graph = copied(ready.aims.graph)
    keys = ready.stage.updates[1].parameters or ()
    generator = [p for p in graph.parameters.values() if p.key in keys]
    slopes = gradients(graph, ready.aims.losses[1], [graph.values[p.name] for p in generator])
    graph.outputs = list(slopes.values())
    found = interpret(graph, {**feeds, **{n: before[p.key] for n, p in graph.parameters.items()}})
    for event in run.events():
        if isinstance(event, StepDone):
            assert len(event.others) == 1 and event.loss != event.others[0]
            break
    after = run.document().weights
    for p in generator:
        expected = before[p.key] - rate * found[slopes[p.name].name]
        np.testing.assert_allclose(after[p.key], expected, rtol=1e-4, atol=1e-6)
    assert len(generator) == 4 and all(not np.array_equal(after[k], before[k]) for k in after)


def first_feeds(run: Run, document: Document) -> dict[str, Array]:
    train, task = run.dataset.train, run.trainer.task
    chosen = batches(len(train), 50, document.recipe.seed, 1)[0]
    return {task.inputs["sample"]: train.samples[chosen], "step": np.array(1)}


def test_each_stage_has_its_own_data() -> None:
    """Two branches with one weight, each behind data of its own."""
    document = two_datasets()
    run = Run(document, threads=1)
    found = events(run)
    assert [e.samples for e in found if isinstance(e, Started | StageBegan)] == [250, 4]
    assert moved(document, Run(document)) == [{"first"}, {"first"}]
    half = Run(document, threads=1)
    events(half, 1)
    rest = Run(half.document(), threads=1)
    events(rest)
    same(run.document(), rest.document())
    assert run.plan.index == 1 and len(run.activations()[0]) > 2 and set(run.gradients()) == {document.recipe.stages[1].name}
    assert measured(run.document(), "validation")["loss"] == pytest.approx(run.trainer.evaluate(run.dataset.validation)[0])


# -- what is told --------------------------------------------------------------------------------------------------------
def test_events_say_the_stage_its_loss_and_accuracy() -> None:
    found = events(Run(belief_net()))
    started = found[0]
    assert isinstance(started, Started) and (started.target, started.stage.words) == (6, "stage 1 of 3: RBM 1")
    began = [e for e in found if isinstance(e, StageBegan)]
    assert [(e.stage.number, e.stage.name, e.epoch) for e in began] == [(2, "RBM 2", 2), (3, "fine-tuning", 4)]
    epochs = [e for e in found if isinstance(e, EpochDone)]
    assert [e.stage.number for e in epochs] == [1, 1, 2, 2, 3, 3]
    without = [e.accuracy is None for e in epochs]
    assert without == [e.validation_accuracy is None for e in epochs] == [True] * 4 + [False] * 2
    assert all(e.validation_loss is not None for e in epochs)


def test_losses_of_further_updates_are_kept_with_the_epochs() -> None:
    run = Run(adversaries())
    found = events(run)
    steps = [e for e in found if isinstance(e, StepDone) and e.epoch == 3]
    last = [e for e in found if isinstance(e, EpochDone)][-1]
    sizes = [50] * (len(steps) - 1) + [len(run.dataset.train) - 50 * (len(steps) - 1)]
    assert last.others[0] == pytest.approx(np.average([e.others[0] for e in steps], weights=sizes))
    assert run.document().training.progress["history"][-1]["others"] == list(last.others)


def test_early_stop_ends_a_stage_and_not_the_run() -> None:
    run = Run(stacked(4, early_stop=PATIENT))
    found = events(run)
    counts = [len([e for e in found if isinstance(e, EpochDone) and e.stage.number == n]) for n in (1, 2, 3)]
    assert min(counts) >= 1 and sum(counts) < 12 and isinstance(found[-1], Finished)


def test_a_belief_net_of_a_few_epochs_knows_digits() -> None:
    document = belief_net(epochs=3, batch_size=32)
    run = Run(document, threads=2)
    epochs = [e for e in events(run) if isinstance(e, EpochDone)]
    assert epochs[2].loss < 0.06 and epochs[5].loss < epochs[3].loss and (epochs[-1].validation_accuracy or 0) > 0.8


# -- the model, and its file ---------------------------------------------------------------------------------------------
def test_the_model_is_what_the_last_stage_is_for(tmp_path: Path) -> None:
    document = stacked()
    judged = build(document, "training").judged
    assert judged is not None and [v.name for v in build(document).outputs] == [judged.prediction.name]
    save(document, tmp_path / "sae.onnx")
    session = ort.InferenceSession(tmp_path / "sae.onnx")
    assert [o.shape[1:] for o in session.get_outputs()] == [[2]]
    assert [v.shape[1:] for v in build(adversaries()).outputs] == [(2,)]  # there the Output node says it


def test_a_file_of_version_3_opens_with_nameless_stages() -> None:
    old = to_data(belief_net())
    old["version"] = 3
    for stage in old["recipe"]["stages"]:
        del stage["name"]
        for update in stage["updates"]:
            del update["rate"]
    read = from_json(json.dumps(old)).recipe
    assert VERSION == 5 and [s.name for s in read.stages] == ["", "", ""]
    assert from_json(to_json(belief_net())).recipe == belief_net().recipe


# -- what is not there ---------------------------------------------------------------------------------------------------
def change(document: Document, stage: int, **changes: object) -> Document:
    return document.changed(recipe=document.recipe.with_stage(stage, **changes))


@pytest.mark.parametrize(("changes", "words"), [
    ({"loss": "n99"}, "Recipe: Stage 2: its update names the loss ‘n99’, and no loss has that id: leave the name "
     "empty."),
    ({"parameters": ("n99",)}, "Recipe: Stage 2: its update trains ‘n99’, and no layer, block or parameter has that "
     "id: name another one."),
    ({"parameters": ("n3",)}, "Recipe: Stage 2: its update trains ‘tanh1’, which has no weights: name another layer."),
    ({"data": "n99"}, "Recipe: it trains on the layer ‘n99’, which is no Dataset here: name another one."),
    ({"rule": "contrastive divergence"}, "Stage 2: Contrastive divergence trains one Boltzmann machine, and here "
     "encoder_2.weight, encoder_2.bias, decoder_2.weight, decoder_2.bias would change: name the one RBM layer as the update's "
     "loss, or freeze the others."),
])  # fmt: skip
def test_a_stage_that_names_what_is_not_there(changes: dict[str, object], words: str) -> None:
    with pytest.raises(TrainingError) as error:
        Run(change(stacked(), 1, **changes))
    assert str(error.value) == words


def test_a_layer_that_is_frozen_or_not_reached_is_told() -> None:
    document = stacked()
    ids = {n.name: n.id for n in document.nodes.values()}
    with pytest.raises(TrainingError, match="trains ‘out’, which its loss does not depend on: name another loss, or anoth"):
        Run(change(document, 0, parameters=(ids["out"],)))
    frozen = replace(document.nodes[ids["encoder 1"]], frozen=True)
    icy = document.changed(nodes={**document.nodes, frozen.id: frozen})
    with pytest.raises(TrainingError, match="trains ‘encoder 1’, which is frozen: unfreeze it, or name another layer"):
        Run(icy)


def test_two_updates_may_not_move_the_same() -> None:
    document = adversaries()
    stage = document.recipe.stages[0]
    both = replace(stage, updates=(stage.updates[0], replace(stage.updates[1], parameters=None)))
    with pytest.raises(TrainingError, match=r"two updates move D1\.weight: name what each of them trains\."):
        Run(document.changed(recipe=replace(document.recipe, stages=(both,))))


def test_a_name_may_mean_a_block_or_a_sum_of_losses() -> None:
    document = stacked()
    ids = [n.id for n in document.nodes.values() if n.name in ("loss 1", "loss 2")]
    found = aims(build(document, "training"), change(document, 0, loss="+".join(ids)).recipe.stages[0])
    assert found.losses[0].name.startswith("losses.") and Update().loss == ""


def test_stages_are_taken_away_and_the_file_stays_whole(tmp_path: Path) -> None:
    run = Run(stacked())
    events(run, 5)
    assert run.document().standing == 2
    shorter = edits.set_stages(run.document(), stacked().recipe.stages[:2])
    save(shorter, tmp_path / "s.onnx")
    again = Run(load(tmp_path / "s.onnx"))
    assert [getattr(e, "reason", "") for e in events(again)] == ["already_done"]
    with pytest.raises(Refusal, match="A recipe needs a stage: keep one"):
        edits.set_stages(shorter, ())


def swapped(document: Document, *order: int) -> Document:
    """The same stages in another order; those that are not named are gone, and −1 is a new one."""
    stages = document.recipe.stages
    new = replace(stages[0], name="new", epochs=1)
    return edits.set_stages(document, [new if i < 0 else stages[i] for i in order])


def halfway(document: Document) -> Run:
    """In the midst of its second stage, after two steps of it."""
    run = Run(document, threads=1)
    for event in run.events():
        if isinstance(event, StepDone) and event.step == 12:
            break
    return run


def numbers(found: Iterable[Event]) -> list[int]:
    """The stage of each epoch."""
    return [e.stage.number for e in found if isinstance(e, EpochDone)]


@pytest.mark.parametrize(("order", "left", "begun"), [
    ((-1, 0, 1, 2), [3, 3, 4, 4], [[1, 0], [2, 2]]), ((1, 0, 2), [1, 1, 2, 2, 3, 3], [[1, 0], [0, 2]]),
    ((0, 2, 1), [3, 3], [[0, 0], [2, 2]]), ((0, 1, -1, 2), [2, 2, 3, 4, 4], [[0, 0], [1, 2]]),
    ((1, 2), [1, 1, 2, 2], [[0, 2]]), ((1, 1, 2), [1, 1, 2, 2, 3, 3], [[0, 2]]),
])  # fmt: skip
def test_training_stays_in_its_stage_when_others_come_go_or_move(
    order: tuple[int, ...], left: list[int], begun: list[list[int]]
) -> None:
    run = halfway(stacked())
    before = run.document()
    after = swapped(before, *order)
    assert after.standing + 1 == left[0] and after.training.progress["begun"] == begun
    assert same_arrays(after.weights, before.weights) and same_arrays(after.training.slots, before.training.slots)
    found = events(Run(after, threads=1))
    assert numbers(found) == left
    assert losses(found)[:8] == losses(events(run))[:8]  # as if nothing had been changed
    live = halfway(stacked())
    live.set_recipe(after.recipe)  # the same while it runs
    assert live.document() == after


def test_where_its_own_stage_is_gone_the_next_one_begins() -> None:
    after = swapped(halfway(stacked()).document(), 0, 2)
    progress = after.training.progress
    assert after.standing == 1 and progress["stage_step"] == progress["batch"] == 0 and not after.training.slots
    found = events(Run(after, threads=1))
    assert numbers(found) == [2, 2] and isinstance(found[-1], Finished) and found[-1].reason == "done"


def test_a_stage_is_known_again_by_itself_by_its_like_and_by_its_neighbours() -> None:
    a, b, c = (Stage(name=name) for name in "abc")
    other = replace(b, epochs=99)
    twin = replace(a)
    assert followed((a, b, c), (a, other, c)) == [0, 1, 2]
    assert followed((a, b, c), (c, a, b)) == [1, 2, 0]
    assert followed((a, b, c), (a, c)) == [0, None, 1]
    assert followed((a, twin), (a, a, twin)) == [0, 2]
    assert followed((a, b), (replace(a), replace(b))) == [0, 1]


def test_a_checkpoint_on_its_way_finds_its_stage_in_the_new_list() -> None:
    ran = halfway(stacked()).document()
    current = swapped(stacked(), -1, 0, 1, 2)
    assert current.standing == 0
    assert merge(current, ran)[0].standing == 2


# -- losses of parts -----------------------------------------------------------------------------------------------------
def test_a_loss_with_class_weights_is_one_mean_over_all_parts_of_a_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Σ w·l / Σ w over the whole split, whatever the parts."""
    document = edits.set_recipe(new("mlp"), batch_size=0, epochs=1)
    loss = next(n.id for n in document.nodes.values() if n.type == "CrossEntropy")
    document = edits.set_setting(document, loss, "class_weights", (9.0, 5.0, *(0.5,) * 8))
    run = Run(document, threads=2)
    validation = run.dataset.validation
    assert len(validation) == 800
    whole = run.trainer.evaluate(validation)[0]
    monkeypatch.setattr("runtime.task.EVALUATION_BATCH", 130)
    assert run.trainer.evaluate(validation)[0] == pytest.approx(whole, rel=1e-5)
    assert measured(run.document(), "validation")["loss"] == pytest.approx(whole, rel=1e-5)
