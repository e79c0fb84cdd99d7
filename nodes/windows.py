"""Sliding windows: what Conv2D and the pools share about size, stride and padding."""

from __future__ import annotations

from nodes.layer import LayerError
from runtime.graph import Value

PADDINGS = ("valid", "same")
Pair = tuple[int, int]


def pads(size: Pair, kernel: Pair, stride: Pair, dilation: Pair, padding: str) -> tuple[int, int, int, int]:
    """ONNX's (top, left, bottom, right). ``same`` gives ceil(size / stride) outputs, the odd pixel at the end."""
    if padding == "valid":
        return (0, 0, 0, 0)
    totals = [_same(s, k, t, d) for s, k, t, d in zip(size, kernel, stride, dilation, strict=True)]
    top, left = totals[0] // 2, totals[1] // 2
    return (top, left, totals[0] - top, totals[1] - left)


def _same(size: int, kernel: int, stride: int, dilation: int) -> int:
    outputs = -(-size // stride)
    return max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size)


def image_size(x: Value) -> Pair:
    height, width = x.shape[2], x.shape[3]
    assert isinstance(height, int) and isinstance(width, int)
    return height, width


def check_fits(size: Pair, kernel: Pair, dilation: Pair, padding: str) -> None:
    """Raises `LayerError` when a window without padding is larger than its image."""
    reach = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    if padding == "valid" and (reach[0] > size[0] or reach[1] > size[1]):
        least = min(size)
        raise LayerError(
            f"the kernel ({reach[0]}×{reach[1]}) is larger than the image ({size[0]}×{size[1]}): "
            f"make it {least} or less, or add padding."
        )


def side(size: int, kernel: int, stride: int, dilation: int, padding: str) -> tuple[str, str]:
    """One side's arithmetic with numbers put in, and its result."""
    total = 0 if padding == "valid" else _same(size, kernel, stride, dilation)
    reach = (kernel - 1) * dilation + 1
    extended = f"{size} + {total}" if total else f"{size}"
    return f"({extended} - {reach}) / {stride} + 1", str((size + total - reach) // stride + 1)
