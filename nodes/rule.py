"""Rules: what `check` asks of a network. Each is an independent function in one of the files of `nodes.checks`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from nodes.build import Built
from nodes.document import Document
from nodes.problems import Problem

Find = Callable[[Document, Built], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule under its name, by which its advice is silenced; `title` says in a few words what it is about, `page` is the
    layer whose page explains it (the layer where it was found, if left out)."""

    name: str
    title: str
    find: Find
    page: str = ""

    def problems(self, document: Document, built: Built) -> Iterator[Problem]:
        for problem in self.find(document, built):
            node = document.nodes.get(problem.node)
            page = problem.page or self.page or (node.type if node and node.known else "")
            yield replace(problem, kind=self.name, page=page)


_RULES: dict[str, Rule] = {}


def rule(title: str, page: str = "") -> Callable[[Find], Find]:
    """Register a function ``(document, built) -> problems`` under its own name."""

    def register(find: Find) -> Find:
        _RULES[find.__name__] = Rule(find.__name__, title, find, page)
        return find

    return register


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name, file by file."""
    import nodes.checks

    for module in pkgutil.iter_modules(nodes.checks.__path__):
        importlib.import_module(f"nodes.checks.{module.name}")
    return dict(_RULES)
