"""The perceptron rule: one sample at a time, and only mistakes change the weights.

F. Rosenblatt, The perceptron, 1958. A mistake adds the sample to the weights of a unit that should have fired, and takes
it away from those of one that should not: w ← w + η (t − y) x. If a line separates the classes, the mistakes come to an
end (Novikoff, 1962). If none does, the weights stay bounded and come back to where they were: a cycle (Minsky and
Papert, 1969).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from onnx import helper

from runtime.autodiff import gradients
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Parameter, Value
from runtime.metrics import CUT
from runtime.ops import NOT_DIFFERENTIABLE
from runtime.recipe import Stage, Update
from runtime.rules.registry import Ending, Rule, Site, register

if TYPE_CHECKING:
    from runtime.engines.protocol import Engine
    from runtime.task import Task

#: Numbers in the linear program, at most: beyond that it would take minutes.
LARGEST = 2_000_000
#: Operators whose slope is 0 nowhere: a loss with one of them on top of the output pulls at right answers too.
NEVER_FLAT = {"Softplus", "LogSoftmax", "Softmax", "Sigmoid", "Log", "Exp"}


def _descent(site: Site) -> dict[str, Value]:
    """−η is the optimizer's: a weight's direction is xᵀe, a bias's Σ e, with e = 1 where a unit gave too much, −1 where too
    little, 0 where it was right."""
    g, (weight, bias) = site.g, _unit(site.chosen)
    if not site.outputs:
        raise TrainingError("The perceptron rule needs answers that are right or wrong: give the loss a class as its target.")
    error = _mistakes(site, weight)
    with g.scope(layer="", label="", phase="backward"):
        found = {weight.name: g.MatMul(g.Transpose(_input(g, weight), perm=[1, 0]), error)}
        if bias is not None:
            found[bias.name] = g.ReduceSum(error, g.constant([0], np.int64, "axes"), keepdims=0)
    return found


def _mistakes(site: Site, weight: Parameter) -> Value:
    """e, (N, units). One unit: its answer, as it is read off the output, less the truth. Several that have a slope: the class
    answered less the true one (the rule of several classes, Duda and Hart, 1973). Threshold units each for itself: the loss
    says which is wrong, e is the sign of its slope by the output."""
    g, y = site.g, site.outputs[0]
    label = next((v for v in g.inputs if v.role == "label" and v.rank == y.rank - 1 and y.rank == 2), None)
    if label is None or site.decision == "none" or (site.decision == "argmax" and not _sloped(g, y, weight)):
        pulled: Value = g.Sign(gradients(g, site.loss, [y])[y.name])
        return pulled
    column = g.Unsqueeze(label, g.constant([1], np.int64, "axes"))
    if site.decision in CUT:
        answer, truth = g.Greater(y, CUT[site.decision]), g.Greater(column, 0)
    else:
        classes = g.constant(np.arange(weight.shape[1])[None], np.int64, "classes")
        answer, truth = g.Equal(g.ArgMax(y, axis=1, keepdims=1), classes), g.Equal(column, classes)
    error: Value = g.Sub(_like(g, answer, y), _like(g, truth, y))
    return error


def _like(g: Graph, flags: Value, y: Value) -> Value:
    numbers: Value = g.Cast(flags, to=int(helper.np_dtype_to_tensor_dtype(y.dtype)))
    return numbers


def _sloped(g: Graph, y: Value, weight: Parameter) -> bool:
    """Whether `y` has a slope by `weight`: no threshold stands between."""
    found = {y.name}
    for op in reversed(g.ops):
        if op.type not in NOT_DIFFERENTIABLE and not found.isdisjoint(op.outputs):
            found.update(op.reads)
    return weight.name in found


def _unit(parameters: Sequence[Parameter]) -> tuple[Parameter, Parameter | None]:
    """The one weight and the bias that may change, by their roles."""
    weights = [p for p in parameters if p.role == "weight" and len(p.shape) == 2]
    biases = [p for p in parameters if p.role == "bias"]
    if len(weights) != 1 or len(biases) > 1 or len(parameters) > len(weights) + len(biases):
        names = ", ".join(p.name for p in parameters)
        raise TrainingError(
            f"The perceptron rule trains one layer of weights, and here {names} would change: freeze the other layers, or "
            "choose backpropagation."
        )
    return weights[0], biases[0] if biases else None


def _input(g: Graph, weight: Parameter) -> Value:
    """What is multiplied with the weight: (N, in)."""
    for op in g.ops:
        if op.type == "MatMul" and op.inputs[1] == weight.name and g.values[op.inputs[0]].rank == 2:
            return g.values[op.inputs[0]]
    raise TrainingError(f"The perceptron rule needs a layer that multiplies vectors, and {weight.name}’s does not: use Dense.")


def _check(task: Task, stage: Stage, update: Update, loss: Value) -> None:
    from runtime.training_step import chosen_parameters

    if stage.batch_size != 1:
        size = task.batch_size(stage)
        words = f"The perceptron rule learns from one sample at a time, and its batches have {size:,}: set the batch size to 1."
        raise TrainingError(words)
    if task.decision == "none":
        raise TrainingError("The perceptron rule needs answers that are right or wrong: give the loss a class as its target.")
    _check_loss(task, chosen_parameters(task.forward, update, loss))


def _check_loss(task: Task, chosen: Sequence[Parameter]) -> None:
    """Several threshold units are right or wrong by the loss, whose slope has to be 0 where they are right."""
    g, y = task.forward, task.output
    weights = [p for p in chosen if p.role == "weight"]
    if y is None or task.decision != "argmax" or not weights or _sloped(g, y, weights[0]):
        return
    behind = {y.name}
    for op in g.ops:
        if not behind.isdisjoint(op.reads):
            behind.update(op.outputs)
            if op.type in NEVER_FLAT:
                raise TrainingError(
                    "The perceptron rule needs a loss that is 0 where threshold units are right, and this one never is: use "
                    "SquaredError behind Step or Sign units, or leave the units out."
                )


def _trace(weights: Mapping[str, Array], rate: float) -> str:
    """Starting anywhere, the weights move by whole samples times the rate: in such units, to three decimals."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(weights):
        digest.update(np.round(weights[name].astype(np.float64) / (rate or 1.0), 3).tobytes())
    return digest.hexdigest()


