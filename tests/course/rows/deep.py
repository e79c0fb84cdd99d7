"""Networks that were trained layer by layer before they saw a label."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np

from app.headless.documents import with_data
from nodes.document import Document, Training
from nodes.dreams import dreams
from nodes.example import new
from runtime import data
from runtime.atomic import write
from runtime.events import EpochDone
from runtime.graph import Array
from runtime.recipe import Recipe
from tests.course import store
from tests.course.row import Number, Numbers, Place, row, rows
from tests.course.rows.digits import trained_lenet
from tests.course.training import FULL, answers, begun, error_on_test, prepared, told, trained

#: The rates that fine-tuning tries, and the epochs after which both are compared.
RATES, EARLY, LATE = (3e-4, 1e-3, 3e-3, 1e-2), 5, 20
#: Digits that are dreamt; steps of Gibbs sampling from held-out digits, and from noise.
COUNT, STEPS, NOISE_STEPS = 100, 20, 1000


@row(
    "stacked-autoencoder", f"784-256-128-64-10, 1,000 labels, ahead of a random start after {EARLY} epochs at 1e-3",
    "better", Number("ahead", "points ahead", 1, 4, above=True), Number("late", f"after {LATE} epochs", 1),
    Number("pretrained", f"each at its best rate, {LATE} epochs: % wrong pre-trained", 1), Number("random", "random", 1),
    epochs=f"5 a layer, then {LATE}",
)  # fmt: skip
def stacked_autoencoder(place: Place) -> Numbers:
    whole = prepared("stacked-autoencoder", place.seed, "mnist")
    stages = whole.recipe.stages
    layers = trained(whole.changed(recipe=replace(whole.recipe, stages=stages[:-1])), place)
    starts = {"pretrained": layers, "random": whole}
    errors = {name: {rate: _fine_tuned(start, rate, place) for rate in RATES} for name, start in starts.items()}
    told(f"  {errors}")
    early, late = (errors["random"][1e-3][i] - errors["pretrained"][1e-3][i] for i in (0, 1))
    return {"ahead": early, "late": late, **{name: min(late for _, late in found.values()) for name, found in errors.items()}}


def _fine_tuned(start: Document, rate: float, place: Place) -> tuple[float, float]:
    """Percent wrong after a few epochs and after many, on 1,000 labels, from the weights of `start`."""
    stage = replace(new("stacked-autoencoder").recipe.stages[-1], learning_rate=rate, epochs=LATE)
    document = with_data(start, "mnist:train=1000").changed(recipe=Recipe((stage,), place.seed), training=Training())
    run, found = begun(document, place), []
    for event in run.events():
        if isinstance(event, EpochDone) and event.epoch in (EARLY, LATE):
            found.append(error_on_test(run.document()))
    return found[0], found[1]


@row(
    "dbn", "784-500-500-2000-10: stacked RBMs, then fine-tuned with dropout", "1.25 % (up-down)",
    Number("error", "% wrong", 2, 1.25),
    Number("classes", f"classes a LeNet sees in 100 dreams, {STEPS} steps from held-out digits", 0, 8, above=True),
    Number("confidence", "its mean confidence", 2, 0.8, above=True),
    Number("from noise", f"classes in {NOISE_STEPS:,} steps from noise", 0), epochs="10 a machine, then 30",
)  # fmt: skip
def dbn(place: Place) -> Numbers:
    """Its dreams also as a picture, beside the results. The machines dream before fine-tuning: it is not for that."""
    document = prepared("dbn", place.seed, FULL)
    stages = document.recipe.stages
    machines = trained(document.changed(recipe=replace(document.recipe, stages=stages[:-1])), place, "-machines")
    seen = data.load(FULL, place.seed).validation.samples[:COUNT]
    pictures = dreams(machines, COUNT, STEPS, place.seed, start=seen)
    _draw(place, pictures)
    classes, confidence = _judged(pictures)
    from_noise, _ = _judged(dreams(machines, COUNT, NOISE_STEPS, place.seed))
    tuned = Recipe(stages[-1:], place.seed)
    error = error_on_test(trained(machines.changed(recipe=tuned, training=Training()), place))
    return {"error": error, "classes": classes, "confidence": confidence, "from noise": from_noise}


def _judged(pictures: Array) -> tuple[int, float]:
    """How many classes a trained LeNet sees in the pictures, and how sure it is on average."""
    judge = trained_lenet(store.place(rows()["lenet"], 1))
    found = answers(judge, pictures)
    told(f"  classes: {np.bincount(found.argmax(1), minlength=10).tolist()}, confidence {found.max(1).mean():.3f}")
    return len(set(found.argmax(1).tolist())), float(found.max(1).mean())


def _draw(place: Place, pictures: Array) -> None:
    from PIL import Image

    side = int(COUNT**0.5)
    sheet = pictures.reshape(side, side, 28, 28).transpose(0, 2, 1, 3).reshape(28 * side, 28 * side)
    held = BytesIO()
    Image.fromarray((255 * sheet).round().astype(np.uint8)).save(held, "png")
    write(place.file(".png"), held.getvalue())
