"""The recipe as a form: every change is an edit of the document, checked before it counts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.announcer import announce
from app.panels.fields import ChoiceField, NumberField
from app.panels.layers_field import LayersField
from app.panels.recipe_lines import LINES, Line, naming_lines, own_lines, shown
from app.panels.stage_choice import StageChoice
from app.panels.words import button, empty, icon_button, label, restyle
from app.session import Session
from nodes import edits
from nodes.updates import divided, removed
from runtime.recipe import Recipe
from runtime.stages import mark

SEED = "The weights here are trained already: another seed counts when training starts anew (menu Train)."
Field = ChoiceField | NumberField | LayersField


class RecipeForm(QScrollArea):
    """One stage of the document's recipe, and one of its updates; a refused value is put back and the reason stands above."""

    def __init__(self, session: Session, choice: StageChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._choice = session, choice
        choice.busy = self._busy
        self.setAccessibleName("Recipe of the training")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stage = label(role="caption", wraps=True)
        self.add, self.updates = icon_button("plus", "Add stage", 24), UpdateTabs(choice)
        self.error, self.note = label(role="err", wraps=True), label(SEED, "warn", wraps=True)
        self._grid = QGridLayout()
        self.setWidget(self._laid_out())
        self.fields: dict[str, Field] = {}
        self._lines: tuple[Line, ...] = ()
        choice.changed.connect(self.refresh)
        self.refresh()

    def _laid_out(self) -> QWidget:
        """From the top: a head, the stage in words, its updates, what is refused, the fields, and what to know."""
        inside = QWidget(self.viewport())
        box, head = QVBoxLayout(inside), QHBoxLayout()
        box.setContentsMargins(12, 8, 8, 8)
        box.setSpacing(6)
        head.addWidget(label("Recipe", "strong"), 1)
        head.addWidget(self.add)
        box.addLayout(head)
        for part in (self.stage, self.updates, self.error):
            box.addWidget(part)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        box.addLayout(self._grid)
        box.addWidget(self.note)
        box.addLayout(self._foot())
        box.addStretch(1)
        self.error.hide()
        self.note.hide()
        return inside

    def _foot(self) -> QHBoxLayout:
        """Several updates of a stage are seldom wanted: what adds one stands below all else."""
        self.divide = button("Add update", self._divide, quiet=True)
        self.divide.setToolTip("A second rule in the same step, for layers of its own: a GAN has two")
        self.drop = button("Remove update", self._drop, quiet=True)
        self.drop.setToolTip("Its layers stay as they are, until another update learns them")
        foot = QHBoxLayout()
        for made in (self.divide, self.drop):
            foot.addWidget(made)
        foot.addStretch(1)
        return foot

    def _divide(self) -> None:
        built, stage, at = self._session.checked.built, self._choice.index, self._choice.at
        sentence = self._session.attempt("Add update", lambda d: divided(d, built, stage, at))
        self._tell(sentence)
        if not sentence:
            self._choice.choose(stage, at + 1)

    def _drop(self) -> None:
        stage, at = self._choice.index, self._choice.at
        self._tell(self._session.attempt("Remove update", lambda d: removed(d, stage, at)))

    def _tell(self, sentence: str) -> None:
        """Why something was refused; an empty one takes the last refusal away."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        announce(self, sentence)
        if sentence:
            self.ensureWidgetVisible(self.error)

    def _busy(self) -> bool:
        """Whether somebody types here: what is typed is meant for the stage that is shown."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    @property
    def _recipe(self) -> Recipe:
        return shown(self._session.document.recipe, self._choice.index, self._choice.at)

    def refresh(self) -> None:
        document, recipe = self._session.document, self._recipe
        words = mark(document.recipe.stages, self._choice.index).words
        self.stage.setText(words)
        self.stage.setVisible(bool(words))
        self.add.setVisible(len(document.recipe.stages) == 1)
        self.updates.refresh()
        self.drop.setVisible(len(self._choice.stage.updates) > 1)
        named = naming_lines(document, self._session.checked.built, self._choice.index, self._choice.at)
        lines = (*named, *LINES, *own_lines(recipe))
        if [(x.name, x.choices, x.titles) for x in lines] != [(x.name, x.choices, x.titles) for x in self._lines]:
            self._build(lines)
        self._lines = lines
        for line in lines:
            self.fields[line.name].show_value(line.get(recipe))

    def _build(self, lines: tuple[Line, ...]) -> None:
        empty(self._grid)
        self._lines, self.fields = lines, {}
        for row, line in enumerate(lines):
            title = label(line.name, "second")
            field = _field(line)
            for widget in (title, field):
                widget.setToolTip(line.help)
            title.setBuddy(field)
            field.setMinimumWidth(64)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            field.setAccessibleName(line.name)
            field.setAccessibleDescription(line.help)
            field.committed.connect(lambda value, name=line.name: self._commit(self._line(name), value))
            if isinstance(field, NumberField):
                field.kept.connect(lambda name=line.name: self._show_refusal(self._line(name), ""))
            self.fields[line.name] = field
            self._grid.addWidget(title, 2 * row, 0, 1, 2 if line.wide else 1)
            self._grid.addWidget(field, *((2 * row + 1, 0, 1, 2) if line.wide else (2 * row, 1)))

    def _line(self, name: str) -> Line:
        """As it is now: what a line changes depends on the document."""
        return next(line for line in self._lines if line.name == name)

    def _commit(self, line: Line, value: Any) -> None:
        sentence = self._attempt(line, value)
        self._show_refusal(line, sentence)
        progress = self._session.document.training.progress
        self.note.setVisible(line.name == "seed" and not sentence and bool(progress.get("step")))
        field = self.fields.get(line.name)
        if sentence and field:
            field.restore()

    def _show_refusal(self, line: Line, sentence: str) -> None:
        self._tell(sentence)
        field = self.fields.get(line.name)
        if isinstance(field, NumberField):
            restyle(field, "wrong", bool(sentence))

    def _attempt(self, line: Line, value: Any) -> str:
        if not line.choices and (not isinstance(value, (int, float)) or (line.whole and not isinstance(value, int))):
            kind = "a whole number" if line.whole else "a number"
            return f"{line.name.capitalize()} takes {kind}, and ‘{value}’ was given: type {kind}."
        changes, index, at = line.change(self._recipe, value), self._choice.index, self._choice.at
        return self._session.attempt(f"Change {line.name}", lambda d: edits.set_recipe(d, index, at, **changes))


def _field(line: Line) -> Field:
    if line.several:
        return LayersField(line.choices, line.titles)
    return ChoiceField(line.choices, line.titles) if line.choices else NumberField(line.hint, line.whole)


class UpdateTabs(QFrame):
    """Which of a stage's updates is shown, where it has several."""

    def __init__(self, choice: StageChoice) -> None:
        super().__init__()
        self._choice = choice
        self.setProperty("segments", "low")
        self.buttons: list[QToolButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)

    def refresh(self) -> None:
        count = len(self._choice.stage.updates)
        self.setVisible(count > 1)
        if count != len(self.buttons):
            empty(self._row)
            self.buttons = [self._button(at, count) for at in range(count)]
        self.buttons[self._choice.at].setChecked(True)

    def _button(self, at: int, count: int) -> QToolButton:
        made = QToolButton()
        made.setText(f"update {at + 1}" if count == 2 else str(at + 1))
        made.setToolTip(f"Update {at + 1} of {count}: all of them move at the same time")
        made.setAccessibleName(f"Update {at + 1} of {count}")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        made.setProperty("segment", "first" if at == 0 else "last" if at == count - 1 else "middle")
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.clicked.connect(lambda: self._choice.choose(self._choice.index, at))
        self._row.addWidget(made)
        return made
