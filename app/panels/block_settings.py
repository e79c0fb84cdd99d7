"""A block in the inspector: how often it stands in a row, and what stands on its face, for all repetitions or for one."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.canvas.telling_blocks import where_set
from app.panels.fields import ChoiceField, TextField, field_for
from app.panels.setting_row import SettingRow
from app.panels.words import empty, label, rule
from app.session import Session
from nodes.document import Node
from nodes.layer import Setting
from nodes.promotions import demote, rename_face, reset_face, set_face, set_repeat, settings_of, written

REPEAT = Setting("repeat", int, 1, "How often it stands in a row: what comes out goes into the next one.", 1, 1000)
ALL = -1
NOTHING = "Nothing stands on its face yet: open it, select a layer, and use the + beside a setting."
#: Of how many repetitions that differ a row tells the values.
MOST = 3


def ordinal(number: int) -> str:
    """``1st``, ``22nd``, ``13th``."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


class WhichField(ChoiceField):
    """All repetitions, or one: those that differ are marked with what differs in them."""

    def __init__(self) -> None:
        super().__init__(())

    def offer_repetitions(self, node: Node) -> None:
        assert node.block is not None
        words = [f"all {node.block.repeat}"]
        for r in range(node.block.repeat):
            differs = ", ".join(name.replace("_", " ") for name in node.block.each.get(r, {}))
            words.append(f"{ordinal(r + 1)} · {differs}" if differs else ordinal(r + 1))
        if words != [self.itemText(i) for i in range(self.count())]:
            self.clear()
            for i, text in enumerate(words):
                self.addItem(text, i - 1)
            self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)


class BlockSettings(QWidget):
    """Rows made anew when the settings on the face change; values shown anew at each edit."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__()
        self._session, self._id = session, id
        self._made: tuple[Setting, ...] | None = None
        self.rows: dict[str, SettingRow] = {}
        self.renaming: TextField | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        self.repeat = SettingRow(
            "repeat", field_for(REPEAT), REPEAT.help, 1, self._set_repeat, lambda: self._set_repeat(1)
        )  # fmt: skip
        self.which = WhichField()
        which = "All repetitions, or one that has values of its own: they are named beside it."
        self._which_row = SettingRow("set in", self.which, which, ALL, self._look_at, lambda: self._look_at(ALL))
        self._face = QVBoxLayout()
        self._face.setSpacing(6)
        self._repetition: int | None = None
        self._box.addWidget(self.repeat)
        self._box.addWidget(label("On its face", "strong"))
        self._box.addWidget(self._which_row)
        self._box.addLayout(self._face)
        self._box.addWidget(rule())

    def refresh(self, node: Node) -> None:
        """Show what the document says now."""
        assert node.block is not None
        settings = settings_of(self._session.document, node)
        if self._repetition is not None and self._repetition >= node.block.repeat:
            self._repetition = None
        if settings != self._made:
            self._made = settings
            self._make(settings)
        self._which_row.setVisible(node.block.repeat > 1 and bool(settings))
        self.which.offer_repetitions(node)
        self.repeat.show_value(node.block.repeat)
        self._which_row.show_value(ALL if self._repetition is None else self._repetition)
        single = {} if self._repetition is None else node.block.each.get(self._repetition, {})
        for setting in settings:
            usual = node.settings.get(setting.name, setting.default)
            row = self.rows[setting.name]
            row.compare_with(setting.default if self._repetition is None else usual)
            differs = any(setting.name in values for values in node.block.each.values())
            row.explain(self._explained(node, setting), always=differs)
            row.show_value(single.get(setting.name, usual))
            row.reset.setToolTip(f"Back to {written(setting.default if self._repetition is None else usual)}")

    def _explained(self, node: Node, setting: Setting) -> str:
        """What a setting of the face sets inside; and where single repetitions have another value."""
        assert node.block is not None
        words = f"Sets {where_set(self._session.document, node, setting.name)}."
        own = {r: values[setting.name] for r, values in sorted(node.block.each.items()) if setting.name in values}
        if self._repetition is not None:
            usual = written(node.settings.get(setting.name, setting.default))
            return f"{words} The others: {usual}." if self._repetition in own else words
        told = [f"the {ordinal(r + 1)} is {written(value)}" for r, value in list(own.items())[:MOST]]
        more = [f"{len(own) - MOST} more differ"] if len(own) > MOST else []
        return f"{words} But {', '.join(told + more)}." if own else words

    def _make(self, settings: tuple[Setting, ...]) -> None:
        empty(self._face)
        self.rows = {}
        self.renaming = None
        for setting in settings:
            row = SettingRow(
                setting.name, field_for(setting), setting.help, setting.default, partial(self._change, setting.name),
                partial(self._reset, setting),
            )  # fmt: skip
            self.rows[setting.name] = row
            self._face.addWidget(row)
            more = f"Rename {setting.name.replace('_', ' ')}, take it off the face, or go to what it sets"
            row.add_button("more", more, partial(self._show_menu, setting.name))
        if not settings:
            self._face.addWidget(label(NOTHING, "caption", wraps=True))

    # -- edits ---------------------------------------------------------------------------------------------------------
    def _set_repeat(self, value: int) -> str:
        return self._session.attempt("Change repeat", lambda d: set_repeat(d, self._id, value))

    def _look_at(self, which: int) -> str:
        self._repetition = None if which == ALL else which
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

    # -- the menu of a setting -----------------------------------------------------------------------------------------
    def _show_menu(self, name: str) -> None:
        self.menu(name).popup(QCursor.pos())

    def menu(self, name: str) -> QMenu:
        """What can be done with a setting of the face."""
        made, document = QMenu(self), self._session.document
        block = document.nodes[self._id].block
        made.addAction("Rename…", partial(self._ask_for_name, name))
        made.addAction("Take it off the face", partial(self._demote, name))
        made.addSeparator()
        for inner in dict.fromkeys(p.node for p in (block.promotions if block else ()) if p.name == name):
            made.addAction(f"Go to {document.nodes[inner].name}", partial(self._session.reveal, inner))
        return made

    def _demote(self, name: str) -> None:
        self._session.do(f"Take {name} off the face", lambda d: demote(d, self._id, name))

    def _ask_for_name(self, name: str) -> None:
        """A field above the row; Enter or leaving it renames, Esc leaves the name as it is."""
        field = self.renaming = TextField()
        field.setAccessibleName(f"New name of {name}")
        field.show_value(name)
        self._face.insertWidget(self._face.indexOf(self.rows[name]), field)
        field.show()
        field.committed.connect(lambda new: self._rename(name, str(new)))
        field.editingFinished.connect(lambda: self._renamed(field))
        field.selectAll()
        field.setFocus()

    def _rename(self, name: str, new: str) -> None:
        self._session.do(f"Rename {name}", lambda d: rename_face(d, self._id, name, new))

    def _renamed(self, field: TextField) -> None:
        if field is self.renaming:
            self.renaming = None
            field.hide()
            field.deleteLater()
