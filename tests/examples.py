"""The examples, as tests take them that ask the same of each."""

from __future__ import annotations

import pytest

from nodes import edits
from nodes.document import Document
from nodes.example import examples
from nodes.training import Run
from runtime.events import StepDone

#: Their training step alone takes seconds to prepare; a shallower one of the same blocks stands for them in the quick run.
DEEP = {"resnet152-small"}

#: Those that write their weights and train: not the large ones, and the deep ones under `--all` only.
TRAINABLE = [
    pytest.param(name, marks=pytest.mark.slow) if name in DEEP else name for name, e in examples().items() if not e.large
]


def begun(document: Document, steps: int = 2) -> Document:
    """The document after a few small steps of training: its own epochs may be long."""
    run = Run(edits.set_recipe(document, batch_size=min(8, document.recipe.stages[0].batch_size)), threads=2)
    for event in run.events(1):
        if isinstance(event, StepDone) and event.step >= steps:
            break
    return run.document()
