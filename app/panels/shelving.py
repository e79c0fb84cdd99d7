"""Shelving: what can be done with the user's library of blocks, in the window: keep one, rename one, take one out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from app.canvas.nesting import selected_block
from app.panels.layer_palette import LayerPalette
from app.panels.message_bar import MessageBar
from app.session import Session
from nodes import library
from nodes.library import Entry
from nodes.problems import Refusal
from runtime.errors import NetwrightError


class Shelving(QObject):
    """Tells the result in the message bar, with the way back."""

    def __init__(self, window: Any, session: Session, palette: LayerPalette, messages: MessageBar) -> None:
        super().__init__(window)
        self._window, self._session, self._palette, self._messages = window, session, palette, messages
        self.shelf = session.shelf
        self.shelf.changed.connect(palette.fill)
        palette.menu_wanted.connect(self._show_menu)
        palette.renamed.connect(self.rename)

    def keep(self) -> None:
        """Put the selected block into the library."""
        id = selected_block(self._session) or next(iter(self._session.selection), "")
        if not id:
            return
        name = self._session.document.nodes[id].name
        try:
            library.keep(self._session.document, id, self.shelf.folder)
        except Refusal as refusal:
            self._session.refused.emit(refusal)
        except NetwrightError as error:
            self._messages.say("err", str(error))
        else:
            self._messages.say("ok", f"‘{name}’ is in your library: the palette has it under Block, for every network.")
            self.shelf.refresh()

    def rename(self, type: str, name: str) -> None:
        entry = self.shelf.entries.get(type)
        if entry is not None and name.strip() != entry.name:
            self._try(partial(library.rename, entry, name))
        self._palette.fill()  # a name that was refused is the old one again

    def take_out(self, type: str) -> None:
        """Out of the library; until something else is said, there is a way back."""
        entry = self.shelf.entries.get(type)
        if entry is None:
            return
        kept: list[bytes] = []
        if self._try(lambda: kept.append(library.forget(entry))):
            back = ("Put it back", lambda: self._try(partial(library.restore, entry, kept[0])))
            self._messages.say("info", f"‘{entry.name}’ is no longer in your library; networks that have it keep it.", (back,))

    def _try(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except NetwrightError as error:
            self._messages.say("warn", str(error))
            return False
        finally:
            self.shelf.refresh()
        return True

    def _show_menu(self, type: str, at: QPoint) -> None:
        entry = self.shelf.entries.get(type)
        if entry is not None:
            self.menu(entry).popup(at)

    def menu(self, entry: Entry) -> QMenu:
        """What the right button offers on a block of the library."""
        made = QMenu(self._window)
        made.addAction("Add it", lambda: self._window.add_layer(entry.type)).setEnabled(not entry.problem)
        made.addAction("Rename…", lambda: self._palette.edit_name(entry.type)).setEnabled(not entry.problem)
        made.addAction("Take it out of the library", lambda: self.take_out(entry.type))
        return made
