"""What crosses the pipe between the window and the training process: commands one way, replies the other. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from nodes.document import Document, Training, frozen
from runtime.events import EpochDone, StepDone
from runtime.graph import Array
from runtime.recipe import Recipe

#: How far a run goes before it pauses by itself.
END, ONE_STEP, ONE_EPOCH = "end", "step", "epoch"


# -- commands ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Train:
    """Begin a run of this document; a run that was there before is forgotten."""

    document: Document
    epochs: int | None = None
    until: str = END


@dataclass(frozen=True)
class Pause:
    pass


@dataclass(frozen=True)
class Resume:
    until: str = END


@dataclass(frozen=True)
class Stop:
    pass


@dataclass(frozen=True)
class SetRecipe:
    recipe: Recipe


@dataclass(frozen=True)
class Write:
    """Write a text as the run's weights would, with `document`'s where nothing runs; while it runs, go on so every few
    seconds."""

    document: Document | None
    prompt: str = ""
    temperature: float = 0.8


@dataclass(frozen=True)
class Quit:
    pass


# -- replies -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ready:
    """The process has imported what it needs."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Many `StepDone` as arrays: at most twenty such messages a second, however fast the network is."""

    step: Array
    epoch: Array
    loss: Array
    accuracy: Array
    learning_rate: float


@dataclass(frozen=True)
class Epochs:
    """The epochs that ended since the last message."""

    done: tuple[EpochDone, ...]


@dataclass(frozen=True)
class Paused:
    """The run waits, its checkpoint has been sent."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What the network does with one validation sample now. Large arrays are thinned: they become thumbnails."""

    activations: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, float] = field(default_factory=dict)
    label: object = None


@dataclass(frozen=True)
class Written:
    """What the network writes after so many steps, its prompt before it; or why it cannot."""

    text: str
    step: int
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class CheckpointReady:
    """The run's document with weights and progress as of now; `final` when nothing more will come."""

    document: Document
    final: bool = False


@dataclass(frozen=True)
class Described:
    """Said once at the start: which provider runs it, and what it has to say."""

    provider: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """The run could not begin or go on. `details` are for the log."""

    sentence: str
    details: str = ""


# -- what must be changed to cross it --------------------------------------------------------------------------------------
def portable(document: Document) -> Document:
    """The document without the answers it has cached (they hold read-only views, which cannot be pickled)."""
    left = document.training
    training = Training(dict(left.slots), dict(left.progress), dict(left.best))
    return replace(document, nodes=dict(document.nodes), weights=dict(document.weights), training=training)


def received(document: Document) -> Document:
    """A document from the pipe, its arrays read-only again."""
    weights = {k: frozen(v) for k, v in document.weights.items()}
    slots, best = ({k: frozen(v) for k, v in a.items()} for a in (document.training.slots, document.training.best))
    return replace(document, weights=weights, training=replace(document.training, slots=slots, best=best))


def steps_of(events: list[StepDone]) -> Steps:
    accuracy = [np.nan if e.accuracy is None else e.accuracy for e in events]
    return Steps(
        np.array([e.step for e in events]), np.array([e.epoch for e in events]),
        np.array([e.loss for e in events], float), np.array(accuracy, float), events[-1].learning_rate,
    )  # fmt: skip


def thumbnail(array: Array, channels: int = 64, side: int = 64) -> Array:
    """At most `channels` maps of at most `side` pixels a side; a vector keeps its first 4,096 numbers."""
    if array.ndim < 3:
        return np.ascontiguousarray(array.reshape(-1)[:4096] if array.size > 4096 else array)
    steps = [max(1, -(-d // side)) for d in array.shape[-2:]]
    return np.ascontiguousarray(array[..., :channels, :: steps[0], :: steps[1]])
