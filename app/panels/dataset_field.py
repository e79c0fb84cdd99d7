"""The name of a dataset: chosen from the catalogue, typed with its options, a folder of pictures, or a file of arrays."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QStyle

from app.panels.dataset_list import DatasetRows, entry, heading
from runtime import data
from runtime.data.naming import split_name

FOLDER, FILE = "Folder…", "File…"
OWN = ((FOLDER, "pictures, one subfolder a class"), (FILE, "a text, .txt; samples and labels, .npz"))


class DatasetField(QComboBox):
    """A combo box that can be typed in: `spiral:noise=20` is a name, too."""

    committed = Signal(object)
    kept = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._rows = DatasetRows(self)
        self.setItemDelegate(self._rows)
        self.setMaxVisibleItems(18)
        self._fill()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shown = ""
        self.activated.connect(self._chosen)
        line = self.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._commit)

    def _fill(self) -> None:
        rows, entries = QStandardItemModel(self), [*OWN]
        groups = [(group, [(info.name, info.title) for info in infos]) for group, infos in data.grouped().items()]
        for group, found in [*groups, ("Your own", list(OWN))]:
            rows.appendRow(heading(group))
            for name, meaning in found:
                rows.appendRow(entry(name, meaning))
                entries.append((name, meaning))
        self.setModel(rows)
        self._wanted = self._rows.width(entries)

    def showPopup(self) -> None:
        """As wide as what it tells, where the field is narrower; at the row of what stands in the field, options or not."""
        line = self.lineEdit()
        assert line is not None
        typed, changed = line.text(), line.isModified()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.view().setMinimumWidth(self._wanted + bar + 10)
        self.setCurrentIndex(self.findText(split_name(typed)[0]))
        self.setEditText(typed)
        line.setModified(changed)
        super().showPopup()

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
        text = self.itemText(index)
        if text not in (FOLDER, FILE):
            self._commit()
            return
        self.restore()
        path = self._folder() if text == FOLDER else self._file()
        if path:
            self.committed.emit(path)

    def _folder(self) -> str:
        return QFileDialog.getExistingDirectory(self.window(), "A folder of pictures, one subfolder a class")

    def _file(self) -> str:
        title = "A text in UTF-8; or the arrays samples and labels, or x_train, y_train, x_test and y_test"
        return QFileDialog.getOpenFileName(self.window(), title, "", "Texts and NumPy arrays (*.txt *.npz)")[0]

    def _commit(self) -> None:
        line = self.lineEdit()
        typed, changed = self.currentText(), line is not None and line.isModified()
        if line is not None:
            line.setModified(False)
        if typed not in (self._shown, FOLDER, FILE):
            self.committed.emit(typed)
        elif changed:
            self.kept.emit()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()  # the wheel scrolls the panel, it must not change a setting on its way
