"""Augmentation: what each layer does to pictures, that it does it in training only, and the same way at the same step."""

from __future__ import annotations

from math import radians, tan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire, same_arrays
from nodes.example import Sketch, new
from nodes.files import load, save
from nodes.layer import LayerError, make
from nodes.layers.elastic_deformation import gaussian_band
from nodes.problems import Refusal
from nodes.training import Run
from runtime.engines import engine
from runtime.events import StepDone
from runtime.graph import Array
from runtime.recipe import Recipe, Stage, Update

ALL: dict[str, dict[str, Any]] = {
    "RandomFlip": {"vertical": True}, "RandomCrop": {"size": (9, 8), "padding": 2}, "RandomTranslation": {},
    "RandomRotation": {}, "RandomZoom": {}, "RandomShear": {}, "ElasticDeformation": {}, "RandomBrightness": {},
    "RandomContrast": {}, "RandomNoise": {},
}  # fmt: skip
X = np.random.default_rng(2).random((60, 2, 9, 8))


def augmented(type: str, settings: dict[str, Any], x: Array, step: int = 1, mode: str = "training", before: int = 0) -> Array:
    """What the layer makes of `x` in float64; `before` nodes are added first, so that its id is another."""
    document = Document()
    for _ in range(before):
        document, _id = edits.add(document, "ReLU")
    document, id = edits.add(document, type, settings=settings)
    document, source = edits.add(document, "Input", settings={"shape": x.shape[1:]})
    document = edits.connect(document, Wire(source, "y", id, "x"))
    built = build(document, mode, np.float64, only=[id])
    assert not built.problems
    feeds = {v.name: np.asarray(step) if v.name == "step" else x for v in built.graph.inputs}
    value = built.nodes[id].output
    assert value is not None
    built.graph.outputs = [value]
    return engine("numpy").load(built.graph).run(feeds)[value.name]


@pytest.mark.parametrize("type", ALL)
def test_draws_belong_to_layer_and_step(type: str) -> None:
    first = augmented(type, ALL[type], X)
    assert first.shape == X.shape
    np.testing.assert_array_equal(augmented(type, ALL[type], X), first)
    assert not np.array_equal(first, X)
    assert not np.array_equal(augmented(type, ALL[type], X, step=2), first)
    assert not np.array_equal(augmented(type, ALL[type], X, before=1), first)


@pytest.mark.parametrize("type", ALL)
def test_outside_of_training_pictures_are_left_alone(type: str) -> None:
    for mode in ("evaluation", "inference"):
        np.testing.assert_array_equal(augmented(type, ALL[type], X, mode=mode), X)


def _chosen(y: Array, candidates: list[Array]) -> Array:
    """Which of the candidates each sample became; −1 for none."""
    hits = np.array([[np.array_equal(a, b) for a, b in zip(y, c, strict=True)] for c in candidates])
    return np.where(hits.any(0), hits.argmax(0), -1)


def test_flip_gives_the_picture_or_its_mirror_image_about_equally_often() -> None:
    both = _chosen(augmented("RandomFlip", {"vertical": True}, X), [X, X[..., ::-1], X[:, :, ::-1], X[:, :, ::-1, ::-1]])
    assert np.bincount(both, minlength=4).min() >= 6  # 60 pictures, 15 of each kind on average
    sideways = _chosen(augmented("RandomFlip", {}, X), [X, X[..., ::-1]])
    assert 16 <= sideways.sum() <= 44
    assert (sideways >= 0).all()


def test_translation_is_one_of_all_whole_shifts() -> None:
    padded = np.pad(X, ((0, 0), (0, 0), (1, 1), (2, 2)))
    shifts = [padded[:, :, i : i + 9, j : j + 8] for i in range(3) for j in range(5)]
    chosen = _chosen(augmented("RandomTranslation", {"pixels": (1, 2)}, X), shifts)
    assert chosen.min() == 0 and chosen.max() == 14
    assert len(set(chosen.tolist())) > 10


def test_crop_is_one_of_all_windows_and_the_middle_one_outside_of_training() -> None:
    windows = [X[:, :, i : i + 6, j : j + 7] for i in range(4) for j in range(2)]
    chosen = _chosen(augmented("RandomCrop", {"size": (6, 7)}, X), windows)
    assert set(chosen.tolist()) == set(range(8))
    np.testing.assert_array_equal(augmented("RandomCrop", {"size": (6, 7)}, X, mode="inference"), X[:, :, 1:7, 0:7])
    framed = np.pad(X, ((0, 0), (0, 0), (3, 3), (3, 3)), mode="edge")
    wide = augmented("RandomCrop", {"size": (5, 12), "padding": 3, "fill": "edge"}, X, mode="evaluation")
    np.testing.assert_array_equal(wide, framed[:, :, 5:10, 1:13])


def test_a_window_that_does_not_fit_is_refused() -> None:
    document, id = edits.add(Document(), "RandomCrop", settings={"size": (12, 9), "padding": 1})
    document, source = edits.add(document, "Input", settings={"shape": (1, 9, 8)})
    with pytest.raises(Refusal) as caught:
        edits.connect(document, Wire(source, "y", id, "x"))
    assert str(caught.value) == (
        "crop1: its input is 1×9×8 per sample, with padding 1, and its window is 12×9: make the window smaller or the "
        "padding larger."
    )
    with pytest.raises(LayerError, match="fill takes one of zeros, edge"):
        make("RandomZoom", {"fill": "mirror"})


