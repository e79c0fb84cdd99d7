"""What a teacher says of batch normalization: what should not stand before it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.build import Built, place
from nodes.document import Document, Wire
from nodes.problems import Problem, Repair
from nodes.repairs import put_on, set_all
from nodes.rule import rule
from nodes.walk import RECTIFIERS, SQUASHING, behind, layer_of, of_type

#: Layers that carry dropout's noise on to a batch normalization behind them.
CARRYING = (*RECTIFIERS, *SQUASHING, "MaxPool2D", "AveragePool2D", "Dense", "Conv1D", "Conv2D", "Conv3D", "Flatten", "Linear")


@rule("batch normalization after dropout", page="BatchNormalization")
def normalized_after_dropout(document: Document, built: Built) -> Iterator[Problem]:
    """Dropout, and a BatchNormalization before the next layer but one with weights."""
    for node in of_type(document, "Dropout"):
        for id in behind(document, node.id, CARRYING):
            if document.nodes[id].type != "BatchNormalization":
                continue
            what = (
                f"{place(document.nodes[id])} behind it measures a variance that dropout makes larger, in training only: the "
                "finished model has another one. Put dropout behind the last batch normalization."
            )
            yield Problem(node.id, place(node), what, "advice", _moved_behind(document, node.id, id))
            break


def _moved_behind(document: Document, dropout: str, norm: str) -> tuple[Repair, ...]:
    """Dropout behind the normalization, where one wire leaves that."""
    wires = document.wires_out_of[norm]
    if len(wires) != 1 or not document.wires_into[dropout]:
        return ()
    settings, name = document.nodes[dropout].settings, document.nodes[norm].name or "BatchNormalization"

    def edit(d: Document, wire: Wire = wires[0]) -> Document:
        return put_on(edits.dissolve(d, dropout), wire, (("Dropout", settings),))

    return (Repair(f"Move it behind {name}", edit),)


@rule("a bias before batch normalization", page="BatchNormalization")
def bias_before_normalization(document: Document, built: Built) -> Iterator[Problem]:
    """Told once, at the first layer, with one repair for all."""
    found = [i for i in document.nodes if getattr(layer_of(built, i), "bias", False) and _normalized(document, built, i)]
    if found:
        node = document.nodes[found[0]]
        others = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
        what = (
            "the batch normalization behind it subtracts the mean, and with it this bias, which learns nothing: normalization "
            f"has an offset of its own. Switch bias off{others}."
        )
        fix = Repair("Switch the bias off", partial(set_all, ids=found, name="bias", value=False))
        yield Problem(node.id, place(node), what, "advice", (fix,))


def _normalized(document: Document, built: Built, id: str) -> bool:
    """Whether what it gives goes to batch normalizations alone."""
    after = behind(document, id)
    return bool(after) and all(document.nodes[a].type == "BatchNormalization" for a in after)
