"""What check says of data: whether it is still there, and whether its features are of a like size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from nodes.build import Built, place
from nodes.document import Document, Node, Wire
from nodes.layers.dataset import Dataset
from nodes.problems import Problem, Repair
from nodes.repairs import put_on
from nodes.rule import rule
from nodes.walk import NORMALIZING, PASSING, of_type
from runtime import data
from runtime.data.dataset import Floats
from runtime.errors import NetwrightError

SCALING = ("Normalize", "Whitening", *NORMALIZING)
#: So many times as large, or as far from 0, is very unlike.
FAR = 10.0
#: Fewer samples tell nothing of a deviation; more are not loaded while somebody edits.
FEWEST, MOST = 10, 20_000


@rule("data that is gone", page="Dataset")
def missing_data(document: Document, built: Built) -> Iterator[Problem]:
    """A folder of pictures, or a file, that is gone: what was learnt from it still works."""
    for node in document.nodes.values():
        layer = b.layer if (b := built.nodes.get(node.id)) else None
        if isinstance(layer, Dataset) and node.id in built.nodes and built.nodes[node.id].outputs and layer.missing:
            what = f"{layer.missing.rstrip('.')}; predicting and exporting work without it, training needs it."
            yield Problem(node.id, place(node), what, "advice")


@rule("features of unlike size", page="Normalize")
def unlike_features(document: Document, built: Built) -> Iterator[Problem]:
    """Numbers (not pictures) whose features differ in size by more than a factor of ten, or stand far from 0, unscaled."""
    for node in of_type(document, "Dataset"):
        wires = [w for w in document.wires_out_of[node.id] if w.source_port == "sample"]
        if not wires or node.id not in built.nodes or any(_scales(document, w) for w in wires):
            continue
        found = _unlike(node, document.recipe.seed)
        if found:
            what = f"{found}: the largest one decides every step, and the others are hardly learnt. Put a Normalize behind it."
            fix = Repair("Insert Normalize", partial(put_on, wire=wires[0], layers=(("Normalize", {}),)), "Normalize")
            yield Problem(node.id, place(node), what, "advice", (fix,) if len(wires) == 1 else ())


def _scales(document: Document, wire: Wire) -> bool:
    """Whether what the wire feeds brings features to one size (past layers that keep them)."""
    node = document.nodes[wire.target]
    if node.type in SCALING and not node.bypassed:
        return True
    onward = document.wires_out_of[node.id] if node.bypassed or node.type in (*PASSING, "Flatten") else ()
    return any(_scales(document, w) for w in onward)


def _unlike(node: Node, seed: int) -> str:
    """How a dataset's features differ, in words; empty where they do not."""
    samples = _samples(node, seed)
    if samples is None:
        return ""
    deviations, offsets = samples.std(axis=0), np.abs(samples.mean(axis=0))
    deviations, offsets = deviations[deviations > 0], offsets[deviations > 0]
    if len(deviations) and deviations.max() > FAR * deviations.min():
        return f"its features are of very unlike size (deviations from {deviations.min():.2g} to {deviations.max():.2g})"
    worst = int(np.argmax(offsets / deviations)) if len(deviations) else 0
    if len(deviations) and offsets[worst] > FAR * deviations[worst]:
        return f"a feature lies around {offsets[worst]:.3g} and varies by {deviations[worst]:.2g} only"
    return ""


def _samples(node: Node, seed: int) -> Floats | None:
    """The training samples of a set of numbers (no pictures), unless it is small, large or gone."""
    try:
        layer = node.layer()
        assert isinstance(layer, Dataset)
        info = layer.info
        if len(info.sample_shape) != 1 or info.symbols or not FEWEST <= (info.train_size or 0) <= MOST or layer.missing:
            return None
        return data.load(layer.name, seed).train.samples
    except NetwrightError:
        return None
