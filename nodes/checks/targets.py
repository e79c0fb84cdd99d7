"""What check says of losses: as many outputs as classes, a target of its own, and something that counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.build import Built, Loss, build, place
from nodes.channels import channel_axis
from nodes.convolution import Convolution
from nodes.document import Document, Wire
from nodes.problems import Problem, Repair
from nodes.repairs import put_on
from nodes.rule import rule
from nodes.walk import before, classes_of, layer_of


@rule("outputs and classes", page="Dense")
def classes(document: Document, built: Built) -> Iterator[Problem]:
    """A prediction with another number of outputs than the data has classes."""
    for loss in built.losses:
        node = document.nodes[loss.node]
        count = _class_count(document, node.id)
        width = loss.prediction.shape[channel_axis(loss.prediction)]
        if count and loss.decision == "argmax" and width != count:
            last = f"convolution {count} filters" if loss.prediction.rank > 3 else f"Dense {count} units"
            what = f"its prediction has {width} outputs and the data has {count} classes: give the last {last}."
            yield Problem(node.id, place(node), what, repairs=_set_units(document, built, loss, count))
        if count > 2 and loss.decision in ("threshold", "sign"):
            what = f"one output tells 2 classes apart, and the data has {count}: use {count} outputs, or one class against all."
            yield Problem(node.id, place(node), what, repairs=_set_units(document, built, loss, count))


@rule("what a loss compares")
def targets(document: Document, built: Built) -> Iterator[Problem]:
    """A loss that compares the prediction with itself, or with another layer's output where the data has labels."""
    for loss in built.losses:
        if loss.target == loss.prediction:
            node = document.nodes[loss.node]
            labels = [(i, "label") for i, b in built.nodes.items() if "label" in b.outputs]
            wires = [Wire(i, port, node.id, "target") for i, port in labels]
            fixes = [Repair(f"Connect {document.nodes[w.source].name}’s label", partial(edits.connect, wire=w)) for w in wires]
            what = "its target is its own prediction, so it is always content: wire a dataset's label into ‘target’."
            yield Problem(node.id, place(node), what, repairs=tuple(fixes[:1]))


@rule("what a loss counts")
def weightless(document: Document, built: Built) -> Iterator[Problem]:
    """Losses that count nothing in their sum: there is nothing to lower."""
    all_named = all(update.loss for stage in document.recipe.stages for update in stage.updates)
    if built.losses and not all_named and not any(loss.weight for loss in built.losses):
        node = document.nodes[built.losses[0].node]
        fix = Repair("Set its weight to 1", partial(edits.set_setting, id=node.id, name="weight", value=1.0))
        which = "its weight is 0" if len(built.losses) == 1 else "the weights of all losses are 0"
        yield Problem(node.id, place(node), f"{which}, so nothing would be learnt: set it to 1.", repairs=(fix,))


def _class_count(document: Document, loss: str) -> int:
    """How many classes the label has that is wired to this loss's target; 0 when there is none."""
    for wire in document.wires_into[loss]:
        source = document.nodes[wire.source]
        if wire.source_port == "label" and source.type == "Dataset":
            return classes_of(source)
    return 0


def _set_units(document: Document, built: Built, loss: Loss, count: int) -> tuple[Repair, ...]:
    """The last layer that chooses how many outputs there are, set to `count`; else one more behind it all."""
    id = before(document, loss.node, port="prediction")
    while id and (name := _width_setting(built, id)) is None:
        id = before(document, id)
    if id and name:
        edit = partial(edits.set_setting, id=id, name=name, value=count)
        if _width(edit(built.plain.drawing), loss.node) == count:
            return (Repair(f"Set {document.nodes[id].name} to {count} {name}", edit),)
    wire = next(w for w in document.wires_into[loss.node] if w.target_port == "prediction")
    added = partial(put_on, wire=wire, layers=(("Dense", {"units": count}),))
    return (Repair(f"Insert Dense ({count} units)", added, "Dense", str(count)),) if loss.prediction.rank == 2 else ()


def _width_setting(built: Built, id: str) -> str | None:
    layer = layer_of(built, id)
    if isinstance(layer, Convolution):
        return "filters"
    return "units" if layer is not None and layer.category == "Core" and hasattr(layer, "units") else None


def _width(document: Document, loss: str) -> object:
    """How many outputs the prediction of a loss has."""
    found = next((b for b in build(document, "training", only=[loss]).losses if b.node == loss), None)
    return found.prediction.shape[channel_axis(found.prediction)] if found else None
