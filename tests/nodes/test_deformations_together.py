"""All deformations in one network: it trains alike on both engines, and a digit moves without leaving its picture."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.build import build
from nodes.document import Document
from nodes.example import Sketch
from nodes.training import Run
from runtime import data
from runtime.engines import engine
from runtime.events import StepDone
from runtime.recipe import Recipe, Stage, Update
from runtime.training_step import copied

LAYERS = ("RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear", "ElasticDeformation")


def network(name: str, classes: int) -> Document:
    s = Sketch("Deformed", Recipe((Stage(epochs=1, batch_size=8, updates=(Update(),)),)), "")
    dataset = s.add("Dataset", "Pictures", name=name)
    for layer in LAYERS:
        s.add(layer)
    s.add("Flatten")
    s.add("Dense", "scores", units=classes)
    s.loss("CrossEntropy", dataset)
    return s.document


def test_both_engines_draw_the_same_deformations() -> None:
    losses = {}
    for name in ("onnxruntime", "numpy"):
        run = Run(network("synthetic-imagenet:size=32,count=24", 1000), name, "cpu")
        losses[name] = [event.loss for event in run.events() if isinstance(event, StepDone)]
    assert len(losses["numpy"]) == 3 and losses["onnxruntime"] == pytest.approx(losses["numpy"], rel=1e-5)


def test_digits_are_changed_anew_at_every_step_and_keep_their_ink() -> None:
    document = network("digits", 10)
    built = build(document, "training")
    last = next(n.id for n in document.nodes.values() if n.type == LAYERS[-1])
    graph = copied(built.graph)
    graph.outputs = [graph.values[built.nodes[last].outputs["y"].name]]
    samples = data.load("digits").train.samples[:100]
    read = {name for op in graph.ops for name in op.reads}
    feeds = {n: np.zeros(p.shape, np.float32) for n, p in graph.parameters.items()}
    feeds |= {v.name: samples if v.role == "sample" else np.zeros(100, np.int64) for v in graph.inputs if v.role}
    program = engine("onnxruntime", "cpu").load(graph)
    first, second = (
        program.run({n: a for n, a in (feeds | {"step": np.asarray(step)}).items() if n in read})[graph.outputs[0].name]
        for step in (0, 1)
    )
    assert first.shape == samples.shape and first.min() >= 0 and first.max() <= 1
    assert np.abs(first - samples).mean() > 0.03 and np.abs(first - second).mean() > 0.03
    ink = first.sum(axis=(1, 2, 3)) / samples.sum(axis=(1, 2, 3))
    assert 0.8 < np.median(ink) < 1.2 and ink.min() > 0.5
