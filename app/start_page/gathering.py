"""Gathering: outlines of the examples, those kept from the last start at once, the others worked out aside, one by one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from app.background import Aside, Tick
from app.start_page import kept
from nodes.example import Example
from nodes.portrait.outline import Outline, outline
from runtime.errors import NetwrightError


class Gathering(QObject):
    """`came` carries the outlines that are new, by name."""

    came = Signal(object)

    def __init__(self, examples: Mapping[str, Example], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._examples = examples
        self.outlines = {name: found for name, found in kept.load().items() if name in examples}
        self._wanted: list[str] = []
        self._aside = Aside(self)

    @property
    def missing(self) -> list[str]:
        """Those that are seen first, then the others: a search looks through all layers."""
        rest = [name for name in self._examples if name not in self.outlines]
        return [name for name in self._wanted if name in rest] + [name for name in rest if name not in self._wanted]

    def want(self, name: str) -> None:
        """It is seen without a picture."""
        if name not in self._wanted:
            self._wanted.append(name)
        self._go_on()

    def _go_on(self) -> None:
        names = self.missing
        if self._aside.busy or not names:
            return
        self._aside.start(lambda tick: self._work(names, tick), self._take)

    def _work(self, names: list[str], tick: Tick) -> dict[str, Outline]:
        """As many as come to a screen's worth: then they are shown, and it goes on."""
        found: dict[str, Outline] = {}
        for name in names[:SCREEN]:
            tick()
            found[name] = _outline(self._examples[name], tick)
        if len(names) <= SCREEN:
            kept.save({**self.outlines, **found})
        return found

    def _take(self, found: dict[str, Outline]) -> None:
        self.outlines.update(found)
        self.came.emit(found)
        self._go_on()

    def close(self) -> None:
        self._aside.close()


#: So many cards are worked out before they are shown together.
SCREEN = 12


def _outline(example: Example, tick: Tick) -> Outline:
    """An example that cannot be drawn has no picture; opening it will say why."""
    try:
        return outline(example.make(), tick)
    except NetwrightError:
        return Outline()
