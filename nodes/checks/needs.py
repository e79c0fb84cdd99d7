"""What check says of a network that is not complete: train needs data, a layer, a loss, and something to learn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.aims import learner
from nodes.build import Built, place
from nodes.document import Document, Wire
from nodes.layer import LossLayer
from nodes.problems import Problem, Repair
from nodes.repairs import works
from nodes.rule import rule
from nodes.walk import classes_of


@rule("what Train needs")
def needs(document: Document, built: Built) -> Iterator[Problem]:
    """Train needs data, a layer and a loss."""
    layers = [b.layer for b in built.nodes.values() if b.layer]
    missing = []
    if not any(layer.category == "Data" for layer in layers):
        missing.append("data")
    if not any(layer.category not in ("Data", "Loss") for layer in layers):
        missing.append("a layer")
    if not any(isinstance(layer, LossLayer) for layer in layers) and not _learns_alone(document, built):
        missing.append("a loss")
    if missing:
        lacking = "add them" if len(missing) == 3 else f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        repairs = _add_loss(document, built) if missing == ["a loss"] else ()
        yield Problem("", "Network", f"Train needs data, a layer and a loss: {lacking}.", repairs=repairs)
    elif not built.parameter_count and not built.problems:
        yield Problem("", "Network", "nothing in it can be learned: add a layer with weights, such as Dense.")
    elif not any(p.kind == "trained" for p in built.graph.parameters.values()) and not built.problems:
        yield Problem("", "Network", "every layer with weights is frozen, and nothing is left to learn: unfreeze one.")


def _learns_alone(document: Document, built: Built) -> bool:
    """Whether every update names a layer that knows by itself what it lowers."""
    named = [update.loss for stage in document.recipe.stages for update in stage.updates]
    return all(name and learner(built, name)[1] is not None for name in named)


@rule("a loss that is bypassed")
def bypassed_losses(document: Document, built: Built) -> Iterator[Problem]:
    """Training without a loss: all that there are, are bypassed."""
    losses = [document.nodes[i] for i, b in built.nodes.items() if isinstance(b.layer, LossLayer)]
    if losses and all(n.bypassed for n in losses):
        on = Repair("Switch it on", partial(edits.set_flags, ids=[losses[0].id], bypassed=False))
        what = "it is bypassed, so training has no loss to lower: switch it on."
        yield Problem(losses[0].id, place(losses[0]), what, repairs=(on,))


def _add_loss(document: Document, built: Built) -> tuple[Repair, ...]:
    """The loss that fits, behind the last loose vector, its target on the dataset's label."""
    data = next((n for n in document.nodes.values() if n.type == "Dataset"), None)
    ends = [v for v in built.outputs if v.rank == 2]
    if data is None or not ends:
        return ()
    end = built.outside(ends[-1])
    classes = classes_of(data)
    type = "CrossEntropy" if classes and ends[-1].shape[1] == classes else "MeanSquaredError"

    def edit(d: Document) -> Document:
        assert end is not None
        x, y = d.node(end[0]).position
        d, id = edits.add(d, type, (x + edits.GAP, y))
        d = edits.connect(d, Wire(data.id, "label", id, "target"))
        return edits.connect(d, Wire(*end, id, "prediction"))

    return (Repair(f"Add {type}", edit, type),) if end and works(built.plain.drawing, edit) else ()
