"""Training a document: exact resume, what is saved is what runs, engines agree, numbers of the issue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from nodes import edits
from nodes.check import check
from nodes.document import Document, same_arrays
from nodes.example import new
from nodes.files import load, save
from nodes.training import Run, merge, restarted
from nodes.training_info import PREFIX
from runtime.data import batches
from runtime.errors import TrainingError
from runtime.events import EpochDone, Finished, Problem, StepDone
from runtime.recipe import EarlyStop


def with_dropout(name: str = "lenet") -> Document:
    document = new(name)
    document, id = edits.add(document, "Dropout", settings={"rate": 0.4})
    wire = next(w for w in document.wires if document.nodes[w.target].name == ("fc2" if name != "playground" else "out"))
    return edits.insert_node(document, wire, id)


def steps(
    document: Document, count: int, engine: str = "onnxruntime", lowering: bool = True
) -> tuple[list[float], Run]:
    run = Run(document, engine, threads=2, lowering=lowering)
    losses: list[float] = []
    for event in run.events(100):
        if isinstance(event, StepDone):
            losses.append(event.loss)
        if len(losses) == count:
            break
    return losses, run


def trained(document: Document, epochs: int) -> Document:
    run = Run(document, threads=2)
    for _ in run.events(epochs):
        pass
    return run.document()


@pytest.mark.parametrize("document", [new("mlp"), with_dropout()], ids=["mlp", "lenet with dropout"])
def test_engines_give_the_same_losses(document: Document) -> None:
    document = edits.set_recipe(document, batch_size=16)
    fast, _ = steps(document, 20)
    slow, _ = steps(document, 20, "numpy")
    np.testing.assert_allclose(fast, slow, rtol=1e-4)


def test_four_epochs_are_two_and_two_bit_for_bit(tmp_path: Path) -> None:
    document = edits.set_recipe(with_dropout("playground"), batch_size=32)
    four = trained(document, 4)
    save(trained(document, 2), tmp_path / "a.onnx")
    again = trained(load(tmp_path / "a.onnx"), 2)
    assert same_arrays(four.weights, again.weights)
    assert same_arrays(four.training.slots, again.training.slots)


def test_best_weights_are_part_of_the_file(tmp_path: Path) -> None:
    """Cut in two anywhere, a run that stops early ends with the same weights: those of its best epoch."""
    document = edits.set_recipe(
        new("playground"), batch_size=25, optimizer="SGD", learning_rate=0.5, epochs=30, schedule="constant",
        early_stop=EarlyStop(patience=4),
    )  # fmt: skip
    run = Run(document, threads=2)
    last = list(run.events())[-1]
    assert isinstance(last, Finished) and last.reason == "early_stop" and last.restored == last.epoch - 4
    half = trained(document, last.epoch - 2)
    assert half.training.best.keys() == half.weights.keys()
    assert not same_arrays(half.training.best, half.weights)
    save(half, tmp_path / "a.onnx")
    assert load(tmp_path / "a.onnx") == half
    rest = Run(load(tmp_path / "a.onnx"), threads=2)
    list(rest.events())
    assert rest.document() == run.document()
    assert edits.remove(half, ["n3"]).training.best == {}


def test_resumed_in_the_middle_of_an_epoch_bit_for_bit(tmp_path: Path) -> None:
    document = edits.set_recipe(with_dropout("playground"), batch_size=32)
    whole, _ = steps(document, 20)
    first, run = steps(document, 11)
    save(run.document(), tmp_path / "a.onnx")
    second, _ = steps(load(tmp_path / "a.onnx"), 9)
    assert first + second == whole


@pytest.mark.parametrize("name", ["playground", "mlp", "lenet"])
def test_the_saved_step_is_what_the_trainer_runs(name: str, tmp_path: Path) -> None:
    """training_info, taken out of a saved file and run by a plain session, gives the trainer's next 20 losses: bit for bit,
    or to rounding where the engine may lower it."""
    document = edits.set_recipe(with_dropout(name), batch_size=24, seed=3)
    _, run = steps(document, 5)
    before = run.document()
    save(before, tmp_path / "a.onnx")
    expected, after = steps(load(tmp_path / "a.onnx"), 20, lowering=False)
    found = _plain_losses(tmp_path / "a.onnx", before, after, 20)
    assert found == expected
    np.testing.assert_allclose(steps(load(tmp_path / "a.onnx"), 20)[0], found, rtol=1e-5)


def _plain_losses(path: Path, document: Document, run: Run, count: int) -> list[float]:
    model = onnx.load(path)
    info = model.training_info[0]
    session, state = _session(model)
    bindings = {b.key: b.value for b in info.update_binding}
    names = [o.name for o in info.algorithm.output]
    loss = names[0]
    progress = document.training.progress
    train = run.dataset.train
    epoch, step = progress["epoch"] + 1, progress["step"]
    losses: list[float] = []
    start = progress["batch"]
    while len(losses) < count:
        for rows in batches(len(train), 24, document.recipe.seed, epoch)[start:]:
            step += 1
            rate = document.recipe.stages[0].learning_rate
            feeds: dict[str, Any] = {
                f"{PREFIX}sample": train.samples[rows], f"{PREFIX}label": train.labels[rows],
                f"{PREFIX}learning_rate": np.array(_rate(run, step, rate), np.float32),
                f"{PREFIX}step": np.array(step, np.int64),
            }  # fmt: skip
            found = dict(zip(names, session.run(names, {**state, **feeds}), strict=True))
            state = {k: found[v] for k, v in bindings.items()}
            losses.append(float(found[loss]))
            if len(losses) == count:
                break
        epoch, start = epoch + 1, 0
    return losses


def _rate(run: Run, step: int, base: float) -> float:
    from runtime.schedules import course

    return course(replace(run.plan.stage, learning_rate=base), run.steps_per_epoch)(step - 1)


def _session(model: onnx.ModelProto) -> tuple[ort.InferenceSession, dict[str, np.ndarray]]:
    """The algorithm with the shared initializers; what `update_binding` replaces is fed as an input."""
    info = model.training_info[0]
    shared = {t.name: t for t in model.graph.initializer}
    graph = onnx.GraphProto()
    graph.CopyFrom(info.algorithm)
    own = {t.name for t in graph.initializer}
    used = {n for node in graph.node for n in node.input}
    graph.initializer.extend(t for n, t in shared.items() if n in used and n not in own)
    state = {}
    for tensor in graph.initializer:
        if tensor.name in {b.key for b in info.update_binding}:
            state[tensor.name] = onnx.numpy_helper.to_array(tensor)
            graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    made = onnx.helper.make_model(graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)])
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    return ort.InferenceSession(made.SerializeToString(), options), state


def test_a_rate_too_high_names_layer_operator_and_keeps_good_weights() -> None:
    document = edits.set_recipe(new("mlp"), learning_rate=1e30, optimizer="SGD", batch_size=720)
    run = Run(document, threads=2)
    events = list(run.events(5))
    problem = next(e for e in events if isinstance(e, Problem))
    assert problem.layer in document.nodes and problem.operator and problem.number in ("nan", "inf", "-inf")
    assert "learning rate" in problem.sentence
    assert isinstance(events[-1], Finished) and events[-1].reason == "problem"
    assert all(np.isfinite(a).all() for a in run.document().weights.values())


def test_early_stop() -> None:
    document = new("playground")
    stage = document.recipe.stages[0]
    stop = replace(stage.early_stop, patience=2, least_change=10.0)
    document = document.changed(recipe=document.recipe.with_stage(early_stop=stop))
    events = list(Run(document, threads=2).events())
    assert len([e for e in events if isinstance(e, EpochDone)]) == 3
    assert isinstance(events[-1], Finished) and events[-1].reason == "early_stop"


def test_normalize_is_fitted_to_the_training_split() -> None:
    document = new("mlp")
    document, id = edits.add(document, "Normalize")
    document = edits.insert_node(document, document.wires[1], id)
    run = Run(document, threads=2)
    flat = run.dataset.train.samples.reshape(len(run.dataset.train), -1)
    weights = run.document().weights
    np.testing.assert_allclose(weights[f"{id}/mean"], flat.mean(axis=0), atol=1e-5)
    next(iter(run.events()))
    assert same_arrays({"m": weights[f"{id}/mean"]}, {"m": run.document().weights[f"{id}/mean"]})


def test_a_network_with_an_error_is_not_trained() -> None:
    document = edits.remove(new("mlp"), ["n7"])
    with pytest.raises(TrainingError, match="a loss is missing"):
        Run(document)


def test_a_batch_larger_than_the_data_is_told_and_mended() -> None:
    document = edits.set_recipe(new("playground"), batch_size=251)
    problem = check(document).problems[0]
    words = "the batch size is 251, and there are 250 training samples: set 250 or less, or 0 for all at once."
    assert (problem.level, problem.sentence) == ("advice", f"Recipe: {words}")
    assert not check(problem.repairs[0].edit(document)).problems
    whole = Run(edits.set_recipe(document, batch_size=0, epochs=2))
    given = Run(edits.set_recipe(document, epochs=2))
    losses = [[e.loss for e in run.events() if isinstance(e, EpochDone)] for run in (whole, given)]
    assert losses[0] == losses[1], "each step takes all there are"


def test_a_dataset_whose_shape_does_not_fit_is_told() -> None:
    document = edits.set_setting(new("lenet"), "n1", "name", "spiral")
    with pytest.raises(TrainingError, match=r"Conv2D ‘conv1’: its input is 2 per sample, and Conv2D takes maps"):
        Run(document)


def test_a_run_merges_into_what_was_edited_meanwhile() -> None:
    document = edits.set_recipe(new("mlp"), batch_size=3600)
    ran = trained(document, 1)
    edited = edits.set_setting(edits.move(document, {"n3": (1, 2)}), "n5", "units", 12)
    merged, anew = merge(edited, ran)
    assert anew == ["fc2: weight", "fc2: bias"]
    assert merged.nodes == edited.nodes
    assert same_arrays({"w": merged.weights["n3/weight"]}, {"w": ran.weights["n3/weight"]})


def test_restart_gives_the_first_numbers_again() -> None:
    document = edits.set_recipe(new("playground"), batch_size=50)
    once = trained(document, 1)
    assert same_arrays(trained(restarted(once), 1).weights, once.weights)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_spiral_is_solved(seed: int) -> None:
    document = edits.set_recipe(edits.set_setting(new("playground"), "n1", "name", "spiral:noise=0"), seed=seed)
    run = Run(document, threads=2)
    list(run.events())
    assert run.trainer.evaluate(run.dataset.test)[1] >= 0.97


@pytest.mark.slow
def test_lenet_reads_digits() -> None:
    scores = []
    for seed in (1, 2, 3):
        run = Run(edits.set_recipe(new("lenet"), seed=seed), threads=2)
        list(run.events())
        scores.append(run.trainer.evaluate(run.dataset.test)[1])
    assert np.mean([s for s in scores if s is not None]) >= 0.965, scores


def test_a_look_inside_shows_every_node_and_leaves_training_alone() -> None:
    document = edits.set_recipe(new("lenet"), batch_size=16)
    undisturbed, _ = steps(document, 6)
    run = Run(document, threads=2)
    losses = []
    for event in run.events():
        if isinstance(event, StepDone):
            losses.append(event.loss)
        values, label = run.activations(3)
        sizes = run.gradients()
        if len(losses) == 6:
            break
    assert losses == undisturbed
    assert set(values) == set(document.nodes)
    assert values["n2"].shape == (6, 24, 24) and values["n1"].shape == (1, 28, 28)
    assert label == int(run.dataset.validation.labels[3])
    assert set(sizes) == {"n2", "n5", "n9", "n11", "n13"} and all(0 < s < 10 for s in sizes.values())
