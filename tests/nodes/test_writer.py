"""Writer: what a network of characters writes, beside the scores of the whole text so far."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.example import new
from nodes.plan import initial_weights
from nodes.training import Run
from nodes.writer import Writer
from runtime.data.characters import encode
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.graph import Array
from tests.nodes.test_texts import TEXT, classes_in, reader


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    run = Run(reader(f"{path}:length=10", classes_in(TEXT), layers=2))
    for _ in run.events(1):
        pass
    return run.document()


def scores(document: Document, text: str) -> Array:
    """The scores of what follows `text`, walked at once by the other engine."""
    document = edits.set_setting(document, "n3", "carries", True)
    graph = build(document, "inference").graph
    program = engine("numpy").load(graph, initial_weights(document, graph))
    sample = encode(text, sorted(set(TEXT)))[None]
    return np.asarray(program.run({"sample": sample})[graph.outputs[0].name][0, -1], np.float64)


def writer(document: Document) -> Writer:
    return Writer(document, engine("onnxruntime", "cpu", threads=1))


def test_temperature_zero_takes_the_likeliest_every_time(document: Document) -> None:
    written = "".join(writer(document).write(12, "the ", 0.0, seed=5))
    symbols = sorted(set(TEXT))
    for i, character in enumerate(written):
        assert character == symbols[int(scores(document, "the " + written[:i]).argmax())]


def test_without_a_prompt_it_begins_behind_a_newline(document: Document) -> None:
    assert "".join(writer(document).write(9, "", 0.0)) == "".join(writer(document).write(9, "\n", 0.0))


def test_characters_are_drawn_as_often_as_the_temperature_says(document: Document) -> None:
    symbols, found, count = sorted(set(TEXT)), writer(document), 3000
    sharp = scores(document, "the c") / 0.7
    expected = np.exp(sharp) / np.exp(sharp).sum()
    drawn = [next(found.write(1, "the c", 0.7, seed)) for seed in range(count)]
    shares = np.array([drawn.count(s) for s in symbols]) / count
    assert np.abs(shares - expected).max() < 4 * np.sqrt(0.25 / count)
    assert np.abs(shares - np.exp(scores(document, "the c")) / np.exp(scores(document, "the c")).sum()).max() > 0.005


def test_a_seed_writes_one_text(document: Document) -> None:
    texts = ["".join(writer(document).write(80, "a", 1.0, seed)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_weights_may_be_given_with_each_text(document: Document) -> None:
    empty = Writer(document, engine("onnxruntime", "cpu", threads=1), weights=False)
    graph = build(edits.set_setting(document, "n3", "carries", True), "inference").graph
    weights = initial_weights(document, graph)
    assert "".join(empty.write(30, seed=3, weights=weights)) == "".join(writer(document).write(30, seed=3))


def test_a_drawn_softmax_is_read_through(document: Document) -> None:
    before = "".join(writer(document).write(30, "cat", 0.5))
    (wire,) = [w for w in document.wires if w.target_port == "prediction"]
    softened = edits.insert(document, wire, "Softmax")
    assert "".join(writer(softened).write(30, "cat", 0.5)) == before


def test_what_cannot_write_says_why(document: Document) -> None:
    with pytest.raises(TrainingError, match=r"characters that the training text had not \(Z x\): leave them out"):
        next(writer(document).write(1, "cat Zxx"))
    with pytest.raises(TrainingError, match="data is no text, so it has nothing to write: give it a text, such as shakespeare"):
        writer(new("mlp"))
    with pytest.raises(TrainingError, match="walks both ways"):
        writer(edits.set_setting(document, "n3", "bidirectional", True))
    with pytest.raises(TrainingError, match="takes the scores of 16 characters at every step: let its layers return the whole"):
        writer(edits.set_setting(document, "n3", "returns", "last output"))
    with pytest.raises(TrainingError, match="no layer of it remembers what came before: add an LSTM, GRU or SimpleRNN"):
        writer(without_memory(document))


def without_memory(document: Document) -> Document:
    """The same without its LSTM: the Dense reads the Embedding."""
    document = edits.remove(document, ["n3"])
    kept = tuple(w for w in document.wires if w.target != "n4")
    return document.changed(wires=(*kept, Wire("n2", "y", "n4", "x")))


def test_it_is_quick_enough_to_be_read_live() -> None:
    """1,000 characters a second of an LSTM of 128 units are promised; a busy machine is given some room."""
    document = reader("shakespeare", 65, units=128)
    found = writer(document).write(600)
    next(found)
    began = perf_counter()
    assert sum(1 for _ in found) == 599
    assert perf_counter() - began < 2.0
