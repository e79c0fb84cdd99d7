"""Fitted layers: statistics measured by one pass over the training split, before the first step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nodes.document import Document, frozen
from nodes.plan import Plan, initial_weights
from runtime.data import Dataset
from runtime.engines import engine
from runtime.graph import Array, Value, prune
from runtime.training_step import copied

PART = 1000


def fitted(document: Document, plans: Sequence[Plan], datasets: Sequence[Dataset]) -> Document:
    """`document` with the statistics of every layer that has `fit`, in order: a later one sees the earlier ones at work. Each
    is measured on the data of the first stage whose data reach it."""
    done: set[str] = set()
    for plan, dataset in zip(plans, datasets, strict=True):
        here = plan.training.plain.document.downstream(plan.data_node) - done
        document = _fitted(document, plan, dataset, here)
        done |= here
    return document


def _fitted(document: Document, plan: Plan, dataset: Dataset, here: set[str]) -> Document:
    for id, built in plan.training.nodes.items():
        fit = getattr(built.layer, "fit", None)
        if fit is None or not built.outputs or id not in here:
            continue
        value = plan.evaluation.nodes[id].inputs["x"]
        found = fit(_batches(document, plan, dataset, value), value)
        new = {f"{id}/{name}": frozen(array) for name, array in found.items()}
        document = document.changed(weights={**document.weights, **new})
    return document


def _batches(document: Document, plan: Plan, dataset: Dataset, value: Value) -> Iterator[Array]:
    """What reaches `value` over the training split, in parts."""
    graph = copied(plan.evaluation.graph)
    weights = initial_weights(document, graph)
    inputs = {v.name: v for v in graph.inputs}
    split = dataset.train
    if value.name not in inputs:
        graph.outputs = [value]
        prune(graph)
        program = engine("onnxruntime", "cpu").load(graph)
    used = {n for op in graph.ops for n in op.reads}
    given = {n: a for n, a in weights.items() if n in used}
    for start in range(0, len(split), PART):
        part = slice(start, start + PART)
        if value.name in inputs:
            yield split.samples[part]
            continue
        chosen = {n: split.samples if v.role == "sample" else split.labels for n, v in inputs.items() if n in used}
        feeds = {n: array[part].astype(inputs[n].dtype, copy=False) for n, array in chosen.items()}
        yield program.run({**given, **feeds})[value.name]
