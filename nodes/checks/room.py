"""Whether there is room in this machine's memory for a network that learns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.build import Built, place
from nodes.document import Document
from nodes.memory import batch, to_train
from nodes.problems import Problem, Repair
from nodes.rule import rule
from runtime.memory import Need, in_words, physical


@rule("memory")
def room(document: Document, built: Built) -> Iterator[Problem]:
    """An error where training cannot fit, advice where it takes more than half of the memory."""
    need, there = to_train(document, built), physical()
    if there is not None and need.total > there / 2:
        yield (_many_weights if need.state > need.activations else _large_batches)(document, built, need, there)


def _many_weights(document: Document, built: Built, need: Need, there: int) -> Problem:
    """Told at the layer that has the most."""
    id = max(built.nodes, key=lambda i: built.nodes[i].parameters)
    share = f"{built.nodes[id].parameters:,} of the network's {built.parameter_count:,} weights"
    takes = f"weights, gradients and the optimizer's state take {in_words(need.state)} of this machine's {in_words(there)}"
    what = f"it has {share}, and {takes} of memory: make it smaller."
    return Problem(id, place(document.nodes[id]), what, _level(need, there))


def _large_batches(document: Document, built: Built, need: Need, there: int) -> Problem:
    """Told at the layer whose output is the largest, with the batch that fits on offer."""
    size = batch(document, built)
    takes = f"a batch of {size:,} takes about {in_words(need.total)} of this machine's {in_words(there)} of memory"
    what = f"{takes}, and the largest part of it stands here: make the batches or the layer smaller."
    fits = int(size * (there / 2 - need.state) / max(need.activations, 1))
    repairs = (Repair(f"Set the batch size to {fits:,}", partial(edits.set_recipe, batch_size=fits)),) if fits >= 1 else ()
    node = document.nodes.get(need.layer)
    return Problem(need.layer if node else "", place(node) if node else "Network", what, _level(need, there), repairs)


def _level(need: Need, there: int) -> str:
    """An estimate may be a third too high: what might just fit is not forbidden."""
    return "error" if need.total * 3 / 4 > there else "advice"
