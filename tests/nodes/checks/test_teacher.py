"""Advice as a teacher gives it: given where it should be, gone after its repair, and never for what the lectures draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.check import check
from nodes.checks import data as data_rules
from nodes.document import Document, Wire
from nodes.example import new
from nodes.files import document_json, from_json
from nodes.layer import layer_types
from nodes.rule import rules
from runtime.data.dataset import Dataset, Split
from tests.nodes.checks.chains import Layer, conv, dense, id_of, network, of_kind, said
from tests.nodes.test_large import resnet

MAPS: list[Layer] = ["MaxPool2D", "MaxPool2D", "MaxPool2D"]
POOL3: Layer = ("MaxPool2D", {"kernel_size": (3, 3)})
HE = {"initial_weights": "he_normal"}
GAUSS = {"initial_weights": "normal"}
LECUN = {"initial_weights": "lecun_normal"}
BN = "BatchNormalization"

#: Kind of advice, a network that should hear it, and words of its sentence.
HEARD: list[tuple[str, Document, str]] = [
    ("softmax_twice", network("Flatten", dense(10), "Softmax", "Softmax"), "softmax of probabilities"),
    ("softmax_twice", network("Flatten", dense(10), "Softmax", "Dropout", "Softmax"), "Take one of the two out"),
    ("rectified_answer", network("Flatten", dense(10), "ReLU"), "scores of a classifier must be free to fall below 0"),
    ("rectified_answer", network("Flatten", dense(10), "ReLU", "Softmax"), "gets no slope"),
    ("rectified_answer", network(dense(4), "Tanh", dense(1), "ReLU", data="plane", loss="MeanSquaredError"), "never be below"),
    ("he_before_sigmoid", network("Flatten", dense(30, **HE), "Sigmoid", dense(20, **HE), "Sigmoid", dense(10)), "saturates"),
    ("he_before_sigmoid", network("Flatten", dense(30, **HE), "Tanh", dense(20, **HE), "Tanh", dense(10)), "√2 too large"),
    ("small_before_relu", network("Flatten", *[dense(50, **GAUSS), "ReLU"] * 3, dense(10)), "do not depend on how many inputs"),
    ("small_before_relu", network("Flatten", *[dense(50, **LECUN), "ReLU"] * 3, dense(10)), "halve the variance at each ReLU"),
    ("normalized_after_dropout", network("Flatten", dense(30, bias=False), "Dropout", BN, dense(10)), "variance that dropout"),
    ("normalized_after_dropout", network("Flatten", "Dropout", dense(30, bias=False), BN, "ReLU", dense(10)), "variance"),
    ("bias_before_normalization", network("Flatten", dense(30), BN, "ReLU", dense(10)), "subtracts the mean"),
    ("bias_before_normalization", network(conv(4, 3), BN, conv(4, 3), BN, "Flatten", dense(10)), "(and 1 more like it)"),
    ("beyond_the_picture", network(*MAPS, conv(4, 7, padding="same"), "Flatten", dense(10)), "spans 7×7 and its input is 1×3"),
    ("pooled_away", network(*MAPS, POOL3, conv(8, 3, padding="same"), "Flatten", dense(10)), "a single place"),
    ("bottleneck", network("Flatten", dense(3), "ReLU", dense(10)), "must pass its 3 numbers, and 10 classes"),
    ("learning_rate", edits.set_recipe(new("mlp"), learning_rate=1.0), "Adam usually learns at 0.0001 to 0.01"),
    ("learning_rate", edits.set_recipe(new("mlp"), optimizer="SGD", learning_rate=1e-6), "hardly moves the weights"),
    ("learning_rate", edits.set_recipe(new("mlp"), optimizer="AdaDelta", learning_rate=1e-3), "Try 1."),
]  # fmt: skip

#: Networks that should not hear a kind of advice, though they come near.
SPARED: list[tuple[str, Document]] = [
    ("softmax_twice", network("Flatten", dense(10), "Softmax")),
    ("softmax_twice", network("Flatten", dense(10), "Softmax", dense(10), "Softmax")),
    ("rectified_answer", network("Flatten", dense(30), "ReLU", dense(10), "Softmax")),
    ("he_before_sigmoid", network("Flatten", dense(30, **HE), "ReLU", dense(20, **HE), "ReLU", dense(10))),
    ("he_before_sigmoid", network("Flatten", dense(30), "Sigmoid", dense(20), "Sigmoid", dense(10))),
    ("he_before_sigmoid", network("Flatten", dense(30, **HE), BN, "Sigmoid", dense(20, **HE), BN, "Sigmoid", dense(10))),
    ("small_before_relu", network("Flatten", *[dense(50, initial_weights="normal", initial_scale=0.2), "ReLU"] * 3, dense(10))),
    ("small_before_relu", network("Flatten", *[dense(50, **LECUN), "ReLU"] * 2, dense(10))),
    ("normalized_after_dropout", network("Flatten", dense(30), BN, "ReLU", "Dropout", dense(10))),
    ("bias_before_normalization", network("Flatten", dense(30, bias=False), BN, "ReLU", dense(10))),
    ("beyond_the_picture", network(*MAPS, conv(4, 5, padding="same"), "Flatten", dense(10))),
    ("pooled_away", network(*MAPS, conv(8, 3), conv(8, 1), "Flatten", dense(10))),
    ("bottleneck", network("Flatten", dense(10), "ReLU", dense(10))),
    ("bottleneck", network(dense(2), "Tanh", dense(2), data="xor")),
    ("learning_rate", edits.set_recipe(new("mlp"), optimizer="SGD", learning_rate=0.5)),
]


def ids(cases: list[Any]) -> list[str]:
    return [f"{case[0]}-{i}" for i, case in enumerate(cases)]


@pytest.mark.parametrize(("kind", "document", "words"), HEARD, ids=ids(HEARD))
def test_advice_is_given_and_its_repair_takes_it_away(kind: str, document: Document, words: str) -> None:
    problem = of_kind(document, kind)
    assert problem.level == "advice" and words in problem.what and problem.what.endswith(".")
    assert not check(document).errors
    assert problem.repairs, "every one of these can be repaired"
    for repair in problem.repairs:
        after = repair.edit(document)
        assert kind not in said(after) and not check(after).errors


@pytest.mark.parametrize(("kind", "document"), SPARED, ids=ids(SPARED))
def test_what_comes_near_is_spared(kind: str, document: Document) -> None:
    assert kind not in said(document) and not check(document).errors


def test_residual_networks_are_not_scolded() -> None:
    assert said(resnet(3, 4, 6, 3)) == []


def test_an_autoencoders_bottleneck_is_meant() -> None:
    document = network("Flatten", dense(2), "Sigmoid", dense(784), "Sigmoid", loss="MeanSquaredError")
    loss, flat = id_of(document, "MeanSquaredError"), id_of(document, "Flatten")
    document = edits.disconnect(document, [w for w in document.wires if w.target_port == "target"])
    document = edits.connect(document, Wire(flat, "y", loss, "target"))
    assert said(document) == []


def test_a_bottleneck_with_a_way_round_it_is_none() -> None:
    """The reduction of a squeeze-and-excitation block."""
    document = network("Flatten", dense(16), dense(4), "ReLU", dense(16), "Sigmoid", "Multiply", dense(10))
    assert "bottleneck" in said(document)
    trunk, multiply = id_of(document, "Dense"), id_of(document, "Multiply")
    assert "bottleneck" not in said(edits.connect(document, Wire(trunk, "y", multiply, "x")))


def test_channels_that_come_last_are_turned() -> None:
    document, id = edits.add(Document(), "Input", settings={"shape": (32, 32, 3)})
    document, target = edits.add(document, "Conv2D", (400.0, 0.0))
    document = edits.connect(document, Wire(id, "y", target, "x"))
    problem = of_kind(document, "channels_last")
    assert "reads as 32 maps of 32×3" in problem.what and problem.repairs[0].result == "3×32×32"
    assert "channels_last" not in said(problem.repairs[0].edit(document))
    assert "channels_last" not in said(edits.set_setting(document, id, "shape", (3, 32, 32)))


@pytest.mark.parametrize(("scale", "offset", "words"), [
    (300.0, 0.0, "of very unlike size (deviations from"), (1.0, 500.0, "a feature lies around 5"), (2.0, 1.0, ""),
])  # fmt: skip
def test_features_of_unlike_size(scale: float, offset: float, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str, seed: int) -> Dataset:
        found = real(name, seed)
        samples = found.train.samples * np.array([1.0, scale], np.float32) + np.array([0.0, offset], np.float32)
        return Dataset(found.info, Split(samples, found.train.labels), found.validation, found.test)

    real = data_rules.data.load
    monkeypatch.setattr(data_rules.data, "load", load)
    document = network(dense(4), "Tanh", dense(1), data="plane", loss="MeanSquaredError")
    if not words:
        assert said(document) == []
        return
    problem = of_kind(document, "unlike_features")
    assert words in problem.what and problem.page == "Normalize"
    after = problem.repairs[0].edit(document)
    assert said(after) == [] and after.nodes[id_of(after, "Normalize")].position[0] > 0


def test_advice_names_the_page_that_explains_it() -> None:
    for kind, document, _ in HEARD:
        problem = of_kind(document, kind)
        assert problem.page in layer_types() or not problem.node
    assert all(r.page in (*layer_types(), "") and r.title for r in rules().values())


def test_advice_is_silenced_and_heard_again() -> None:
    document = HEARD[0][1]
    quiet = edits.silence(document, "softmax_twice")
    assert said(quiet) == [] and [p.kind for p in check(quiet).silenced] == ["softmax_twice"]
    assert from_json(document_json(quiet)).silenced == ("softmax_twice",), "saved"
    assert not document.same_drawing(quiet) and said(edits.hear_again(quiet)) == ["softmax_twice"]


def test_an_error_is_not_silenced() -> None:
    document = edits.silence(network("Flatten", dense(3)), "classes")
    assert said(document) == ["classes"]


#: What the lectures draw, in small: sigmoids under a square loss (Mazur, Lee, Stutz), a Softmax under CrossEntropy, LeNet-5,
#: AlexNet's classifier, Network in Network, dropout as the slides have it.
DRAWN = {
    "sigmoid and square": network("Flatten", dense(30), "Sigmoid", dense(10), "Sigmoid", loss="MeanSquaredError"),
    "sigmoid and softmax": network("Flatten", dense(30), "Sigmoid", dense(20), "Sigmoid", dense(10), "Softmax"),
    "linear": network("Flatten", dense(30), dense(30), dense(10), "Softmax"),
    "lenet5": network(
        conv(6, 5, padding="same"), "Tanh", "AveragePool2D", conv(16, 5), "Tanh", "AveragePool2D", conv(120, 5), "Tanh",
        "Flatten", dense(84), "Tanh", ("RBF", {"codes": "digits"}),
    ),
    "alexnet": network(
        conv(96, 5, stride=(2, 2)), "ReLU", "LocalResponseNormalization", "MaxPool2D", conv(64, 3, padding="same"), "ReLU",
        "Flatten", "Dropout", dense(512), "ReLU", "Dropout", dense(512), "ReLU", dense(10), "Softmax",
    ),
    "network in network": network(
        conv(32, 5), "ReLU", conv(16, 1), "ReLU", "MaxPool2D", conv(10, 1), "ReLU", conv(10, 1), "GlobalAveragePool", "Softmax"
    ),
    "residual": network(conv(8, 3, bias=False), BN, "ReLU", conv(8, 3, bias=False), BN, "ReLU", "GlobalAveragePool", dense(10)),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_what_the_lectures_draw_is_not_scolded(name: str) -> None:
    assert said(DRAWN[name]) == []


def test_a_bypassed_loss_is_an_error_with_a_way_out() -> None:
    document = new("mlp")
    loss = next(n.id for n in document.nodes.values() if n.type == "CrossEntropy")
    off = edits.set_flags(document, [loss], bypassed=True)
    (problem,) = check(off).errors
    assert problem.sentence == "CrossEntropy ‘loss’: it is bypassed, so training has no loss to lower: switch it on."
    assert problem.repairs[0].edit(off) == document
