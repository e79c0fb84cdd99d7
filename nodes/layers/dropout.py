"""Dropout."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.drawing import Drawing, drawing
from nodes.layer import ANY, Layer, Trial, layer, setting
from nodes.pictures.parts import caption, crossed_out, spread, units
from nodes.pictures.worked import run
from runtime.graph import Graph, Value
from runtime.ops.random import uniform


@layer(
    "Dropout", category="Normalise & regularise", formula="y = x · mask / (1 − rate), in training only", accepts=ANY,
    short="dropout", synonyms=("regularise", "regularize"), training_only=True,
)
class Dropout(Layer):
    """Switches off a random part of its inputs at each training step, so that no unit can rely on one other.

    Shapes: unchanged. Inverted: in training the rest is scaled by 1 / (1 − rate), and in the finished model nothing is left
    of it. Classic: in training the rest stays as it is, and the finished model multiplies by (1 − rate), which is the same
    as weights times (1 − rate) behind it.
    Source: Srivastava et al., Dropout, 2014 (classic; the inverted form in section 10).
    """

    rate: float = setting(0.5, low=0.0, high=0.95, help="The share of inputs that is switched off at each step.")
    form: str = setting(
        "inverted", choices=("inverted", "classic"),
        help="inverted: scaled up while training. classic: scaled down in the finished model.",
    )  # fmt: skip

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"form": "classic", "rate": 0.25}), Trial({"rate": 0.0}))

    def emit(self, g: Graph, x: Value) -> Value:
        classic = self.form == "classic"
        if g.training and self.rate > 0:
            return self._dropped(g, x, 1.0 if classic else 1 / (1 - self.rate))
        result: Value = g.Mul(x, 1 - self.rate) if classic and not g.training else g.Identity(x)
        return result

    def _dropped(self, g: Graph, x: Value, scale: float) -> Value:
        drawn = uniform(g, x, g.random_key(f"{g.where.layer}/dropout"), g.step())
        kept = g.Cast(g.GreaterOrEqual(drawn, self.rate), to=_onnx_type(g))
        result: Value = g.Mul(x, kept if scale == 1 else g.Mul(kept, scale))
        return result

    @property
    def passes_inference(self) -> bool:
        return self.form == "inverted"

    @classmethod
    def picture(cls) -> Drawing:
        """Six units, and which of them three steps of training leave."""
        x, marks = np.ones((1, 6)), []
        for i, step in enumerate((0, 1, 2, 3)):
            left = 84.0 + i * 104.0
            kept = run(cls.type, x, training=step > 0, step=step)[0][0] > 0
            for y, on in zip(spread(6, 76.0, 23.0), kept.tolist(), strict=True):
                marks += units(left, [y], 8.0) if on else crossed_out(left, y, 8.0)
            marks.append(caption(left, 160.0, f"in step {step}" if step else "the input"))
        return drawing("Dropout: six units, of which each step of training switches others off.", marks)

    def summary(self) -> str:
        return f"rate {self.rate:g} · " + ("training only" if self.passes_inference else "classic")


def _onnx_type(g: Graph) -> int:
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(g.dtype))
