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
from runtime.task import starting_state
from runtime.training_step import copied
from tests.course.row import Number, Numbers, Place, row

#: Lee's two outputs for each of two inputs.
ANSWERS = ("f(1,−1)₁", "f(1,−1)₂", "f(0,0)₁", "f(0,0)₂")


def _losses(run: Run, epochs: int) -> list[float]:
    """The loss before each of so many steps."""
    return [event.loss for event in run.events(epochs) if isinstance(event, StepDone)]


@row(
    "mazur", "2-2-2 by hand, offsets held", "0.298371109, then 0.291027774 (w5 0.35891648); 3.51e-5 after 10,000",
    Number("first", "E", 9, exact=0.298371109), Number("second", "after one step", 9, exact=0.291027774),
    Number("w5", "w5", 8, exact=0.35891648), Number("last", "after 10,000", 7, exact=3.51e-5), epochs="10,000", seeds=(1,),
)  # fmt: skip
def mazur(place: Place) -> Numbers:
    """In float64, for nine digits: the example's own step, run as it stands."""
    ready = plan(new("mazur"), np.float64)
    step, train = ready.step, load(ready.dataset.name).train
    state = starting_state(step, initial_weights(ready.document, step.graph), {})
    stepper = engine("onnxruntime", "cpu", threads=1).stepper(step, state)
    given = (a.astype(np.float64).round(6) for a in (train.samples, train.labels))  # (decimals that float32 only comes near)
    feeds = {**dict(zip(step.data, given, strict=True)), step.rate: np.array(ready.stage.learning_rate)}
    losses, w5 = [], 0.0
    for number in range(1, 10_002):
        losses.append(float(stepper.step({**feeds, step.step: np.array(number)})[step.loss]))
        if number == 1:
            w5 = float(stepper.state()["output.weight"][0, 0])
    return {"first": losses[0], "second": losses[1], "w5": w5, "last": losses[10_000]}


@row(
    "lee", "three sigmoid layers", "0.62 0.83; 0.51 0.85",
    *(Number(name, name, 4, exact=wanted) for name, wanted in zip(ANSWERS, (0.6177, 0.8291, 0.5118, 0.8544), strict=True)),
    seeds=(1,),
)  # fmt: skip
def lee(place: Place) -> Numbers:
    answers = _answers("lee")
    return dict(zip(ANSWERS, answers.ravel().tolist(), strict=True))


@row(
    "temperature", "73.8, 75.8, 78.2 → 80.8", "y′ = −10.4, error 8317.44",
    Number("answer", "y′", 1, exact=-10.4), Number("loss", "error", 2, exact=8317.44),
    Number("last", "y′ after training", 2), epochs="200", seeds=(1,),
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
