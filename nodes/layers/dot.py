"""Dot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.layer import SEQUENCE, VECTOR, Layer, LayerError, Port, Seen, Trial, layer, sample_shape, setting
from nodes.shapes import sides
from runtime.graph import Graph, Value


@layer(
    "Dot", category="Shape & combine", formula="y = Σᵢ aᵢ bᵢ", short="dot",
    synonyms=("scalar product", "inner product", "cosine", "similarity"),
)
class Dot(Layer):
    """The scalar product of two vectors of a sample: large where they point the same way. Normalised, it is the cosine.

    Shapes: (N, k) and (N, k) → (N, 1). Sequences: every step of a with every step of b, (N, S, k) and (N, T, k) →
    (N, S, T). Normalised: each vector is divided by its length, √max(Σ x², 10⁻¹²), so that y is in [−1, 1].
    Source: ONNX ReduceSum and MatMul; as a similarity: Salton, Wong, Yang, A vector space model, 1975.
    """

    normalize: bool = setting(False, help="Divide by both lengths: the cosine of the angle between them.")

    inputs: ClassVar[tuple[Port, ...]] = (Port("a", (VECTOR, SEQUENCE)), Port("b", (VECTOR, SEQUENCE)))
    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(),
        Trial({"normalize": True}),
        Trial({"normalize": True}, {"a": (3, 4), "b": (2, 4)}),
    )

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, a: Value, b: Value) -> Value:
        if a.rank != b.rank or sides(a)[-1] != sides(b)[-1]:
            raise LayerError(
                f"its inputs are {sample_shape(a)} and {sample_shape(b)} per sample, and Dot takes two vectors (or two "
                "sequences) with equally many features: put a Dense before one of them."
            )
        a, b = (_of_length_one(g, v) if self.normalize else v for v in (a, b))
        if a.rank == 2:
            result: Value = g.ReduceSum(g.Mul(a, b), g.constant([1], "int64", "axes"), keepdims=1)
        else:
            result = g.MatMul(a, g.Transpose(b, perm=[0, 2, 1]))
        return result

    def summary(self) -> str:
        return "cosine" if self.normalize else "scalar product"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        product = "·".join(str(d) for d in (*sides(output), sides(inputs["a"])[-1]))
        return [("mult-adds", product, f"{self.multiply_adds(inputs, output):,}")]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        count = sides(inputs["a"])[-1]
        for side in sides(output):
            count *= side
        return count


def _of_length_one(g: Graph, x: Value) -> Value:
    squares = g.ReduceSum(g.Mul(x, x), g.constant([-1], "int64", "axes"), keepdims=1)
    result: Value = g.Div(x, g.Sqrt(g.Max(squares, 1e-12)))
    return result
