"""The lectures' examples of single layers and penalties, to every printed digit."""

from __future__ import annotations

from itertools import islice

import numpy as np

from nodes.build import build
from runtime.recipe import Update
from tests.course.row import Number, Numbers, Place, row
from tests.nodes.drawing import drawn, run
from tests.nodes.test_worked_numbers import convolution_of_zeros_between, gradient_of_convolution, one_weight

POOLED = ((1, 3, 2, 1), (2, 9, 1, 1), (1, 3, 2, 3), (5, 6, 1, 2))


@row(
    "parts", "convolution, pooling, upconvolution, L1, L2: the slides' examples",
    "sides 4 and 3, 56 parameters; 9 2 6 3; one result in three ways; (w−2)²+λw least at 2−λ/2; (1−ηλ)w−η∂L",
    Number("conv", "6×6×3 by 3×3: side", 0, exact=4), Number("strided", "5×5×3 by 3×3, pad 1, stride 2: side", 0, exact=3),
    Number("parameters", "its parameters", 0, exact=56),
    *(Number(f"pool {k}", f"pooled {k}", 0, exact=wanted) for k, wanted in enumerate((9, 2, 6, 3), 1)),
    Number("upconv", "upconvolutions in three ways differ by", 12, exact=0),
    Number("l1", "L1’s minimum at λ = 1", 2, exact=1.5), Number("l2", "L2’s step from 5", 4, exact=4.25), seeds=(1,),
)  # fmt: skip
def parts(place: Place) -> Numbers:
    """L1 at λ = 1 by 600 steps of 0.01, L2 by one step of η = 0.1 at λ = 0.3; upconvolution of random maps, stride 2, 3×3."""
    side, _ = _convolved(6, {"filters": 2, "kernel_size": 3})
    strided, parameters = _convolved(5, {"filters": 2, "kernel_size": 3, "padding": "numbers", "pads": 1, "stride": 2})
    pooled = run("MaxPool2D", {}, {"x": np.array(POOLED, np.float64)[None, None]})[0].ravel()
    lasso = one_weight(Update(optimizer="SGD", weight_decay_l1=1.0), 0.01, 1.0)
    ridge = one_weight(Update(optimizer="SGD", weight_decay=0.3), 0.1, 5.0)
    return {
        "conv": side, "strided": strided, "parameters": parameters, "upconv": _upconvolved(place.seed),
        **{f"pool {k}": float(number) for k, number in enumerate(pooled, 1)},
        "l1": next(islice(lasso, 599, None))[1]["fc1.weight"].item(), "l2": next(ridge)[1]["fc1.weight"].item(),
    }  # fmt: skip


def _convolved(side: int, settings: dict[str, object]) -> tuple[float, float]:
    """The side of what comes of (3, side, side), and the layer's parameters."""
    document, id = drawn("Conv2D", settings, {"x": np.zeros((1, 3, side, side))})
    built = build(document)
    output = built.nodes[id].output
    assert output is not None
    return float(output.shape[2] or 0), float(built.parameter_count)


def _upconvolved(seed: int) -> float:
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((2, 3, 4, 4)), rng.standard_normal((3, 2, 3, 3))
    (first,) = run("ConvTranspose2D", {"filters": 2, "kernel_size": 3, "stride": 2, "bias": False}, {"x": x}, {"weight": w})
    others = gradient_of_convolution(x, w, 2), convolution_of_zeros_between(x, w, 2)
    return float(max(np.abs(first - other).max() for other in others))
