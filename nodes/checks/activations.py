"""What a teacher says of activations: two softmaxes in a row, and rectifiers where the answer stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.build import Built, place
from nodes.document import Document
from nodes.problems import Problem, Repair
from nodes.rule import rule
from nodes.walk import PASSING, before, of_type


@rule("two softmaxes in a row", page="Softmax")
def softmax_twice(document: Document, built: Built) -> Iterator[Problem]:
    """A Softmax of a Softmax. One before CrossEntropy is none: the loss reads what stands under it."""
    for node in of_type(document, "Softmax"):
        if document.nodes.get(first := before(document, node.id, PASSING)) in [*of_type(document, "Softmax")]:
            what = (
                f"it takes the softmax of probabilities, since {place(document.nodes[first])} is one already: of numbers "
                "between 0 and 1 it makes nearly equal ones, and the slopes are small. Take one of the two out."
            )
            fix = Repair(f"Take {node.name or node.type} out", partial(edits.dissolve, id=node.id))
            yield Problem(node.id, place(node), what, "advice", (fix,))


@rule("ReLU where the answer stands", page="ReLU")
def rectified_answer(document: Document, built: Built) -> Iterator[Problem]:
    """A ReLU right before a loss, or right before the Softmax or Sigmoid that makes probabilities of scores."""
    for loss in built.losses:
        end = before(document, loss.node, PASSING, "prediction")
        squashed = bool(end) and document.nodes[end].type in ("Softmax", "Sigmoid")
        last = before(document, end, PASSING) if squashed else end
        if not last or document.nodes[last].type != "ReLU":
            continue
        scores = squashed or document.nodes[loss.node].type in ("CrossEntropy", "BinaryCrossEntropy")
        meaning = (
            "the scores of a classifier must be free to fall below 0, and a class whose score is cut off here gets no slope"
            if scores else
            "the answer can never be below 0, and where it is cut off at 0 no slope comes back: such a unit is dead"
        )  # fmt: skip
        node = document.nodes[last]
        fix = Repair(f"Take {node.name or node.type} out", partial(edits.dissolve, id=last))
        what = f"it stands behind the last layer, before {place(document.nodes[loss.node])}: {meaning}. Take it out."
        yield Problem(last, place(node), what, "advice", (fix,))
