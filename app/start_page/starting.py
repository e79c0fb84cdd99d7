"""Starting: when the window shows its start page instead of a network, and what is begun from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QStackedWidget

from app import recent
from app.autosave import Found
from nodes.document import Document
from nodes.example import new

if TYPE_CHECKING:
    from app.start_page.page import StartPage

#: The preference, and the network that Enter trains.
SHOWS, FIRST = "start_page", "lenet"


def shows_at_start(store: QSettings) -> bool:
    return bool(store.value(SHOWS, True, type=bool))


class Starting(QObject):
    """The page is made, and its code read, when it is first shown: a window that opens a file starts without."""

    def __init__(self, window: Any, pages: QStackedWidget) -> None:
        super().__init__(window)
        self._window, self._pages = window, pages
        self.page: StartPage | None = None
        #: What a crash left behind, not answered yet.
        self.waiting: list[Found] = []

    @property
    def on(self) -> bool:
        return self.page is not None and self._pages.currentWidget() is self.page

    # -- coming and going --------------------------------------------------------------------------------------------------
    def show(self) -> None:
        page = self._made()
        self._refresh()
        self._pages.setCurrentWidget(page)
        self._window.toolbar.hide()
        self._window.messages.lie_over(page.right)
        self._window.status.show_start(len(page.examples))
        self._window.tell_title()
        self._window.refresh_actions()
        page.column.begin[0].setFocus()

    def leave(self) -> None:
        """To the network; what was not answered is asked there."""
        if not self.on:
            return
        self._pages.setCurrentIndex(0)
        self._window.toolbar.show()
        self._window.messages.lie_over(self._window.canvas.parentWidget())
        self._window.status.show_start(None)
        self._window.tell_title()
        self._window.refresh_actions()
        self._window.canvas.setFocus()
        waiting, self.waiting = self.waiting, []
        for found in waiting:
            self._window.recovery.offer(found)

    def back(self) -> None:
        """Esc: to the network that was open, if there was one."""
        session = self._window.session
        if self.on and (session.document.nodes or session.document.frames or session.path or not session.history.clean):
            self.leave()

    # -- the page ----------------------------------------------------------------------------------------------------------
    def _made(self) -> StartPage:
        if self.page is not None:
            return self.page
        from app.panels.first_steps import first_steps_page
        from app.start_page.column import Begin
        from app.start_page.page import StartPage

        window, hint = self._window, self._window.keys.hint
        begin = (
            Begin("play", "Train LeNet now", "Enter", self.train_first, primary=True),
            Begin("plus", "New network", hint("new"), lambda: window.filing.new(Document())),
            Begin("open", "Open any ONNX file", hint("open"), window.filing.open_dialog),
        )
        learn = (
            ("Five minutes to a model", lambda: window.help_card.show_page(lambda: first_steps_page(window.keys.keymap))),
            ("Keys and gestures", window.show_keys),
        )
        self.page = page = StartPage(begin, learn, hint("find"))
        page.chosen.connect(lambda name: window.filing.new(page.examples[name].make()))
        page.column.opened.connect(window.filing.open)
        page.column.removed.connect(self._forget)
        page.column.recovered.connect(self._recover)
        page.column.discarded.connect(self._discard)
        window.keys.changed.connect(self._name_keys)
        self._pages.addWidget(page)
        return page

    def _name_keys(self) -> None:
        assert self.page is not None
        for id, one in zip(("new", "open"), self.page.column.begin[1:], strict=True):
            one.hint.setText(self._window.keys.hint(id))
        self.page.search.hint.setText(self._window.keys.hint("find"))

    def _refresh(self) -> None:
        """The lists of the column: files come and go, also while the page is shown."""
        if self.page is not None:
            self.page.column.show_files(recent.entries(self._window.store))
            self.page.column.show_kept(self.waiting)

    def train_first(self) -> None:
        """A finished network, and its training, by one key."""
        if self._window.filing.new(new(FIRST)):
            self._window.control.toggle()

    def _forget(self, path: Path) -> None:
        recent.forget(self._window.store, path)
        self._refresh()

    # -- what a crash left ---------------------------------------------------------------------------------------------------
    def keep(self, found: Found) -> None:
        """Offer it on the page."""
        self.waiting.append(found)
        self._refresh()

    def _recover(self, found: Found) -> None:
        self.waiting.remove(found)
        if not self._window.recovery.recover(found):
            self.waiting.insert(0, found)
        self._refresh()

    def _discard(self, found: Found) -> None:
        self.waiting.remove(found)
        found.discard()
        self._refresh()

    def recolor(self) -> None:
        if self.page is not None:
            self.page.recolor()

    def close(self) -> None:
        if self.page is not None:
            self.page.gathering.close()
