"""Problem: where, what was found, what to do, with edits that repair it. Refusal: an edit that was not made, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from runtime.errors import NetwrightError

if TYPE_CHECKING:
    from nodes.document import Document

Edit = Callable[["Document"], "Document"]


@dataclass(frozen=True)
class Repair:
    """An edit on offer: what a button says, and the edit. `layer` is the type it inserts, for the ghost on the wire."""

    title: str
    edit: Edit
    layer: str = ""
    result: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong (`error`: training and export wait for it) or could be better (`advice`).

    `page` is the type of the layer whose page explains it; `kind` is the name of the rule that found it, by which advice is
    silenced.
    """

    node: str
    where: str
    what: str
    level: str = "error"
    repairs: tuple[Repair, ...] = ()
    page: str = ""
    kind: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class Refusal(NetwrightError):
    """An edit that was refused: one sentence, and the repairs on offer, which may be worked out when they are asked for."""

    def __init__(self, sentence: str, repairs: tuple[Repair, ...] | Callable[[], tuple[Repair, ...]] = ()) -> None:
        super().__init__(sentence)
        self._repairs = repairs

    @cached_property
    def repairs(self) -> tuple[Repair, ...]:
        return self._repairs() if callable(self._repairs) else self._repairs
