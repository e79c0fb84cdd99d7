"""What is trained: a document's training step, its evaluation, its data, put together and checked before the first step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike
from onnx import helper

from nodes.build import Built, Loss, build
from nodes.check import check
from nodes.document import Document, frozen
from nodes.layers.dataset import Dataset
from nodes.problems import Problem
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value
from runtime.initializers import draw
from runtime.recipe import Stage
from runtime.training_step import StepGraph, copied, training_step


class NotReady(TrainingError):
    """A network that cannot be trained as it stands, with the problem and what repairs it."""

    def __init__(self, problem: Problem) -> None:
        repair = f" ({problem.repairs[0].title}.)" if problem.repairs else ""
        super().__init__(problem.sentence + repair)
        self.problem = problem


@dataclass(frozen=True)
class Plan:
    """One stage of a document's recipe, ready to be run: see `plan`."""

    document: Document
    training: Built
    stage: Stage
    dtype: DTypeLike = np.float32

    @property
    def loss(self) -> Value:
        """What the training lowers: the recipe's one loss, or the weighted sum of all."""
        return chosen_loss(self.training, self.stage)

    @property
    def judged(self) -> Loss:
        """The loss off whose prediction answers are read."""
        assert self.training.judged is not None  # `plan` checked that there is one
        return self.training.judged

    @cached_property
    def step(self) -> StepGraph:
        """The training step, as it is run, saved and exported; it gives the loss, and what answers are read off."""
        answers = [] if self.judged.decision == "none" else [self.judged.prediction]
        g, judged = self.training.graph, self.judged
        return training_step(g, self.loss, self.stage.updates[0], answers, g.carried, judged.decision)

    @cached_property
    def evaluation(self) -> Built:
        """The same network without what exists in training only, with its loss."""
        return build(self.document, "evaluation", self.dtype)

    @property
    def data_node(self) -> str:
        named = self.stage.data
        found = [n.id for n in self.document.nodes.values() if n.type == "Dataset" and (not named or n.id == named)]
        if not found:
            raise TrainingError("The network has no Dataset to train on: add one and wire its sample and label.")
        return found[0]

    @property
    def dataset(self) -> Dataset:
        layer = self.document.nodes[self.data_node].layer()
        assert isinstance(layer, Dataset)
        return layer


def plan(document: Document, dtype: DTypeLike = np.float32) -> Plan:
    """The plan of `document`'s first stage. Raises `NotReady` with its first error."""
    checked = check(document)
    if checked.errors:
        raise NotReady(checked.errors[0])
    built = checked.built if np.dtype(dtype) == np.float32 else build(document, "training", dtype)
    found = Plan(document, built, document.recipe.stages[0], dtype)
    if not found.data_node:
        raise TrainingError("The network has no Dataset to train on: add one.")
    chosen_loss(built, found.stage)
    return found


def chosen_loss(built: Built, stage: Stage) -> Value:
    """The loss that the stage's update names, or the weighted sum of all. Raises `TrainingError` for a name of no loss."""
    named = stage.updates[0].loss
    found = built.loss if not named else next((loss.value for loss in built.losses if loss.node == named), None)
    if found is None:
        raise TrainingError(f"The recipe's update names the loss ‘{named}’, and no loss has that id: leave the name empty.")
    return found


def shown_loss(built: Built, stage: Stage) -> tuple[Graph, Value | None]:
    """`built`'s graph, and in it the loss as it is reported where one sums over a batch: divided by the batch's samples, so
    that batches of any size compare. None: the loss itself is a mean already."""
    named = stage.updates[0].loss
    chosen = [loss for loss in built.losses if named in ("", loss.node)]
    if not any(loss.summed for loss in chosen):
        return built.graph, None
    g = copied(built.graph)
    total: Value | None = None
    with g.scope(layer="", label="per_sample"):
        for loss in chosen:
            part = _per_sample(g, loss) if loss.summed else loss.value
            part = part if named or loss.weight == 1 else g.Mul(part, loss.weight)
            total = part if total is None else g.Add(total, part)
    return g, total


def _per_sample(g: Graph, loss: Loss) -> Value:
    count = g.Gather(g.Shape(loss.prediction), g.constant(0, np.int64, "first"), axis=0)
    result: Value = g.Div(loss.value, g.Cast(count, to=int(helper.np_dtype_to_tensor_dtype(g.dtype))))
    return result


def initial_weights(document: Document, graph: Graph) -> dict[str, Array]:
    """Every parameter's numbers by value name: the document's where their shape fits, else drawn from the seed."""
    result = {}
    for name, parameter in graph.parameters.items():
        kept = document.weights.get(parameter.key)
        fits = kept is not None and kept.shape == parameter.shape
        result[name] = kept if fits and kept is not None else frozen(draw(parameter, document.recipe.seed, graph.dtype))
    return result


def settled(document: Document) -> Document:
    """`document` without the weights and optimizer state that no layer of it has a place for any more."""
    shapes = {p.key: p.shape for p in build(document, "training").graph.parameters.values()}
    weights = {k: v for k, v in document.weights.items() if shapes.get(k) == v.shape}
    slots = {k: v for k, v in document.training.slots.items() if k.split(":")[0] in weights}
    old = document.training.best
    best = old if {k: v.shape for k, v in old.items()} == shapes else {}  # of a part of the network they are no good
    kept = (len(weights), len(slots), len(best))
    if kept == (len(document.weights), len(document.training.slots), len(old)):
        return document
    return document.changed(weights=weights, training=replace(document.training, slots=slots, best=best))
