"""Announcer: says what happens to those who cannot see it: selection, wires, refusals, edits, problems, runs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.panels.problem_list import counts
from app.worker.control import IDLE, PAUSED, RUNNING

#: What a run's states are called; those that last a moment are left out.
RUN_WORDS = {RUNNING: "Training", PAUSED: "Paused"}


def announce(widget: QWidget, text: str) -> None:
    """Read `text` aloud, where a tool listens."""
    if text and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class Announcer(QObject):
    """`said` carries every sentence, whether somebody listens or not."""

    said = Signal(str)

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window, self._session, self._control = window, window.session, window.control
        self._last = self._count = ""
        self._titles: tuple[str | None, str | None] = (None, None)
        self._run = IDLE
        window.canvas.told.connect(self.say)
        window.canvas.status_message.connect(self.say)
        window.messages.shown.connect(self.say)
        self._session.document_changed.connect(lambda _: self._on_document())
        self._session.level_changed.connect(self._on_level)
        self._control.changed.connect(self._on_run)
        self._on_document()

    def say(self, text: str) -> None:
        """Not the same twice in a row: a wire in the hand says its verdict at every step of the pointer."""
        if text and text != self._last:
            self.said.emit(text)
            announce(self._window.canvas, text)
        self._last = text

    # -- the document ----------------------------------------------------------------------------------------------------
    def _on_document(self) -> None:
        history = self._session.history
        before, self._titles = self._titles, (history.undo_title, history.redo_title)
        if self._titles != before:
            self._say_edit(before, self._titles)
        if self._session.checking:
            return  # the count of an earlier document is no news
        problems = self._session.checked.problems if self._session.document.nodes else ()
        before_count, self._count = self._count, counts(problems) or "no problems"
        if before_count not in ("", self._count):
            self.say(self._count[:1].upper() + self._count[1:])

    def _say_edit(self, before: tuple[str | None, str | None], now: tuple[str | None, str | None]) -> None:
        if now[1] is not None and now[1] == before[0]:
            self.say(f"Undone: {now[1]}")
        elif now[0] is not None and now[0] == before[1]:
            self.say(f"Redone: {now[0]}")
        elif now[0] is not None:
            self.say(now[0])

    def _on_level(self, level: str) -> None:
        self.say(f"Inside {self._session.document.nodes[level].name}" if level else "The whole network")

    # -- a run -----------------------------------------------------------------------------------------------------------
    def _on_run(self) -> None:
        state = self._control.state
        if state == self._run or state not in (*RUN_WORDS, IDLE):
            return
        self._run = state
        self.say(RUN_WORDS.get(state) or self._ended())

    def _ended(self) -> str:
        progress = self._session.document.training.progress
        epochs = progress.get("epoch") or 0
        return f"Training has ended: {epochs:,} epoch{'s' * (epochs != 1)} trained"
