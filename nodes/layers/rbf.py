"""RBF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.layer import VECTOR, Layer, LayerError, Trial, layer, setting
from nodes.shapes import sides
from runtime.graph import Array, Graph, Value
from runtime.initializers import INITIALIZERS

#: The digits 0 to 9 in 7×12 pixels, drawn for Netwright. LeNet-5's own (LeCun et al. 1998, figure 3) are other drawings.
DIGITS = """
..###.. ...#... ..###.. .#####. .....#. ####### ..####. ####### ..###.. ..###..
.#...#. ..##... .#...#. #.....# ....##. #...... .#..... ......# .#...#. .#...#.
#.....# .#.#... #.....# ......# ...#.#. #...... #...... ......# #.....# #.....#
#.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# .....#. .#...#. #.####. #.###.. .....#. .#...#. #.....#
#.....# ...#... .....#. ..###.. #....#. ##....# ##...#. ....#.. ..###.. #.....#
#.....# ...#... ....#.. .....#. #....#. ......# #.....# ....#.. .#...#. .#...##
#.....# ...#... ...#... ......# ####### ......# #.....# ...#... #.....# ..###.#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
#.....# ...#... .#..... ......# .....#. #.....# #.....# ..#.... #.....# ......#
.#...#. ...#... #...... #.....# .....#. .#...#. .#...#. ..#.... .#...#. .....#.
..###.. .#####. ####### .#####. .....#. ..###.. ..###.. ..#.... ..###.. .####..
"""


def digit_codes() -> Array:
    """The ten drawings as codes, (10, 84): ink is 1 and paper −1, read row by row."""
    lines = [line.split() for line in DIGITS.split("\n") if line]
    drawings = [[[1.0 if pixel == "#" else -1.0 for pixel in line[digit]] for line in lines] for digit in range(10)]
    return np.array(drawings).reshape(10, -1)


@layer(
    "RBF", category="Core", formula="y_k = −Σᵢ (xᵢ − w_ki)²", accepts=(VECTOR,), short="rbf",
    synonyms=("radial basis function", "distance", "prototype", "template", "LeNet-5"),
)
class RBF(Layer):
    """Radial basis function units: each holds a code, and tells how far the input lies from it.

    Shapes: (N, in) → (N, units). Code (units, in), learned or fixed. Accuracy and cross-entropy take the largest output for
    the answer, and here the nearest code should win: so y is the negative distance, unless distances are asked for. Softmax
    of negative distances is the posterior of equal Gaussian classes around the codes.
    The digits' codes are ten 7×12 pictures of ±1, as in LeNet-5, drawn anew for Netwright (the published ones are in figure 3
    there). They need 84 inputs, best from a Tanh, since they are ±1.
    Source: Broomhead and Lowe, 1988; LeCun et al., Gradient-based learning applied to document recognition, 1998.
    """

    units: int = setting(10, low=1, high=1_000_000, help="Number of codes, and of outputs: one for each class.")
    codes: str = setting("learned", choices=("learned", "digits"), help="Learned, or the ten digits' fixed pictures of ±1.")
    output: str = setting(
        "negative distances", choices=("negative distances", "distances"), help="Negative: the nearest code is the largest."
    )
    initial_weights: str = setting("glorot_uniform", choices=tuple(INITIALIZERS), help="How the first codes are drawn.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"units": 3}),
        Trial({"units": 4, "output": "distances", "initial_weights": "he_normal"}),
        Trial({"codes": "digits"}, {"x": (84,)}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        difference = g.Sub(g.Unsqueeze(x, g.constant([1], "int64", "axes")), self._codes(g, sides(x)[0]))
        y: Value = g.ReduceSum(g.Mul(difference, difference), g.constant([2], "int64", "axes"), keepdims=0)
        return y if self.output == "distances" else g.Neg(y)

    def _codes(self, g: Graph, width: int) -> Value:
        """(units, in). Raises `LayerError` where the digits' codes do not fit."""
        if self.codes == "learned":
            return g.parameter("code", (self.units, width), init=self.initial_weights)
        codes = digit_codes()
        if (self.units, width) != codes.shape:
            raise LayerError(
                f"it has {self.units} units and its input {width} numbers per sample, and the digits' codes are "
                f"{len(codes)} of {codes.shape[1]}: choose 10 units and put a Dense with 84 units before it, or learned codes."
            )
        return g.constant(codes, g.dtype, "code")

    def summary(self) -> str:
        return f"{self.units:,} {'digits’ codes' if self.codes == 'digits' else 'learned codes'}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        product, count = f"{self.units}·{sides(inputs['x'])[0]}", f"{self.multiply_adds(inputs, output):,}"
        parameters = ("parameters", product, count) if self.codes == "learned" else ("parameters", "fixed codes", "0")
        return [parameters, ("mult-adds", product, count)]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        return self.units * sides(inputs["x"])[0]
