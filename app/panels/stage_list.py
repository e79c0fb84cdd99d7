"""The stages of a recipe as a list: choose one by mouse or keys; add, copy, move, rename, remove. Each is one step of undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from app.panels.stage_choice import StageChoice
from app.panels.stage_rows import ABOUT, StageRows, about
from app.panels.words import icon_button, label
from app.session import Session
from app.worker.control import RunControl
from nodes import edits
from nodes.naming import cleaned, copied_name
from runtime.recipe import Stage

Stages = list[Stage]
#: What each button does: its glyph, its words, its key.
TOOLS = (
    ("plus", "Add stage", "Ins"), ("copy", "Duplicate stage", "Ctrl+D"), ("chevron-up", "Move stage up", "Alt+Up"),
    ("chevron", "Move stage down", "Alt+Down"), ("delete", "Remove stage", "Del"),
)  # fmt: skip


class StageView(QListWidget):
    """Keys of its own: the window's would act on the canvas."""

    wanted = Signal(str)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._meant(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        what = self._meant(event)
        if what == "Rename stage":
            self.editItem(self.currentItem())
        elif what:
            self.wanted.emit(what)
        else:
            super().keyPressEvent(event)

    def _meant(self, event: QKeyEvent) -> str:
        typed = QKeySequence(event.keyCombination()).toString().replace("Backspace", "Del")
        return next((words for _, words, key in (*TOOLS, ("", "Rename stage", "F2")) if typed == key), "")


class StageList(QWidget):
    """Seen when there are several stages; `add` works also when there is one."""

    def __init__(
        self, session: Session, control: RunControl, choice: StageChoice, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._control, self._choice = session, control, choice
        self.view = StageView(self)
        self.view.setAccessibleName("Stages of the recipe")
        self.view.setItemDelegate(StageRows(self._rename, self.view))
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMouseTracking(True)
        self.tools: dict[str, QToolButton] = {}
        self._does: dict[str, Callable[[], None]] = {
            "Add stage": self.add, "Duplicate stage": self.duplicate, "Move stage up": lambda: self.move_by(-1),
            "Move stage down": lambda: self.move_by(1), "Remove stage": self.remove,
        }  # fmt: skip
        self._lay_out()
        self.view.wanted.connect(lambda what: self._does[what]())
        self.view.currentRowChanged.connect(lambda row: choice.choose(row) if row >= 0 else None)
        choice.changed.connect(self.refresh)
        control.changed.connect(self._tick)
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(label("Stages", "strong"))
        head.addStretch(1)
        for glyph, words, key in TOOLS:
            tool = icon_button(glyph, words, 24)
            tool.setToolTip(f"{words} ({key})")
            tool.clicked.connect(lambda _=False, what=words: self._does[what]())
            self.tools[words] = tool
            head.addWidget(tool)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 4, 4, 4)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(self.view, 1)

    # -- what it shows ---------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        count = len(self._session.document.recipe.stages)
        self.setVisible(count > 1)
        self.view.blockSignals(True)
        while self.view.count() > count:
            self.view.takeItem(self.view.count() - 1)
        while self.view.count() < count:
            item = QListWidgetItem(self.view)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        for row in range(count):
            self._show(row)
        self.view.setCurrentRow(self._choice.index)
        self.view.blockSignals(False)
        at = self._choice.index
        for words, on in (("Move stage up", at > 0), ("Move stage down", at + 1 < count), ("Remove stage", count > 1)):
            self.tools[words].setEnabled(on)

    def _show(self, row: int) -> None:
        found = about(self._session.document, row, self._running(row))
        item = self.view.item(row)
        item.setData(Qt.ItemDataRole.EditRole, self._session.document.recipe.stages[row].name)
        item.setData(ABOUT, found)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, found.words)
        item.setToolTip(found.words.partition(", ")[2])

    def _running(self, row: int) -> float | None:
        """The epochs of the stage that a run has done; None where it is at work on another one, or on none."""
        progress, done = self._control.progress, self._session.document.training.progress
        if not self._control.on or not progress.batches or row != progress.stage.number - 1:
            return None
        if progress.stage_start is not None:
            return progress.epochs - progress.stage_start
        return done.get("stage_epoch", 0) + max(0.0, progress.epochs - done.get("epoch", 0))

    def _tick(self) -> None:
        """A long epoch moves on, too."""
        for row in {self._session.document.standing, self._control.progress.stage.number - 1}:
            if self.isVisible() and row < self.view.count():
                self._show(row)

    # -- what it does ----------------------------------------------------------------------------------------------------
    def add(self) -> None:
        """A new stage behind the chosen one."""
        self._change("Add stage", lambda stages, at: ([*stages[: at + 1], Stage(), *stages[at + 1 :]], at + 1))

    def duplicate(self) -> None:
        def change(stages: Stages, at: int) -> tuple[Stages, int]:
            twin = replace(stages[at], name=copied_name(stages[at].name, [s.name for s in stages]))
            return [*stages[: at + 1], twin, *stages[at + 1 :]], at + 1

        self._change("Duplicate stage", change)

    def move_by(self, by: int) -> None:
        def change(stages: Stages, at: int) -> tuple[Stages, int]:
            stages.insert(at + by, stages.pop(at))
            return stages, at + by

        if 0 <= self._choice.index + by < self.view.count():
            self._change("Move stage", change)

    def remove(self) -> None:
        if self.view.count() > 1:
            self._change("Remove stage", lambda stages, at: (stages[:at] + stages[at + 1 :], min(at, len(stages) - 2)))

    def _change(self, title: str, change: Callable[[Stages, int], tuple[Stages, int]]) -> None:
        stages, at = change(list(self._session.document.recipe.stages), self._choice.index)
        if self._session.do(title, lambda d: edits.set_stages(d, stages)):
            self._choice.choose(at)

    def _rename(self, row: int, name: str) -> None:
        stages = self._session.document.recipe.stages
        if name.strip() != stages[row].name:
            new = cleaned(name, "A stage's name") if name.strip() else ""
            self._session.do("Rename stage", lambda d: edits.set_recipe(d, row, name=new))
