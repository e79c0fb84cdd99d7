"""``netwright predict``: the finished model on samples from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx

from app.headless.documents import opened
from app.headless.say import result, result_json, say
from nodes import untrusted
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.files import DOCUMENT, inference_graph
from nodes.layers.dataset import Dataset
from nodes.plan import initial_weights
from nodes.training import trained
from runtime.data import read_samples
from runtime.engines import engine as make_engine
from runtime.errors import FileError, NetwrightError, TrainingError, counted
from runtime.external_data import embed
from runtime.graph import Array
from runtime.interpreter import interpret
from runtime.metrics import answers

#: Samples in one pass.
PART = 1000
RUINED = "its weights have grown too large; train it again with a smaller learning rate (netwright train --restart)."


def predict(file: Path, path: Path, engine: str, as_json: bool) -> None:
    model = untrusted.read_model(file, functions=True)
    if not any(p.key == DOCUMENT for p in model.metadata_props):
        _plain(file, model, path, as_json)
        return
    document = opened(file).document
    if not trained(document):
        say(f"{file.name} was never trained: its weights are random.")
    outputs, notices = predicted(document, path, engine)
    for notice in notices:
        say(notice)
    finite = np.asarray(np.isfinite(outputs.reshape(len(outputs), -1)).all(axis=1))
    if not finite.all():
        whole = f"{np.count_nonzero(~finite):,} of {counted(len(finite), 'sample')}"
        say(f"{file.name} answers NaN or infinity for {whole}: {RUINED}")
    names, chosen = classes_of(document), _chosen(document, outputs)
    each = [chosen[i] if chosen is not None and good else None for i, good in enumerate(finite)]
    if as_json:
        data: dict[str, Any] = {"outputs": outputs.tolist(), "notices": notices}
        said = {"classes": names, "predictions": [None if c is None else _named(names, c) for c in each]}
        result_json(data if chosen is None else {**data, **said})
        return
    for index, row in enumerate(outputs):
        result(_told(index + 1, row, names, each[index]))


def _plain(file: Path, model: onnx.ModelProto, path: Path, as_json: bool) -> None:
    """A model without a drawing, such as an export: its numbers, for it knows no classes."""
    weights = {w.name for w in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in weights]
    if len(inputs) != 1 or not inputs[0].type.HasField("tensor_type"):
        names = ", ".join(i.name for i in inputs) or "none"
        raise FileError(f"{file.name} has the inputs {names}, and predict gives one: open the document it came from.")
    embed(model, file)
    sides = inputs[0].type.tensor_type.shape.dim
    samples, notices = read_samples(path, tuple(d.dim_value for d in sides[1:] if d.dim_value))
    runs = (interpret(model, {inputs[0].name: samples[i : i + PART]}) for i in range(0, len(samples), PART))
    outputs = np.concatenate([next(iter(run.values())) for run in runs])
    for notice in notices:
        say(notice)
    if as_json:
        result_json({"outputs": outputs.tolist(), "notices": notices})
        return
    for index, row in enumerate(outputs):
        result(_told(index + 1, row, [], None))


def predicted(document: Document, path: Path, engine_name: str = "onnxruntime") -> tuple[Array, list[str]]:
    """The first output for every sample in the file, (N, …), and what was done to the samples."""
    graph = inference_graph(document)
    sample = next((v for v in graph.inputs if v.role == "sample"), None)
    if sample is None:
        errors = check(document).errors
        nothing = "The network has no input to predict from: add a Dataset or Input."
        raise TrainingError(errors[0].sentence if errors else nothing)
    asked = next(v for v in build(document, "evaluation").graph.inputs if v.role == "sample")  # of a length, where any will do
    samples, notices = read_samples(path, tuple(d for d in asked.shape[1:] if isinstance(d, int)))
    samples = samples.astype(sample.dtype, copy=False)
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
    """The index of the predicted class of each sample (N,), or of each of its places (N, …); None for a regression."""
    judged = build(document, "training").judged
    decision = judged.decision if judged else "none"
    names = classes_of(document)
    classes = outputs.shape[1 if outputs.ndim > 3 else -1]
    if decision == "none" or not names or (decision == "argmax" and classes != len(names)):
        return None
    found = answers(outputs, decision)
    return found.reshape(-1) if found.size == len(outputs) else found


def _named(names: list[str], chosen: Array) -> Any:
    """The name of a class, or of the class of every place, as nested lists."""
    return names[int(chosen)] if chosen.ndim == 0 else [_named(names, each) for each in chosen]


def _told(number: int, row: Array, names: list[str], chosen: Array | None) -> str:
    """``sample 1: class 7   0.0000  0.0012 …``, counted from 1 as in every message; where every step has a class, all of
    them: ``sample 1: seven·``; where every place has one, how many are of which: ``sample 1: background 81.2%  disc 18.8%``."""
    numbers = "  ".join(f"{v:.4f}" for v in np.ravel(row)[:20])
    if chosen is None:
        return f"sample {number}: {numbers}"
    if chosen.ndim == 0:
        return f"sample {number}: class {names[int(chosen)]}   {numbers}"
    if chosen.ndim == 1:
        spoken = [names[i] for i in chosen]
        return f"sample {number}: " + ("" if all(len(name) == 1 for name in spoken) else " ").join(spoken)
    shares = np.bincount(chosen.reshape(-1), minlength=len(names)) / chosen.size
    return f"sample {number}: " + "  ".join(f"{name} {n:.1%}" for name, n in zip(names, shares, strict=True) if n)
