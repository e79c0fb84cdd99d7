"""Verdicts: what is known of the session's document. A small network is judged when somebody asks; a large one in a thread,
and until that is done the last verdict stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from PySide6.QtCore import QObject, Signal

from app.background import Aside, Tick
from app.columns import Data, rows_of
from nodes.build import build
from nodes.check import Checked, check
from nodes.document import Document
from nodes.numbers import Table, table
from nodes.unfold import layer_count
from nodes.walk import reading_order

#: A network of more layers than this (repetitions counted) is judged aside: it takes some 0.2 ms a layer.
LARGE = 1_000


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is known of `document`: build and problems, and what its layers cost."""

    document: Document
    checked: Checked

    @cached_property
    def numbers(self) -> Table:
        return table(self.document, self.checked.built)

    @cached_property
    def rows(self) -> list[tuple[str, Data]]:
        """The table of layers: ids and what `app.columns` says of each, in the order in which they are read."""
        plain = self.checked.built.plain.document
        ids = [*plain.order(), *plain.cycle()]
        found = dict(zip(ids, rows_of(self.document, self.checked.built, self.numbers), strict=True))
        return [(id, found[id]) for id in reading_order(plain)]

    @cached_property
    def standing(self) -> Checked:
        """What of it may be shown with a later document: repairs are edits of this one."""
        found = self.checked
        plain = tuple(replace(p, repairs=()) for p in found.problems)
        return replace(found, problems=plain)


def judge(document: Document, before: Verdict | None = None, tick: Tick = lambda: None) -> Verdict:
    """Build and judge `document`; what `before` has of it already is taken over."""
    checked = check(document, (before.document, before.checked) if before else None, tick)
    found = Verdict(document, checked)
    if before is not None and checked.built is before.checked.built:
        found.__dict__.update({k: before.__dict__[k] for k in ("numbers", "rows") if k in before.__dict__})
    return found


def judge_wholly(document: Document, before: Verdict | None = None, tick: Tick = lambda: None) -> Verdict:
    """The same, with the numbers worked out already: for threads."""
    found = judge(document, before, tick)
    tick()
    found.rows  # noqa: B018 (they are kept, and the numbers with them)
    return found


class Verdicts(QObject):
    """`came` when the verdict on a large network is there."""

    came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: Verdict | None = None
        self._asked: Document | None = None
        self._aside = Aside(self)

    def take(self, verdict: Verdict | None) -> None:
        """Another document is shown: nothing of the last one stands."""
        self._stop()
        self._last = verdict

    def on(self, document: Document) -> Verdict:
        """The verdict on `document`, or while it is worked out (`waits_for`) the last one."""
        last = self._last
        if last is not None and last.document is document and self._asked is None:
            return last
        if self.waits_for(document):
            return self._standing()
        if last is None or last.document is not document:
            if last is not None and last.document.same_drawing(document):
                # New weights alone (a checkpoint, several times a second at worst) change nothing that is checked.
                self._last = _moved(last, document)
            elif self._takes_long(document):
                self._ask(document)
                return self._standing()
            else:
                self._last = judge(document, last)
        self._stop()
        assert self._last is not None
        return self._last

    def waits_for(self, document: Document) -> bool:
        """Whether the verdict on this very document is being worked out."""
        return self._asked is not None and (self._asked is document or self._asked.same_drawing(document))

    def wait(self) -> None:
        """Stand still until the verdict is there."""
        self._aside.wait()

    def close(self) -> None:
        self._asked = None
        self._aside.close()

    def _takes_long(self, document: Document) -> bool:
        last = self._last
        if last is not None and not last.checked.all and document.same_network(last.document):
            return False
        return layer_count(document) > LARGE

    def _standing(self) -> Verdict:
        if self._last is None:
            empty = Document()
            self._last = Verdict(empty, Checked(build(empty, "training"), ()))
        return self._last

    def _ask(self, document: Document) -> None:
        self._asked, last = document, self._last
        self._aside.start(lambda tick: judge_wholly(document, last, tick), self._answered)

    def _answered(self, found: Verdict) -> None:
        self._asked, self._last = None, found
        self.came.emit()

    def _stop(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._aside.stop()


def _moved(verdict: Verdict, document: Document) -> Verdict:
    """The same verdict, on a document that differs in weights only."""
    made = Verdict(document, verdict.checked)
    made.__dict__.update({k: v for k, v in verdict.__dict__.items() if k in ("numbers", "rows", "standing")})
    return made
