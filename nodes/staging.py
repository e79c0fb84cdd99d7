"""Staging: a document by other stages of training (which stays where it stands), and what a stage says, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nodes.build import Built
from nodes.document import Document, Node, Training, own
from nodes.layer import LossLayer, layer_type
from runtime.checkpoint import progress_from_json
from runtime.recipe import Recipe, Update
from runtime.stages import followed, place, restaged

#: The rule by which a Boltzmann machine learns.
MACHINES = "contrastive divergence"
#: So many layers are named; more are counted.
FEW = 3


def by_recipe(document: Document, recipe: Recipe) -> Document:
    """`document` by another recipe. Where training leaves its stage, that one's optimizer state and best weights go."""
    stages, after = document.recipe.stages, recipe.stages
    if not document.training.progress or stages == after:
        return document.changed(recipe=recipe)
    before = progress_from_json(document.training.progress)
    progress = restaged(before, stages, after)
    if progress is before:
        return document.changed(recipe=recipe)
    stays = not before.step or place(followed(stages, after), before.stage) is not None
    training = replace(document.training, progress=progress.to_json()) if stays else Training(progress=progress.to_json())
    return document.changed(recipe=recipe, training=training)


# -- what a stage may name -------------------------------------------------------------------------------------------------
def aims_on_offer(document: Document) -> dict[str, str]:
    """What an update may lower, by id, and how it is called: each loss, and each layer that learns alone (an RBM)."""
    found = [n for n in document.nodes.values() if n.known and not n.bypassed and _may_be_aimed_at(n)]
    return {n.id: n.name or n.type for n in found}


def _may_be_aimed_at(node: Node) -> bool:
    cls = layer_type(node.type)
    return issubclass(cls, LossLayer) or cls.learns_alone


def learns_alone(document: Document, named: str) -> bool:
    """Whether that is the id of a layer that knows by itself what it lowers."""
    node = document.nodes.get(own(named))
    return node is not None and node.known and layer_type(node.type).learns_alone


def pupils(document: Document, built: Built) -> dict[str, str]:
    """The layers and blocks on the outermost level that have something to learn, by id, and how they are called."""
    ids = dict.fromkeys(p.key.split("/")[0] for p in built.graph.parameters.values() if p.kind == "trained")
    return {i: document.nodes[i].name or document.nodes[i].type for i in ids if i in document.nodes}


def datasets(document: Document) -> dict[str, str]:
    """The Dataset nodes by id, and how they are called."""
    return {n.id: n.name or n.type for n in document.nodes.values() if n.type == "Dataset"}


def aimed(document: Document, update: Update, loss: str) -> dict[str, Any]:
    """The changes of an update that is to lower something else: a machine learns by itself, by its own rule."""
    alone, before = learns_alone(document, loss), learns_alone(document, update.loss)
    if alone or before:
        rule = MACHINES if alone else Update().rule
        return {"loss": loss, "parameters": None} | ({} if alone and before else {"rule": rule})
    return {"loss": loss}


# -- in words --------------------------------------------------------------------------------------------------------------
def called(document: Document, name: str) -> str:
    """How a layer, block or parameter that a stage names is called: ``conv1``, ``conv1: weight``."""
    if (node := document.nodes.get(own(name))) is not None:
        return node.name or node.type
    of, _, parameter = name.rpartition("/")
    node = document.nodes.get(own(of))
    return f"{node.name or node.type}: {parameter}" if node is not None else f"‘{name}’"


def lowered(document: Document, update: Update) -> str:
    """What an update lowers: ``rbm1``, ``real + fake``, ``all losses``."""
    if update.loss:
        return " + ".join(called(document, name) for name in update.loss.split("+"))
    found = [name for id, name in aims_on_offer(document).items() if not learns_alone(document, id)]
    return found[0] if len(found) == 1 else "all losses"


def learning(document: Document, update: Update) -> str:
    """What an update moves: ``encoder 1, decoder 1``, ``5 layers``, ``all layers``."""
    if update.parameters is None:
        return called(document, update.loss) if learns_alone(document, update.loss) else "all layers"
    names = [called(document, name) for name in update.parameters]
    return ", ".join(names) if len(names) <= FEW else f"{len(names)} layers"


# -- how far training has come ---------------------------------------------------------------------------------------------
DONE, NOW, AHEAD, SKIPPED = "done", "now", "ahead", "skipped"


def state(document: Document, index: int) -> tuple[str, int]:
    """How a stage stands to the training, and how many epochs it was trained. Skipped is what was put before the stage in
    which training stands, without having been trained."""
    progress = document.training.progress
    if not progress.get("step") or index > document.standing:
        return AHEAD, 0
    if index == document.standing:
        epochs = int(progress["stage_epoch"])
        over = progress["stopped_early"] or epochs >= document.recipe.stages[index].epochs
        return DONE if over else NOW, epochs
    begun = progress.get("begun", ())
    ends = [epoch for _, epoch in begun[1:]] + [progress["epoch"]]
    count = sum(end - began for (stage, began), end in zip(begun, ends, strict=False) if stage == index)
    return (DONE if count or not begun else SKIPPED), count


def borders(document: Document) -> list[tuple[float, str]]:
    """The epochs after which a stage of the training began, and what it is called; none where all of it was one stage."""
    stages, begun = document.recipe.stages, document.training.progress.get("begun", ())
    return [(float(epoch), title(document.recipe, i)) for i, epoch in begun if i < len(stages)]


def title(recipe: Recipe, index: int) -> str:
    """A stage's name, or its number."""
    return recipe.stages[index].name or f"Stage {index + 1}"
