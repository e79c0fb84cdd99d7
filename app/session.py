"""Session: the one document a window works on, its history, and the one door through which it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.shelf import Shelf
from app.verdicts import Verdict, Verdicts
from app.worker.standing import merged
from nodes.check import Checked
from nodes.document import Document, own
from nodes.history import Entry, History, own_bytes
from nodes.numbers import Table
from nodes.problems import Problem, Refusal
from runtime.graph import Array

Edit = Callable[[Document], Document]


@dataclass(frozen=True)
class Live:
    """What a run shows of itself: per node the activations of one sample, and the root mean square of its gradient; and its
    last training loss."""

    activations: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, float] = field(default_factory=dict)
    label: int | None = None
    loss: float | None = None


class RunHistory(History):
    """A history that knows which entry belongs to the run in progress: all its checkpoints are that one entry."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._run: int | None = None
        self._undone_before: list[Entry] = []

    def begin_run(self, title: str, document: Document) -> None:
        """An entry for the run that begins now: what is edited while it trains comes after it."""
        self._undone_before = self._entries[self._index + 1 :]
        del self._entries[self._index + 1 :]
        self._entries.append(Entry(title, document, size=own_bytes(self.document, document)))
        self._index += 1
        self._run = self._index

    def _drop(self) -> int:
        count = super()._drop()
        self._run = None if self._run is None else self._run - count
        return count

    @property
    def _droppable(self) -> int:
        """A run's entry stays, and the one before it."""
        return super()._droppable if self._run is None else min(super()._droppable, self._run - 1)

    def end_run(self) -> bool:
        """A run that trained nothing leaves no entry, and what had been undone before it can be redone again. True then."""
        run, self._run = self._run, None
        if run is None or run >= len(self._entries) or self._entries[run].document is not self._entries[run - 1].document:
            return False
        del self._entries[run]
        if self._index >= run:
            self._index -= 1
        if len(self._entries) == run == self._index + 1:
            self._entries += self._undone_before
        return True

    @classmethod
    def restored(cls, entries: Iterable[Entry], index: int, clean: int | None) -> RunHistory:
        """A history as it once was, no longer in the middle of a run; `clean` is the entry that a file holds."""
        kept = list(entries)
        history = cls(kept[index].document)
        pairs = zip(kept[:1] + kept, kept, strict=False)
        history._entries = [replace(e, size=own_bytes(before.document, e.document)) for before, e in pairs]
        history._index = index
        history._clean = None if clean is None else kept[clean].document
        return history

    def mark_unsaved(self) -> None:
        """No document is what a file holds (a recovered drawing that never had one)."""
        self._clean = None

    @property
    def run_undone(self) -> bool:
        return self._run is not None and self._index < self._run

    def graft(self, change: Edit) -> None:
        """Put a checkpoint into the run's entry and into every later one, so that undoing an edit loses no training."""
        for i in range(len(self._entries) if self._run is None else self._run, len(self._entries)):
            entry = self._entries[i]
            self._entries[i] = Entry(entry.title, change(entry.document), entry.merge, size=entry.size)
        self._undone_before = []  # it leaves an entry: what was undone before it cannot come back
        self._let_go()


