"""Promoting: a layer inside a block gets a + beside each setting, which puts it on the block's face."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QToolButton

from app.panels.face_popup import FacePopup
from app.panels.setting_row import SettingRow
from app.session import Session
from nodes.document import Promotion
from nodes.promotions import face_value, on_view, promoted
from nodes.unfold import times

PUT = "Put it on the block’s face: it is set from outside then, and may differ from repetition to repetition"


class Promoting:
    """Two buttons a row, of which one shows: put it on the face; go to the face that sets it."""

    def __init__(self, session: Session, id: str) -> None:
        self._session, self._id = session, id
        self.plus: dict[str, QToolButton] = {}
        self.there: dict[str, QToolButton] = {}
        self.popup: FacePopup | None = None

    def add(self, setting: str, row: SettingRow) -> None:
        self.plus[setting] = row.add_button("plus", PUT, partial(self.ask, setting))
        self.there[setting] = row.add_button("block-in", "", self._go)

    def ask(self, setting: str) -> None:
        """The popup, below the button."""
        button = self.plus[setting]
        self.popup = FacePopup(button, self._session, self._id, setting)
        self.popup.open_below(button)

    def _go(self) -> None:
        self._session.leave()

    def refresh(self) -> None:
        for setting, button in self.plus.items():
            found = self._found(setting)
            button.setVisible(found is None)
            self.there[setting].setVisible(found is not None)
            if found is not None:
                tip = self._where(found)
                self.there[setting].setToolTip(tip)
                self.there[setting].setAccessibleName(tip)

    def shown(self, setting: str, value: Any) -> Any:
        """What a setting comes to, in the repetition that is drawn: what the face says, if it stands there."""
        found = self._found(setting)
        document = self._session.document
        there = face_value(document, found, document.nodes[self._id].parent) if found else None
        return value if found is None or there is None else times(there, found.factor)

    def _found(self, setting: str) -> Promotion | None:
        return promoted(self._session.document, self._id, setting)

    def _where(self, found: Promotion) -> str:
        document = self._session.document
        block = document.nodes[document.nodes[self._id].parent]
        first = ", where the 1st, which is shown, has its own" if on_view(document, found, block.id) == 0 else ""
        factor = f"{found.factor} × " if found.factor > 1 else ""
        return f"It is {factor}‘{found.name}’ on the face of {block.name}{first}: go there"
