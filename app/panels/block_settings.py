"""A block in the inspector: how often it stands in a row, and what stands on its face, for all repetitions or for one."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panels.fields import ChoiceField, field_for
from app.panels.setting_row import SettingRow
from app.panels.words import empty, label
from app.session import Session
from nodes.document import Node
from nodes.layer import Setting
from nodes.promotions import demote, reset_face, set_face, set_repeat, settings_of

REPEAT = Setting("repeat", int, 1, "How often it stands in a row: what comes out goes into the next one.", 1, 1000)
ALL = "all"
NOTHING = "Nothing stands on its face yet: open it, select a layer, and use the + beside a setting."


class BlockSettings(QWidget):
    """Rows made anew when the settings on the face change; values shown anew at each edit."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__()
        self._session, self._id = session, id
        self._made: tuple[object, ...] = ()
        self.rows: dict[str, SettingRow] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        self.repeat = SettingRow(
            "repeat", field_for(REPEAT), REPEAT.help, 1, self._set_repeat, lambda: self._set_repeat(1)
        )  # fmt: skip
        self.which = ChoiceField((ALL,))
        self._which_row = SettingRow(
            "repetition", self.which, "Set all repetitions, or one of them that differs.", ALL, self._look_at,
            lambda: self._look_at(ALL),
        )  # fmt: skip
        self._face = QVBoxLayout()
        self._face.setSpacing(6)
        self._repetition: int | None = None
        for widget in (self.repeat, self._which_row):
            self._box.addWidget(widget)
        self._box.addLayout(self._face)

    def refresh(self, node: Node) -> None:
        """Show what the document says now."""
        assert node.block is not None
        settings = settings_of(self._session.document, node)
        if self._repetition is not None and self._repetition >= node.block.repeat:
            self._repetition = None
        made = (settings, node.block.repeat)
        if made != self._made:
            self._made = made
            self._make(node, settings)
        self.repeat.show_value(node.block.repeat)
        self.which.show_value(ALL if self._repetition is None else str(self._repetition + 1))
        single = {} if self._repetition is None else node.block.each.get(self._repetition, {})
        for setting in settings:
            usual = node.settings.get(setting.name, setting.default)
            row = self.rows[setting.name]
            row.compare_with(setting.default if self._repetition is None else usual)
            row.show_value(single.get(setting.name, usual))

    def _make(self, node: Node, settings: tuple[Setting, ...]) -> None:
        assert node.block is not None
        repeat = node.block.repeat
        self._which_row.setVisible(repeat > 1 and bool(settings))
        self.which.offer((ALL, *(str(r + 1) for r in range(repeat))))
        empty(self._face)
        self.rows = {}
        for setting in settings:
            row = SettingRow(
                setting.name, field_for(setting), setting.help, setting.default, partial(self._change, setting.name),
                partial(self._reset, setting),
            )  # fmt: skip
            self.rows[setting.name] = row
            self._face.addWidget(row)
            off = f"Take {setting.name.replace('_', ' ')} off the block’s face"
            row.add_button("cross", off, partial(self._demote, setting.name))
        if not settings:
            self._face.addWidget(label(NOTHING, "caption", wraps=True))

    # -- edits ---------------------------------------------------------------------------------------------------------
    def _set_repeat(self, value: int) -> str:
        return self._session.attempt("Change repeat", lambda d: set_repeat(d, self._id, value))

    def _look_at(self, which: str) -> str:
        self._repetition = None if which == ALL else int(which) - 1
        self.refresh(self._session.document.nodes[self._id])
        return ""

    def _change(self, name: str, value: Any) -> str:
        repetition = self._repetition
        return self._session.attempt(f"Change {name}", lambda d: set_face(d, self._id, name, value, repetition=repetition))

    def _reset(self, setting: Setting) -> None:
        repetition = self._repetition
        if repetition is None:
            self._change(setting.name, setting.default)
        else:
            self._session.do(f"Reset {setting.name}", lambda d: reset_face(d, self._id, setting.name, repetition))

    def _demote(self, name: str) -> None:
        self._session.do(f"Take {name} off the face", lambda d: demote(d, self._id, name))
