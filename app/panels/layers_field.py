"""Which layers learn: a field that opens a list to tick, in a stage of the recipe."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QListWidget, QListWidgetItem, QSizePolicy, QVBoxLayout, QWidget

ROW, MOST, FRAME = 24, 12, 10
#: The first choice, in few words.
ALL = "all of it"
Names = tuple[str, ...] | None


class TickList(QFrame):
    """The list, over everything else; Esc or a click beside it closes it."""

    ticked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("surface", "raised")
        self.rows = QListWidget(self)
        self.rows.setAccessibleName("Layers that learn")
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.installEventFilter(self)
        self.rows.viewport().installEventFilter(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(4, 4, 4, 4)
        box.addWidget(self.rows)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click or Space anywhere in a row ticks it; only whoever owns the list says what is ticked then."""
        row = -1
        if event.type() == QEvent.Type.MouseButtonRelease and watched is self.rows.viewport():
            row = self.rows.indexAt(event.position().toPoint()).row()  # type: ignore[attr-defined]
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.rows:
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            row = self.rows.currentRow() if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) else -1
        if row >= 0:
            self.rows.setCurrentRow(row)
            self.ticked.emit(row)
            return True
        return super().eventFilter(watched, event)


class LayersField(QComboBox):
    """Its first choice is all of them; a layer that is ticked takes that one's place."""

    committed = Signal(object)

    def __init__(self, choices: tuple[str, ...], titles: tuple[str, ...]) -> None:
        super().__init__()
        self._choices, self._titles = choices, titles
        self._value: Names = None
        self.addItem("")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list = TickList(self)
        self.list.ticked.connect(self._tick)
        for title in titles:
            item = QListWidgetItem(title, self.list.rows)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)

    @property
    def value(self) -> Names:
        return self._value

    def show_value(self, value: Any) -> None:
        self._value = None if value is None else tuple(value)
        chosen = ("",) if self._value is None else self._value
        names = [t for c, t in zip(self._choices, self._titles, strict=True) if c in chosen]
        self.setItemText(0, ALL if self._value is None else names[0] if len(names) == 1 else f"{len(names)} layers")
        self.setAccessibleDescription(", ".join(names))
        self.setToolTip("Learns: " + ", ".join(names))
        for row, choice in enumerate(self._choices):
            on = Qt.CheckState.Checked if choice in chosen else Qt.CheckState.Unchecked
            self.list.rows.item(row).setCheckState(on)

    def restore(self) -> None:
        self.show_value(self._value)

    def _tick(self, row: int) -> None:
        choice, now = self._choices[row], self._value or ()
        chosen = {*now} ^ {choice} if row else set()
        self.committed.emit(tuple(c for c in self._choices if c in chosen) or None)

    def showPopup(self) -> None:
        rows = self.list.rows
        wanted = rows.sizeHintForColumn(0) + 2 * FRAME + 8
        self.list.resize(max(self.width(), wanted), min(rows.count(), MOST) * ROW + FRAME)
        self.list.move(self._place())
        rows.setCurrentRow(0)
        self.list.show()
        rows.setFocus()

    def _place(self) -> QPoint:
        """Below the field, or above it where the screen ends."""
        below = self.mapToGlobal(QPoint(0, self.height()))
        screen = self.screen().availableGeometry()
        return below if below.y() + self.list.height() <= screen.bottom() else self.mapToGlobal(QPoint(0, -self.list.height()))

    def hidePopup(self) -> None:
        self.list.hide()
        super().hidePopup()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()  # the wheel scrolls the panel, it must not change a setting on its way
