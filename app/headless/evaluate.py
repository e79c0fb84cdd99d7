"""``netwright evaluate``: loss, accuracy and confusion on a split."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from app.headless.documents import opened, with_data
from app.headless.predict import RUINED
from app.headless.say import result, result_json, say
from nodes.document import Document
from nodes.plan import initial_weights, plan
from nodes.training import load_data, task, trained
from runtime.engines import engine as make_engine
from runtime.graph import Array
from runtime.metrics import confusion
from runtime.task import EVALUATION_BATCH, samples
from runtime.training_step import copied


def evaluate(file: Path, data: str | None, split: str, engine: str, as_json: bool) -> None:
    document = with_data(opened(file).document, data)
    if not trained(document):
        say(f"{file.name} was never trained: these are the numbers of its first, random weights.")
    found = measured(document, split, engine)
    if not isfinite(found["loss"]):
        say(f"{file.name} answers NaN or infinity, so it has no loss: {RUINED}")
    if as_json:
        result_json(found)
        return
    result(f"loss      {found['loss']:.4f}")
    if found["accuracy"] is not None:
        result(f"accuracy  {found['accuracy']:.2%}")
    result(f"samples   {found['samples']:,} ({split})")
    if found["confusion"]:
        result(_table(found["confusion"], found["classes"]))


def measured(document: Document, split: str, engine_name: str = "onnxruntime") -> dict[str, Any]:
    """``loss``, ``accuracy`` (None for a regression), ``samples``, ``confusion`` (rows: truth), ``classes``."""
    ready = plan(document)
    dataset = load_data(ready, document.recipe.seed)
    job = task(ready, dataset)
    graph = copied(job.evaluation)
    weights = initial_weights(document, graph)
    output = job.evaluation_output
    graph.outputs = [job.evaluation_loss, *([output] if output else [])]
    program = make_engine(engine_name, "cpu").load(graph, weights)
    chosen = getattr(dataset, split)
    classes = ready.dataset.classes
    counts = np.zeros((len(classes), len(classes)), np.int64)
    loss, count = 0.0, 0
    for feeds, labels in samples(job, graph, chosen).parts(EVALUATION_BATCH):
        found = program.run(feeds)
        loss, count = loss + float(found[job.evaluation_loss.name]) * len(labels), count + len(labels)
        if job.decision != "none" and output:
            counts += confusion(found[output.name], labels, job.decision, len(classes))
    judged = job.decision != "none"
    return {
        "loss": loss / max(1, count), "accuracy": _share(counts) if judged else None, "samples": count, "split": split,
        "confusion": counts.tolist() if judged else None, "classes": list(classes),
    }


def _share(counts: Array) -> float:
    return float(np.trace(counts) / max(1, counts.sum()))


def _table(counts: list[list[int]], classes: list[str]) -> str:
    """The confusion matrix as text: a row a true class, a column an answer."""
    widest = max((v for row in counts for v in row), default=0)
    width = max(len(str(widest)), *map(len, classes)) + 2
    lines = ["truth \\ answer".ljust(16) + "".join(c.rjust(width) for c in classes)]
    for name, row in zip(classes, counts, strict=True):
        lines.append(name.ljust(16) + "".join((str(v) if v else "·").rjust(width) for v in row))
    return "\n".join(lines)
