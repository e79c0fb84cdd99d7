"""SimpleRNN, LSTM, GRU, Embedding, attention and positions: what their help promises, and that a small LSTM learns."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.layers.positional_embedding import waves
from nodes.plan import initial_weights
from nodes.problems import Refusal
from runtime.engines import engine
from runtime.graph import Array
from runtime.recipe import Update
from runtime.training_step import training_step
from tests.nodes.drawing import drawn, run

RNG = np.random.default_rng(2)
X = RNG.standard_normal((2, 6, 3))


def refusal(type: str, settings: dict[str, Any], inputs: dict[str, Array]) -> str:
    with pytest.raises(Refusal) as error:
        drawn(type, settings, inputs)
    return str(error.value).partition(": ")[2]


# -- recurrent layers ----------------------------------------------------------------------------------------------------
STACKED: dict[str, Any] = {"units": 4, "layers": 2}


@pytest.mark.parametrize("type", ["SimpleRNN", "LSTM", "GRU"])
def test_a_sequence_may_be_walked_in_two_halves(type: str) -> None:
    """The states that come out of the first half go into the second: the same as walking it at once."""
    whole, *ends = run(type, {**STACKED, "returns": "sequence"}, {"x": X})
    first, *states = run(type, {**STACKED, "returns": "sequence"}, {"x": X[:, :4]})
    names = ("h", "c")[: len(states)]
    second, *last = run(type, {**STACKED, "returns": "sequence"}, {"x": X[:, 4:], **dict(zip(names, states, strict=True))})
    np.testing.assert_allclose(np.concatenate([first, second], 1), whole, atol=1e-12)
    for ours, theirs in zip(last, ends, strict=True):
        assert ours.shape == (2, 8)
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("type", ["SimpleRNN", "LSTM", "GRU"])
def test_the_last_output_is_that_of_each_direction(type: str) -> None:
    """Forwards the output at the last step, backwards that at the first."""
    settings = {"units": 4, "bidirectional": True}
    every = run(type, {**settings, "returns": "sequence"}, {"x": X})[0]
    last = run(type, settings, {"x": X})[0]
    assert every.shape == (2, 6, 8)
    np.testing.assert_allclose(last, np.concatenate([every[:, -1, :4], every[:, 0, 4:]], 1), atol=1e-12)


def test_an_lstm_begins_by_remembering() -> None:
    document, _ = drawn("LSTM", {"units": 3, "bidirectional": True}, {"x": X})
    graph = build(document, "training").graph
    bias = next(a for n, a in initial_weights(document, graph).items() if n.endswith("bias"))
    expected = np.zeros((2, 24))
    expected[:, 6:9] = 1  # gates i, o, f, c: the third of them
    np.testing.assert_array_equal(bias, expected)


def test_a_state_of_the_wrong_width_is_refused() -> None:
    sentence = refusal("GRU", {"units": 4, "layers": 2}, {"x": X, "h": np.ones((2, 4))})
    assert sentence == (
        "its state h is 4 per sample, and it holds 8 numbers (2·1·4 for layers, directions, units): wire a state of that width."
    )


def test_parameters_are_counted() -> None:
    document, id = drawn("LSTM", {"units": 5, "layers": 2, "bidirectional": True}, {"x": X})
    built = build(document, "inference")
    node = built.nodes[id]
    expression, count = node.layer.arithmetic(node.inputs, node.outputs["y"])[0][1:]  # type: ignore[union-attr]
    assert expression == "40·(3 + 5 + 2) + 40·(10 + 5 + 2)"
    assert count == f"{built.parameter_count:,}"
    assert node.multiply_adds == 6 * (40 * 8 + 40 * 15)


# -- embedding, attention, positions -------------------------------------------------------------------------------------
def test_an_embedding_is_a_dense_behind_one_hot() -> None:
    x = np.array([[0, 4, 4], [2, 1, 3]])
    table = RNG.standard_normal((5, 3))
    (y,) = run("Embedding", {"classes": 5, "width": 3}, {"x": x}, {"weight": table})
    np.testing.assert_allclose(y, np.eye(5)[x] @ table)


def test_causal_attention_does_not_see_later_steps() -> None:
    x = RNG.standard_normal((1, 5, 4))
    later = x.copy()
    later[:, 3:] += 1
    for causal in (True, False):
        before, after = (run("MultiHeadAttention", {"heads": 2, "causal": causal}, {"query": q})[0] for q in (x, later))
        assert np.allclose(before[:, :3], after[:, :3]) is causal


def test_attention_by_hand() -> None:
    """One head, identity weights: a softmax of scaled products, and a weighted mean."""
    query, key = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 5, 4))
    weights = {f"{name}_weight": np.eye(4) for name in ("query", "key", "value", "output")}
    (y,) = run("MultiHeadAttention", {"heads": 1, "bias": False}, {"query": query, "key": key}, weights)
    scores = np.exp(query @ key.transpose(0, 2, 1) / 2)
    np.testing.assert_allclose(y, scores / scores.sum(-1, keepdims=True) @ key, atol=1e-12)


def test_a_key_alone_or_a_value_alone_is_both() -> None:
    query, key = RNG.standard_normal((1, 3, 4)), RNG.standard_normal((1, 5, 4))
    both = run("MultiHeadAttention", {}, {"query": query, "key": key, "value": key})[0]
    for name in ("key", "value"):
        np.testing.assert_array_equal(run("MultiHeadAttention", {}, {"query": query, name: key})[0], both)


def test_attention_refuses_what_does_not_fit() -> None:
    q = np.ones((2, 3, 6))
    assert refusal("MultiHeadAttention", {"heads": 4}, {"query": q}) == (
        "its query has 6 features, and 4 heads cannot share them equally: choose heads that divide 6."
    )
    wrong = {"query": q, "key": q, "value": np.ones((2, 4, 6))}
    assert refusal("MultiHeadAttention", {"heads": 2}, wrong) == (
        "its key is 3×6 and its value 4×6 per sample: give them equally many steps."
    )


def test_waves_are_vaswanis() -> None:
    table = waves(3, 5)
    np.testing.assert_allclose(table[2, :4], [np.sin(2), np.cos(2), np.sin(2 / 10000**0.4), np.cos(2 / 10000**0.4)])
    np.testing.assert_array_equal(table[0], [0, 1, 0, 1, 0])


# -- learning ------------------------------------------------------------------------------------------------------------
def test_a_small_lstm_learns_and_both_engines_agree() -> None:
    """Embedding -> LSTM -> Dense -> CrossEntropy over sequences: say what came two steps ago. Losses of 20 steps."""
    document, wires = Document(), []
    nodes = [
        ("Input", {"shape": (6,), "values": "class numbers"}), ("Embedding", {"classes": 4, "width": 5}),
        ("LSTM", {"units": 8, "returns": "sequence"}), ("Dense", {"units": 4}), ("CrossEntropy", {}),
        ("Input", {"shape": (6,), "values": "class numbers"}),
    ]  # fmt: skip
    ids = []
    for type, settings in nodes:
        document, id = edits.add(document, type, settings=settings)
        ids.append(id)
    wires = [Wire(a, "y", b, "x") for a, b in pairwise(ids[:4])]
    wires += [Wire(ids[3], "y", ids[4], "prediction"), Wire(ids[5], "y", ids[4], "target")]
    for wire in wires:
        document = edits.connect(document, wire)
    built = build(document, "training")
    assert not built.problems
    step = training_step(built.graph, built.losses[0].value, Update(optimizer="Adam"))
    state = {n: np.zeros(step.graph.values[n].shape, np.float32) for n in step.slots}  # type: ignore[arg-type]
    state |= initial_weights(document, built.graph)
    fast, slow = (engine(n).stepper(step, state) for n in ("onnxruntime", "numpy"))
    x = np.random.default_rng(0).integers(0, 4, (16, 6))
    target = np.roll(x, 2, axis=1)
    target[:, :2] = 0
    data = dict(zip(step.data, (x, target), strict=True))
    losses = np.array([
        [s.step({**data, step.rate: np.float32(0.02), step.step: t}).get(step.loss) for s in (fast, slow)]
        for t in range(1, 21)
    ], float)  # fmt: skip
    np.testing.assert_allclose(losses[:, 0], losses[:, 1], rtol=2e-5)
    assert losses[-1, 0] < 0.75 * losses[0, 0]
