"""check: everything that is wrong with a network or could be better, in words, each with edits that repair it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nodes.build import FREE, Built, Tick, build
from nodes.document import Document
from nodes.problems import Problem
from nodes.repairs import for_problem
from nodes.rule import rules

#: The rules that tell what a missing wire leaves undone.
FOLLOW = ("lonely", "needs")


@dataclass(frozen=True)
class Checked:
    """A document's training-mode build and all problems, errors first; `silenced` is advice that the document does not
    want to hear any more."""

    built: Built
    problems: tuple[Problem, ...]
    silenced: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.level == "error")

    @property
    def all(self) -> tuple[Problem, ...]:
        return self.problems + self.silenced


def check(
    document: Document, before: tuple[Document, Checked] | None = None, tick: Tick = lambda: None
) -> Checked:
    """Build `document` and judge it. `before` (another document, checked) spares the build where only the drawing differs,
    and the judging where nothing was wrong. `tick` is called now and then: what it raises ends the check."""
    same = before is not None and document.same_network(before[0])
    if before is not None and same and not before[1].all:
        return before[1]
    last = before[1].built if before is not None else None
    built = last if last is not None and same else build(document, "training", tick=tick, before=last)
    quiet = document.silenced
    document = built.plain.document  # rules look at every repetition of every block; their repairs find the way back
    found = [_with_repairs(document, built, p) for p in built.problems]
    judged = _without_loops(document)
    for rule in rules().values():
        tick()
        found += rule.problems(judged, built)
    unique = sorted(_once(_causes(found)), key=lambda p: p.level != "error")
    silenced = tuple(p for p in unique if p.level == "advice" and p.kind in quiet)
    return Checked(built, tuple(p for p in unique if p not in silenced), silenced)


def _without_loops(document: Document) -> Document:
    """The document less the wires among nodes on a loop: the build has told of it, and rules walk along wires to their end."""
    looped = set(document.cycle())
    if not looped:
        return document
    return document.changed(wires=tuple(w for w in document.wires if not {w.source, w.target} <= looped))


def _causes(found: list[Problem]) -> list[Problem]:
    """While a layer waits for its wire, that is all there is to say: what else the wire would do is no problem of its own."""
    waiting = any(FREE in p.what for p in found)
    return [p for p in found if not (waiting and p.kind in FOLLOW)]


def _once(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Each sentence about a node only the first time."""
    return {(p.node, p.what): p for p in reversed([*problems])}.values().__reversed__()


def _with_repairs(document: Document, built: Built, problem: Problem) -> Problem:
    """What build found, with what can be done about it and where it is explained."""
    node = document.nodes.get(problem.node)
    if node is None or not node.known or problem.repairs:
        return problem
    return replace(problem, repairs=tuple(for_problem(document, built, node)), page=node.type)
