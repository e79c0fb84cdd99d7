"""Likenesses: pictures that a network is shown, what it makes of them, what its machine dreams or its generator makes up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod

import numpy as np

from nodes.aims import learner
from nodes.build import Built, Loss
from nodes.document import Document, own
from nodes.dreams import Dreamer, dreamers, dreams, stacked
from nodes.inventions import generates, inventions
from nodes.layers.binary_cross_entropy import BinaryCrossEntropy
from nodes.losses import logits
from nodes.plan import Plan, initial_weights
from nodes.probe import feeds
from runtime.data import Dataset
from runtime.engines import Engine
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value, prune
from runtime.training_step import copied

#: How many pictures, and the steps of Gibbs sampling from noise to a dream.
COUNT, STEPS = 10, 50
#: Operators that leave a picture's numbers as they are.
KEEPING = ("Reshape", "Flatten", "Identity")


@dataclass(frozen=True, eq=False)
class Likenesses:
    """Pictures in [0, 1], each (count, 1 or 3, height, width), by what is called `name`; what is not to be had has none.
    `steps` of Gibbs sampling came before the dreams; 0: they are made up from random numbers."""

    name: str
    samples: Array
    made: Array
    dreams: Array
    steps: int = 0


def shows_likenesses(plan: Plan) -> bool:
    """Whether `likenesses` may have something to show: told without the weights, which are not to be had for nothing."""
    if not _is_picture(plan.dataset.info.sample_shape):
        return False
    alone = any(info.layer is not None and info.layer.learns_alone for info in plan.evaluation.nodes.values())
    return alone or _autoencoder(plan) is not None or generates(plan.document)


def _is_picture(shape: Sequence[int]) -> bool:
    return len(shape) == 3 and shape[0] in (1, 3)


def likenesses(document: Document, plan: Plan, dataset: Dataset, engine: Engine) -> Likenesses | None:
    """What the present stage's machine, autoencoder or generator makes of validation pictures or by itself; None where the
    network has none of them, or its data are no pictures."""
    split = dataset.validation if len(dataset.validation) else dataset.train
    shape = split.samples.shape[1:]
    if not _is_picture(shape):
        return None
    stack = _machines(document, plan, prod(shape))
    loss = None if stack else _autoencoder(plan)
    invented = split.samples[:0] if stack else _invented(document, shape, engine)
    if not stack and loss is None:
        return Likenesses("the network", split.samples[:0], split.samples[:0], invented) if len(invented) else None
    g = copied(plan.evaluation.graph)
    g.outputs = [_remembered(g, stack) if loss is None else decoded(g, plan.evaluation, loss)]
    prune(g)
    samples, labels = split.samples[:COUNT], split.labels[:COUNT]
    given = feeds(g, initial_weights(document, g), samples, labels)
    made = engine.load(g).run(given)[g.outputs[0].name]
    if made.size != samples.size:
        return None
    seen, again = _pictures(samples, shape), _pictures(made, shape)
    if not stack:
        return Likenesses("the network", seen, again, invented)
    dreamt = dreams(document, COUNT, STEPS, document.recipe.seed, engine.name, stack[-1].path)
    return Likenesses(stack[-1].name, seen, again, _pictures(dreamt, shape), STEPS)


def _invented(document: Document, shape: Sequence[int], engine: Engine) -> Array:
    """Pictures made up from random numbers; none where the network makes up none, or something else."""
    found = np.zeros((0, 0), np.float32)
    if generates(document):
        with suppress(TrainingError):  # its numbers lead elsewhere
            found = inventions(document, COUNT, document.recipe.seed, engine.name)
    return _pictures(found if found.size == COUNT * prod(shape) else found[:0], shape)


def _pictures(numbers: Array, shape: Sequence[int]) -> Array:
    """As pictures of numbers from 0 to 1."""
    result: Array = np.clip(np.nan_to_num(numbers.reshape(-1, *shape)), 0, 1).astype(np.float32)
    return result


def _machines(document: Document, plan: Plan, pixels: int) -> list[Dreamer]:
    """The machine that learns in the present stage, or else the last one, with those below it, the lowest first; none where
    the lowest does not see pictures."""
    found = dreamers(plan.evaluation, document)
    path, alone = learner(plan.evaluation, plan.document.recipe.stages[plan.index].updates[0].loss)
    stack = stacked(found, path if alone else "")
    return stack if stack and len(stack[0].numbers["visible_bias"]) == pixels else []


def _remembered(g: Graph, stack: Sequence[Dreamer]) -> Value:
    """From what the top machine sees to its hidden units, and down again through all."""
    with g.scope(layer=stack[-1].path, label="remembered", phase="forward"):
        machines = [d.machine(g) for d in stack]
        state = machines[-1].hidden(g.values[stack[-1].seen.name])
        for machine in reversed(machines):
            state = machine.visible(state)
    return state


def _autoencoder(plan: Plan) -> Loss | None:
    """The loss whose target is the picture itself: the stage's own, or else the last such."""
    sample = plan.evaluation.nodes[plan.data_node].outputs["sample"]
    comes_from = _origin(plan.evaluation.graph)
    found = [loss for loss in plan.evaluation.losses if comes_from(loss.target.name) == sample.name]
    named = plan.document.recipe.stages[plan.index].updates[0].loss.split("+")
    return next((loss for loss in found if own(loss.node) in named), found[-1] if found else None)


def _origin(g: Graph) -> Callable[[str], str]:
    """Of a value's name, that of which it has the numbers, in another shape."""
    kept = {out: op.inputs[0] for op in g.ops if op.type in KEEPING for out in op.outputs}

    def origin(name: str) -> str:
        while name in kept:
            name = kept[name]
        return name

    return origin


def decoded(g: Graph, built: Built, loss: Loss) -> Value:
    """What the loss compares with its target, as that is written: probabilities from 0 to 1 where it takes logits."""
    prediction = g.values[loss.prediction.name]
    if isinstance(built.nodes[loss.node].layer, BinaryCrossEntropy) and logits(g, prediction, "Sigmoid") is prediction:
        with g.scope(layer=loss.node, label="decoded", phase="forward"):
            prediction = g.Sigmoid(prediction)
    return prediction
