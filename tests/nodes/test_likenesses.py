"""What machines and autoencoders make of pictures, beside the same in NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nodes.document import Document
from nodes.example import Sketch, new
from nodes.likenesses import COUNT
from nodes.training import Run
from runtime.events import EpochDone
from runtime.graph import Array
from runtime.recipe import Recipe
from tests.nodes.staged import belief_net, stacked


def sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


def after(document: Document, epochs: int) -> Run:
    run = Run(document, threads=1)
    for event in run.events(epochs):
        if isinstance(event, EpochDone) and event.epoch == epochs:
            break
    return run


@pytest.mark.parametrize(("epochs", "machine"), [(1, "first"), (3, "second"), (5, "second")])
def test_a_machine_draws_again_through_those_below_it(epochs: int, machine: str) -> None:
    """The stage's own machine; in fine-tuning the last one."""
    run = after(belief_net(), epochs)
    found = run.likenesses()
    assert found is not None and found.name == machine
    samples = run.dataset.validation.samples[:COUNT]
    ids = [n.id for n in run.document().nodes.values() if n.type == "RBM"][: 1 if machine == "first" else 2]
    parts = [{k: run.document().weights[f"{id}/{k}"] for k in ("weight", "visible_bias", "hidden_bias")} for id in ids]
    state = samples.reshape(COUNT, -1)
    for p in parts:
        state = sigmoid(state @ p["weight"] + p["hidden_bias"])
    for p in reversed(parts):
        state = sigmoid(state @ p["weight"].T + p["visible_bias"])
    np.testing.assert_array_equal(found.samples, samples)
    np.testing.assert_allclose(found.made.reshape(COUNT, -1), state, atol=1e-5)
    assert found.dreams.shape == samples.shape and 0 <= found.dreams.min() <= found.dreams.max() <= 1


@pytest.mark.parametrize(("name", "shown"), [("gan", 0), ("vae", COUNT)])
def test_generators_make_up_pictures(name: str, shown: int) -> None:
    run = Run(new(name), threads=1)
    found = run.likenesses()
    assert found is not None and (len(found.samples), len(found.made), found.steps) == (shown, shown, 0)
    assert found.dreams.shape == (COUNT, 1, 28, 28) and 0 < found.dreams.min() < found.dreams.max() < 1


@pytest.mark.parametrize("loss", ["MeanSquaredError", "BinaryCrossEntropy"])
def test_an_autoencoder_is_seen_where_a_target_is_the_picture(loss: str) -> None:
    """Logits are shown as the probabilities that they mean."""
    s = Sketch("AE", Recipe())
    s.add("Dataset", "Digits", name="digits")
    pixels = s.add("Flatten")
    decoder = s.add("Dense", "decoder", units=784)
    s.wire(pixels, "y", s.add(loss, "loss"), "target")
    run = Run(s.document, threads=1)
    found = run.likenesses()
    assert found is not None and len(found.dreams) == 0
    weights = run.document().weights
    given = found.samples.reshape(COUNT, -1) @ weights[f"{decoder}/weight"] + weights[f"{decoder}/bias"]
    expected = sigmoid(given) if loss == "BinaryCrossEntropy" else np.clip(given, 0, 1)
    np.testing.assert_allclose(found.made.reshape(COUNT, -1), expected, atol=1e-5)


def test_others_have_nothing_to_show() -> None:
    """A classifier; codes of points, which are no pictures; a machine that does not see the pixels."""
    blind = belief_net()
    first = next(n for n in blind.nodes.values() if n.name == "first")
    below = replace(first, type="Dense", settings={"units": 24})
    update = replace(blind.recipe.stages[2], updates=blind.recipe.stages[2].updates)
    blind = blind.changed(nodes={**blind.nodes, first.id: below}, recipe=Recipe((blind.recipe.stages[1], update)))
    blind = blind.changed(wires=tuple(replace(w, source_port="y") if w.source == first.id else w for w in blind.wires))
    for document in (new("mlp"), stacked(), blind):
        assert Run(document, threads=1).likenesses() is None


def test_nobody_asks_for_weights_where_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which would be work in every training, for nothing."""
    run = Run(new("lenet"), threads=1)
    monkeypatch.setattr(run, "document", lambda: pytest.fail("nothing of it is shown"))
    assert run.likenesses() is None
