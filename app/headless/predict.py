"""``netwright predict``: the finished model on samples from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.headless.documents import opened
from app.headless.say import result, result_json, say
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.files import inference_graph
from nodes.layers.dataset import Dataset
from nodes.plan import initial_weights
from nodes.training import trained
from runtime.data import read_samples
from runtime.engines import engine as make_engine
from runtime.errors import NetwrightError, TrainingError
from runtime.graph import Array
from runtime.metrics import answers

#: Samples in one pass.
PART = 1000


def predict(file: Path, path: Path, engine: str, as_json: bool) -> None:
    document = opened(file).document
    if not trained(document):
        say(f"{file.name} was never trained: its weights are random.")
    outputs, notices = predicted(document, path, engine)
    for notice in notices:
        say(notice)
    names, chosen = classes_of(document), _chosen(document, outputs)
    if as_json:
        data: dict[str, Any] = {"outputs": outputs.tolist(), "notices": notices}
        if chosen is not None:
            data |= {"classes": names, "predictions": [names[i] for i in chosen]}
        result_json(data)
        return
    for index, row in enumerate(outputs):
        result(_line(index, row, names, None if chosen is None else int(chosen[index])))


def predicted(document: Document, path: Path, engine_name: str = "onnxruntime") -> tuple[Array, list[str]]:
    """The first output for every sample in the file, (N, …), and what was done to the samples."""
    graph = inference_graph(document)
    sample = next((v for v in graph.inputs if v.role == "sample"), None)
    if sample is None:
        errors = check(document).errors
        nothing = "The network has no input to predict from: add a Dataset or Input."
        raise TrainingError(errors[0].sentence if errors else nothing)
    shape = tuple(d for d in sample.shape[1:] if isinstance(d, int))
    samples, notices = read_samples(path, shape)
    program = make_engine(engine_name, "cpu").load(graph, initial_weights(document, graph))
    parts = [program.run({sample.name: samples[i : i + PART]}) for i in range(0, len(samples), PART)]
    return np.concatenate([p[graph.outputs[0].name] for p in parts]), notices


def classes_of(document: Document) -> list[str]:
    for node in document.nodes.values():
        if node.type == "Dataset":
            try:
                layer = node.layer()
                assert isinstance(layer, Dataset)
                return list(layer.classes)
            except NetwrightError:
                return []
    return []


def _chosen(document: Document, outputs: Array) -> Array | None:
    """The index of the predicted class of each row, None for a regression."""
    judged = build(document, "training").judged
    decision = judged.decision if judged else "none"
    names = classes_of(document)
    if decision == "none" or not names or (decision == "argmax" and outputs.shape[-1] != len(names)):
        return None
    return answers(outputs, decision).reshape(-1)


def _line(index: int, row: Array, names: list[str], chosen: int | None) -> str:
    numbers = "  ".join(f"{v:.4f}" for v in np.ravel(row)[:20])
    return f"{index}: {numbers}" if chosen is None else f"{index}: {names[chosen]}   {numbers}"
