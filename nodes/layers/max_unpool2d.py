"""MaxUnpool2D."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import INDICES, MAPS, Layer, LayerError, Port, Seen, Trial, layer, sample_shape
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
