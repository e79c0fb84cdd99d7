"""The worked numbers of the lectures that are about layers: shapes, counts and values, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.build import Built, build
from nodes.document import Document, Wire
from nodes.example import Sketch
from nodes.plan import initial_weights
from runtime.autodiff import gradients
from runtime.engines import engine
from runtime.graph import Array, prune
from runtime.recipe import Recipe, Update
from runtime.task import starting_state
from runtime.training_step import copied, training_step
from tests.nodes.drawing import drawn, run


def shapes(sketch: Sketch) -> dict[str, tuple[Any, ...]]:
    """What each named layer gives, per sample."""
    built = build(sketch.document)
    assert not built.problems
    return {sketch.document.nodes[i].name: b.output.shape[1:] for i, b in built.nodes.items() if b.output is not None}


# -- convolution and pooling -----------------------------------------------------------------------------------------------
def test_two_filters_over_6_by_6_by_3_give_4_by_4_by_2() -> None:
    s = Sketch("", Recipe())
    s.add("Input", shape=(3, 6, 6))
    s.add("Conv2D", "conv", filters=2, kernel_size=(3, 3))
    assert shapes(s)["conv"] == (2, 4, 4)


def test_padding_1_and_stride_2_over_5_by_5_by_3_give_3_by_3_by_2() -> None:
    settings = {"filters": 2, "kernel_size": 3, "padding": "numbers", "pads": 1, "stride": 2}
    document, id = drawn("Conv2D", settings, {"x": np.zeros((1, 3, 5, 5))})
    built = build(document)
    node = built.nodes[id]
    assert node.output is not None and node.output.shape[1:] == (2, 3, 3)
    assert [p.shape for p in built.graph.parameters.values()] == [(2, 3, 3, 3), (2,)]
    assert node.layer is not None and node.layer.arithmetic(node.inputs, node.output) == [
        ("side", "(5 + 2 - 3) / 2 + 1", "3"),
        ("parameters", "2·(3·3·3 + 1)", "56"),
        ("mult-adds", "2·3·3·3·3·3", "486"),
    ]


def test_max_pooling_2_by_2_with_stride_2() -> None:
    x = np.array([[1.0, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]])
    y = run("MaxPool2D", {}, {"x": x[None, None]})[0]
    assert y[0, 0].tolist() == [[9, 2], [6, 3]]


def receptive_field(kernels: list[tuple[int, int]]) -> int:
    """How many inputs the middle output of stacked convolutions (kernel, dilation) depends on, by its gradient."""
    s = Sketch("", Recipe())
    s.add("Input", shape=(101, 1))
    for kernel, dilation in kernels:
        s.add("Conv1D", filters=1, kernel_size=kernel, dilation=dilation, padding="same", initial_weights="ones")
    graph = copied(build(s.document, "training", np.float64).graph)
    middle = graph.constant([50], "int64")
    loss = graph.ReduceSum(graph.Gather(graph.outputs[0], middle, axis=1), keepdims=0)
    found = gradients(graph, loss, graph.inputs)
    graph.outputs = list(found.values())
    ones = {n: np.ones(p.shape) for n, p in graph.parameters.items()}
    (slope,) = engine("numpy").load(graph, ones).run({graph.inputs[0].name: np.zeros((1, 101, 1))}).values()
    return int(np.count_nonzero(slope))


@pytest.mark.parametrize(("layers", "kernel"), [(1, 3), (2, 3), (3, 3), (2, 5), (4, 7)])
def test_the_receptive_field_of_stacked_layers(layers: int, kernel: int) -> None:
    assert receptive_field([(kernel, 1)] * layers) == layers * (kernel - 1) + 1


def test_the_receptive_fields_of_dilated_convolutions() -> None:
    assert [receptive_field([(3, d) for d in (1, 2, 4)[:n]]) for n in (1, 2, 3)] == [3, 7, 15]
    context = (1, 1, 2, 4, 8, 16, 1)  # Yu and Koltun's context network
    assert [receptive_field([(3, d) for d in context[:n]]) for n in range(1, 8)] == [3, 5, 9, 17, 33, 65, 67]


def weights(sketch: Sketch) -> list[int]:
    return [p.size for p in build(sketch.document).graph.parameters.values()]


def test_network_in_network_saves_weights() -> None:
    for kernels, expected in (((5, 5, 5), [819_200, 1_638_400, 1_638_400]), ((5, 1, 1), [819_200, 65_536, 65_536])):
        s = Sketch("", Recipe())
        s.add("Input", shape=(128, 56, 56))
        for kernel in kernels:
            s.add("Conv2D", filters=256, kernel_size=kernel, padding="same", bias=False)
        assert weights(s) == expected


def test_alexnet_has_its_shapes_and_62_378_344_parameters() -> None:
    s = Sketch("AlexNet", Recipe())
    s.add("Input", shape=(3, 227, 227))
    given: list[tuple[str, int, int, int, bool]] = [
        ("conv1", 96, 11, 4, True), ("conv2", 256, 5, 1, True), ("conv3", 384, 3, 1, False), ("conv4", 384, 3, 1, False),
        ("conv5", 256, 3, 1, True),
    ]  # fmt: skip
    for name, filters, kernel, stride, pooled in given:
        pads = 0 if stride > 1 else kernel // 2
        s.add("Conv2D", name, filters=filters, kernel_size=kernel, stride=stride, padding="numbers", pads=pads)
        s.add("ReLU")
        if pooled:
            s.add("MaxPool2D", name.replace("conv", "pool"), kernel_size=3, stride=2)
    s.add("Flatten", "flat")
    for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", 1000)):
        s.add("Dense", name, units=units)
    found = shapes(s)
    names = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")
    sides = [(96, 55), (96, 27), (256, 27), (256, 13), (384, 13), (384, 13), (256, 13), (256, 6)]
    assert [found[n] for n in names] == [(c, side, side) for c, side in sides]
    assert found["flat"] == (9216,)
    assert sum(weights(s)) == 62_378_344


# -- upconvolution, three ways ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("stride", "kernel"), [(1, 3), (2, 2), (2, 3), (3, 4)])
def test_upconvolution_three_ways(stride: int, kernel: int) -> None:
    rng = np.random.default_rng(stride)
    x, w = rng.standard_normal((2, 3, 4, 4)), rng.standard_normal((3, 2, kernel, kernel))
    settings = {"filters": 2, "kernel_size": kernel, "stride": stride, "bias": False}
    (upconvolved,) = run("ConvTranspose2D", settings, {"x": x}, {"weight": w})
    np.testing.assert_allclose(upconvolved, gradient_of_convolution(x, w, stride), rtol=1e-12)
    np.testing.assert_allclose(upconvolved, convolution_of_zeros_between(x, w, stride), rtol=1e-12)


def gradient_of_convolution(dy: Array, w: Array, stride: int) -> Array:
    """∂/∂x of Σ dy · conv(x): what flows back through a Conv2D with the same kernels."""
    size = stride * (dy.shape[2] - 1) + w.shape[2]
    settings = {"filters": 3, "kernel_size": w.shape[2], "stride": stride, "bias": False}
    document, _ = drawn("Conv2D", settings, {"x": np.zeros((2, 2, size, size))})
    graph = copied(build(document, "training", np.float64).graph)
    weighted = graph.Mul(graph.outputs[0], graph.constant(dy))
    found = gradients(graph, graph.ReduceSum(weighted, keepdims=0), graph.inputs)
    graph.outputs = list(found.values())
    (name,) = graph.parameters
    program = engine("numpy").load(graph, {name: w})
    return program.run({graph.inputs[0].name: np.zeros((2, 2, size, size))})[graph.outputs[0].name]


def convolution_of_zeros_between(x: Array, w: Array, stride: int) -> Array:
    """A Conv2D with the kernels turned by 180° over x with stride − 1 zeros between its numbers and a border of k − 1."""
    spread = np.zeros((*x.shape[:2], stride * (x.shape[2] - 1) + 1, stride * (x.shape[3] - 1) + 1))
    spread[:, :, ::stride, ::stride] = x
    turned = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    settings = {"filters": 2, "kernel_size": w.shape[2], "padding": "numbers", "pads": w.shape[2] - 1, "bias": False}
    return run("Conv2D", settings, {"x": spread}, {"weight": turned})[0]


# -- a network by hand -----------------------------------------------------------------------------------------------------
def sigmoid_network(widths: tuple[int, ...], loss: dict[str, Any]) -> Document:
    """Input -> (Dense -> Sigmoid) for each width -> SquaredError against an Input."""
    s = Sketch("", Recipe())
    s.add("Input", "x", shape=(2,))
    for i, width in enumerate(widths):
        s.add("Dense", f"fc{i + 1}", units=width)
        s.add("Sigmoid", f"out{i + 1}")
    end = s.add("SquaredError", "loss", **loss)
    s.document, target = edits.add(s.document, "Input", settings={"shape": (widths[-1],)}, name="t")
    s.wire(target, "y", end, "target")
    return s.document


def training(
    built: Built, start: Mapping[str, Any], feeds: Mapping[str, Any], rate: float, update: Update
) -> Iterator[tuple[float, dict[str, Array]]]:
    """The loss before each step, and the parameters after it, in float64, without end."""
    assert built.loss is not None
    step = training_step(built.graph, built.loss, update)
    state = starting_state(step, {n: np.array(a, np.float64) for n, a in start.items()}, {})
    stepper = engine("onnxruntime", "cpu", threads=1).stepper(step, state)
    number = 0
    while True:
        number += 1
        found = stepper.step({**{n: np.array(a, np.float64) for n, a in feeds.items()}, "learning_rate": rate, "step": number})
        yield float(found[step.loss]), stepper.state()


MAZUR = {
    "fc1.weight": [[0.15, 0.25], [0.20, 0.30]], "fc1.bias": [0.35, 0.35],
    "fc2.weight": [[0.40, 0.50], [0.45, 0.55]], "fc2.bias": [0.60, 0.60],
}  # fmt: skip


def mazur(held: bool) -> Iterator[tuple[float, dict[str, Array]]]:
    document = sigmoid_network((2, 2), {"reduction": "sum"})
    built = build(document, "training", np.float64)
    keys = tuple(p.key for n, p in built.graph.parameters.items() if "weight" in n or not held)
    x, t = (v.name for v in built.graph.inputs)
    update = Update(optimizer="SGD", parameters=keys)
    return training(built, MAZUR, {x: [[0.05, 0.10]], t: [[0.01, 0.99]]}, 0.5, update)


def test_mazurs_forward_pass() -> None:
    built = build(sigmoid_network((2, 2), {}), "training", np.float64)
    graph = copied(built.graph)
    graph.outputs = [built.losses[0].prediction]
    x = graph.inputs[0].name
    prune(graph)
    program = engine("numpy").load(graph, {n: np.array(a) for n, a in MAZUR.items()})
    (o,) = program.run({x: np.array([[0.05, 0.10]])}).values()
    errors = 0.5 * (np.array([0.01, 0.99]) - o[0]) ** 2
    assert errors == pytest.approx([0.274811083, 0.023560026], abs=5e-10)


@pytest.mark.parametrize(
    ("held", "after_one", "after_ten_thousand"), [(True, 0.291027774, 3.5102e-5), (False, 0.280471447, 2.4476e-6)]
)
def test_mazurs_network_learns_his_numbers(held: bool, after_one: float, after_ten_thousand: float) -> None:
    steps = mazur(held)
    first, state = next(steps)
    assert first == pytest.approx(0.298371109, abs=5e-10)
    assert state["fc2.weight"][0, 0] == pytest.approx(0.35891648, abs=5e-9)
    second, _ = next(steps)
    assert second == pytest.approx(after_one, abs=5e-10)
    last = next(loss for i, (loss, _) in enumerate(steps, start=2) if i == 10_000)
    assert last == pytest.approx(after_ten_thousand, rel=2e-5)


LEE = {
    "fc1": ([[1, -2], [-1, 1]], [1, 0]), "fc2": ([[2, -1], [-2, -1]], [0, 0]), "fc3": ([[3, -1], [-1, 4]], [-2, 2]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("x", "hidden", "y"), [((1, -1), (0.98, 0.12), (0.6177, 0.8291)), ((0, 0), (0.73, 0.50), (0.5118, 0.8544))]
)
def test_lees_sigmoid_network(x: tuple[int, int], hidden: tuple[float, float], y: tuple[float, float]) -> None:
    built = build(sigmoid_network((2, 2, 2), {}), "evaluation", np.float64)
    graph = copied(built.graph)
    layers = [b.output for b in built.nodes.values() if b.layer and b.layer.type == "Sigmoid" and b.output]
    graph.outputs = layers
    prune(graph)
    given = {f"{n}.weight": np.array(w, np.float64).T for n, (w, _) in LEE.items()}
    given |= {f"{n}.bias": np.array(b, np.float64) for n, (_, b) in LEE.items()}
    found = engine("numpy").load(graph, given).run({graph.inputs[0].name: np.array([x], np.float64)})
    assert found[layers[0].name][0] == pytest.approx(hidden, abs=5e-3)
    assert found[layers[-1].name][0] == pytest.approx(y, abs=5e-5)


def test_the_temperatures_loss_and_its_gradient() -> None:
    document, _ = drawn("MeanSquaredError", {}, {"prediction": np.zeros((1, 1)), "target": np.zeros((1, 1))})
    built = build(document, "training", np.float64)
    graph, loss = copied(built.graph), built.losses[0]
    found = gradients(graph, loss.value, [loss.prediction])[loss.prediction.name]
    graph.outputs = [loss.value, found]
    feeds = {loss.prediction.name: np.array([[-10.4]]), loss.target.name: np.array([[80.8]])}
    numbers = engine("numpy").load(graph).run(feeds)
    assert float(numbers[loss.value.name]) == pytest.approx(8317.44)
    assert float(numbers[found.name][0, 0]) == pytest.approx(-182.4)


# -- L1 and L2 -------------------------------------------------------------------------------------------------------------
def one_weight(update: Update, rate: float, start: float) -> Iterator[tuple[float, dict[str, Array]]]:
    """J(w) = (w − 2)² and the update's penalty: a Dense of one weight on the input 1, target 2."""
    s = Sketch("", Recipe())
    s.add("Input", "x", shape=(1,))
    s.add("Dense", "fc1", units=1, bias=False)
    end = s.add("SquaredError", "loss", kind="sum")
    s.document, target = edits.add(s.document, "Input", settings={"shape": (1,)}, name="t")
    s.document = edits.connect(s.document, Wire(target, "y", end, "target"))
    built = build(s.document, "training", np.float64)
    x, t = (v.name for v in built.graph.inputs)
    return training(built, {"fc1.weight": [[start]]}, {x: [[1.0]], t: [[2.0]]}, rate, update)


