"""Contrastive divergence: a Boltzmann machine learns to dream what it sees.

G. Hinton, Training Products of Experts by Minimizing Contrastive Divergence, 2002. The likelihood's slope by W is the
mean of vᵀh over the data less that over the machine's own states; a few steps of Gibbs sampling from the data stand for
the latter. T. Tieleman, 2008: chains of their own, carried from step to step, stand for it better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from onnx import helper

from runtime.boltzmann import ROLES, Machine
from runtime.errors import TrainingError
from runtime.graph import Graph, Parameter, Value
from runtime.recipe import Stage, Update
from runtime.rules.registry import Rule, Site, register, settings_of
from runtime.settings import Setting

if TYPE_CHECKING:
    from runtime.task import Task


def _descent(site: Site) -> dict[str, Value]:
    """Minus the slope of the likelihood: statistics of the machine less those of the data."""
    g, parts, settings = site.g, _parts(site.chosen), settings_of(site.update)
    weight = parts[0]
    seen = _seen(g, weight)
    chains = int(settings["chains"])
    with g.scope(layer=weight.key.rpartition("/")[0], label=weight.name.rpartition(".")[0], phase="backward"):
        w, a, b = (g.values[p.name] for p in parts)
        machine = Machine(g, w, a, b, weight.key)
        seen = machine.drawn(seen, "below") if settings["sample_below"] else seen
        start = site.remember(weight, "chain", (chains, weight.shape[0])) if chains else seen
        dreamt = machine.gibbs(start, int(settings["k"]))
        data, model = (_statistics(g, v, machine.hidden(v)) for v in (seen, dreamt))
        found = {p.name: g.Sub(m, d) for p, m, d in zip(parts, model, data, strict=True)}
    if chains:
        site.carried(start.name, dreamt)
    return found


def _statistics(g: Graph, v: Value, h: Value) -> tuple[Value, Value, Value]:
    """Means over the batch of vᵀh, v and h: for the weight, the visible and the hidden bias."""
    kind = helper.np_dtype_to_tensor_dtype(v.dtype)
    count = g.Cast(g.Gather(g.Shape(v), g.constant(0, np.int64, "first"), axis=0), to=kind)
    batch = g.constant([0], np.int64, "axes")
    product = g.MatMul(g.Transpose(v, perm=[1, 0]), h)
    sums = (product, g.ReduceSum(v, batch, keepdims=0), g.ReduceSum(h, batch, keepdims=0))
    first, second, third = (g.Div(s, count) for s in sums)
    return first, second, third


def _parts(chosen: Sequence[Parameter]) -> list[Parameter]:
    """The machine's weight, visible and hidden bias, by their roles."""
    found = {role: [p for p in chosen if p.role == role] for role in ROLES}
    if len(chosen) != len(ROLES) or any(len(ps) != 1 for ps in found.values()):
        names = ", ".join(p.name for p in chosen)
        raise TrainingError(
            f"Contrastive divergence trains one Boltzmann machine, and here {names} would change: name the one RBM layer as "
            "the update's loss, or freeze the others."
        )
    return [found[role][0] for role in ROLES]


def _seen(g: Graph, weight: Parameter) -> Value:
    """What the visible units are given: (N, n)."""
    for op in g.ops:
        if op.type == "MatMul" and op.inputs[1] == weight.name:
            return g.values[op.inputs[0]]
    raise TrainingError(f"Contrastive divergence finds nothing that {weight.name} looks at: wire a vector into its layer.")


def _check(task: Task, stage: Stage, update: Update, loss: Value) -> None:
    from runtime.training_step import chosen_parameters

    _parts(chosen_parameters(task.forward, update, loss))


register(Rule(
    "contrastive divergence", "A Boltzmann machine learns to dream what it sees: Hinton, 2002; with chains of their own, "
    "Tieleman, 2008.",
    _descent,
    settings=(
        Setting("k", 1, 1, 25, "Steps of Gibbs sampling in each update.", whole=True),
        Setting("chains", 0, 0, 10_000, "Persistent chains that dream on between updates; 0: each starts at the data.", True),
        Setting("sample_below", 0, 0, 1, "1: it sees 0 and 1, drawn with the probabilities that it is given.", True),
    ),
    check=_check,
))  # fmt: skip
