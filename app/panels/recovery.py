"""Recovery: what a crash left behind is offered, and taken up with the undo history that it had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject

from app.autosave import Found
from app.panels.message_bar import MessageBar
from app.session import RunHistory, Session
from app.worker.standing import merged
from nodes.document import Document
from nodes.history import Entry


class Recovery(QObject):
    """Asks on the start page or in the message bar; the question waits until it is answered."""

    def __init__(self, window: Any, session: Session, messages: MessageBar) -> None:
        super().__init__(window)
        self._window, self._session, self._messages = window, session, messages

    def offer(self, found: Found) -> None:
        if self._window.starting.on:
            self._window.starting.keep(found)
            return
        name = found.path.name if found.path else found.document.title
        what = f"Netwright ended unexpectedly while “{name}” had changes that were not saved. They were kept."
        if found.overtaken:
            what += " The file itself was saved later."
        ways = (("Recover them", lambda: self.recover(found)), ("Discard them", found.discard))
        self._messages.say("warn", what, ways, keeps=True)

    def recover(self, found: Found) -> bool:
        """What the journal holds, on top of its file as it is now, if there is one. Whether that is shown now."""
        filing = self._window.filing
        if not filing.may_leave():
            return False
        path = found.path if found.path and found.path.exists() else None
        if path and not filing.load(path, offering=False):
            return False
        if path is None:
            filing.forget_stamp()
        if path and found.old:
            drawn = found.document if found.whole else merged(found.document, self._session.document)[0]
            self._session.do("Recover", lambda _: drawn)
        else:
            history = restored(found, self._session.document if path else None)
            self._window.show_document(history.document, path, history=history)
        self._window.bottom.training.show_history(self._session.document)
        self._window.autosave.write()
        found.discard()
        self._messages.say("ok", "Recovered. Save when you are content with it.")
        return True


def restored(found: Found, saved: Document | None) -> RunHistory:
    """The journal's history. What it has no weights for has those of the file, where the file is what it was."""
    state = found.state
    entries, clean = list(state.entries), state.clean
    if saved is None or clean is None or found.overtaken or not entries[clean].document.same_drawing(saved):
        clean = None
    elif saved is not None:
        entries[clean] = Entry(entries[clean].title, saved)
    if saved is not None and not found.whole and state.at != clean:
        entries[state.at] = replace(entries[state.at], document=merged(found.document, saved)[0], thin=False)
    return RunHistory.restored(entries, state.at, clean)
