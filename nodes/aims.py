"""Aims: what a stage lowers, what it moves, and how that is reported, in a network that is built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from onnx import helper

from nodes.build import Built, Loss, NodeBuilt, first_judged, weighted
from nodes.document import own
from nodes.layer import LossLayer
from runtime.errors import TrainingError
from runtime.graph import Graph, Value
from runtime.recipe import Stage, Update
from runtime.training_step import behind, chosen_parameters, copied


@dataclass(frozen=True)
class Aims:
    """The losses of a stage's updates, in their order, in `graph`: the built one, and what they add to it.

    `shown` are the same as they are reported: per sample where a loss sums over a batch, so that batches of any size
    compare. `judged` is the loss off whose prediction answers are read, if any; `mass` is by what the first loss was
    divided, where that is not the number of samples.
    """

    graph: Graph
    losses: tuple[Value, ...]
    shown: tuple[Value, ...]
    judged: Loss | None = None
    mass: Value | None = None

    @property
    def sums(self) -> bool:
        """Whether a loss is reported otherwise than it is lowered."""
        return self.losses != self.shown


def aims(built: Built, stage: Stage) -> Aims:
    """What the updates of `stage` lower in `built`. Raises `TrainingError` for a name of no loss."""
    g = copied(built.graph)
    found = [_aim(g, built, update.loss) for update in stage.updates]
    first = stage.updates[0].loss
    chosen = _chosen(built, first)
    mass = _mass(g, built, chosen[0]) if len(chosen) == 1 and (first or chosen[0].weight == 1) else None
    return Aims(g, tuple(value for value, _ in found), tuple(shown for _, shown in found), first_judged(chosen), mass)


def _chosen(built: Built, named: str) -> list[Loss]:
    """The losses that a name means: of one node, or of several (``n5+n6``); all of them where it is empty."""
    names = named.split("+")
    return [loss for loss in built.losses if not named or loss.node in names or own(loss.node) in names]


def _aim(g: Graph, built: Built, named: str) -> tuple[Value, Value]:
    """One loss, or the weighted sum of all, as it is lowered and as it is shown."""
    chosen = _chosen(built, named)
    if not named and built.loss is not None:
        return built.loss, _shown_sum(g, built.loss, chosen)
    if named and all(_chosen(built, name) for name in named.split("+")):
        if len(chosen) == 1:
            return chosen[0].value, _per_sample(g, chosen[0])
        total = weighted(g, [(loss.value, loss.weight) for loss in chosen])
        return total, _shown_sum(g, total, chosen)
    path, info = learner(built, named)
    if info is None or info.layer is None:
        what = f"names the loss ‘{named}’, and no loss has that id" if named else "finds no loss in the network"
        raise TrainingError(f"its update {what}: {'leave the name empty' if named else 'add one'}.")
    with g.scope(layer=path, label=path.replace("/", "_"), phase="forward"):
        own_loss = info.layer.own_loss(g, info.inputs, info.outputs)
    assert own_loss is not None
    return own_loss, own_loss


def learner(built: Built, named: str) -> tuple[str, NodeBuilt | None]:
    """The layer of that id which knows by itself what it lowers (an RBM), with its path; None if there is none."""
    for path, info in built.nodes.items():
        if named in (path, own(path)) and info.layer is not None and info.outputs and info.layer.learns_alone:
            return path, info
    return named, None


def _shown_sum(g: Graph, total: Value, chosen: Sequence[Loss]) -> Value:
    if not any(loss.summed for loss in chosen):
        return total
    return weighted(g, [(_per_sample(g, loss), loss.weight) for loss in chosen])


def _per_sample(g: Graph, loss: Loss) -> Value:
    """A loss that sums over a batch, divided by the batch's samples."""
    if not loss.summed:
        return loss.value
    with g.scope(layer="", label="per_sample"):
        count = g.Gather(g.Shape(loss.prediction), g.constant(0, np.int64, "first"), axis=0)
        result: Value = g.Div(loss.value, g.Cast(count, to=int(helper.np_dtype_to_tensor_dtype(g.dtype))))
    return result


def _mass(g: Graph, built: Built, loss: Loss) -> Value | None:
    layer = built.nodes[loss.node].layer
    if not isinstance(layer, LossLayer) or loss.summed:
        return None
    with g.scope(layer="", label="mass"):
        return layer.mass(g, loss.prediction, loss.target)


# -- what learns ---------------------------------------------------------------------------------------------------------
def settled_stage(built: Built, stage: Stage, found: Aims) -> Stage:
    """`stage` with the keys of the parameters that each update moves, where it names layers, blocks or an RBM. Raises
    `TrainingError` for a name that nothing has."""
    pairs = zip(stage.updates, found.losses, strict=True)
    updates = tuple(_settled(built, update, found.graph, loss) for update, loss in pairs)
    if len(updates) > 1:
        _require_apart(found, updates)
    return replace(stage, updates=updates)


def _require_apart(found: Aims, updates: Sequence[Update]) -> None:
    moved: set[str] = set()
    for update, loss in zip(updates, found.losses, strict=True):
        for parameter in chosen_parameters(found.graph, update, loss):
            if parameter.name in moved:
                raise TrainingError(f"two updates move {parameter.name}: name what each of them trains.")
            moved.add(parameter.name)


def misnamed(built: Built, stage: Stage) -> str:
    """What is wrong with the names in a stage, in a sentence; empty for nothing."""
    if len(stage.updates) == 1 and not stage.updates[0].loss and stage.updates[0].parameters is None:
        return ""
    try:
        settled_stage(built, stage, aims(built, stage))
    except TrainingError as error:
        return str(error)
    return ""


def _settled(built: Built, update: Update, g: Graph, loss: Value) -> Update:
    path, alone = learner(built, update.loss) if update.loss else ("", None)
    names = (path,) if update.parameters is None and alone is not None else update.parameters
    if names is None:
        return update
    keys = dict.fromkeys(key for name in names for key in _keys(built, update, name, behind(g, [loss])))
    return replace(update, parameters=tuple(keys))


def _keys(built: Built, update: Update, name: str, reached: set[str]) -> Iterator[str]:
    """The keys that a name stands for: a parameter, or all trained ones of a layer or a block (of which backpropagation
    moves those that the loss depends on)."""
    parameters = {p.key: p for p in built.graph.parameters.values()}
    if name in parameters and parameters[name].kind == "trained":
        yield name
        return
    inside = [p for p in parameters.values() if _is_in(p.key, name)]
    trained = [p for p in inside if p.kind == "trained"]
    useful = [p for p in trained if p.name in reached or update.rule != "backpropagation"]
    if not useful:
        drawing = built.plain.drawing
        node = drawing.nodes.get(own(name))
        shown = f"‘{node.name or node.id}’" if node else f"‘{name}’"
        raise TrainingError(f"its update trains {shown}, {_why_not(name, inside, trained, node is not None)}")
    yield from (p.key for p in useful)


def _is_in(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}/") or name in key.split("/")[:-1][::2]


def _why_not(name: str, inside: Sequence[object], trained: Sequence[object], known: bool) -> str:
    if trained:
        return "which its loss does not depend on: name another loss, or another layer."
    if inside:
        return "which is frozen: unfreeze it, or name another layer."
    if known:
        return "which has no weights: name another layer."
    return "and no layer, block or parameter has that id: name another one."
