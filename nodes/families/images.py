"""How a classifier of pictures begins and ends, and how it is trained: as its paper says, or quickly on a laptop."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.document import Document
from nodes.example import Sketch
from runtime.recipe import Recipe, Stage, Update

#: For layers in front of a ReLU: N(0, 1)·√(2/n), called MSR in the lecture.
HE = {"initial_weights": "he_normal"}


def published(
    learning_rate: float, batch_size: int, decay: float, epochs: int = 90, schedule: str = "plateau",
    settings: Mapping[str, float] | None = None,
) -> Recipe:
    """Stochastic gradient descent with momentum 0.9 and weight decay, as the classics were trained on ImageNet."""
    update = Update(optimizer="Momentum", settings={"momentum": 0.9}, weight_decay=decay)
    return Recipe((Stage(
        epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, schedule=schedule,
        schedule_settings=settings or {}, updates=(update,),
    ),))  # fmt: skip


def quick(epochs: int = 5, learning_rate: float = 0.001, batch_size: int = 64) -> Recipe:
    """Adam on a falling rate: good after minutes on a laptop."""
    return Recipe((Stage(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, schedule="cosine"),))


def finished(s: Sketch, data: str, note: str) -> Document:
    """Probabilities of the classes and the loss at the end, and the note above all."""
    s.add("Softmax", "prob")
    s.loss("CrossEntropy", data)
    s.note(note)
    return s.document


def dense(s: Sketch, name: str, units: int, dropout: float = 0.5) -> None:
    """A dense layer with its ReLU, and dropout behind it."""
    s.add("Dense", name, units=units, **HE)
    s.add("ReLU")
    s.add("Dropout", rate=dropout)
