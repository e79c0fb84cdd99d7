"""A small network for every layer: the digits, what the layer needs before it, the layer, and what learns from it."""

from __future__ import annotations

import numpy as np

from nodes.build import build
from nodes.document import Document
from nodes.example import BELOW, Example, Sketch, examples
from nodes.layer import INDICES, MAPS, SEQUENCE, VECTOR, Layer, LossLayer, layer_type
from nodes.pictures.digits import changes_pictures
from nodes.pictures.worked import run
from runtime.errors import NetwrightError
from runtime.recipe import Recipe, Stage, Update

CLASSES = 10


def sketch(type: str) -> Document:
    """An example that opens and trains. Raises `LayerError` for a type that nobody knows."""
    cls = layer_type(type)
    stage = Stage(epochs=5, batch_size=64, learning_rate=0.001, schedule="cosine", updates=(Update(),))
    s = Sketch(f"{type}: an example", Recipe((stage,)), cls.doc())
    if not cls.inputs and "label" not in cls.outputs:
        return _given_from_outside(s, type)
    if _is_peculiar(cls):
        return next(d for d in map(_made, examples().values()) if any(n.type == type for n in d.nodes.values()))
    data = s.add("Dataset", "Digits", name="digits")
    if cls.inputs and cls.inputs[0].accepts == (INDICES,):
        return _from_labels(s, type, data)
    if cls.inputs:
        _before(s, cls)
        _itself(s, cls, data)
    _after(s, cls, data)
    return s.document


def _made(found: Example) -> Document:
    return Document() if found.large else found.make()


def _is_peculiar(cls: type[Layer]) -> bool:
    """Whether it needs several inputs that no pattern here gives: then the first example that has it is its own."""
    needed = {port.name for port in cls.inputs if not port.optional} - {"target", "switches"}
    return len(needed) > 1 and not _joins(cls)


# -- before it -----------------------------------------------------------------------------------------------------------
def _before(s: Sketch, cls: type[Layer]) -> None:
    """From the digits, 1×28×28, to what its first port takes."""
    kinds = cls.inputs[0].accepts
    if _joins(cls):
        return
    if issubclass(cls, LossLayer) or cls.type == "Output":
        _scores(s)
    elif VECTOR in kinds and (MAPS not in kinds or cls.category == "Activation"):
        s.add("Flatten")
        s.add("Dense", "", units=64)
        if cls.type == "Softmax":
            s.add("Dense", "scores", units=CLASSES)
    elif MAPS in kinds and (len(cls.inputs) > 1 or _takes_pictures(cls)):
        _maps(s, cls)
    else:
        s.add("Reshape", "rows", shape=(28, 28) if SEQUENCE in kinds else (1, 4, 14, 14))


def _takes_pictures(cls: type[Layer]) -> bool:
    """Whether it takes one with its settings as they are at first."""
    try:
        run(cls.type, np.zeros((1, 1, 28, 28)))
    except NetwrightError:
        return False
    return True


def _maps(s: Sketch, cls: type[Layer]) -> None:
    """Pictures as they are for what changes or measures pictures; features for what normalises features."""
    if cls.category.startswith("Normalise") and not changes_pictures(cls) and not hasattr(cls, "fit"):
        s.add("Conv2D", "features", filters=8)
    if any(port.name == "switches" for port in cls.inputs):
        s.add("MaxPool2D", "pool")


def _scores(s: Sketch) -> None:
    s.add("Flatten")
    s.add("Dense", "scores", units=CLASSES)


# -- the layer -----------------------------------------------------------------------------------------------------------
def _itself(s: Sketch, cls: type[Layer], data: str) -> None:
    if issubclass(cls, LossLayer):
        s.loss(cls.type, data)
    elif _joins(cls):
        _joined(s, cls)
    else:
        before = list(s.document.nodes)[-1]
        id = s.add(cls.type)
        if any(port.name == "switches" for port in cls.inputs):
            s.wire(before, "switches", id, "switches")


def _joins(cls: type[Layer]) -> bool:
    """Whether it makes one of several."""
    return cls.category == "Shape & combine" and (cls.inputs[0].many or len(cls.inputs) > 1)


def _joined(s: Sketch, cls: type[Layer]) -> None:
    """Two branches from the same digits."""
    flat = s.add("Flatten")
    s.add("Dense", "a", units=32)
    second = s.beside("Dense", "b", flat, units=32)
    id = s.add(cls.type)
    s.wire(second, "y", id, cls.inputs[-1].name)


# -- after it ------------------------------------------------------------------------------------------------------------
def _after(s: Sketch, cls: type[Layer], data: str) -> None:
    """Scores for the ten classes, and a loss; nothing where the layer is the end already."""
    if issubclass(cls, LossLayer):
        return
    last = build(s.document).nodes[list(s.document.nodes)[-1]].output
    if cls.type not in ("Softmax", "Output"):
        if last is not None and last.rank > 2:
            s.add("Flatten")
        s.add("Dense", "scores", units=CLASSES)
    s.loss("CrossEntropy", data)


def _from_labels(s: Sketch, type: str, data: str) -> Document:
    """Backwards: from the class number to a picture, which comes to be the mean digit of its class."""
    id = s.add(type, classes=CLASSES)
    s.document = s.document.changed(wires=())
    s.wire(data, "label", id, "x")
    target = s.beside("Flatten", "", data)
    s.add("Dense", "pixels", units=784)
    last = s.add("Sigmoid")
    # Below, beside the picture that it compares with: so no wire runs under a layer.
    s.row(BELOW, s.document.nodes[last].position[0] + 108.0)
    loss = s.add("MeanSquaredError", "loss")
    s.wire(target, "y", loss, "target")
    return s.document


def _given_from_outside(s: Sketch, type: str) -> Document:
    s.add(type, shape=(784,))
    s.add("Dense", "scores", units=CLASSES)
    s.add("Softmax")
    return s.document
