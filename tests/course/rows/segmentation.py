"""A class for every pixel: dilated convolutions beside a dense layer."""

from __future__ import annotations

from math import prod

from app.headless.evaluate import measured
from nodes.build import build
from tests.course.row import Number, Numbers, Place, row
from tests.course.training import prepared, trained

NETWORKS = {"dilated": "dilated", "dense": "dilated-baseline"}


@row(
    "dilated", "dilated against convolution + fully connected, shapes: % of pixels right, thousands of parameters",
    "dilated is better", Number("dilated", "dilated", 1), Number("dilated size", "with", 0), Number("dense", "dense", 1),
    Number("dense size", "with", 0), epochs="10",
)  # fmt: skip
def dilated(place: Place) -> Numbers:
    found: dict[str, float] = {}
    for name, example in NETWORKS.items():
        document = prepared(example, place.seed)
        learned = [p for p in build(document, "training").graph.parameters.values() if p.kind == "trained"]
        found[f"{name} size"] = sum(prod(p.shape) for p in learned) / 1000
        found[name] = 100 * float(measured(trained(document, place, f"-{name}"), "test")["accuracy"])
    return found
