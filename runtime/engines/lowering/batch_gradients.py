"""The gradient of a convolution's kernels, few and of few channels, as a convolution that sums over the samples.

dW[f, c, i, j] = Σ over n, h, w of dy[n, f, h, w] · x[n, c, h + i − p, w + j − p]. Let samples be the channels of x and dy its
kernels, as large as the map: then c counts the images, and the places of what comes out are i and j. Whole blocks need many
samples where otherwise they need many channels. (Each place reads all of dy once more: so not for many kernels.)
"""

from __future__ import annotations

from runtime.engines.lowering.blocks import NCHWC, block
from runtime.engines.lowering.rewriting import Old, own, rewritten, shaped, takes_the_place_of
from runtime.engines.lowering.unfolding import Unfolded, unfolded
from runtime.formulations import SAMPLES_AS_CHANNELS_KERNEL
from runtime.graph import Graph, Op, Value
from runtime.ops.registry import ints


def lower_batch_gradients(graph: Graph) -> tuple[Graph, bool]:
    """Weight gradients of stride 1 by im2col, where the batch is whole blocks and neither kernels nor channels fill one."""
    if not any(op.type == "Conv" for op in graph.ops) or not block():
        return graph, False
    return rewritten(graph, _over_samples)


def _over_samples(g: Graph, old: Old, op: Op) -> bool:
    found = unfolded(old, op) if op.type == "Reshape" else None
    if found is None or not _fits(found, block()):
        return False
    filters, channels, high, wide = found.kernels
    x, dy = _samples_as_channels(g, old, found), _as_kernels(g, old, found)
    after = [k - 1 + o - s - found.before for k, o, s in zip((high, wide), found.out[2:], found.size[2:], strict=True)]
    like = shaped(x, (channels, block(), high, wide))
    by_channel = own(
        g, "Conv", (x, dy), like, NCHWC, kernel_shape=list(found.out[2:]), pads=[found.before, found.before, *after]
    )
    plain = own(g, "ReorderOutput", (by_channel,), shaped(x, (channels, filters, high, wide)), NCHWC, channels=filters)
    g.Transpose(plain, perm=[1, 0, 2, 3])
    return takes_the_place_of(g, op)


def _fits(found: Unfolded, b: int) -> bool:
    filters, channels, *kernel = found.kernels
    large = min(kernel) >= SAMPLES_AS_CHANNELS_KERNEL and found.size[0] % b == 0
    return large and found.stride == 1 and filters <= b and channels < b


def _samples_as_channels(g: Graph, old: Old, found: Unfolded) -> Value:
    """x as [C, N, H, W] in blocks of samples."""
    n, channels, high, wide = found.size
    flat = g.Reshape(old.values[found.x], ints(g, [1, n, channels * high, wide], "shape"))
    blocked: Value = own(g, "ReorderInput", (flat,), flat, NCHWC)
    if channels > 1:
        apart = g.Reshape(blocked, ints(g, [n // block(), channels, high * wide * block()], "shape"))
        blocked = g.Transpose(apart, perm=[1, 0, 2])
    result: Value = g.Reshape(blocked, ints(g, [channels, n, high, wide], "shape"))
    return result


def _as_kernels(g: Graph, old: Old, found: Unfolded) -> Value:
    """dy as kernels in blocks, [F, N, H, W]: N/b, H, W, b of N, b of F. What is missing of F are zeros."""
    b, (n, filters, high, wide) = block(), found.out
    dy = old.values[found.dy]
    if filters < b:
        dy = g.Pad(dy, ints(g, [0, 0, 0, 0, 0, b - filters, 0, 0], "pads"))
    apart = g.Reshape(dy, ints(g, [n // b, b * b, high * wide], "shape"))
    result: Value = g.Reshape(g.Transpose(apart, perm=[0, 2, 1]), ints(g, [b, n, high, wide], "shape"))
    return result
