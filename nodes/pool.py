"""What the pools share: window settings and how they are emitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from nodes.layer import Layer, LayerError, Seen, setting
from nodes.windows import PADDINGS, Sliding, places
from runtime.graph import Graph, Value

PADDING_HELP = "valid: no padding. same: the border counts too. numbers: a border as wide as pads says."


@dataclass(frozen=True)
class Pool(Layer):
    """A window that slides over each channel by itself. `operator` is ONNX's name of what is done in it."""

    operator: ClassVar[str] = ""
    kernel_size: tuple[int, ...] = setting((2, 2), low=1, high=511, length=2, help="Height and width of the window.")
    stride: tuple[int, ...] = setting((2, 2), low=1, high=511, length=2, help="How far the window moves at a time.")
    padding: str = setting("valid", choices=PADDINGS, help=PADDING_HELP)
    pads: tuple[int, ...] = setting(
        (0, 0), low=0, high=510, length=2, help="The border's width, if padding is numbers.", only_if=("padding", ("numbers",)),
    )  # fmt: skip

    @property
    def sliding(self) -> Sliding:
        return Sliding(self.kernel_size, self.stride, (1,) * len(self.kernel_size), self.padding, self.pads)

    def emit(self, g: Graph, x: Value) -> Any:
        return self.pooled(g, x)

    def pooled(self, g: Graph, x: Value, outputs: int = 1) -> Any:
        """The operator with this layer's window, and as many of its outputs."""
        size = places(x)
        self.sliding.check_fits(size)
        if self.padding == "numbers" and any(p >= k for p, k in zip(self.pads, self.kernel_size, strict=True)):
            raise LayerError(
                f"a border of {max(self.pads)} holds whole windows of {'×'.join(map(str, self.kernel_size))}: make pads "
                "smaller than the kernel."
            )
        return g.emit(
            self.operator, (x,), outputs, kernel_shape=list(self.kernel_size), strides=list(self.stride),
            pads=self.sliding.pads(size),
        )  # fmt: skip

    def sees(self) -> Seen | None:
        return self.sliding.seen

    def summary(self) -> str:
        return f"{'×'.join(map(str, self.kernel_size))} · stride {self.stride[0]}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        x = inputs["x"]
        expression, result = self.sliding.side(places(x))
        return [("steps" if x.rank == 3 else "side", expression, result), ("parameters", "none to learn", "0")]
