"""Sliding windows: what convolutions and pools share about size, stride and padding, over any number of axes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from nodes.layer import LayerError, sample_shape
from runtime.graph import Value

#: valid: none. same: ⌈size / stride⌉ outputs, the odd zero at the end. numbers: as many on each side as `pads` says.
PADDINGS = ("valid", "same", "numbers")
Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Sliding:
    """How a window slides over a map: one number per axis each. `numbers` is read where padding is ``numbers``."""

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: str
    numbers: Sizes

    @property
    def span(self) -> Sizes:
        """Places that one position of the kernel covers: dilation·(kernel − 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @property
    def seen(self) -> tuple[tuple[int, Fraction], ...]:
        """What one place of the output covers of the input, and how far the next one lies: `Layer.sees` of what slides."""
        return tuple((span, Fraction(step)) for span, step in zip(self.span, self.stride, strict=True))

    def totals(self, size: Sizes) -> Sizes:
        """How many places padding adds to each axis of a map of `size`, both sides together."""
        if self.padding == "numbers":
            return tuple(2 * n for n in self.numbers)
        if self.padding == "valid":
            return (0,) * len(size)
        axes = zip(size, self.span, self.stride, strict=True)
        return tuple(max(0, (-(-n // s) - 1) * s + span - n) for n, span, s in axes)

    def pads(self, size: Sizes) -> list[int]:
        """ONNX's attribute: before each axis, then after each."""
        return halves(self.totals(size))

    def check_fits(self, size: Sizes) -> None:
        """Raises `LayerError` where the window is larger than the padded map."""
        padded = tuple(n + t for n, t in zip(size, self.totals(size), strict=True))
        if all(span <= n for span, n in zip(self.span, padded, strict=True)):
            return
        what = "padded image" if padded != size else "image" if len(size) > 1 else "sequence"
        raise LayerError(
            f"the kernel ({_times(self.span)}) is larger than the {what} ({_times(padded)}): "
            f"make it {min(padded)} or less, or add padding."
        )

    def side(self, size: Sizes, axis: int = 0) -> tuple[str, str]:
        """One side's arithmetic with numbers put in, and its result."""
        n, total, span, stride = size[axis], self.totals(size)[axis], self.span[axis], self.stride[axis]
        extended = f"{n} + {total}" if total else f"{n}"
        return f"({extended} - {span}) / {stride} + 1", str((n + total - span) // stride + 1)


def halves(totals: Sizes) -> list[int]:
    """As much before as after; the odd one after."""
    return [*(t // 2 for t in totals), *(t - t // 2 for t in totals)]


def _times(sizes: Sizes) -> str:
    return "×".join(map(str, sizes))


def places(x: Value) -> Sizes:
    """The sides over which a window slides: the steps of a sequence, height and width of maps, depth too of a volume.

    Raises `LayerError` where one is known at run time only.
    """
    sides = x.shape[1:2] if x.rank == 3 else x.shape[2:]
    known = tuple(d for d in sides if isinstance(d, int))
    if len(known) < len(sides):
        raise LayerError(f"its input is {sample_shape(x)} per sample, and a side of it is open: give Input a fixed shape.")
    return known


def image_size(x: Value) -> tuple[int, int]:
    """Height and width of maps."""
    height, width = places(x)
    return height, width
