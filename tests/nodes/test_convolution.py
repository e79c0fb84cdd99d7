"""Convolutions over one, two and three axes and the transposed one: sizes, padding, arithmetic, refusals."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document
from nodes.files import load, save
from nodes.problems import Refusal
from runtime.graph import Array
from tests.nodes.drawing import drawn, run

RNG = np.random.default_rng(1)


def correlated(x: Array, w: Array, stride: int, dilation: int) -> Array:
    """Conv by its definition, x (N, C, places…) already padded, w (F, C, k…)."""
    axes = x.ndim - 2
    out = [(x.shape[2 + i] - dilation * (w.shape[2 + i] - 1) - 1) // stride + 1 for i in range(axes)]
    y = np.zeros((x.shape[0], w.shape[0], *out))
    every, summed = slice(None), [*range(1, 2 + axes)]
    for at in itertools.product(*map(range, out)):
        begins = [(o * stride, k) for o, k in zip(at, w.shape[2:], strict=True)]
        window = [slice(b, b + dilation * (k - 1) + 1, dilation) for b, k in begins]
        y[(every, every, *at)] = np.tensordot(x[(every, every, *window)], w, (summed, summed))
    return y


@pytest.mark.parametrize("pads", [0, 1, 2])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_convolution_is_what_its_definition_says(axes: int, stride: int, dilation: int, pads: int) -> None:
    settings = {
        "filters": 2, "kernel_size": (2,) * axes, "stride": (stride,) * axes, "dilation": (dilation,) * axes,
        "padding": "numbers", "pads": (pads,) * axes,
    }  # fmt: skip
    x, w, b = RNG.standard_normal((2, 3, *[5] * axes)), RNG.standard_normal((2, 3, *[2] * axes)), RNG.standard_normal(2)
    given = np.moveaxis(x, 1, 2) if axes == 1 else x
    (y,) = run(f"Conv{axes}D", settings, {"x": given}, {"weight": w, "bias": b})
    padded = np.pad(x, [(0, 0), (0, 0), *[(pads, pads)] * axes])
    expected = correlated(padded, w, stride, dilation) + b.reshape(-1, *[1] * axes)
    np.testing.assert_allclose(np.moveaxis(y, 2, 1) if axes == 1 else y, expected, rtol=1e-10)


@pytest.mark.parametrize(("size", "kernel", "stride", "expected"), [(28, 5, 1, 28), (7, 3, 2, 4), (8, 3, 2, 4), (6, 1, 3, 2)])
def test_same_gives_as_many_as_the_size_by_the_stride(size: int, kernel: int, stride: int, expected: int) -> None:
    settings = {"filters": 1, "kernel_size": kernel, "stride": stride, "padding": "same"}
    (y,) = run("Conv2D", settings, {"x": np.zeros((1, 1, size, size))})
    assert y.shape == (1, 1, expected, expected)
    (x,) = run("ConvTranspose2D", settings, {"x": y})
    assert x.shape == (1, 1, expected * stride, expected * stride)


def test_transposed_convolution_paints_its_kernel() -> None:
    x, w = np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
    (y,) = run("ConvTranspose2D", {"filters": 1, "bias": False}, {"x": x}, {"weight": w})
    np.testing.assert_array_equal(y[0, 0], np.kron(x[0, 0], w[0, 0]))


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"kernel_size": 3, "stride": 2}, 11),
        ({"kernel_size": 3, "stride": 2, "padding": "numbers", "pads": 1}, 9),
        ({"kernel_size": 3, "stride": 2, "padding": "numbers", "pads": 1, "output_padding": 1}, 10),
        ({"kernel_size": 3, "stride": 2, "padding": "same"}, 10),
        ({"kernel_size": 1, "stride": 3, "padding": "same"}, 15),
        ({"kernel_size": 3, "stride": 1, "dilation": 2}, 9),
    ],
)
def test_the_size_of_a_transposed_convolution_stands_at_the_node(settings: dict[str, Any], size: int) -> None:
    document, id = drawn("ConvTranspose2D", {"filters": 1, **settings}, {"x": np.zeros((1, 2, 5, 5))})
    built = build(document).nodes[id]
    assert built.output is not None and built.layer is not None
    assert built.output.shape[2:] == (size, size)
    assert built.layer.arithmetic(built.inputs, built.output)[0][2] == str(size)


@pytest.mark.parametrize(
    ("type", "settings", "shape", "sentence"),
    [
        ("Conv1D", {"kernel_size": 7}, (5, 2), r"the kernel \(7\) is larger than the sequence \(5\): make it 5 or less"),
        ("Conv2D", {"kernel_size": 9, "padding": "numbers", "pads": 1}, (1, 6, 5), r"the padded image \(8×7\): make it 7"),
        ("Conv2D", {"groups": 3}, (4, 6, 6), "3 groups divide neither or only one of 4 input channels and 16 filters"),
        ("ConvTranspose2D", {"output_padding": 2}, (1, 3, 3), "its output_padding 2×2 must be less than its stride 2×2"),
        ("ConvTranspose2D", {"padding": "numbers", "pads": 3}, (1, 3, 3), "its pads 3×3 cut off all of its output"),
        ("MaxPool2D", {"padding": "numbers", "pads": 2}, (1, 6, 6), "a border of 2 holds whole windows of 2×2"),
    ],
)
def test_what_does_not_fit_is_refused(type: str, settings: dict[str, Any], shape: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        drawn(type, settings, {"x": np.zeros((1, *shape))})


def test_a_file_from_before_pads_opens(tmp_path: Any) -> None:
    document, _ = edits.add(Document(), "Conv2D", settings={"kernel_size": (5, 5), "padding": "same"})
    save(document, tmp_path / "a.onnx")
    assert load(tmp_path / "a.onnx") == document
