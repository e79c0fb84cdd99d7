"""Pools, their switches and back: unpooling, global pools, upsampling."""

from __future__ import annotations

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.example import Sketch
from nodes.files import inference_graph, to_onnx
from nodes.problems import Refusal
from nodes.training import Run
from runtime.engines import engine
from runtime.recipe import Recipe, Stage, Update
from runtime.training_step import copied
from tests.nodes.drawing import run

RNG = np.random.default_rng(2)


def pooled_and_back(size: int, **settings: object) -> Document:
    s = Sketch("Unpooling", Recipe())
    s.add("Input", shape=(2, size, size))
    pool = s.add("MaxPool2D", **settings)
    unpool = s.add("MaxUnpool2D")
    s.wire(pool, "switches", unpool, "switches")
    return s.document


def through(document: Document, x: np.ndarray, name: str = "numpy") -> np.ndarray:
    graph = copied(inference_graph(document))
    return engine(name, "cpu").load(graph).run({graph.inputs[0].name: x.astype(np.float32)})[graph.outputs[0].name]


@pytest.mark.parametrize("size", [6, 7])
def test_unpooling_puts_every_largest_number_back_in_its_place(size: int) -> None:
    x = RNG.permutation(2 * 2 * size * size).reshape(2, 2, size, size).astype(np.float64)
    expected = np.zeros_like(x)
    for n, c, i, j in np.ndindex(2, 2, size // 2, size // 2):
        block = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        row, column = np.unravel_index(block.argmax(), (2, 2))
        expected[n, c, 2 * i + row, 2 * j + column] = block.max()
    for name in ("numpy", "onnxruntime"):
        np.testing.assert_array_equal(through(pooled_and_back(size), x, name), expected)


def test_where_windows_overlap_numbers_that_meet_are_added() -> None:
    x = np.zeros((1, 2, 5, 5))
    x[:, :, 2, 2] = 1
    document = pooled_and_back(5, kernel_size=3, stride=2)
    for name in ("numpy", "onnxruntime"):
        assert through(document, x, name)[0, :, 2, 2].tolist() == [4.0, 4.0]


def test_switches_that_nobody_reads_are_not_asked_for() -> None:
    document, a = edits.add(Document(), "Input", settings={"shape": (1, 4, 4)})
    document, pool = edits.add(document, "MaxPool2D")
    document = edits.connect(document, Wire(a, "y", pool, "x"))
    (node,) = to_onnx(document).graph.node
    assert (node.op_type, len(node.output)) == ("MaxPool", 1)
    assert [v.name for v in build(document).outputs] == [node.output[0]]
    wired = to_onnx(pooled_and_back(4)).graph.node
    assert [len(n.output) for n in wired if n.op_type == "MaxPool"] == [2]


def test_unpooling_refuses_what_is_no_pools_switches() -> None:
    document, a = edits.add(Document(), "Input", settings={"shape": (1, 2, 2)})
    document, b = edits.add(document, "Input", settings={"shape": (1, 2, 2), "values": "class numbers"})
    document, unpool = edits.add(document, "MaxUnpool2D")
    document = edits.connect(document, Wire(a, "y", unpool, "x"))
    with pytest.raises(Refusal, match="its switches come from no pool: wire the switches of a MaxPool2D there"):
        edits.connect(document, Wire(b, "y", unpool, "switches"))


def test_unpooling_refuses_maps_of_another_size() -> None:
    s = Sketch("", Recipe())
    s.add("Input", shape=(3, 8, 8))
    pool = s.add("MaxPool2D")
    s.add("Conv2D", filters=3)
    unpool = s.add("MaxUnpool2D")
    s.wire(pool, "switches", unpool, "switches")
    (problem,) = build(s.document).problems
    assert problem.what.startswith("its input is 3×2×2 and its switches 3×4×4 per sample: wire maps as large")


def test_a_network_with_unpooling_trains() -> None:
    s = Sketch("Deconvolution", Recipe((Stage(epochs=1, batch_size=600, updates=(Update(),)),)))
    data = s.add("Dataset", name="digits")
    s.add("Conv2D", filters=2, padding="same")
    pool = s.add("MaxPool2D")
    unpool = s.add("MaxUnpool2D")
    s.wire(pool, "switches", unpool, "switches")
    s.add("GlobalAveragePool")
    s.add("Dense", units=10)
    s.loss("CrossEntropy", data)
    fast, slow = (Run(s.document, name, threads=1) for name in ("onnxruntime", "numpy"))
    losses = [[e.loss for _, e in zip(range(4), r.events(1), strict=False) if hasattr(e, "loss")] for r in (fast, slow)]
    np.testing.assert_allclose(*losses, rtol=1e-5)


@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 3, 4, 5), (2, 3, 2, 3, 4)])
def test_global_pools_leave_one_number_per_channel(shape: tuple[int, ...]) -> None:
    x = RNG.standard_normal(shape)
    axes = (1,) if len(shape) == 3 else tuple(range(2, len(shape)))
    np.testing.assert_allclose(run("GlobalAveragePool", {}, {"x": x})[0], x.mean(axes), rtol=1e-12)
    np.testing.assert_array_equal(run("GlobalMaxPool", {}, {"x": x})[0], x.max(axes))


def test_nearest_repeats_and_bilinear_passes_between() -> None:
    x = np.array([[[[0.0, 4.0]]]])
    np.testing.assert_array_equal(run("Upsample", {"factor": (2, 3)}, {"x": x})[0], [[[[0, 0, 0, 4, 4, 4]] * 2]])
    bilinear = run("Upsample", {"factor": (1, 2), "method": "bilinear"}, {"x": x})[0]
    np.testing.assert_allclose(bilinear, [[[[0, 1, 3, 4]]]])
