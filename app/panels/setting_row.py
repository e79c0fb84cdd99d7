"""A row of the inspector: dot, name, field, reset; help below, and the sentence of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from app.panels.announcer import announce
from app.panels.dataset_field import DatasetField
from app.panels.fields import ChoiceField, Field, PairField, TextField
from app.panels.words import icon_button, label, restyle
from app.theme import current, qcolor

NAME_WIDTH, LEAST, LEAST_PART = 86, 72, 32


class Dot(QWidget):
    """Filled where a setting differs from its default."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(6, 24)
        self.on = False

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.on:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(qcolor(current().accent))
        painter.drawEllipse(0, 9, 6, 6)
        painter.end()


class SettingRow(QWidget):
    """`change(value)` gives the sentence of a refusal, or nothing; then the document shows the new value."""

    def __init__(
        self, name: str, field: Field, help: str, default: Any, change: Callable[[Any], str], reset: Callable[[], object]
    ) -> None:
        super().__init__()
        self.field, self._default, self._change = field, default, change
        self._always = False
        self.dot = Dot()
        self.reset = icon_button("reset", f"Back to {default}" if not isinstance(default, tuple) else "Back to the default", 24)
        self.reset.clicked.connect(lambda: reset())
        self.error = label(role="err", wraps=True)
        self.error.hide()
        self._lay_out(name, help)
        field.committed.connect(self._committed)
        if isinstance(field, (TextField, PairField, DatasetField)):
            field.kept.connect(lambda: self._show_refusal(""))

    def _lay_out(self, name: str, help: str) -> None:
        words = name.replace("_", " ")
        title = label(words, "second")
        title.setFixedWidth(NAME_WIDTH)
        title.setToolTip(help)
        title.setBuddy(self.field)
        self.field.setToolTip(help)
        self.field.setAccessibleName(words)
        self.field.setAccessibleDescription(help)
        self.reset.setAccessibleName(f"{words}: {self.reset.toolTip()}")
        self._help = label(help, "caption", wraps=True)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        for column, widget in enumerate((self.dot, title, self.field, self.reset)):
            grid.addWidget(widget, 0, column)
        self._grid = grid
        grid.addWidget(self.error, 1, 1, 1, 3)
        grid.addWidget(self._help, 2, 1, 1, 3)
        grid.setColumnStretch(2, 1)

    def explain(self, help: str, always: bool = False) -> None:
        """Other words below the field and in its tip; `always` below it, not only where the value was changed."""
        self._always = always
        if help != self._help.text():
            self._help.setText(help)
            self.field.setToolTip(help)
            self.field.setAccessibleDescription(help)

    def tighten(self) -> None:
        """What stands in it moves together: beside rows that have one more button."""
        self.reset.setFixedWidth(20)
        self._grid.setHorizontalSpacing(2)

    def add_button(self, glyph: str, tip: str, action: Callable[[], object]) -> QToolButton:
        """One more thing to do with this setting, at the row's end."""
        made = icon_button(glyph, tip, 20)
        self.tighten()
        # The button must not stand outside of a narrow inspector.
        if isinstance(self.field, ChoiceField):
            self.field.setMinimumWidth(LEAST)
        for part in self.field.parts if isinstance(self.field, PairField) else ():
            part.setMinimumWidth(min(LEAST_PART, part.minimumWidth()))
        made.clicked.connect(lambda: action())
        self._grid.addWidget(made, 0, 4)
        return made

    def compare_with(self, default: Any) -> None:
        """What the dot and the way back go by."""
        self._default = default

    def show_value(self, value: Any) -> None:
        changed = value != self._default
        self.field.show_value(value)
        self.reset.setVisible(changed)
        # Help for what was changed; the rest has it as a tip.
        self._help.setVisible((changed or self._always) and bool(self._help.text()))
        self.dot.on = changed
        self.dot.update()

    def _committed(self, value: Any) -> None:
        sentence = self._change(value)
        self._show_refusal(sentence)
        if sentence:
            self.field.restore()

    def _show_refusal(self, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        self.field.setAccessibleDescription(sentence or self.field.toolTip())
        announce(self, sentence)
        if isinstance(self.field, TextField):
            restyle(self.field, "wrong", bool(sentence))
