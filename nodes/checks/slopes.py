"""Where no slope passes: weights that backpropagation cannot move, and the layer that stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.build import Built, place
from nodes.document import Document
from nodes.problems import Problem
from nodes.rule import rule
from runtime.ops import NOT_DIFFERENTIABLE


@rule("slopes that end at a step")
def without_slope(document: Document, built: Built) -> Iterator[Problem]:
    """Layers whose trained weights reach the loss through steps alone (Step, Sign …). Advice: another rule may train them."""
    rules = {update.rule for stage in document.recipe.stages for update in stage.updates}
    if built.loss is None or rules != {"backpropagation"}:
        return
    sloped, reached = _before(built, NOT_DIFFERENTIABLE), _before(built, set())
    trained = {n: p.key.partition("/")[0] for n, p in built.graph.parameters.items() if p.kind == "trained"}
    steps = _steps(built, sloped, set(trained))
    for id in dict.fromkeys(id for n, id in trained.items() if n in reached and n not in sloped):
        step = next((s for s in steps if s in document.downstream(id)), id)
        what = (
            f"its weights do not learn by backpropagation, because {place(document.nodes[step])} behind it has slope 0 "
            "everywhere: put a Sigmoid in its place, or use the perceptron rule."
        )
        yield Problem(id, place(document.nodes[id]), what, "advice")


def _before(built: Built, closed: set[str]) -> set[str]:
    """Every value from which the loss is reached without passing an operator of the types in `closed`."""
    assert built.loss is not None
    found = {built.loss.name}
    for op in reversed(built.graph.ops):
        if op.type not in closed and not found.isdisjoint(op.outputs):
            found.update(op.reads)
    return found


def _steps(built: Built, sloped: set[str], trained: set[str]) -> list[str]:
    """The layers at which slopes end: what reaches them moves with something trained, what leaves them has a slope."""
    moving, result = set(trained), []
    for op in built.graph.ops:
        if moving.isdisjoint(op.reads):
            continue
        moving.update(op.outputs)
        if op.type in NOT_DIFFERENTIABLE and not sloped.isdisjoint(op.outputs):
            result.append(op.layer)
    return result
