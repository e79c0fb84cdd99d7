"""gru."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.examples.lstm import adding

NOTE = """The adding problem of the example lstm, by a gated recurrent unit (lecture 002): two gates and one state in place of
three gates and two states, so three quarters of the weights. Always answering 1 has a squared error of 1/6 = 0.167.
Look for: it learns about as soon as the LSTM does."""


@example(
    "gru", "GRU", "Adds two marked numbers with three quarters of the weights.", "squared error below 0.005 (chance: 0.167)",
    group="memory", lectures=("002",), picture="many-to-one",
)  # fmt: skip
def gru() -> Document:
    return adding("GRU", NOTE)
