"""Small networks in one line each, for tests of what check says."""

from __future__ import annotations

from typing import Any

from nodes import edits
from nodes.build import Built, build
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import Sketch
from nodes.problems import Problem
from runtime.recipe import Recipe

Layer = str | tuple[str, dict[str, Any]]


def network(*layers: Layer, data: str = "digits", loss: str = "CrossEntropy") -> Document:
    """A dataset, layers in a row, a loss whose target is the dataset's label."""
    s = Sketch("Test", Recipe())
    source = s.add("Dataset", "data", name=data)
    for layer in layers:
        type, settings = (layer, {}) if isinstance(layer, str) else layer
        s.add(type, **settings)
    s.loss(loss, source)
    return s.document


def dense(units: int, **settings: Any) -> Layer:
    return ("Dense", {"units": units, **settings})


def conv(filters: int, kernel: int, **settings: Any) -> Layer:
    return ("Conv2D", {"filters": filters, "kernel_size": (kernel, kernel), **settings})


def said(document: Document) -> list[str]:
    """The kinds of all that check says."""
    return [p.kind for p in check(document).problems]


def of_kind(document: Document, kind: str) -> Problem:
    """The one problem of a kind."""
    (found,) = (p for p in check(document).problems if p.kind == kind)
    return found


def id_of(document: Document, type: str, number: int = 0) -> str:
    return [n.id for n in document.nodes.values() if n.type == type][number]


def inputs(*shapes: tuple[int, ...]) -> tuple[Document, list[str]]:
    """Inputs of these shapes, one below the other."""
    document, ids = Document(), []
    for i, shape in enumerate(shapes):
        document, id = edits.add(document, "Input", (0.0, 200.0 * i), {"shape": shape})
        ids.append(id)
    return document, ids


def joined(document: Document, *wires: tuple[str, str, str]) -> Document:
    """With wires that nobody checked: (source, target, its port)."""
    made = tuple(Wire(a, "y", b, port) for a, b, port in wires)
    return document.changed(wires=(*document.wires, *made))


def built(document: Document) -> Built:
    return build(document, "training")
