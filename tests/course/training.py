"""Trainings of the course: they keep checkpoints, go on after an interruption, and are judged on the test set."""

from __future__ import annotations

import sys
from dataclasses import replace
from time import monotonic
from typing import Any

import numpy as np

from app.headless.documents import with_data
from app.headless.evaluate import measured
from nodes.document import Document
from nodes.example import new
from nodes.files import inference_graph, load, save
from nodes.plan import initial_weights
from nodes.training import Run
from runtime.engines import engine
from runtime.events import EpochDone, Problem
from runtime.graph import Array
from tests.course.row import Place

#: 59,000 pictures train and 1,000 are held out; the results that the lecture quotes trained on all 60,000.
FULL = "mnist:validation=60"
#: Seconds between two checkpoints.
EVERY = 30.0


def told(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def prepared(example: str, seed: int, data: str | None = None, **changes: Any) -> Document:
    """The example's network with another dataset, seed, and fields of its (last) stage."""
    document = with_data(new(example), data)
    recipe = replace(document.recipe, seed=seed)
    return document.changed(recipe=recipe.with_stage(len(recipe.stages) - 1, **changes) if changes else recipe)


def begun(document: Document, place: Place) -> Run:
    """Without threads that wait in a loop: the other core trains another seed."""
    return Run(document, threads=place.threads, spinning=False)


def trained(document: Document, place: Place, part: str = "") -> Document:
    """`document` trained to its recipe's end. Half of it may be in the place's file already."""
    path = place.file(f"{part}.onnx")
    run = begun(load(path) if path.is_file() else document, place)
    last = monotonic()
    for event in run.events():
        if isinstance(event, Problem):
            raise SystemExit(f"{path.stem}: {event.sentence}")
        if isinstance(event, EpochDone):
            told(f"  {path.stem}: epoch {event.epoch}, {_line(event)}")
            if monotonic() - last > EVERY:
                save(run.document(), path)
                last = monotonic()
    found = run.document()
    save(found, path)
    return found


def _line(event: EpochDone) -> str:
    shown = f"loss {event.loss:.4f}"
    if event.validation_loss is not None:
        shown += f", validation {event.validation_loss:.4f}"
    if event.validation_accuracy is not None:
        shown += f", {100 * (1 - event.validation_accuracy):.2f} % wrong"
    return f"{shown} ({event.seconds:.1f} s)"


def error_on_test(document: Document) -> float:
    """Percent of the test set that is answered wrong."""
    return 100 * float(measured(document, "test")["error"])


def answers(document: Document, samples: Array) -> Array:
    """What the network gives for `samples` (N, *sample): probabilities (N, classes), say."""
    graph = inference_graph(document)
    program = engine("onnxruntime").load(graph, initial_weights(document, graph))
    return program.run({graph.inputs[0].name: samples.astype(np.float32)})[graph.outputs[0].name]
