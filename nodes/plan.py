"""What is trained: a document's training step, its evaluation, its data, put together and checked before the first step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike

from nodes.build import Built, Loss, build
from nodes.check import check
from nodes.document import Document, frozen
from nodes.layers.dataset import Dataset
from nodes.problems import Problem
from runtime.errors import TrainingError
from runtime.graph import Array, Graph
from runtime.initializers import draw
from runtime.recipe import Stage
from runtime.training_step import StepGraph, training_step


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
    def loss(self) -> Loss:
        return self.training.losses[0]

    @cached_property
    def step(self) -> StepGraph:
        """The training step, as it is run, saved and exported; it gives the loss, and what answers are read off."""
        judged = [] if self.loss.decision == "none" else [self.loss.prediction]
        return training_step(self.training.graph, self.loss.value, self.stage.updates[0], judged)

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
    return found


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
    slots = {k: v for k, v in document.training.slots.items() if shapes.get(k.split(":")[0]) == v.shape}
    if len(weights) == len(document.weights) and len(slots) == len(document.training.slots):
        return document
    training = type(document.training)(slots, document.training.progress)
    return document.changed(weights=weights, training=training)
