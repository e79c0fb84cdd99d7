"""The recipe as a form: every change is an edit of the document, checked before it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.panels.announcer import announce
from app.panels.fields import ChoiceField, Field, NumberField
from app.panels.words import empty, label, restyle
from app.session import Session
from nodes import edits
from nodes.document import Document
from runtime.optimizers import OPTIMIZERS
from runtime.recipe import Recipe, Stage, Update
from runtime.rules import RULES
from runtime.schedules import SCHEDULES
from runtime.settings import Setting
from runtime.stages import mark

SEED = "The weights here are trained already: another seed counts when training starts anew (menu Train)."


@dataclass(frozen=True)
class Line:
    """One line of the form: how its value is read from a recipe, and what it changes there. `wide`: its field has a row."""

    name: str
    help: str
    get: Callable[[Recipe], Any]
    change: Callable[[Recipe, Any], dict[str, Any]]
    choices: tuple[str, ...] = ()
    hint: str = ""
    whole: bool = True
    wide: bool = False


def stage(recipe: Recipe) -> Stage:
    """The stage that is shown, which `shown` has put first."""
    return recipe.stages[0]


def update(recipe: Recipe) -> Update:
    return recipe.stages[0].updates[0]


def shown(document: Document) -> Recipe:
    """The recipe from the stage on in which training stands."""
    return replace(document.recipe, stages=document.recipe.stages[document.standing :])


def _stop(recipe: Recipe, value: Any) -> dict[str, Any]:
    return {"early_stop": replace(stage(recipe).early_stop, patience=value)}


ENDS = ("best epoch", "last epoch")
LINES = (
    Line("optimizer", "How a gradient becomes a change of the weights.", lambda r: update(r).optimizer,
         lambda r, v: {"optimizer": v}, tuple(OPTIMIZERS)),
    Line("rate", "Learning rate: how far each step goes.", lambda r: stage(r).learning_rate,
         lambda r, v: {"learning_rate": v}, whole=False),
    Line("schedule", "How the rate changes over the training.", lambda r: stage(r).schedule,
         lambda r, v: {"schedule": v}, tuple(SCHEDULES)),
    Line("warm-up", "Epochs in which the rate rises to the schedule's first one. 0: none.", lambda r: stage(r).warm_up,
         lambda r, v: {"warm_up": float(v)}, whole=False, hint="0 = off"),
    Line("batch", "Samples a step. 0: all of them at once.", lambda r: stage(r).batch_size, lambda r, v: {"batch_size": v}),
    Line("epochs", "How often every sample is seen.", lambda r: stage(r).epochs, lambda r, v: {"epochs": v}),
    Line("weight decay", "Pulls weights toward zero (L2).", lambda r: update(r).weight_decay,
         lambda r, v: {"weight_decay": v}, whole=False),
    Line("decay L1", "Pulls weights to zero (L1): many end there. With weight decay: the elastic net.",
         lambda r: update(r).weight_decay_l1, lambda r, v: {"weight_decay_l1": v}, whole=False, hint="0 = off"),
    Line("clip norm", "Gradients longer than this are shortened. 0: never.", lambda r: update(r).clip_norm,
         lambda r, v: {"clip_norm": v}, whole=False, hint="0 = off"),
    Line("clip value", "Each number of a gradient is cut at plus and minus this. 0: never.",
         lambda r: update(r).clip_value, lambda r, v: {"clip_value": v}, whole=False, hint="0 = off"),
    Line("stop early", "Epochs without improvement of the validation loss before training stops. 0: never.",
         lambda r: stage(r).early_stop.patience, _stop, hint="0 = off"),
    Line("end with", "When training stops early or ends: the weights of the best epoch, or the last ones.",
         lambda r: ENDS[0 if stage(r).early_stop.restore_best else 1],
         lambda r, v: {"early_stop": replace(stage(r).early_stop, restore_best=v == ENDS[0])}, ENDS),
    Line("rule", "How the network learns.", lambda r: update(r).rule, lambda r, v: {"rule": v}, tuple(RULES), wide=True),
    Line("seed", "Draws the initial weights, the order of the samples and the validation split.", lambda r: r.seed,
         lambda r, v: {"seed": v}),
)  # fmt: skip


def _own_lines(recipe: Recipe) -> tuple[Line, ...]:
    """The numbers that the rule, the optimizer and the schedule declare (momentum, beta1, every …)."""
    learning = RULES.get(update(recipe).rule)
    chosen, course = OPTIMIZERS.get(update(recipe).optimizer), SCHEDULES.get(stage(recipe).schedule)
    return (
        *(_own_line(s, "rule_settings", lambda r: update(r).rule_settings) for s in (learning.settings if learning else ())),
        *(_own_line(s, "settings", lambda r: update(r).settings) for s in (chosen.settings if chosen else ())),
        *(_own_line(s, "schedule_settings", lambda r: stage(r).schedule_settings) for s in (course.settings if course else ())),
    )  # fmt: skip


def _own_line(setting: Setting, field: str, given: Callable[[Recipe], Mapping[str, float]]) -> Line:
    title = f"schedule {setting.name}" if field == "schedule_settings" else setting.name
    return Line(
        title.replace("_", " "), setting.help, lambda r: given(r).get(setting.name, setting.default),
        lambda r, v: {field: {**given(r), setting.name: float(v)}}, whole=False,
    )  # fmt: skip


class RecipeForm(QScrollArea):
    """Follows the document; a refused value is put back and the reason stands under it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName("Recipe of the training")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget(self.viewport())
        box = QVBoxLayout(inside)
        box.setContentsMargins(12, 8, 8, 8)
        box.setSpacing(6)
        box.addWidget(label("Recipe", "strong"))
        self.stage = label(role="caption", wraps=True)
        box.addWidget(self.stage)
        self.error = label(role="err", wraps=True)
        self.error.hide()
        box.addWidget(self.error)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        box.addLayout(self._grid)
        self.note = label(SEED, "warn", wraps=True)
        self.note.hide()
        box.addWidget(self.note)
        box.addStretch(1)
        self.setWidget(inside)
        self.fields: dict[str, Field] = {}
        self._lines: tuple[Line, ...] = ()
        session.document_changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        recipe = shown(self._session.document)
        words = mark(self._session.document.recipe.stages, self._session.document.standing).words
        self.stage.setText(words)
        self.stage.setVisible(bool(words))
        lines = (*LINES, *_own_lines(recipe))
        if [x.name for x in lines] != [x.name for x in self._lines]:
            self._build(lines)
        for line in lines:
            self.fields[line.name].show_value(line.get(recipe))

    def _build(self, lines: tuple[Line, ...]) -> None:
        empty(self._grid)
        self._lines, self.fields = lines, {}
        for row, line in enumerate(lines):
            title = label(line.name, "second")
            field: Field = ChoiceField(line.choices) if line.choices else NumberField(line.hint, line.whole)
            for widget in (title, field):
                widget.setToolTip(line.help)
            title.setBuddy(field)
            field.setMinimumWidth(64)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            field.setAccessibleName(line.name)
            field.setAccessibleDescription(line.help)
            field.committed.connect(lambda value, chosen=line: self._commit(chosen, value))
            if isinstance(field, NumberField):
                field.kept.connect(lambda chosen=line: self._show_refusal(chosen, ""))
            self.fields[line.name] = field
            self._grid.addWidget(title, 2 * row, 0, 1, 2 if line.wide else 1)
            self._grid.addWidget(field, *((2 * row + 1, 0, 1, 2) if line.wide else (2 * row, 1)))

    def _commit(self, line: Line, value: Any) -> None:
        sentence = self._attempt(line, value)
        self._show_refusal(line, sentence)
        progress = self._session.document.training.progress
        self.note.setVisible(line.name == "seed" and not sentence and bool(progress.get("step")))
        field = self.fields.get(line.name)
        if sentence and field:
            field.restore()
            self.ensureWidgetVisible(self.error)

    def _show_refusal(self, line: Line, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        announce(self, sentence)
        field = self.fields.get(line.name)
        if isinstance(field, NumberField):
            restyle(field, "wrong", bool(sentence))

    def _attempt(self, line: Line, value: Any) -> str:
        if not line.choices and (not isinstance(value, (int, float)) or (line.whole and not isinstance(value, int))):
            kind = "a whole number" if line.whole else "a number"
            return f"{line.name.capitalize()} takes {kind}, and ‘{value}’ was given: type {kind}."
        changes, at = line.change(shown(self._session.document), value), self._session.document.standing
        return self._session.attempt(f"Change {line.name}", lambda d: edits.set_recipe(d, at, **changes))
