"""The body of a recurrent layer's Scan in ONNX Runtime's blocked layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from runtime.engines.lowering.blocks import NCHWC, blocked_weight
from runtime.engines.lowering.maps import Maps
from runtime.engines.lowering.rewriting import Old, own
from runtime.graph import Graph, Op, Value
from runtime.ops.registry import numbers

#: Functions that a blocked convolution can do on its way out.
_INSIDE = ("Sigmoid", "Tanh", "Relu")
#: What does to every number what it does to one.
_ELEMENTWISE = {"Add", "Sub", "Mul", "Neg", "Sum", "Sigmoid", "Tanh", "Relu", "HardSigmoid", "Identity"}


def blocked_body(maps: Maps, body: Graph) -> Graph | None:
    """`body` over maps [1, K, 1, N] in place of (K, N); None if it holds what is not known to work in blocks, or no product."""
    written = _Body(maps, body)
    products = any(op.type == "Gemm" for op in body.ops)
    return written.body if products and all(written.fits(v) for v in body.inputs) and written.write() else None


class _Body:
    """The body that is written; `found` holds what of the old one is in it."""

    def __init__(self, maps: Maps, body: Graph) -> None:
        self.maps, self.source, self.old = maps, body, Old(body)
        self.body = maps.g.body(body.name)
        self.found: dict[str, Value] = {}

    def fits(self, value: Value) -> bool:
        shape = numbers(value.shape)
        return shape is not None and len(shape) == 2 and shape[0] % self.maps.block == 0 and value.dtype == np.float32

    def write(self) -> bool:
        for value in self.source.inputs:
            self.found[value.name] = self.body.input(value.name, value.dtype, _map(value))
        if not all(op.outputs[0] in self.found or self._put(op) for op in self.source.ops):
            return False
        self.body.outputs = [self.found[v.name] for v in self.source.outputs if v.name in self.found]
        return len(self.body.outputs) == len(self.source.outputs)

    def _put(self, op: Op) -> bool:
        rules: dict[str, Callable[[Op], bool]] = {"Gemm": self._product, "Split": self._split, "Concat": self._concat}
        whole = not op.domain and all(self.fits(self.old.values[n]) for n in op.outputs)
        rule = rules.get(op.type, self._elementwise)
        return whole and rule(op)

    def _product(self, op: Op) -> bool:
        """W·x + z: a 1×1 convolution, with the function that follows if nobody else reads the sum."""
        name, x, *rest = op.inputs
        weight = self.maps.old.values.get(name)
        plain = all(v == 1 for k, v in op.attributes.items() if k in ("alpha", "beta"))
        plain = plain and not any(op.attributes.get(k, 0) for k in ("transA", "transB"))
        if weight is None or name not in self.source.captures or not plain or x not in self.found:
            return False
        if any(n not in self.found or self.old.values[n].shape != self.old.values[op.outputs[0]].shape for n in rest):
            return False
        given = [self.found[x], self._kernel(weight), None, *(self.found[n] for n in rest)]
        follower = self._follower(op)
        like = replace(self.found[x], shape=_map(self.old.values[op.outputs[0]]))
        result = own(
            self.body, "Conv", given[: 2 if not rest else 4], like, NCHWC, kernel_shape=[1, 1],
            activation=follower.type if follower else None,
        )
        self.found[(follower or op).outputs[0]] = result
        if follower:
            self.found[op.outputs[0]] = result  # nobody reads it
        return True

    def _follower(self, op: Op) -> Op | None:
        readers = self.old.readers(op.outputs[0])
        alone = len(readers) == 1 and self.old.reads(op.outputs[0]) == 1
        return readers[0] if alone and readers[0].type in _INSIDE else None

    def _kernel(self, weight: Value) -> Value:
        """W as a kernel in blocks, made once outside; where W is transposed outside, from what is there before."""
        old = self.maps.old
        shape = numbers(weight.shape) or ()
        places, turned = np.arange(int(np.prod(shape))).reshape(shape), old.maker(weight.name, "Transpose")
        if turned is not None and len(shape) == 2:
            weight, places = old.values[turned.inputs[0]], places.reshape(shape[::-1]).T
        return blocked_weight(self.maps.g, self.maps.outside(weight.name), places[:, :, None, None], self.maps.block)

    def _elementwise(self, op: Op) -> bool:
        """Of values of one shape, and of numbers."""
        shape = self.old.values[op.outputs[0]].shape
        if op.type not in _ELEMENTWISE:
            return False
        given = [self.found.get(n) if n in self.found else self._number(n) for n in op.inputs]
        alike = all(n not in self.found or self.old.values[n].shape == shape for n in op.inputs)
        if not alike or any(v is None for v in given):
            return False
        self.found[op.outputs[0]] = self.body.emit(op.type, given, **op.attributes)
        return True

    def _number(self, name: str) -> Value | None:
        number = self.old.number(name)
        number = self.maps.old.number(name) if number is None else number
        return None if number is None else self.body.constant(number, np.float32, "number")

    def _split(self, op: Op) -> bool:
        if op.attributes.get("axis", 0) != 0 or op.inputs[0] not in self.found:
            return False
        sizes = [self.old.values[n].shape[0] for n in op.outputs]
        lengths = self.body.constant(sizes, np.int64, "lengths")
        parts = self.body.Split(self.found[op.inputs[0]], lengths, outputs=len(sizes), axis=1)
        self.found.update(zip(op.outputs, parts, strict=True))
        return True

    def _concat(self, op: Op) -> bool:
        if op.attributes["axis"] != 0 or any(n not in self.found for n in op.inputs):
            return False
        self.found[op.outputs[0]] = self.body.Concat(*(self.found[n] for n in op.inputs), axis=1)
        return True


def _map(value: Value) -> tuple[int, ...]:
    width, count = numbers(value.shape) or (0, 0)
    return 1, width, 1, count
