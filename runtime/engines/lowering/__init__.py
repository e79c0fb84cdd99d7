"""What ONNX Runtime is given instead of a step as it was built: the same numbers to rounding, in fewer or faster operators.

A pass is a function ``graph -> (graph, changed)``. What passes emit may be ONNX Runtime's own operators; it never leaves the
engine. Equal expressions are joined by ONNX Runtime itself, but for its own operators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runtime.engines.lowering.accumulation import lower_accumulation
from runtime.engines.lowering.batch_gradients import lower_batch_gradients
from runtime.engines.lowering.expansion import lower_expansion
from runtime.engines.lowering.folding import fold, specialised
from runtime.engines.lowering.fusing import fuse
from runtime.engines.lowering.joining import join
from runtime.engines.lowering.layout import lower_layout
from runtime.engines.lowering.masks import lower_masks
from runtime.engines.lowering.pooling import lower_pooling
from runtime.engines.lowering.products import lower_products
from runtime.engines.lowering.recurrence import lower_recurrence
from runtime.engines.lowering.statistics import lower_statistics
from runtime.graph import Graph

Pass = Callable[[Graph], tuple[Graph, bool]]

#: What every provider has kernels for.
ANYWHERE: tuple[Pass, ...] = (fold, lower_expansion, lower_accumulation, lower_products, lower_pooling, lower_masks)
#: For the CPU: blocked layouts too.
PASSES: tuple[Pass, ...] = (
    lower_statistics, lower_recurrence, *ANYWHERE, lower_batch_gradients, join, lower_layout, join, fuse,
)  # fmt: skip


def lowered(graph: Graph, sizes: Mapping[str, int] | None = None, passes: tuple[Pass, ...] = PASSES) -> Graph:
    """`graph` after every pass, in their order, for these numbers of its symbolic dimensions (none: for any).

    Inputs, outputs and parameters keep their names.
    """
    graph = specialised(graph, sizes) if sizes else graph
    for lower in passes:
        graph, _ = lower(graph)
    return graph
