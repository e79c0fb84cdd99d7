"""Finding layers by what is written about them: name, type, what they are called elsewhere, settings, problems. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nodes.check import Checked
from nodes.document import Document, Node, own
from nodes.layer import layer_type
from nodes.promotions import settings_of


@dataclass(frozen=True)
class Match:
    """A layer that was found, and the words it was found by."""

    node: str
    why: str


def matches(document: Document, checked: Checked, query: str) -> list[Match]:
    """The layers of which one line of words holds all words of `query`: those it names first, the rest in their order."""
    words = query.casefold().split()
    if not words:
        return []
    problems: dict[str, list[str]] = {}
    for problem in checked.problems:
        problems.setdefault(own(problem.node), []).append(problem.what)
    found = []
    for id in [*document.order(), *document.cycle()]:
        lines = _lines(document, document.nodes[id], problems.get(id, []))
        why = next((line for line in lines if all(w in line.casefold() for w in words)), None)
        if why is not None:
            found.append(Match(id, why))
    return sorted(found, key=lambda m: document.nodes[m.node].name.casefold() != query.strip().casefold())


def _lines(document: Document, node: Node, problems: Iterable[str]) -> list[str]:
    lines = [f"{node.name} {node.type}".strip(), *problems]
    if not node.known:
        return [*lines, *(_setting(name, value) for name, value in node.settings.items())]
    cls = layer_type(node.type)
    declared = settings_of(document, node) if node.block else cls.settings()
    settings = [_setting(s.name, node.settings.get(s.name, s.default)) for s in declared]
    return [lines[0], *settings, *cls.synonyms, *lines[1:]]


def _setting(name: str, value: Any) -> str:
    """``kernel size 5×5``."""
    written = "×".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
    return f"{name} {written}".replace("_", " ")
