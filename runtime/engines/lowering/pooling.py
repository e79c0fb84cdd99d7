"""Maximum pooling with exact gradients, without indices: ONNX Runtime's own kernel that gives them is ten times slower."""

from __future__ import annotations

import numpy as np

from runtime.engines.lowering.rewriting import Old, rewritten, takes_the_place_of
from runtime.graph import Graph, Op, Value
from runtime.ops.registry import numbers


def lower_pooling(graph: Graph) -> tuple[Graph, bool]:
    """MaxPool with Indices and its MaxUnpool, for windows that tile the map: maxima are found again by comparing.

    The first of equal maxima wins here too: places are numbered down from the window's first one, and the largest number
    among the maxima is kept. A ReLU's mask behind the MaxUnpool is applied before it: the chosen number is positive just
    where the pooled one is.
    """
    graph, masked = rewritten(graph, _mask_before)
    graph, compared = rewritten(graph, _by_comparing)
    return graph, masked or compared


def _pool(old: Old, unpool: Op) -> Op | None:
    """The MaxPool whose Indices this MaxUnpool reads, if its windows tile a map of known size."""
    pool = old.maker(unpool.inputs[1], "MaxPool") if unpool.type == "MaxUnpool" else None
    return pool if pool is not None and _tiles(old, pool) and pool.outputs[1:] == (unpool.inputs[1],) else None


def _tiles(old: Old, pool: Op) -> bool:
    x, y = old.values[pool.inputs[0]], old.values[pool.outputs[0]]
    before, after, given = numbers(x.shape[2:]), numbers(y.shape[2:]), pool.attributes
    if before is None or after is None or x.dtype != np.float32 or x.rank != 4:
        return False
    kernel = list(given["kernel_shape"])
    plain = given.get("strides") == kernel and not any(given.get("pads") or ()) and not given.get("storage_order")
    exact = all(n == o * k for n, o, k in zip(before, after, kernel, strict=True))
    return plain and exact and given.get("auto_pad", "NOTSET") == "NOTSET" and set(given.get("dilations") or [1]) == {1}


# -- ReLU's mask -------------------------------------------------------------------------------------------------------
def _mask_before(g: Graph, old: Old, op: Op) -> bool:
    """MaxUnpool(dy) · [x > 0] is MaxUnpool(dy · [pooled x > 0])."""
    if op.type != "Mul":
        return False
    unpool, cast = (old.maker(name) for name in op.inputs)
    pool = _pool(old, unpool) if unpool is not None else None
    test = old.maker(cast.inputs[0], "Greater") if cast is not None and cast.type == "Cast" else None
    if unpool is None or cast is None or pool is None or test is None or old.reads(unpool.outputs[0]) > 1:
        return False
    if test.inputs[0] != pool.inputs[0] or old.number(test.inputs[1]) != 0:
        return False
    mask = g.Cast(g.Greater(old.values[pool.outputs[0]], 0.0), to=cast.attributes["to"])
    masked = g.Mul(old.values[unpool.inputs[0]], mask)
    settings = {k: v for k, v in unpool.attributes.items() if k in ("kernel_shape", "strides")}
    g.emit("MaxUnpool", (masked, old.values[unpool.inputs[1]]), like=old.values[op.outputs[0]], **settings)
    return takes_the_place_of(g, op)


# -- where the maximum was ---------------------------------------------------------------------------------------------
def _by_comparing(g: Graph, old: Old, op: Op) -> bool:
    if op.type == "MaxPool" and len(op.outputs) > 1 and _all_compared(old, op):
        g.MaxPool(old.values[op.inputs[0]], **op.attributes)
        return takes_the_place_of(g, op)
    pool = _pool(old, op)
    if pool is None or not _all_compared(old, pool):
        return False
    x, y, dy = old.values[pool.inputs[0]], old.values[pool.outputs[0]], old.values[op.inputs[0]]
    kernel = tuple(pool.attributes["kernel_shape"])
    largest = g.HardSigmoid(g.Sub(x, _repeated(g, y, kernel)), alpha=1e38, beta=1.0)
    numbered = g.Mul(largest, _countdown(g, x, kernel))
    first = _repeated(g, g.MaxPool(numbered, **pool.attributes), kernel)
    g.Mul(_repeated(g, dy, kernel), g.HardSigmoid(g.Sub(numbered, first), alpha=1.0, beta=1.0))
    return takes_the_place_of(g, op)


def _all_compared(old: Old, pool: Op) -> bool:
    indices = pool.outputs[1]
    return old.reads(indices) == len(old.readers(indices)) and all(_pool(old, op) for op in old.readers(indices))


def _repeated(g: Graph, small: Value, kernel: tuple[int, ...]) -> Value:
    """Every number as a block of the kernel's size."""
    scales = g.constant([1.0, 1.0, *kernel], np.float32, "scales")
    result: Value = g.emit(
        "Resize", (small, None, scales), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )  # fmt: skip
    return result


def _countdown(g: Graph, x: Value, kernel: tuple[int, ...]) -> Value:
    """The places of every window, numbered from the window's size down to 1: [1, 1, H, W]."""
    block = np.arange(np.prod(kernel), 0, -1).reshape(kernel)
    size = numbers(x.shape[2:])
    assert size is not None
    tiled = np.tile(block, [n // k for n, k in zip(size, kernel, strict=True)])
    return g.constant(tiled[None, None], np.float32, "countdown")
