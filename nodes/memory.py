"""Whether there is room for a network that learns: in this machine's memory, and in the one file it is saved to."""

from __future__ import annotations

from collections.abc import Iterator

from nodes import untrusted
from nodes.build import Built, place
from nodes.document import Document
from nodes.problems import Problem
from runtime.memory import in_words, physical
from runtime.optimizers import OPTIMIZERS

#: Bytes of one weight. Networks smaller than this many weights fit everywhere, and are not looked at.
WIDTH, SMALL = 4, 1_000_000


def room(document: Document, built: Built) -> Iterator[Problem]:
    """An error where training cannot fit, advice where it takes more than half of the memory."""
    numbers = built.parameter_count
    if numbers < SMALL:
        return
    chosen = OPTIMIZERS.get(document.recipe.stages[0].updates[0].optimizer)
    slots = len(chosen.slots) if chosen else 0
    needed, filed, there = numbers * WIDTH * (2 + slots), numbers * WIDTH * (1 + slots), physical()
    if there is not None and needed > there / 2:
        yield _too_large(document, built, needed, there)
    elif filed > untrusted.LARGEST - 2**24:
        what = f"what it learns takes {in_words(filed)}, and one ONNX file holds 2.1 GB: use fewer units, or no file holds it."
        yield Problem("", "Network", what)


def _too_large(document: Document, built: Built, needed: int, there: int) -> Problem:
    """Told at the layer that has the most weights."""
    id = max(built.nodes, key=lambda i: built.nodes[i].parameters)
    share = f"{built.nodes[id].parameters:,} of the network's {built.parameter_count:,} weights"
    takes = f"weights, gradients and the optimizer's state take {in_words(needed)} of this machine's {in_words(there)}"
    level = "error" if needed > there else "advice"
    return Problem(id, place(document.nodes[id]), f"it has {share}, and {takes} of memory: make it smaller.", level)
