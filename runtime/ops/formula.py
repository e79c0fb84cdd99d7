"""Gradients of compound operators: the operator's formula, written in simpler ones, is differentiated in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from runtime.graph import Graph, Value
from runtime.ops.registry import Site

Formula = Callable[..., Any]


def by_formula(g: Graph, at: Site, formula: Formula, dys: Sequence[Value | None]) -> tuple[Value | None, ...]:
    """The gradients by every input of the operator `at`, whose outputs are ``formula(*inputs)`` in operators with rules.

    The forward pass is emitted once more; what of it no gradient needs is pruned with everything else that nobody reads.
    """
    from runtime.autodiff import pulled_back

    # (Through an Identity each: one value may stand at several inputs, and each has a gradient of its own.)
    inputs = [None if v is None else g.Identity(v) for v in at.inputs]
    start = len(g.ops)
    found = formula(*inputs)
    outputs = found if isinstance(found, tuple) else (found,)
    given = {y.name: dy for y, dy in zip(outputs, dys, strict=False) if dy is not None}
    moving = [v is not None and v.dtype.kind == "f" and v.name in at.active for v in at.inputs]
    wanted = [v for v, moves in zip(inputs, moving, strict=True) if v is not None and moves]
    gradients = pulled_back(g, given, wanted, since=start)
    return tuple(None if v is None else gradients.get(v.name) for v in inputs)
