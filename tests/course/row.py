"""What a row of the course is, and where rows are found by name: one file per family in `tests/course/rows`."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from nodes.example import examples, new

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Place:
    """Where one seed of a row is at work, with how many threads: files it keeps there let it go on after an interruption."""

    folder: Path
    name: str
    seed: int
    threads: int = 1

    def file(self, ending: str) -> Path:
        """``build/course/lenet-1ENDING``"""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{self.name}-{self.seed}{ending}"


@dataclass(frozen=True)
class Number:
    """One number of a row: its key in what was measured, its name with the unit, its digits, and what it is to reach.

    `goal` and `stretch` are bounds from above, or with `above` from below; `exact` is to be met in every printed digit. None
    of them: told as it is.
    """

    key: str
    title: str
    digits: int = 2
    goal: float | None = None
    stretch: float | None = None
    above: bool = False
    exact: float | None = None

    def met(self, found: float) -> bool:
        return self.exact is not None and f"{found:.{self.digits}f}" == f"{self.exact:.{self.digits}f}"

    def reached(self, found: float, bound: float | None) -> bool:
        return bound is not None and (found >= bound if self.above else found <= bound)


@dataclass(frozen=True)
class Row:
    """One line of the table: `measure` trains for a place and a seed, and gives its numbers.

    `lecture` is what the lecture says. A single seed where the outcome is exact, or where the issue asks for one.
    `note` says why, where a goal is missed.
    """

    name: str
    title: str
    lecture: str
    numbers: tuple[Number, ...]
    measure: Callable[[Place], Numbers]
    epochs: str = ""
    seeds: tuple[int, ...] = (1, 2, 3)
    note: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes when the row's function or the example does: what was measured and half trained before does not count. What
        the function calls is not in it: ``--again`` after a change there."""
        source = inspect.getsource(self.measure)
        way = source[source.find("def ") :]  # (words in the decorator change nothing)
        return hashlib.sha256((self.name + way + _network(self.name)).encode()).hexdigest()[:12]


def _network(name: str) -> str:
    """All of the example `name` that a training depends on: layers, wires, recipe. "" if there is none."""
    if name not in examples():
        return ""
    document = new(name)
    layers = [replace(node, name="", position=(0.0, 0.0)) for node in document.nodes.values()]
    return repr((layers, document.wires, document.recipe))


_ROWS: dict[str, Row] = {}


def row(
    name: str, title: str, lecture: str, *numbers: Number, epochs: str = "", seeds: tuple[int, ...] = (1, 2, 3), note: str = ""
) -> Callable[[Callable[[Place], Numbers]], Callable[[Place], Numbers]]:
    """Decorator: the function measures the row called `name`."""

    def register(measure: Callable[[Place], Numbers]) -> Callable[[Place], Numbers]:
        _ROWS[name] = Row(name, title, lecture, numbers, measure, epochs, seeds, note)
        return measure

    return register


@cache
def _scan() -> None:
    import tests.course.rows

    for module in pkgutil.iter_modules(tests.course.rows.__path__):
        importlib.import_module(f"tests.course.rows.{module.name}")


def rows() -> dict[str, Row]:
    """Every row by its name, in the order of the files and in them."""
    _scan()
    return dict(_ROWS)
