"""The examples with sequences: both engines lose the same over twenty steps, and the small arrangements reach their numbers."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from app.headless.evaluate import measured
from nodes import edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.example import examples, new
from nodes.training import Run
from runtime.events import StepDone

NAMES = (
    *("rnn-one-to-one", "rnn-one-to-many", "rnn-many-to-one", "rnn-encoder-decoder", "rnn-in-step"),
    *("lstm", "gru", "charrnn", "charrnn-small"),
)
#: Smaller data for what would take long step by step.
DATA = {
    "lstm": "adding:length=12,count=200", "gru": "adding:length=12,count=200", "charrnn": "shakespeare:length=8",
    "charrnn-small": "shakespeare:length=8",
}  # fmt: skip


def small(name: str) -> Document:
    """The example with at most 8 units, short sequences and batches of 4."""
    document = edits.set_recipe(new(name), batch_size=4)
    for node in list(document.nodes.values()):
        if node.type in ("LSTM", "GRU", "SimpleRNN"):
            document = edits.set_setting(document, node.id, "units", 8)
        if node.type == "Dataset" and name in DATA:
            document = edits.set_setting(document, node.id, "name", DATA[name])
    return document


@pytest.mark.parametrize("name", NAMES)
def test_twenty_steps_on_both_engines(name: str) -> None:
    def losses(engine: str) -> list[float]:
        events = Run(small(name), engine).events()
        return [e.loss for e in islice((e for e in events if isinstance(e, StepDone)), 20)]

    np.testing.assert_allclose(losses("onnxruntime"), losses("numpy"), rtol=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_they_say_where_they_belong_and_what_chance_is(name: str) -> None:
    found, document = examples()[name], new(name)
    assert (found.group, found.lectures) == ("memory", ("002",)) and found.number
    (note,) = [f for f in document.frames if f.note]
    assert "002" in note.text or name == "charrnn"
    assert not check(document).errors


def test_the_lectures_network_has_three_times_512_units() -> None:
    document = new("charrnn")
    assert [n.settings["units"] for n in document.nodes.values() if n.type == "LSTM"] == [512] * 3
    width, units, letters = 64, 512, 65
    lstm = [4 * units * (below + units + 2) for below in (width, units, units)]
    assert build(document).parameter_count == letters * width + sum(lstm) + units * letters + letters


@pytest.mark.parametrize(("name", "reached"), [
    ("rnn-one-to-one", 0.92), ("rnn-one-to-many", 0.95), ("rnn-many-to-one", 0.95), ("rnn-in-step", 0.97),
    ("rnn-encoder-decoder", 0.98),
])  # fmt: skip
@pytest.mark.slow
def test_the_arrangements_reach_their_numbers(name: str, reached: float) -> None:
    run = Run(new(name), threads=1)
    for _ in run.events():
        pass
    assert measured(run.document(), "test")["accuracy"] > reached