class Session(QObject):
    """Holds the history; everything that shows the document listens to `document_changed` and follows."""

    document_changed = Signal(object)
    selection_changed = Signal(object)
    live_changed = Signal(object)
    refused = Signal(object)
    path_changed = Signal(object)
    level_changed = Signal(str)
    #: Going back came to weights that were let go (`nodes.history`): the names of those that start anew.
    let_go = Signal(object)

    def __init__(self, document: Document, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = RunHistory(document)
        self.path = path
        self.selection: frozenset[str] = frozenset()
        #: The block whose inside is on view; empty for the whole network.
        self.level = ""
        self.live = Live()
        self.shelf = Shelf(self)
        self.verdicts = Verdicts(self)
        self.verdicts.came.connect(self._changed)
        self._trouble: tuple[Document, Problem] | None = None

    @property
    def document(self) -> Document:
        return self.history.document

    @property
    def verdict(self) -> Verdict:
        """Build, problems and numbers of the present document, computed once for each. Of a large network it is the last one
        until the next has been worked out (`checking`); `document_changed` tells when it is there."""
        return self.verdicts.on(self.document)

    @property
    def checking(self) -> bool:
        """Whether `checked` and `numbers` are still those of an earlier document."""
        return self.verdict.document is not self.document

    @property
    def ready(self) -> bool:
        """Whether the present document may be trained: it is checked, and there is no error."""
        return not self.checking and not self.checked.errors

    @property
    def checked(self) -> Checked:
        verdict = self.verdict
        found = verdict.standing if self.checking else verdict.checked
        if self._trouble is None or not self.troubled:
            return found
        return replace(found, problems=(*found.problems, self._trouble[1]))

    @property
    def numbers(self) -> Table:
        """What each layer costs."""
        return self.verdict.numbers

    @property
    def troubled(self) -> bool:
        """Whether what stopped the last run still stands."""
        return self._trouble is not None and self._trouble[0].same_drawing(self.document)

    def note_trouble(self, problem: Problem) -> None:
        """What stopped a run stands among the problems until the drawing or the recipe is changed."""
        self._trouble = (self.document, problem)
        self._changed()

    def do(self, title: str, edit: Edit, merge: str = "") -> bool:
        """Apply an edit as one entry of history. False when it was refused (`refused` has told why)."""
        try:
            document = edit(self.document)
        except Refusal as refusal:
            self.refused.emit(refusal)
            return False
        self.history.do(title, document, merge)
        self._changed()
        return True

    def undo(self) -> None:
        self._walk(self.history.undo)

    def redo(self) -> None:
        self._walk(self.history.redo)

    def _walk(self, step: Callable[[], Document]) -> None:
        """Where the weights of another time were let go, those of now stay, as far as they fit."""
        left = self.document
        step()
        thin, anew = self.history.thin, list[str]()
        if thin:
            dressed, anew = merged(self.document, left)
            self.history.replace(dressed)
        self._changed()
        if thin:
            self.let_go.emit(anew)

    # -- blocks --------------------------------------------------------------------------------------------------------
    @property
    def here(self) -> tuple[str, ...]:
        """The nodes on view: those of the open block, or of none."""
        return self.document.children.get(self.level, ())

    def enter(self, id: str) -> None:
        """Look inside a block; the empty id is the whole network."""
        if id != self.level and (not id or self.document.node(id).block is not None):
            self.select(())
            self.level = id
            self.level_changed.emit(id)

    def leave(self) -> None:
        """Back to where the open block stands, which is selected."""
        if self.level:
            block = self.level
            self.enter(self.document.nodes[block].parent)
            self.select([block])

    def reveal(self, path: str) -> None:
        """Select a node wherever it stands, by its path; the block around it is opened."""
        node = self.document.nodes.get(own(path))
        if node is not None:
            self.enter(node.parent)
            self.select([node.id])

    def _stay(self) -> None:
        """A block that is gone (undone, deleted) is open no more."""
        if self.level and (self.level not in self.document.nodes or self.document.nodes[self.level].block is None):
            self.level = ""
            self.level_changed.emit("")

    def select(self, ids: Iterable[str]) -> None:
        here = set(self.here)
        chosen = frozenset(i for i in ids if i in here)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit(chosen)

    def show_live(self, live: Live) -> None:
        self.live = live
        self.live_changed.emit(live)

    def replace(self, document: Document) -> None:
        """Take over weights and progress of a run into the present entry (one entry of history a run)."""
        self.history.replace(document)
        self._changed()

    def begin_run(self, title: str, document: Document) -> None:
        """A run of `document` begins: one entry of history a run."""
        self.history.begin_run(title, document)
        self._changed()

    def end_run(self) -> None:
        if self.history.end_run():
            self._changed()

    def take_checkpoint(self, change: Edit) -> None:
        """A run's weights, merged by `change` into what is drawn now."""
        self.history.graft(change)
        self._changed()

    def saved(self, path: Path) -> None:
        """The present document is what the file holds."""
        self.history.mark_clean()
        if path != self.path:
            self.path = path
        self.path_changed.emit(path)

    def unsaved(self) -> None:
        """What the file holds is another thing by now."""
        self.history.mark_unsaved()
        self._changed()

    def detach(self) -> None:
        """The document belongs to no file any more."""
        self.path = None
        self.path_changed.emit(None)
        self.unsaved()

    def attempt(self, title: str, edit: Edit, merge: str = "") -> str:
        """Like `do`, for forms: a refusal comes back as its sentence, to stand beside the field, and nowhere else."""
        try:
            document = edit(self.document)
        except Refusal as refusal:
            return str(refusal)
        self.do(title, lambda _: document, merge)
        return ""

    def opened(
        self, document: Document, path: Path | None, verdict: Verdict | None = None, history: RunHistory | None = None
    ) -> None:
        """Show another document, with its own history: a new one, or the one that it had. It may have been checked already."""
        self.history = history or RunHistory(document)
        self.verdicts.take(verdict)
        self.path = path
        self.selection, self.level = frozenset(), ""
        self.live = Live()
        self.level_changed.emit("")
        self.path_changed.emit(path)
        self.selection_changed.emit(self.selection)
        self._changed()
        self.live_changed.emit(self.live)

    def _changed(self) -> None:
        self._stay()
        self.select(self.selection)
        self.document_changed.emit(self.document)
