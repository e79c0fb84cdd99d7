"""Maps that stay in ONNX Runtime's blocked layout from one operator to the next.

A blocked map is declared [N, C, H, W] and lies in memory as N, C/b, H, W, b. Operators that work number by number or channel
by channel take it as it is; a way in or out (ReorderInput, ReorderOutput) costs as much as they do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from runtime.engines.lowering.blocks import NCHWC
from runtime.engines.lowering.rewriting import Old, own
from runtime.graph import Graph, Op, Value
from runtime.ops.registry import ints, numbers


class Maps:
    """The graph that is written, and which values of the old one are in it in blocks, in plain order or in both."""

    def __init__(self, g: Graph, old: Old, block: int) -> None:
        self.g, self.old, self.block = g, old, block
        self._inside: dict[str, Value] = {}
        self._only_inside: set[str] = set()

    def fit(self, name: str) -> bool:
        """Whether a value can be in blocks: float32, [N, C, H, W], C a multiple of the block."""
        value = self.old.values[name]
        if value.rank != 4 or value.dtype != np.float32 or numbers(value.shape[1:]) is None:
            return False
        return bool(value.shape[1] % self.block == 0)  # type: ignore[operator]

    def are(self, *names: str) -> bool:
        """Whether one of them is in blocks already and all can be."""
        return any(n in self._inside for n in names) and all(self.fit(n) for n in names)

    def inside(self, name: str) -> Value:
        """`name` in blocks, reordered if it is not yet."""
        if name not in self._inside:
            self._inside[name] = self.blocked(self.old.values[name])
        return self._inside[name]

    def blocked(self, value: Value) -> Value:
        return self.own("ReorderInput", (value,), value)

    def put(self, name: str, value: Value) -> bool:
        """From now on `value` is what `name` was, in blocks. Returns True, as a rule that has replaced something does."""
        self._inside[name] = value
        self._only_inside.add(name)
        return True

    def outside(self, name: str) -> Value:
        """`name` in plain order, reordered if it is not yet."""
        value = self.old.values[name]
        if name in self._only_inside:
            self._only_inside.remove(name)
            self.plain(self._inside[name], value)
            self.g.ops[-1] = replace(self.g.ops[-1], outputs=(name,))
        return value

    def plain(self, blocked: Value, like: Value) -> Value:
        return self.own("ReorderOutput", (blocked,), like, channels=like.shape[1])

    def written(self, op: Op, rule: Callable[[Any, Op], bool] | None) -> bool:
        """Write `op` by `rule`; where there is none, or it declines, as it was, with what it reads in plain order. Whether the
        rule did it."""
        with self.g.scope(op.layer, op.outputs[0].rpartition(".")[0], op.phase):
            if rule is not None and rule(self, op):
                return True
            for name in filter(None, op.reads):
                if name in self.old.values:
                    self.outside(name)
            self.g.ops.append(op)
        return False

    # -- operators in blocks ------------------------------------------------------------------------------------------
    def own(self, type: str, inputs: Sequence[Value | None], like: Value, **attributes: Any) -> Value:
        return own(self.g, type, inputs, like, NCHWC, **attributes)

    def reshape(self, value: Value, *shape: int) -> Value:
        if value.shape == shape:
            return value
        result: Value = self.g.Reshape(value, ints(self.g, shape, "shape"))
        return result

    def scaled(self, x: Value, slope: Value | None, bias: Value | None = None) -> Value:
        """slope·x + bias, channel by channel, in one pass: a convolution of each channel for itself by a 1×1 kernel."""
        channels = x.shape[1]
        assert isinstance(channels, int)
        slope = self.g.constant(np.ones(channels), np.float32) if slope is None else slope
        kernel = self.reshape(slope, channels, 1, 1, 1)
        bias = None if bias is None else self.reshape(bias, channels)
        given = (x, kernel) if bias is None else (x, kernel, bias)
        return self.own("Conv", given, x, group=channels, kernel_shape=[1, 1])
