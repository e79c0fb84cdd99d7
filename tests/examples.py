"""Examples, as tests take them that want a trained network."""

from __future__ import annotations

from nodes import edits
from nodes.document import Document
from nodes.training import Run
from runtime.events import StepDone


def begun(document: Document, steps: int = 2) -> Document:
    """The document after a few small steps of training: its own epochs may be long."""
    run = Run(edits.set_recipe(document, batch_size=min(8, document.recipe.stages[0].batch_size)), threads=2)
    for event in run.events(1):
        if isinstance(event, StepDone) and event.step >= steps:
            break
    return run.document()
