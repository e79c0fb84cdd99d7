"""MaxUnpool2D."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.drawing import HUE, Drawing, arrow, drawing
from nodes.layer import INDICES, MAPS, Layer, LayerError, Port, Seen, Trial, layer, sample_shape
from nodes.pictures.parts import caption, grid, lit
from nodes.pictures.worked import run
from runtime.graph import Graph, Value
from runtime.ops.registry import add_back


@layer(
    "MaxUnpool2D", category="Pooling", formula="y[switches] = x, 0 elsewhere", short="unpool",
    synonyms=("max unpooling", "upsample", "deconvnet", "decoder", "switches"),
)
class MaxUnpool2D(Layer):
    """Puts each number back where a MaxPool2D once found its largest, with zeros in between.

    Shapes: x (N, C, H′, W′) and the pool's switches, of the same shape → (N, C, H, W), the size that the pool took in. Where
    windows overlap and two numbers meet, they are added. No parameters.
    Source: Zeiler, Taylor, Fergus, 2011; Noh, Hong, Han, Learning deconvolution network for semantic segmentation, 2015.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", (MAPS,)), Port("switches", (INDICES,)))
    looks_behind: ClassVar[bool] = True

    trials: ClassVar[tuple[Trial, ...]] = (Trial(shapes={"x": (4, 3, 3)}, before={"switches": ("MaxPool2D", "switches")}),)

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value, switches: Value) -> Value:
        pool = g.producer().get(switches.name)
        if pool is None or pool.type != "MaxPool":
            raise LayerError("its switches come from no pool: wire the switches of a MaxPool2D there.")
        if x.shape != switches.shape:
            raise LayerError(
                f"its input is {sample_shape(x)} and its switches {sample_shape(switches)} per sample: wire maps as large as "
                "what that pool gave."
            )
        return add_back(g, x, switches, g.values[pool.inputs[0]])

    @classmethod
    def picture(cls) -> Drawing:
        """A picture, pooled, and the largest numbers put back where they were."""
        x = np.asarray([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3], float).reshape(1, 1, 4, 4)
        pooled, switches = run("MaxPool2D", x)
        back = np.zeros((4, 4))
        back.flat[switches.ravel()] = pooled.ravel()
        every = np.ones((2, 2), bool)
        marks = [*grid(36.0, 24.0, 26.0, x[0, 0], lit(back > 0)), *grid(206.0, 50.0, 26.0, pooled[0, 0], lit(every))]
        marks += grid(324.0, 24.0, 26.0, back, lit(back > 0))
        ways = [*arrow((156.0, 76.0), (194.0, 76.0)), *arrow((270.0, 76.0), (312.0, 76.0), HUE)]
        words = [caption(88.0, 146.0, "before MaxPool2D"), caption(232.0, 146.0, "pooled"), caption(376.0, 146.0, "unpooled")]
        return drawing("MaxUnpool2D: each window's largest number goes back to its place, zeros elsewhere.", marks, ways, words)