@pytest.mark.parametrize("strength", [0.0, 1.0, 3.0, 4.0, 6.0])
def test_l1_has_its_minimum_where_the_formula_says(strength: float) -> None:
    steps = one_weight(Update(optimizer="SGD", weight_decay_l1=strength), 0.01, 1.0)
    w = next(state["fc1.weight"].item() for i, (_, state) in enumerate(steps, start=1) if i == 600)
    assert w == pytest.approx(max(0.0, 2 - strength / 2), abs=0.01 * strength + 1e-4)


def test_l2_shrinks_by_one_less_rate_times_strength() -> None:
    _, state = next(one_weight(Update(optimizer="SGD", weight_decay=0.3), 0.1, 5.0))
    assert state["fc1.weight"].item() == pytest.approx((1 - 0.1 * 0.3) * 5.0 - 0.1 * 2 * (5.0 - 2), rel=1e-12)


# -- first numbers ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0.15 x", "its first numbers are ‘0.15 x’: write numbers with spaces between them, or none."),
        ("1 2 3", "its first numbers are 3 numbers, and it has 4 and 2 weights and offsets: write finite numbers, 6 of them,"),
        ("1 2 3 4 5 inf", "write finite numbers, 6 of them, or none."),
    ],
)
def test_first_numbers_that_do_not_fit_are_refused(text: str, sentence: str) -> None:
    s = Sketch("", Recipe())
    s.add("Input", shape=(2,))
    s.add("Dense", "hidden", units=2, first_numbers=text)
    (problem,) = build(s.document).problems
    assert problem.where == "Dense ‘hidden’" and sentence in problem.what


def test_first_numbers_are_the_weights_row_by_row_and_then_the_offsets() -> None:
    s = Sketch("", Recipe())
    s.add("Input", shape=(2,))
    s.add("Dense", "hidden", units=2, first_numbers="0.15 0.25, 0.20 0.30, 0.35 0.4")
    weights = initial_weights(s.document, build(s.document).graph)
    found = {key.rpartition(".")[2]: array for key, array in weights.items()}
    np.testing.assert_allclose(found["weight"], [[0.15, 0.25], [0.20, 0.30]])
    np.testing.assert_allclose(found["bias"], [0.35, 0.4])
