"""Problem: where, what was found, what to do, with edits that repair it. Refusal: an edit that was not made, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    """One thing that is wrong (`error`: training and export wait for it) or could be better (`advice`)."""

    node: str
    where: str
    what: str
    level: str = "error"
    repairs: tuple[Repair, ...] = ()

    @property
    def sentence(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class Refusal(NetwrightError):
    """An edit that was refused: one sentence, and the repairs on offer."""

    def __init__(self, sentence: str, repairs: tuple[Repair, ...] = ()) -> None:
        super().__init__(sentence)
        self.repairs = repairs
