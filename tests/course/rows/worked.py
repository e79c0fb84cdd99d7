"""Networks by hand: to every printed digit."""

from __future__ import annotations

import numpy as np

from nodes.example import new
from nodes.plan import initial_weights, plan
from nodes.training import Run
from runtime.data import load
from runtime.engines import engine
from runtime.events import StepDone
from runtime.graph import Array, prune
from runtime.training_step import copied
from tests.course.row import Number, Numbers, Place, row

#: Lee's two outputs for each of two inputs.
ANSWERS = ("f(1,−1)₁", "f(1,−1)₂", "f(0,0)₁", "f(0,0)₂")


def _losses(run: Run, epochs: int) -> list[float]:
    """The loss before each of so many steps."""
    return [event.loss for event in run.events(epochs) if isinstance(event, StepDone)]


@row(
    "mazur", "2-2-2 by hand, offsets held", "0.298371109, then 0.291027774 (w5 0.35891648); 3.51e-5 after 10,000",
    Number("first", "E", 8), Number("second", "after one step", 8), Number("w5", "w5", 7), Number("last", "after 10,000", 8),
    epochs="10,000", seeds=(1,),
)  # fmt: skip
def mazur(place: Place) -> Numbers:
    run = Run(new("mazur"))
    first, second = *_losses(run, 1), _losses(run, 1)[0]
    one = Run(new("mazur"))
    _losses(one, 1)
    weight = next(a for k, a in one.document().weights.items() if k.endswith("/weight") and a[0, 0] > 0.3)
    return {"first": first, "second": second, "w5": float(weight[0, 0]), "last": _losses(run, 9_999)[-1]}


@row(
    "lee", "three sigmoid layers", "0.62 0.83; 0.51 0.85", *(Number(name, name, 4) for name in ANSWERS), seeds=(1,),
)  # fmt: skip
def lee(place: Place) -> Numbers:
    answers = _answers("lee")
    return dict(zip(ANSWERS, answers.ravel().tolist(), strict=True))


@row(
    "temperature", "73.8, 75.8, 78.2 → 80.8", "y′ = −10.4, error 8317.44",
    Number("answer", "y′", 4), Number("loss", "error", 2), Number("last", "y′ after training", 2), epochs="200", seeds=(1,),
)  # fmt: skip
def temperature(place: Place) -> Numbers:
    run = Run(new("temperature"))
    loss = _losses(run, 200)
    return {"answer": float(_answers("temperature")[0, 0]), "loss": loss[0], "last": 80.8 - float(np.sqrt(loss[-1]))}


def _answers(example: str) -> Array:
    """What the example's network, untrained, gives for the dataset's samples."""
    ready = plan(new(example))
    judged = ready.evaluation.judged
    assert judged is not None
    graph = copied(ready.evaluation.graph)
    graph.outputs = [judged.prediction]
    prune(graph)
    name = ready.evaluation.nodes[ready.data_node].outputs["sample"].name
    program = engine("numpy").load(graph, initial_weights(ready.document, graph))
    return program.run({name: load(ready.dataset.name).train.samples})[judged.prediction.name]