def _ended(loss: float, accuracy: float | None, trail: tuple[str, ...]) -> Ending | None:
    """A loss that is never 0 (BinaryCrossEntropy) does not hide that all is right and nothing moves any more."""
    if loss == 0 or (accuracy == 1 and trail[-1:] == trail[-2:-1]):
        return Ending("learnt", f"A whole epoch without a mistake, the {_nth(len(trail))}: the perceptron has learnt it.")
    if trail and trail[-1] in trail[:-1]:
        first = trail.index(trail[-1]) + 1
        length = len(trail) - first
        again = "every epoch ends with the same weights" if length == 1 else f"it repeats itself every {length} epochs"
        return Ending("cycle", f"After epoch {len(trail)} the weights are those after epoch {first}: {again}, for ever.")
    return None


def _nth(number: int) -> str:
    return f"{number}{'th' if 10 < number % 100 < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


# -- is there a line at all? ---------------------------------------------------------------------------------------------
def _explain(task: Task, stage: Stage, weights: Mapping[str, Array], engine: Engine) -> str:
    """Whether the classes can be separated, by a linear program for each unit."""
    from runtime.training_step import chosen_parameters

    weight, bias = _unit(chosen_parameters(task.forward, stage.updates[0], task.loss))
    if weight.shape[1] > 1 and task.output is not None and _sloped(task.forward, task.output, weight):
        return ""  # the largest answer wins: no class need be separable from all others
    rows = _features(task, weights, engine, _input(task.forward, weight))
    count, units = len(rows), weight.shape[1]
    if count * (rows.shape[1] + 1) * units > LARGEST:
        return ""
    labels = task.dataset.train.labels.reshape(count, -1)[:, 0]
    sides = [labels > 0] if units == 1 else [labels == unit for unit in range(units)]
    stuck = [unit for unit, side in enumerate(sides) if not separable(rows, side, bias is not None)]
    line = "line" if rows.shape[1] == 2 else "plane"
    if not stuck:
        return f"A {line} that separates the classes exists (a linear program finds it): train longer."
    which = "the classes" if units == 1 else f"class {', '.join(map(str, stuck))} from the rest"
    return f"No {line} separates {which} (a linear program proves it): add a hidden layer and use backpropagation."


def _features(task: Task, weights: Mapping[str, Array], engine: Engine, x: Value) -> Array:
    """What reaches the weight, for every training sample: (samples, in)."""
    from runtime.task import EVALUATION_BATCH, samples
    from runtime.training_step import copied

    graph = copied(task.forward)
    split = samples(task, graph, task.dataset.train)
    if x.name in split.arrays:
        return split.arrays[x.name]
    graph.outputs = [x]
    program = engine.load(graph, {n: a for n, a in weights.items() if n in graph.parameters})
    return np.concatenate([program.run(feeds)[x.name] for feeds, _ in split.parts(EVALUATION_BATCH)])


def separable(rows: Array, side: Array, bias: bool = True) -> bool:
    """Whether some w and b give w·x + b ≥ 1 where `side` is true, and ≤ −1 elsewhere. Rows (n, d), side (n,) of bool."""
    from scipy.optimize import linprog

    signs = np.where(side, 1.0, -1.0)[:, None]
    columns = np.hstack([rows, np.ones((len(rows), 1))]) if bias else rows
    table = -signs * columns.astype(np.float64)
    found = linprog(np.zeros(table.shape[1]), A_ub=table, b_ub=-np.ones(len(rows)), bounds=(None, None), method="highs")
    return bool(found.status == 0)


register(Rule(
    "perceptron", "One sample at a time, and only mistakes change the weights: w ← w + η (t − y) x. Rosenblatt, 1958. It stops "
    "after an epoch without a mistake.",
    _descent, ordered=True, check=_check, trace=_trace, ended=_ended, explain=_explain,
))  # fmt: skip
