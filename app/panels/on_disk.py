"""OnDisk: what else happens to the file that a window shows: another window opens it, somebody changes it, it goes away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QFileSystemWatcher, QObject, QTimer

from app.panels.message_bar import MessageBar, Way
from app.presence import Presence
from app.session import Session
from nodes import edits
from nodes.naming import LONGEST_NAME
from runtime.atomic import Stamp, stamp

TOPIC, OTHERS = "disk", "other windows"
#: Milliseconds after which a file that was touched is looked at: writing it takes several steps.
CALM = 200


class OnDisk(QObject):
    """Watches the session's file, and looks at it again whenever the window comes to the front."""

    def __init__(self, window: Any, session: Session, messages: MessageBar, presence: Presence) -> None:
        super().__init__(window)
        self._window, self._session, self._messages, self._presence = window, session, messages, presence
        self._path: Path | None = None
        self._known: Stamp | None = None
        self._others: frozenset[Path] = frozenset()
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self, singleShot=True, interval=CALM)
        self._timer.timeout.connect(self.look)
        self._watcher.fileChanged.connect(lambda _: self._timer.start())
        session.path_changed.connect(self._on_path)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self._path:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _on_path(self, path: Path | None) -> None:
        """Another file, or the same one saved or read anew: it is now as this window knows it."""
        self._take_back()
        if path != self._path:
            if self._watcher.files():
                self._watcher.removePaths(self._watcher.files())
            self._path, self._others = path, frozenset()
        self._known = self._window.filing.stamp
        if path:
            self._go_on_watching(path)
            self._look_for_others(path)

    def _go_on_watching(self, path: Path) -> None:
        """A file that is replaced is no longer watched."""
        if str(path) not in self._watcher.files() and path.exists():
            self._watcher.addPath(str(path))

    def look(self) -> None:
        """Say what has happened since the last time."""
        path = self._path
        if path is None:
            return
        now = stamp(path)
        if now != self._known:
            self._known = now
            self._say(path, now is None)
        else:
            self._look_for_others(path)
        self._go_on_watching(path)

    # -- what is said ----------------------------------------------------------------------------------------------------------
    def _say(self, path: Path, gone: bool) -> None:
        """What is here is in no file now, so it counts as not saved, whatever the answer."""
        self._session.unsaved()
        if gone:
            what = f"{path.name} was deleted or moved. What is here is kept, and Save writes it again."
            ways: tuple[Way, ...] = ()
        else:
            who = "Another Netwright window" if self._presence.others_on(path) else "Another program"
            what = f"{who} has changed {path.name}. Show what is in the file now (one step of undo), or keep what is here?"
            ways = (("Reload", self._window.filing.reload), ("Keep mine", lambda: None))
        self._take_back()
        self._messages.say("warn", what, ways, topic=TOPIC, keeps=True)

    def _take_back(self) -> None:
        for topic in (TOPIC, OTHERS):
            self._messages.take_back(topic)

    def _look_for_others(self, path: Path) -> None:
        """Another window shows the file, which none did when it was last looked at; or none does any more."""
        others = frozenset(n.file for n in self._presence.others_on(path))
        if others - self._others:
            what = f"{path.name} is open in another Netwright window, too. Who saves second is asked before anything is lost."
            self._messages.say("warn", what, (("Work on a copy", self.copy),), topic=OTHERS, keeps=True)
        elif not others:
            self._messages.take_back(OTHERS)
        self._others = others

    def copy(self) -> None:
        """What is drawn here goes on without its file, and with its history."""
        title = f"{self._session.document.title[: LONGEST_NAME - 5]} copy"
        if self._session.do("Work on a copy", lambda d: edits.retitle(d, title)):
            self._window.filing.forget_stamp()
            self._session.detach()