SIDE = 21
#: Two maps that hold each pixel's row and column, from the middle: what comes out tells where it was read.
PLACES = np.repeat((np.indices((SIDE, SIDE)) - SIDE // 2)[None].astype(float), 50, 0)


def _read_places(type: str, settings: dict[str, Any]) -> Array:
    """Where the inner pixels of each sample were read, (n, 2, 9, 9), from the middle."""
    return augmented(type, {**settings, "fill": "edge"}, PLACES)[:, :, 6:15, 6:15]


INNER = PLACES[:1, :, 6:15, 6:15]


def test_rotation_turns_about_the_middle_by_a_uniform_angle() -> None:
    found = _read_places("RandomRotation", {"degrees": 30})
    np.testing.assert_allclose((found**2).sum(1), np.repeat((INNER**2).sum(1), 50, 0), atol=1e-9)
    angles = np.degrees(np.arctan2(found[:, 1, 8, 4], found[:, 0, 8, 4]))
    assert np.abs(angles).max() <= 30 and angles.min() < -15 and angles.max() > 15
    rotations = [[[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in np.radians(angles)]
    np.testing.assert_allclose(found, np.einsum("nij,jrc->nirc", rotations, INNER[0]), atol=1e-9)


def test_zoom_divides_the_places_by_a_uniform_factor() -> None:
    found = _read_places("RandomZoom", {"amount": 0.3})
    factors = INNER[0, 0, 8, 0] / found[:, 0, 8, 0]
    assert 0.7 <= factors.min() < 0.8 and 1.2 < factors.max() <= 1.3
    np.testing.assert_allclose(found, INNER / factors[:, None, None, None], atol=1e-9)


def test_shear_moves_rows_aside_in_proportion() -> None:
    found = _read_places("RandomShear", {"degrees": 20})
    slants = found[:, 1, 8, 4] / 4
    assert np.abs(slants).max() <= tan(radians(20)) and slants.min() < -0.15 and slants.max() > 0.15
    np.testing.assert_allclose(found[:, 0], np.repeat(INNER[:, 0], 50, 0), atol=1e-9)
    np.testing.assert_allclose(found[:, 1], INNER[:, 1] + slants[:, None, None] * INNER[:, 0], atol=1e-9)


def test_elastic_shifts_are_simards() -> None:
    """Mean 0, deviation α / (σ √12π) in the middle, neighbours close together."""
    side = 41
    places = np.repeat((np.indices((side, side)) - side // 2)[None].astype(float), 60, 0)
    found = augmented("ElasticDeformation", {"fill": "edge", "alpha": 20, "sigma": 3}, places) - places
    shifts = found[:, :, 14:27, 14:27]
    expected = 20 / (3 * np.sqrt(12 * np.pi))
    assert abs(shifts.mean()) < 0.15 * expected
    assert shifts.std() == pytest.approx(expected, rel=0.1)
    assert np.abs(np.diff(shifts, axis=3)).std() < 0.3 * expected
    assert abs(np.corrcoef(shifts[:, 0].ravel(), shifts[:, 1].ravel())[0, 1]) < 0.15


def test_the_gaussian_band_is_a_convolution() -> None:
    field, kernel = np.random.default_rng(0).random(30), np.exp(-(np.arange(-6, 7) ** 2) / 8)
    expected = np.convolve(field, kernel / kernel.sum(), mode="same")
    np.testing.assert_allclose(gaussian_band(30, 2.0) @ field, expected, atol=1e-12)


def test_brightness_contrast_and_noise_follow_their_formulas() -> None:
    light = augmented("RandomBrightness", {"amount": 0.5}, X) - X
    assert np.ptp(light, axis=(1, 2, 3)).max() < 1e-12
    assert -0.5 <= light.min() < -0.4 and 0.4 < light.max() <= 0.5
    colours = augmented("RandomBrightness", {"amount": 0.5, "by_channel": True}, X) - X
    assert np.ptp(colours, axis=(2, 3)).max() < 1e-12 < np.ptp(colours, axis=1).min()
    mean = X.mean(axis=(2, 3), keepdims=True)
    factor = (augmented("RandomContrast", {"amount": 0.5}, X) - mean) / (X - mean)
    assert np.ptp(factor, axis=(1, 2, 3)).max() < 1e-6
    assert 0.5 <= factor.min() < 0.6 and 1.4 < factor.max() <= 1.5
    strengths = (augmented("RandomNoise", {"deviation": 3.0}, X) - X).std(axis=(1, 2, 3))
    assert strengths.min() < 0.5 and 2.5 < strengths.max() < 3.5


def _digits_with_everything() -> Document:
    """Digits, every augmentation one behind the other, and a Dense layer to train."""
    stage = Stage(epochs=2, batch_size=100, learning_rate=0.01, updates=(Update(optimizer="Adam"),))
    s = Sketch("augmented", Recipe((stage,)))
    data = s.add("Dataset", "Digits", name="digits")
    for type, settings in ALL.items():
        s.add(type, **{**settings, **({"size": (28, 28)} if type == "RandomCrop" else {})})
    s.add("Flatten")
    s.add("Dense", units=10)
    s.loss("CrossEntropy", data)
    return s.document


def test_training_behind_augmentation_agrees_between_engines() -> None:
    losses = []
    for name in ("onnxruntime", "numpy"):
        events = Run(_digits_with_everything(), name, threads=2).events(1)
        losses.append([e.loss for e, _ in zip(events, range(4), strict=False) if isinstance(e, StepDone)])
    assert len(losses[0]) > 2
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-4)


def test_a_resumed_run_draws_what_an_uninterrupted_one_draws(tmp_path: Path) -> None:
    def trained(document: Document, epochs: int) -> Document:
        run = Run(document, threads=2)
        list(run.events(epochs))
        return run.document()

    document, id = edits.add(new("playground"), "RandomNoise")
    document = edits.insert_node(document, document.wires[0], id)
    save(trained(document, 2), tmp_path / "a.onnx")
    assert same_arrays(trained(document, 4).weights, trained(load(tmp_path / "a.onnx"), 2).weights)
