"""What is trained: a document's training step, its evaluation, its data, put together and checked before the first step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike

from nodes.aims import Aims, aims, settled_stage
from nodes.build import Built, Loss, build
from nodes.check import check
from nodes.document import Document, frozen
from nodes.layers.dataset import Dataset
from nodes.problems import Problem
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value
from runtime.initializers import draw
from runtime.recipe import Stage
from runtime.stages import mark
from runtime.training_step import StepGraph, behind, training_step


class NotReady(TrainingError):
    """A network that cannot be trained as it stands, with the problem and what repairs it."""

    def __init__(self, problem: Problem) -> None:
        repair = f" ({problem.repairs[0].title}.)" if problem.repairs else ""
        super().__init__(problem.sentence + repair)
        self.problem = problem


@dataclass(frozen=True)
class Network:
    """A document built in both modes, for all stages of its recipe."""

    document: Document
    training: Built
    dtype: DTypeLike = np.float32

    @cached_property
    def evaluation(self) -> Built:
        """The same network without what exists in training only, with its losses."""
        return build(self.document, "evaluation", self.dtype)


@dataclass(frozen=True)
class Plan:
    """One stage of a document's recipe, ready to be run: see `plan`."""

    network: Network
    index: int

    @property
    def document(self) -> Document:
        return self.network.document

    @property
    def training(self) -> Built:
        return self.network.training

    @property
    def evaluation(self) -> Built:
        return self.network.evaluation

    @cached_property
    def stage(self) -> Stage:
        """The stage, with the keys of what each update moves."""
        return settled_stage(self.training, self.document.recipe.stages[self.index], self.aims)

    @cached_property
    def aims(self) -> Aims:
        """What the stage lowers."""
        return aims(self.training, self.document.recipe.stages[self.index])

    @cached_property
    def evaluated(self) -> Aims:
        """The same in evaluation."""
        return aims(self.evaluation, self.document.recipe.stages[self.index])

    @property
    def loss(self) -> Value:
        """What the stage's first update lowers."""
        return self.aims.losses[0]

    @property
    def judged(self) -> Loss | None:
        """The loss off whose prediction answers are read; None where a layer learns for itself."""
        return self.aims.judged

    @property
    def decision(self) -> str:
        return self.judged.decision if self.judged else "none"

    @cached_property
    def carry(self) -> dict[str, Value]:
        """What the forward pass itself updates (running statistics), of the layers that the stage's losses need."""
        g = self.aims.graph
        needed = behind(g, self.aims.losses)
        layers = {op.layer for op in g.ops if not needed.isdisjoint(op.outputs)}
        return {n: value for n, value in g.carried.items() if g.parameters[n].key.rpartition("/")[0] in layers}

    @cached_property
    def step(self) -> StepGraph:
        """The training step, as it is run, saved and exported; it gives the loss, and what answers are read off."""
        found, updates = self.aims, self.stage.updates
        answers = [] if self.judged is None or self.decision == "none" else [self.judged.prediction]
        further = list(zip(found.losses[1:], updates[1:], strict=True))
        return training_step(found.graph, found.losses[0], updates[0], answers, self.carry, self.decision, further)

    @property
    def data_node(self) -> str:
        named = self.document.recipe.stages[self.index].data
        found = [n.id for n in self.document.nodes.values() if n.type == "Dataset" and (not named or n.id == named)]
        if not found:
            raise TrainingError("The network has no Dataset to train on: add one and wire its sample and label.")
        return found[0]

    @cached_property
    def dark(self) -> set[str]:
        """The nodes, by their paths, that need the data of other stages."""
        plain = self.training.plain.document
        others = [n.id for n in plain.nodes.values() if n.type == "Dataset" and n.id != self.data_node]
        return set().union(*(plain.downstream(id) for id in others))

    @property
    def dataset(self) -> Dataset:
        layer = self.document.nodes[self.data_node].layer()
        assert isinstance(layer, Dataset)
        return layer


def plan(document: Document, dtype: DTypeLike = np.float32, stage: int | None = None) -> Plan:
    """The plan of one of `document`'s stages: the one in which its training stands, if none is given; −1 is the last, whose
    loss is what the network is for. Raises `NotReady` with its first error."""
    return plans(document, dtype)[document.standing if stage is None else stage]


def plans(document: Document, dtype: DTypeLike = np.float32) -> tuple[Plan, ...]:
    """The plans of all stages, over one build. Raises `NotReady` with the first error, `TrainingError` for a stage that names
    what is not there."""
    checked = check(document)
    if checked.errors:
        raise NotReady(checked.errors[0])
    built = checked.built if np.dtype(dtype) == np.float32 else build(document, "training", dtype)
    network, stages = Network(document, built, dtype), document.recipe.stages
    found = tuple(Plan(network, index) for index in range(len(stages)))
    for one in found:
        try:
            assert one.data_node and one.stage.updates
        except TrainingError as error:
            raise TrainingError(mark(stages, one.index).sentence(str(error))) from None
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
    slots = {k: v for k, v in document.training.slots.items() if k.split(":")[0] in weights}
    old = document.training.best
    best = old if {k: v.shape for k, v in old.items()} == shapes else {}  # of a part of the network they are no good
    kept = (len(weights), len(slots), len(best))
    if kept == (len(document.weights), len(document.training.slots), len(old)):
        return document
    return document.changed(weights=weights, training=replace(document.training, slots=slots, best=best))
