"""What a teacher says of first weights: they should fit the activation behind them, or signals die on their way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from nodes.build import Built, place
from nodes.document import Document
from nodes.problems import Problem, Repair
from nodes.repairs import set_all
from nodes.rule import rule
from nodes.walk import NORMALIZING, SQUASHING, behind, layer_of

#: Layers between a weight and its activation that do not matter here.
BETWEEN = ("Dropout", "MaxPool2D", "AveragePool2D", "Flatten", "Linear")
#: So many layers of a kind make a stack: at less, a factor of √2 a layer is not felt.
STACK = 3
#: A plain Gaussian below this deviation is what the lecture shows as a problem.
SMALL = 0.02


@dataclass(frozen=True)
class Weighted:
    """A layer with weights: how they begin, by which deviation (0: the usual one), and the type of activation behind."""

    id: str
    begins: str
    scale: float
    activation: str


@rule("He initialization before sigmoid or tanh", page="Sigmoid")
def he_before_sigmoid(document: Document, built: Built) -> Iterator[Problem]:
    found = [w for w in _weighted(document, built) if w.activation in SQUASHING and w.begins.startswith("he_")]
    if len(found) >= 2:
        kind = found[0].activation
        why = (
            f"He's weights, N(0, 1)·√(2/n), make up for the half that a ReLU cuts off, and {kind} cuts nothing off: they are "
            f"√2 too large, and a {kind.lower()} that saturates kills the gradient. Glorot's (Xavier's) are made for it"
        )
        yield _problem(document, found, why, "glorot_uniform", "Glorot's (Xavier's) weights")


@rule("first weights too small for ReLU", page="ReLU")
def small_before_relu(document: Document, built: Built) -> Iterator[Problem]:
    found = [w for w in _weighted(document, built) if w.activation == "ReLU" and _too_small(w)]
    if len(found) < STACK:
        return
    gaussian = found[0].begins == "normal"
    small, half = "0.01·N(0, 1) do not depend on how many inputs they sum", "N(0, 1)/√n halve the variance at each ReLU"
    begun = small if gaussian else half
    why = (
        f"weights of {begun}, so that in {len(found)} layers the signal, and with it the gradient, dies away. "
        "He's (MSR's), N(0, 1)·√(2/n), keep it as large as it is"
    )
    yield _problem(document, found, why, "he_normal", "He's weights")


def _too_small(layer: Weighted) -> bool:
    return layer.begins.startswith("lecun_") or (layer.begins == "normal" and layer.scale <= SMALL)


def _problem(document: Document, found: list[Weighted], why: str, better: str, name: str) -> Problem:
    """One advice for all, at the first layer, with one repair for all."""
    node = document.nodes[found[0].id]
    others = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
    edit = partial(set_all, ids=[w.id for w in found], name="initial_weights", value=better)
    return Problem(node.id, place(node), f"{why}: choose {better}{others}.", "advice", (Repair(f"Begin with {name}", edit),))


def _weighted(document: Document, built: Built) -> Iterator[Weighted]:
    """Layers that choose their first weights and go straight to an activation: normalization between them heals any start."""
    for id in document.nodes:
        layer = layer_of(built, id)
        begins = getattr(layer, "initial_weights", None)
        if begins is None or document.nodes[id].bypassed:
            continue
        types = {document.nodes[b].type for b in behind(document, id, BETWEEN)}
        if len(types) == 1 and not types & set(NORMALIZING):
            yield Weighted(id, begins, getattr(layer, "initial_scale", 0.0), types.pop())
