"""How a document stands to its training: how far it is, whether its recipe is at its end, what of it a run depends on."""

from __future__ import annotations

from typing import Any

from nodes.document import Document


def merged(current: Document, ran: Document) -> tuple[Document, list[str]]:
    # Imported when it is needed: it takes a while, and the window is to be seen first.
    from nodes.training import merge

    return merge(current, ran)


def restarted(document: Document) -> Document:
    from nodes import training

    return training.restarted(document)


def step_of(document: Document) -> int:
    """How many steps a document has been trained."""
    return int(document.training.progress.get("step") or 0)


def over(document: Document) -> bool:
    """Whether the recipe has nothing left to train, which need not be asked of the training process."""
    progress = document.training.progress
    if not progress or progress.get("target") is not None or progress["stage"] + 1 < len(document.recipe.stages):
        return False
    return bool(progress["stopped_early"] or progress["stage_epoch"] >= document.recipe.stages[progress["stage"]].epochs)


def at_its_end(document: Document) -> str:
    """What is said when there is nothing left to train, with the weights that a change has taken away."""
    count = document.training.progress["epoch"]
    sentence = f"This recipe has run to its end: {count:,} epoch{'s' * (count != 1)}."
    anew = merged(document, document)[1]
    if not anew:
        return sentence
    return f"{sentence} The network was changed since, and these weights start anew: {', '.join(anew)}."


def trained_part(document: Document) -> tuple[Any, ...]:
    """What a run depends on besides the recipe. Names, positions and notes are free to change."""
    nodes = {i: (n.type, dict(n.settings), n.bypassed, n.frozen, n.decay, dict(n.shared)) for i, n in document.nodes.items()}
    return nodes, frozenset(document.wires)
