"""The pass that puts whole chains of operators into ONNX Runtime's blocked layout."""

from __future__ import annotations

from collections.abc import Callable

from runtime.engines.lowering.blocks import block
from runtime.engines.lowering.channelwise import add, batch_normalization, elementwise, global_average, reduce_sum
from runtime.engines.lowering.convolutions import conv, conv_transpose
from runtime.engines.lowering.maps import Maps
from runtime.engines.lowering.rewriting import Old
from runtime.engines.lowering.row_gradients import weight_gradient
from runtime.graph import Graph, Op, prune
from runtime.training_step import copied

#: Writes what replaces an operator and returns True, or does nothing and returns False.
_Rule = Callable[[Maps, Op], bool]

_RULES: dict[str, _Rule] = {
    "Conv": conv, "ConvTranspose": conv_transpose,
    "Add": add, "Sub": add, "Mul": elementwise, "Relu": elementwise, "HardSigmoid": elementwise, "Neg": elementwise,
    "ReduceSum": reduce_sum, "GlobalAveragePool": global_average, "BatchNormalization": batch_normalization,
    "Reshape": weight_gradient, "Transpose": weight_gradient,
}  # fmt: skip


def lower_layout(graph: Graph) -> tuple[Graph, bool]:
    """Convolutions with whole blocks of channels, and what stands between them, in ONNX Runtime's blocked layout.

    What reads a map in plain order has it reordered, once.
    """
    if not any(op.type in ("Conv", "ConvTranspose") for op in graph.ops) or not block():
        return graph, False
    new = copied(graph)
    new.ops = []
    maps = Maps(new, Old(graph), block())
    changed = [maps.written(op, None if op.domain else _RULES.get(op.type)) for op in graph.ops]
    for value in graph.outputs:
        maps.outside(value.name)
    if not any(changed):
        return graph, False
    prune(new, inputs=False)
    return new, True
