"""The name of a dataset: chosen from the catalogue, typed with its options, or a folder of pictures."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy

from runtime import data

FOLDER = "Folder…"


class DatasetField(QComboBox):
    """A combo box that can be typed in: `spiral:noise=20` is a name, too."""

    committed = Signal(object)
    kept = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for info in data.catalogue():
            self.addItem(info.name)
            self.setItemData(self.count() - 1, info.title, Qt.ItemDataRole.ToolTipRole)
        self.insertSeparator(self.count())
        self.addItem(FOLDER)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shown = ""
        self.activated.connect(self._chosen)
        line = self.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._commit)

    def setAccessibleName(self, name: str) -> None:
        """What is typed into has it, too."""
        super().setAccessibleName(name)
        line = self.lineEdit()
        if line is not None:
            line.setAccessibleName(name)

    @property
    def value(self) -> Any:
        return self.currentText()

    def show_value(self, value: Any) -> None:
        line = self.lineEdit()
        self._shown = str(value)
        if line is not None and not (line.hasFocus() and line.isModified()):
            self.restore()

    def restore(self) -> None:
        self.setEditText(self._shown)
        line = self.lineEdit()
        if line is not None:
            line.setModified(False)
            line.setCursorPosition(0)

    def _chosen(self, index: int) -> None:
        if self.itemText(index) != FOLDER:
            self._commit()
            return
        self.restore()
        folder = QFileDialog.getExistingDirectory(self.window(), "A folder of pictures, one subfolder a class")
        if folder:
            self.committed.emit(folder)

    def _commit(self) -> None:
        line = self.lineEdit()
        typed, changed = self.currentText(), line is not None and line.isModified()
        if line is not None:
            line.setModified(False)
        if typed not in (self._shown, FOLDER):
            self.committed.emit(typed)
        elif changed:
            self.kept.emit()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()  # the wheel scrolls the panel, it must not change a setting on its way
