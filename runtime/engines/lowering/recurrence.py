"""Recurrent layers in ONNX Runtime's blocked layout: a step's Gemm becomes a convolution, with the gates' function inside.

A state (H, N) is a map of H channels and 1 × N places, so R·h is a 1×1 convolution whose kernel lies ready in blocks; a Gemm
packs its factors anew at every step. What stands beside the steps, (T, H, N), is T such maps: it is made in blocks, goes
through number by number, and leaves as (T, N, H), which costs less than the Transpose that it replaces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from runtime.engines.lowering.blocks import block, ints32
from runtime.engines.lowering.channelwise import elementwise
from runtime.engines.lowering.maps import Maps
from runtime.engines.lowering.recurrence_body import blocked_body
from runtime.engines.lowering.rewriting import Old, own, takes_the_place_of
from runtime.formulations import BLOCKED_STATE
from runtime.graph import Graph, Op, Value, prune
from runtime.ops.registry import ints, numbers, static
from runtime.training_step import copied

_SWAP = [0, 2, 1]


class Steps(Maps):
    """Values (T, K, N), or (K, N), of which the blocked form is T maps [T, K, 1, N]. `wanted` are those that go into loops."""

    def __init__(self, g: Graph, old: Old, block: int, wanted: set[str]) -> None:
        super().__init__(g, old, block)
        self.wanted = wanted

    def fit(self, name: str) -> bool:
        value = self.old.values[name]
        shape = numbers(value.shape)
        return value.dtype == np.float32 and shape is not None and len(shape) in (2, 3) and shape[-2] % self.block == 0

    def blocked(self, value: Value) -> Value:
        """From (T, N, K) where `value` is a Transpose of it or a product with one: that is half the way."""
        steps, width, count = _shape(value)
        turned = self._turned(value)
        if turned is None:
            flat = self.reshape(value, steps, width, 1, count)
            return self.own("ReorderInput", (flat,), flat)
        flat = self.reshape(turned, steps, 1, count, width)
        return self.own("ReorderInput", (flat,), replace(flat, shape=(steps, width, 1, count)), channels_last=1)

    def _turned(self, value: Value) -> Value | None:
        """`value`, its last two axes swapped, if that need not be made of it."""
        product = self.old.maker(value.name, "MatMul")
        swap = self.old.maker(product.inputs[1] if product else value.name, "Transpose")
        if swap is None or list(swap.attributes.get("perm", [])) != _SWAP:
            return None
        before = self.outside(swap.inputs[0])
        if product is None:
            return before
        weight = self.old.values[product.inputs[0]]
        if weight.rank != 2:
            return None
        steps, width, count = _shape(value)
        flat = self.g.Reshape(before, ints(self.g, [steps * count, -1], "shape"))
        like = replace(value, shape=(steps * count, width))
        return own(self.g, "FusedMatMul", (flat, self.outside(weight.name)), like, transB=1)

    def plain(self, blocked: Value, like: Value) -> Value:
        return self.like(self.own("ReorderOutput", (blocked,), blocked, channels=blocked.shape[1]), like)

    def rows(self, name: str) -> Value:
        """`name` as [T, 1, N, K] in plain order."""
        value = self.inside(name)
        steps, width, _, count = value.shape
        like = replace(value, shape=(steps, 1, count, width))
        return self.own("ReorderOutput", (value,), like, channels=width, channels_last=1)

    def like(self, value: Value, like: Value) -> Value:
        """`value` in the shape of `like`."""
        result: Value = self.g.Reshape(value, ints(self.g, numbers(like.shape) or (), "shape"))
        return result


def _shape(value: Value) -> tuple[int, int, int]:
    shape = numbers(value.shape)
    assert shape is not None
    steps, width, count = (1, *shape)[-3:]
    return steps, width, count


def lower_recurrence(graph: Graph) -> tuple[Graph, bool]:
    """Scans over steps whose products and states are whole blocks, and what stands between them, in blocked layout."""
    loops = [op for op in graph.ops if op.type == "Scan"] if block() else []
    while loops:
        new, done = _written(graph, loops)
        if done == loops:
            prune(new, inputs=False)
            return new, True
        loops = done  # again, without what was got ready for the others
    return graph, False


def _written(graph: Graph, loops: Sequence[Op]) -> tuple[Graph, list[Op]]:
    """`graph` with those of these `loops` in blocks that can be, and which these are."""
    new = copied(graph)
    new.ops = []
    maps = Steps(new, Old(graph), block(), _wanted(graph, loops))
    others = {id(op) for op in graph.ops if op.type == "Scan"} - {id(op) for op in loops}
    rules = {id(op): _RULES.get(op.type) for op in graph.ops if not op.domain and id(op) not in others}
    done = [op for op in graph.ops if maps.written(op, rules.get(id(op))) and op.type == "Scan"]
    for value in graph.outputs:
        maps.outside(value.name)
    return new, done


def _wanted(graph: Graph, loops: Sequence[Op]) -> set[str]:
    """What goes into a loop, be it cut and moved on the way."""
    wanted = {n for op in loops for n in op.inputs}
    for op in reversed(graph.ops):
        if op.type in ("Concat", "Slice", "Squeeze", "Add") and not wanted.isdisjoint(op.outputs):
            wanted.update(op.inputs)
    return wanted


# -- the loop ------------------------------------------------------------------------------------------------------------
def _scan(maps: Steps, op: Op) -> bool:
    """The Scan over blocked slices, if its body can be had in blocks and all that goes in and out is whole blocks."""
    axes = [*op.attributes.get("scan_input_axes", []), *op.attributes.get("scan_output_axes", [])]
    if any(axes) or not all(maps.fit(n) for n in (*op.inputs, *op.outputs) if n):
        return False
    held = len(op.inputs) - int(op.attributes["num_scan_inputs"])
    wide = all(_shape(maps.old.values[n])[1] >= BLOCKED_STATE for n in op.inputs[:held])
    body = blocked_body(maps, op.attributes["body"]) if wide else None
    if body is None:
        return False
    states = [maps.inside(n) for n in op.inputs[:held]]
    slices = [_apart(maps, maps.inside(n)) for n in op.inputs[held:]]
    steps = slices[0].shape[0]
    names = [maps.g.fresh("lowered.scan") for _ in op.outputs]
    shapes = [v.shape if i < held else (steps, *v.shape) for i, v in enumerate(body.outputs)]
    found = [replace(states[0], name=n, shape=s) for n, s in zip(names, shapes, strict=True)]
    inputs = tuple(v.name for v in (*states, *slices))
    maps.g.append(replace(op, inputs=inputs, outputs=tuple(names), attributes={**op.attributes, "body": body}), found)
    for i, (name, value) in enumerate(zip(op.outputs, found, strict=True)):
        maps.put(name, value if i < held else maps.like(value, replace(value, shape=(steps, *value.shape[2:]))))
    return True


def _apart(maps: Steps, value: Value) -> Value:
    """[T, K, 1, N] as T slices [1, K, 1, N]."""
    return maps.like(value, replace(value, shape=(value.shape[0], 1, *value.shape[1:])))


# -- beside the loop -----------------------------------------------------------------------------------------------------
def _along(maps: Steps, op: Op) -> bool:
    """Concat and Split along the channels, in whole blocks, or along the steps; Slice along the steps."""
    if not maps.are(op.inputs[0]) and not (op.type == "Concat" and maps.are(*op.inputs)):
        return False
    if maps.old.values[op.inputs[0]].rank != 3 or not all(maps.fit(n) for n in op.outputs):
        return False
    if op.type == "Concat":
        if op.attributes["axis"] not in (0, 1):
            return False
        return maps.put(op.outputs[0], maps.g.Concat(*(maps.inside(n) for n in op.inputs), axis=op.attributes["axis"]))
    axes = static(maps.g, maps.old.values[op.inputs[3]]) if len(op.inputs) > 3 else None
    if axes != [0]:
        return False
    rest = [maps.old.values[n] for n in op.inputs[1:]]
    return maps.put(op.outputs[0], maps.g.Slice(maps.inside(op.inputs[0]), *rest))


def _squeeze(maps: Steps, op: Op) -> bool:
    """Of the axis of one step: the blocked forms are the same."""
    name, axes = op.inputs[0], static(maps.g, maps.old.values[op.inputs[1]]) if len(op.inputs) > 1 else None
    if axes != [0] or maps.old.values[name].rank != 3 or not maps.are(name) or maps.old.values[name].shape[0] != 1:
        return False
    return maps.put(op.outputs[0], maps.inside(name))


def _transpose(maps: Steps, op: Op) -> bool:
    """(T, K, N) to (T, N, K), out of the blocks; the other way what a loop wants goes into them."""
    if list(op.attributes.get("perm", [])) != _SWAP:
        return False
    if not maps.are(op.inputs[0]):
        y = op.outputs[0]
        return y in maps.wanted and maps.fit(y) and maps.put(y, maps.blocked(maps.old.values[y]))
    maps.like(maps.rows(op.inputs[0]), maps.old.values[op.outputs[0]])
    return takes_the_place_of(maps.g, op)


def _product(maps: Steps, op: Op) -> bool:
    """A product that sums over steps and samples, (K, T·N) times (T·N, M): these are the channels of a convolution.

    The first is its kernels, which lie in blocks already but for their order; the places of its map are the M columns.
    """
    flat = maps.old.maker(op.inputs[0], "Reshape")
    turn = maps.old.maker(flat.inputs[0], "Transpose") if flat else None
    if turn is None or list(turn.attributes.get("perm", [])) != [1, 0, 2] or not maps.are(turn.inputs[0]):
        return False
    steps, width, count = _shape(maps.old.values[turn.inputs[0]])
    y, b = maps.old.values[op.outputs[0]], maps.block
    if y.shape[0] != width or not isinstance(y.shape[1], int) or count % b:
        return False
    order = np.arange(steps * width // b).reshape(steps, width // b).T
    parts = maps.reshape(maps.inside(turn.inputs[0]), steps * width // b, count * b)
    kernels = maps.reshape(maps.g.Gather(parts, ints32(maps.g, order.ravel()), axis=0), width, steps * count, 1, 1)
    columns = maps.reshape(maps.outside(op.inputs[1]), steps * count // b, b, 1, y.shape[1])
    x = maps.reshape(maps.own("ReorderInput", (columns,), columns), 1, steps * count, 1, y.shape[1])
    maps.plain(maps.own("Conv", (x, kernels), replace(x, shape=(1, width, 1, y.shape[1])), kernel_shape=[1, 1]), y)
    return takes_the_place_of(maps.g, op)


#: Writes what replaces an operator and returns True, or does nothing and returns False.
_RULES: dict[str, Callable[[Steps, Op], bool]] = {
    "Scan": _scan, "Concat": _along, "Slice": _along, "Squeeze": _squeeze, "Transpose": _transpose, "MatMul": _product,
    "Add": elementwise, "Sub": elementwise, "Mul": elementwise, "Neg": elementwise, "Relu": elementwise,
}  # fmt: skip
