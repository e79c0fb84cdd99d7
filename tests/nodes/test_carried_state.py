"""State carried over truncated sequences: in training, in evaluation, in the finished model; all beside one long walk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from app.headless.evaluate import measured
from nodes import edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.files import load, save, to_onnx
from nodes.plan import initial_weights
from nodes.training import Run
from runtime.data.batches import streams
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.events import Event, StepDone
from runtime.graph import Array
from tests.nodes.test_texts import TEXT, classes_in, reader

LENGTH, BATCH = 10, 4


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def carrying(file: Path, layer: str = "LSTM", rate: float = 0.01, **settings: Any) -> Document:
    document = reader(f"{file}:length={LENGTH}", classes_in(TEXT), layer=layer, batch=BATCH, carries=True, **settings)
    return edits.set_recipe(document, optimizer="SGD", learning_rate=rate)


def losses(events: Iterator[Event]) -> list[float]:
    return [e.loss for e in events if isinstance(e, StepDone)]


def walked(document: Document, samples: Array, labels: Array) -> Array:
    """Every step's loss of long sequences (streams, steps), walked at once from no state."""
    graph = build(document, "inference").graph
    program = engine("numpy").load(graph, initial_weights(document, graph))
    scores = program.run({"sample": samples.astype(np.int64)})[graph.outputs[0].name].astype(np.float64)
    logarithms = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(logarithms, labels[..., None], -1)[..., 0]


def test_streams_follow_one_another() -> None:
    found = streams(11, 3)
    assert [b.tolist() for b in found] == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]


@pytest.mark.parametrize("engine_name", ["onnxruntime", "numpy"])
@pytest.mark.parametrize("layer", ["SimpleRNN", "LSTM", "GRU"])
def test_batches_go_on_where_the_last_one_ended(file: Path, layer: str, engine_name: str) -> None:
    """With a rate that moves nothing, every batch's loss is that of its part of the long sequences, in both epochs."""
    document = carrying(file, layer, 1e-30, layers=2)
    run = Run(document, engine_name, lowering=engine_name != "numpy")
    found = losses(run.events(2))
    split, each = run.dataset.train, len(run.dataset.train) // BATCH
    rows = np.concatenate([np.arange(each) + b * each for b in range(BATCH)])
    long = [a[rows].reshape(BATCH, each * LENGTH) for a in (split.samples, split.labels)]
    expected = walked(document, *long).reshape(BATCH, each, LENGTH).mean(axis=(0, 2))
    np.testing.assert_allclose(found, [*expected, *expected], rtol=2e-5)


def test_each_stream_forgets_in_its_turn(file: Path) -> None:
    """Its long sequence is walked in pieces, each from no state. Batches count from 1: stream k of 4 forgets at 6 n + k·6/4."""
    run = Run(carrying(file, "LSTM", 1e-30, forgets=6), "numpy")
    found = losses(run.events(1))
    split, each = run.dataset.train, len(run.dataset.train) // BATCH
    expected = np.zeros(each)
    for k in range(BATCH):
        begins = sorted({0, *range((k * 6 // BATCH - 1) % 6, each, 6)})
        for first, end in zip(begins, [*begins[1:], each], strict=True):
            rows = slice(k * each + first, k * each + end)
            piece = [a[rows].reshape(1, -1) for a in (split.samples, split.labels)]
            expected[first:end] += walked(run.document(), *piece).reshape(-1, LENGTH).mean(axis=1) / BATCH
    np.testing.assert_allclose(found, expected, rtol=2e-5)
    on = losses(Run(carrying(file, "LSTM", 1e-30, forgets=6), threads=1).events(1))
    np.testing.assert_allclose(on, found, rtol=2e-5)


def test_both_engines_and_a_resumed_run_lose_the_same(file: Path, tmp_path: Path) -> None:
    document = carrying(file, rate=0.5)
    whole = losses(Run(document, threads=1).events(2))
    np.testing.assert_allclose(losses(Run(document, "numpy").events(2)), whole, rtol=1e-4)
    run, first = Run(document, threads=1), []
    for event in run.events(2):
        first += losses(iter([event]))
        if len(first) == 17:
            break
    save(run.document(), tmp_path / "half.onnx")
    assert np.any(run.document().weights["n3/carried_h"])
    rest = losses(Run(load(tmp_path / "half.onnx"), threads=1).events())
    assert [*first, *rest] == whole


def test_the_finished_model_writes_one_step_at_a_time(file: Path) -> None:
    document = carrying(file, layers=2)
    model = to_onnx(document)
    onnx.checker.check_model(model, full_check=True)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == ["sample"]
    assert [i.name for i in session.get_overridable_initializers()] == ["rnn.h", "rnn.c"]
    sample = np.random.default_rng(1).integers(0, 10, (3, 12))
    whole = session.run(None, {"sample": sample})[0]
    state: dict[str, Array] = {}
    for step in range(12):
        scores, h, c = session.run(None, {"sample": sample[:, step : step + 1], **state})
        state = {"rnn.h": h, "rnn.c": c}
        np.testing.assert_allclose(scores[:, 0], whole[:, step], atol=1e-5)


def test_evaluation_walks_on_too(file: Path) -> None:
    document = carrying(file)
    split = Run(document).dataset.train
    found = measured(document, "train")
    each, rest = divmod(len(split), 32)
    rows = np.arange(32 * each).reshape(32, each)
    long = walked(document, *(a[rows].reshape(32, -1) for a in (split.samples, split.labels)))
    left = walked(document, split.samples[-rest:], split.labels[-rest:])
    assert rest and found["loss"] == pytest.approx(np.concatenate([long.ravel(), left.ravel()]).mean(), rel=1e-4)
    assert measured(document, "train", "numpy")["loss"] == pytest.approx(found["loss"], rel=1e-4)


def test_what_is_left_over_is_said(file: Path) -> None:
    run = Run(carrying(file))
    each, left = divmod(len(run.dataset.train), BATCH)
    assert run.notices == [
        f"The state is carried through 4 streams of {each} sequences each; the last {left} sequences are left over and not "
        "trained on."
    ]
    assert run.steps_per_epoch == each and len(losses(run.events())) == each


def test_what_cannot_be_carried_is_refused_in_words(file: Path) -> None:
    (error,) = check(edits.set_setting(carrying(file), "n3", "bidirectional", True)).errors
    assert "it walks both ways, and only forwards can a state be carried: switch one of the two off." in error.sentence
    (error,) = check(edits.set_recipe(carrying(file), batch_size=0)).errors
    assert "it carries its state, and the recipe takes all samples at once: set a batch size." in error.sentence
    with pytest.raises(TrainingError, match="The data has 147 training sequences, and 150 streams carry their state: make the"):
        Run(edits.set_recipe(carrying(file), batch_size=150))
