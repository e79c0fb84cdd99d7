"""What generators make up from random numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nodes.build import build
from nodes.example import Sketch, new
from nodes.inventions import inventions
from nodes.plan import initial_weights
from nodes.training import Run
from runtime.errors import TrainingError
from runtime.randomness import generator
from runtime.recipe import Recipe


def test_a_code_that_is_drawn_replaces_what_the_encoder_says() -> None:
    """The decoder of the example, by hand."""
    document = Run(new("vae"), threads=1).document()
    found = inventions(document, 5, seed=3)
    layers = {n.name: n.id for n in document.nodes.values()}
    first, second = ([document.weights[f"{layers[n]}/{k}"] for k in ("weight", "bias")] for n in ("decoder", "picture"))
    codes = generator(3, "invention").standard_normal((5, 2), np.float32)
    expected = 1 / (1 + np.exp(-(np.maximum(codes @ first[0] + first[1], 0) @ second[0] + second[1])))
    np.testing.assert_allclose(found.reshape(5, -1), expected, atol=1e-5)


def test_what_also_hangs_on_the_data_makes_nothing_up() -> None:
    for name in ("mlp", "autoencoder"):
        with pytest.raises(TrainingError, match="makes nothing up from random numbers: add a Noise layer"):
            inventions(new(name), 1, 0)
    s = Sketch("", Recipe())
    data = s.add("Dataset", "Digits", name="digits")
    noise = s.add("Noise", "noise", size=784)
    s.join("Add", s.beside("Flatten", "pixels", data), noise)
    with pytest.raises(TrainingError, match="No answer of the network hangs on random numbers alone: finish it"):
        inventions(s.document, 1, 0)


def test_a_code_that_is_bypassed_draws_nothing() -> None:
    document = new("vae")
    code = next(n.id for n in document.nodes.values() if n.type == "GaussianSample")
    bypassed = replace(document.nodes[code], bypassed=True)
    with pytest.raises(TrainingError, match="makes nothing up from random numbers"):
        inventions(document.changed(nodes={**document.nodes, code: bypassed}), 1, 0)


def test_a_generator_of_other_pictures_keeps_their_shape() -> None:
    s = Sketch("", Recipe())
    s.add("Dataset", "Digits", name="digits")
    s.add("Noise", size=4)
    s.add("Dense", units=192)
    s.add("Reshape", shape=(3, 8, 8))
    assert inventions(Run(new("gan"), threads=1).document(), 2, 0).shape == (2, 1, 28, 28)
    document = s.document.changed(weights=initial_weights(s.document, build(s.document, "inference").graph))
    assert inventions(document, 2, 0).shape == (2, 3, 8, 8)
