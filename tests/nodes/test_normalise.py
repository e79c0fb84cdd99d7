"""Layers that normalise and regularise: their formulas, their statistics over a training, both forms of Dropout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.example import Sketch
from nodes.files import load, save, to_onnx
from nodes.plan import initial_weights
from nodes.problems import Refusal
from nodes.training import Run
from runtime.engines import engine
from runtime.recipe import Recipe, Stage, Update
from runtime.training_step import copied
from tests.nodes.drawing import drawn, run

RNG = np.random.default_rng(0)


def spiral(batch_size: int = 25, epochs: int = 2) -> Document:
    """2-8-2 with BatchNormalization on 250 training points."""
    stage = Stage(epochs=epochs, batch_size=batch_size, learning_rate=0.01, updates=(Update(),))
    s = Sketch("Spiral", Recipe((stage,)))
    data = s.add("Dataset", "Spiral", name="spiral")
    s.add("Dense", "fc1", units=8, bias=False)
    s.add("BatchNormalization", "bn1")
    s.add("Tanh")
    s.add("Dense", "fc2", units=2)
    s.loss("CrossEntropy", data)
    return s.document


# -- batch normalization -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", [(7, 3), (5, 4, 3), (6, 3, 4, 5), (4, 3, 2, 3, 2)])
def test_batch_normalization_centres_and_scales_each_channel(shape: tuple[int, ...]) -> None:
    x = RNG.standard_normal(shape) * 3 + 2
    (y,) = run("BatchNormalization", {}, {"x": x}, mode="training")
    axes = tuple(a for a in range(x.ndim) if a != (2 if x.ndim == 3 else 1))
    np.testing.assert_allclose(y.mean(axes), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axes), x.var(axes) / (x.var(axes) + 1e-5), rtol=1e-10)


def test_batch_normalization_uses_running_statistics_in_the_finished_model() -> None:
    x = RNG.standard_normal((5, 2, 3, 3))
    weights = {"scale": [2.0, 1.0], "bias": [0.5, -1.0], "mean": [1.0, 2.0], "variance": [4.0, 9.0]}
    (y,) = run("BatchNormalization", {"epsilon": 1e-5}, {"x": x}, {n: np.array(w) for n, w in weights.items()})
    s, b, m, v = (np.array(w).reshape(1, 2, 1, 1) for w in weights.values())
    np.testing.assert_allclose(y, s * (x - m) / np.sqrt(v + 1e-5) + b, rtol=1e-12)


def test_running_statistics_follow_the_batches_and_are_saved(tmp_path: Path) -> None:
    document = edits.set_setting(spiral(), "n3", "momentum", 0.0)
    work = Run(document, threads=1)
    list(work.events(1))
    trained = work.document()
    assert trained.weights["n3/mean"].shape == (8,) and np.any(trained.weights["n3/mean"] != 0)
    assert np.all(trained.weights["n3/variance"] > 0) and np.any(trained.weights["n3/variance"] != 1)
    save(trained, tmp_path / "a.onnx")
    assert load(tmp_path / "a.onnx") == trained
    names = {t.name for t in to_onnx(trained).graph.initializer}
    assert {"bn1.mean", "bn1.variance"} <= names
    info = to_onnx(trained).training_info[0]
    assert "bn1.mean" in {b.key for b in info.update_binding}


@pytest.mark.parametrize("shape", [(8, 2), (4, 3, 2), (3, 2, 2, 3)])
@pytest.mark.parametrize("name", ["numpy", "onnxruntime"])
def test_running_statistics_keep_momentum_and_take_the_rest_from_the_batch(name: str, shape: tuple[int, ...]) -> None:
    x = RNG.standard_normal(shape).astype(np.float32)
    document, _ = drawn("BatchNormalization", {"momentum": 0.75}, {"x": x})
    graph = copied(build(document, "training").graph)
    graph.outputs = list(graph.carried.values())
    feeds = {n: a + np.float32(0.5) for n, a in initial_weights(document, graph).items()}
    found = engine(name, "cpu").load(graph).run({graph.inputs[0].name: x, **feeds})
    axes = tuple(a for a in range(x.ndim) if a != (2 if x.ndim == 3 else 1))
    mean, variance = (found[v.name] for v in graph.outputs)
    np.testing.assert_allclose(mean, 0.75 * 0.5 + 0.25 * x.mean(axes), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.75 * 1.5 + 0.25 * x.var(axes), rtol=1e-5)


def test_engines_train_batch_normalization_alike() -> None:
    fast, slow = (Run(spiral(batch_size=50), name, threads=1) for name in ("onnxruntime", "numpy"))
    for work in (fast, slow):
        list(work.events(2))
    for key, array in fast.document().weights.items():
        np.testing.assert_allclose(array, slow.document().weights[key], rtol=1e-3, atol=1e-5)


def test_training_with_batch_normalization_is_resumed_bit_for_bit(tmp_path: Path) -> None:
    whole, first = Run(spiral(), threads=1), Run(spiral(), threads=1)
    list(whole.events(4))
    list(first.events(2))
    save(first.document(), tmp_path / "a.onnx")
    second = Run(load(tmp_path / "a.onnx"), threads=1)
    list(second.events(2))
    assert whole.document().weights.keys() == second.document().weights.keys()
    assert all(np.array_equal(a, second.document().weights[k]) for k, a in whole.document().weights.items())


@pytest.mark.parametrize(
    ("size", "found", "better"),
    [(1, "the recipe's batches have 1", 2), (3, "the last batch of an epoch has 1 (250 in batches of 3)", 4)],
)
def test_a_batch_of_one_is_refused_with_a_repair(size: int, found: str, better: int) -> None:
    problem = next(p for p in check(spiral(size)).problems if p.where == "BatchNormalization ‘bn1’")
    assert problem.what == f"it takes at least 2 samples at a time, and {found}: make the batch size {better}."
    assert not check(problem.repairs[0].edit(spiral(size))).errors


@pytest.mark.parametrize("size", [0, 2, 50, 250])
def test_larger_batches_are_not(size: int) -> None:
    assert not check(spiral(size)).errors


# -- the others ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("shape", "axes"), [((4, 6), 1), ((3, 4, 5), 2), ((2, 3, 4, 5), (1, 2, 3))])
def test_layer_normalization_is_per_sample(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    x = RNG.standard_normal(shape) * 4 - 1
    (y,) = run("LayerNormalization", {}, {"x": x})
    expected = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_group_normalization_is_per_sample_and_group() -> None:
    x = RNG.standard_normal((3, 6, 4, 5)) * 2 + 1
    scale, bias = RNG.standard_normal(6), RNG.standard_normal(6)
    (y,) = run("GroupNormalization", {"groups": 3}, {"x": x}, {"scale": scale, "bias": bias})
    parts = x.reshape(3, 3, -1)
    expected = ((parts - parts.mean(2, keepdims=True)) / np.sqrt(parts.var(2, keepdims=True) + 1e-5)).reshape(x.shape)
    np.testing.assert_allclose(y, expected * scale[:, None, None] + bias[:, None, None], rtol=1e-6, atol=1e-6)


def test_groups_that_do_not_divide_the_channels_are_refused() -> None:
    with pytest.raises(Refusal, match="4 groups do not divide its 6 channels: choose a number"):
        drawn("GroupNormalization", {"groups": 4}, {"x": np.zeros((1, 6, 2, 2))})


def test_local_response_normalization_sums_nearby_channels() -> None:
    x = RNG.standard_normal((2, 7, 3, 2))
    (y,) = run("LocalResponseNormalization", {"size": 5, "alpha": 0.5, "beta": 0.75, "k": 2.0}, {"x": x})
    sums = np.stack([(x[:, max(0, c - 2) : c + 3] ** 2).sum(1) for c in range(7)], 1)
    np.testing.assert_allclose(y, x / (2.0 + 0.5 / 5 * sums) ** 0.75, rtol=1e-10)


# -- Dropout and noise ---------------------------------------------------------------------------------------------------
def test_inverted_dropout_scales_while_training_and_leaves_nothing() -> None:
    x = np.ones((200, 50))
    (y,) = run("Dropout", {"rate": 0.25}, {"x": x}, mode="training")
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.02)
    document, _ = drawn("Dropout", {"rate": 0.25}, {"x": x})
    assert [n.op_type for n in to_onnx(document).graph.node] == ["Identity"]  # the placeholder of an empty graph


def test_classic_dropout_scales_the_finished_model_by_one_mul() -> None:
    x = np.ones((200, 50))
    (y,) = run("Dropout", {"rate": 0.25, "form": "classic"}, {"x": x}, mode="training")
    assert set(np.unique(y)) == {0.0, 1.0}
    (z,) = run("Dropout", {"rate": 0.25, "form": "classic"}, {"x": x})
    assert set(np.unique(z)) == {0.75}
    document, _ = drawn("Dropout", {"rate": 0.25, "form": "classic"}, {"x": x})
    assert [n.op_type for n in to_onnx(document).graph.node] == ["Mul"]


def test_noise_has_its_deviation_and_ends_with_training() -> None:
    x = np.zeros((200, 50))
    (y,) = run("GaussianNoise", {"deviation": 0.3}, {"x": x}, mode="training")
    assert y.std() == pytest.approx(0.3, rel=0.03)
    (z,) = run("GaussianNoise", {"deviation": 0.3}, {"x": x}, mode="evaluation")
    assert not z.any()
