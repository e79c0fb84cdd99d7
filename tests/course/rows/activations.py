"""ReLU against tanh: steps to the same training error, at the same rate and at each one's best."""

from __future__ import annotations

from collections import deque
from statistics import mean

from nodes.document import Document
from nodes.example import Sketch
from runtime.events import StepDone
from runtime.recipe import Recipe, Stage, Update
from tests.course.row import Number, Numbers, Place, row
from tests.course.training import begun, told

#: Rates that are tried; the one at which both are compared; batches in a running mean; steps after which it is given up.
RATES, SAME, WINDOW, LONGEST = (0.03, 0.1, 0.3), 0.03, 100, 4000
BATCH = 64
DEEP, CONVOLUTIONAL = "784-100×6-10", "16-32-128 CNN"
#: The training error that counts as learnt.
GOALS = {DEEP: 0.05, CONVOLUTIONAL: 0.03}


def _network(kind: str, activation: str, first: str, rate: float, seed: int) -> Document:
    stage = Stage(epochs=10, batch_size=BATCH, learning_rate=rate, schedule="constant", updates=(Update(optimizer="SGD"),))
    s = Sketch(kind, Recipe((stage,), seed))
    data = s.add("Dataset", "Digits", name="mnist")
    if kind == CONVOLUTIONAL:
        for filters in (16, 32):
            s.add("Conv2D", filters=filters, kernel_size=(5, 5), initial_weights=first)
            s.add(activation)
            s.add("MaxPool2D")
    s.add("Flatten")
    for _ in range(1 if kind == CONVOLUTIONAL else 6):
        s.add("Dense", units=128 if kind == CONVOLUTIONAL else 100, initial_weights=first)
        s.add(activation)
    s.add("Dense", units=10, initial_weights=first)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    return s.document


def _steps(document: Document, goal: float, place: Place) -> int:
    """Steps until the mean training error of the last hundred batches is down at `goal`, or the most that are waited for."""
    errors: deque[float] = deque(maxlen=WINDOW)
    for event in begun(document, place).events():
        if isinstance(event, StepDone) and event.accuracy is not None:
            errors.append(1 - event.accuracy)
            if event.step >= LONGEST or (len(errors) == WINDOW and mean(errors) <= goal):
                return event.step
    return LONGEST


@row(
    "relu-tanh", f"steps of SGD to {GOALS[DEEP]:.0%} ({DEEP}) and {GOALS[CONVOLUTIONAL]:.0%} ({CONVOLUTIONAL}) training error",
    "about 6× (CIFAR-10)",
    *(
        Number(f"{kind} {key}", f"{kind}, {title}:", digits)
        for kind in (DEEP, CONVOLUTIONAL)
        for key, title, digits in (
            ("same", f"tanh/ReLU at rate {SAME:g}", 2), ("best", "tanh/ReLU at each one's best", 2),
            ("sigmoid", f"sigmoid from N(0, 0.01), steps of {LONGEST:,} at most", 0),
        )
    ),
)  # fmt: skip
def relu_tanh(place: Place) -> Numbers:
    """A quotient of steps: above 1 ReLU is quicker. Initial weights: He's for ReLU, Glorot's for tanh."""
    found: dict[str, float] = {}
    for kind in (DEEP, CONVOLUTIONAL):
        steps = {}
        for activation, first in (("ReLU", "he_normal"), ("Tanh", "glorot_uniform")):
            for rate in RATES:
                steps[activation, rate] = _steps(_network(kind, activation, first, rate, place.seed), GOALS[kind], place)
                told(f"  {kind}, {activation}, rate {rate:g}: {steps[activation, rate]:,} steps")
        best = {a: min(n for (b, _), n in steps.items() if a == b) for a in ("ReLU", "Tanh")}
        found[f"{kind} same"] = steps["Tanh", SAME] / steps["ReLU", SAME]
        found[f"{kind} best"] = best["Tanh"] / best["ReLU"]
        cold = (_network(kind, "Sigmoid", "normal", rate, place.seed) for rate in RATES)
        found[f"{kind} sigmoid"] = min(_steps(document, GOALS[kind], place) for document in cold)
        told(f"  {kind}: {found}")
    return found
