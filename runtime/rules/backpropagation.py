"""Backpropagation."""

from __future__ import annotations

from runtime.autodiff import gradients
from runtime.errors import TrainingError
from runtime.graph import Graph, Op, Value
from runtime.ops import NOT_DIFFERENTIABLE
from runtime.rules.registry import Rule, Site, register


def _descent(site: Site) -> dict[str, Value]:
    g = site.g
    _check_slope(g, {p.name for p in site.chosen}, site.loss)
    return gradients(g, site.loss, [g.values[p.name] for p in site.chosen])


def _check_slope(g: Graph, names: set[str], loss: Value) -> None:
    """Raises `TrainingError` if no change of a parameter moves the loss smoothly: a step unit stands before it."""
    smooth, moved, blocking = set(names), set(names), None
    for op in g.ops:
        if not moved.isdisjoint(op.reads):
            moved.update(op.outputs)
        if smooth.isdisjoint(op.reads):
            continue
        if op.type in NOT_DIFFERENTIABLE:
            blocking = op
        else:
            smooth.update(op.outputs)
    if blocking is not None and loss.name in moved - smooth:
        raise TrainingError(
            f"{_place(blocking)} has no slope, so nothing before it can learn by backpropagation: put Sigmoid or Tanh in its "
            "place, or choose the perceptron rule."
        )


def _place(op: Op) -> str:
    label = op.outputs[0].rpartition(".")[0]
    return f"‘{label}’ ({op.type})" if label else op.type


register(Rule(
    "backpropagation", "Down the slope of the loss, found backwards through the network: Rumelhart, Hinton, Williams, 1986.",
    _descent,
))  # fmt: skip
