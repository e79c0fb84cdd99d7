"""Fields made from a setting's metadata: `value`, `show_value`, and the signal `committed`. None decides what is valid."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from app.panels.dataset_field import DatasetField
from app.panels.numbers import range_hint, read, written
from app.panels.words import label
from app.theme import current, font, qcolor
from nodes.layer import Setting

#: Pixels of horizontal dragging that change a number by one.
SCRUB = 6
HINT_SPACE = 12
#: Characters of a number: what is longer was never meant as one, and need not stand in a sentence.
LONGEST = 40


class TextField(QLineEdit):
    """One line. Enter or leaving it commits; Esc takes back."""

    committed = Signal(object)
    kept = Signal()  # something was typed, and it is what stood there already

    def __init__(self, mono: bool = False) -> None:
        super().__init__()
        self.setProperty("mono", mono)
        self._shown = ""
        self.editingFinished.connect(self._commit)

    @property
    def value(self) -> Any:
        return self.text()

    def show_value(self, value: Any) -> None:
        """Show what the document holds, unless the student is typing here."""
        self._shown = self.written(value)
        if not (self.hasFocus() and self.isModified()):
            self.setText(self._shown)
            self.setCursorPosition(0)  # a long one is read from its beginning
            self.setModified(False)

    def written(self, value: Any) -> str:
        return str(value)

    def restore(self) -> None:
        self.setText(self._shown)
        self.setModified(False)

    def _commit(self) -> None:
        if self.text() != self._shown:
            self.setModified(False)
            self.committed.emit(self.value)
        elif self.isModified():
            self.setModified(False)
            self.kept.emit()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.restore()
            return
        super().keyPressEvent(event)


class NumberField(TextField):
    """A number: type it, or drag left and right over it. The range stands in the field."""

    def __init__(self, hint: str = "", whole: bool = True) -> None:
        super().__init__(mono=True)
        self.setMaxLength(LONGEST)
        self._hint, self._whole = hint, whole
        self._pressed: QPoint | None = None
        self._base = 0.0
        self._scrubbing = False

    @property
    def value(self) -> Any:
        return read(self.text(), self._whole)

    def written(self, value: Any) -> str:
        return written(value)

    # -- the range, quietly --------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        metrics = self.fontMetrics()
        room = self.width() - metrics.horizontalAdvance(self.text()) - 3 * HINT_SPACE
        if not self._hint or metrics.horizontalAdvance(self._hint) > room:
            return
        painter = QPainter(self)
        painter.setFont(font("smallest"))
        painter.setPen(qcolor(current().text3))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -8, 0), right, self._hint)
        painter.end()

    # -- dragging ------------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.value
        if not self.hasFocus() and isinstance(number, (int, float)):
            self._pressed, self._base = event.position().toPoint(), float(number)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        steps = (event.position().toPoint().x() - self._pressed.x()) // SCRUB
        if steps or self._scrubbing:
            self._scrubbing = True
            self.setText(written(int(self._base) + steps if self._whole else self._base * 1.1**steps))
            self.setModified(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if self._scrubbing:
            self._scrubbing = False
            self._commit()
            self.clearFocus()
        super().mouseReleaseEvent(event)


class PairField(QWidget):
    """Two or more whole numbers: ``5 × 5``."""

    committed = Signal(object)
    kept = Signal()

    def __init__(self, length: int) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6 if length == 2 else 2)
        across = min(length, 3) if length != 4 else 2
        self.parts = [NumberField() for _ in range(length)]
        for i, part in enumerate(self.parts):
            row, column = divmod(i, across)
            if column:
                grid.addWidget(label("×", "caption"), row, 2 * column - 1)
            part.setMinimumWidth(40 if across == 2 else 26)
            part.committed.connect(lambda _: self.committed.emit(self.value))
            part.kept.connect(self.kept)
            grid.addWidget(part, row, 2 * column)
            grid.setColumnStretch(2 * column, 1)
        self.setFocusProxy(self.parts[0])

    @property
    def value(self) -> Any:
        return tuple(p.value for p in self.parts)

    def setAccessibleName(self, name: str) -> None:
        """Each part has its own: ``kernel size, height``."""
        super().setAccessibleName(name)
        words = ("height", "width") if len(self.parts) == 2 else tuple(f"number {i + 1}" for i in range(len(self.parts)))
        for part, word in zip(self.parts, words, strict=True):
            part.setAccessibleName(f"{name}, {word}")

    def show_value(self, value: Any) -> None:
        for part, number in zip(self.parts, value, strict=False):
            part.show_value(number)

    def restore(self) -> None:
        for part in self.parts:
            part.restore()


class ShapeField(TextField):
    """A shape of any length, written ``1×28×28``."""

    def __init__(self) -> None:
        super().__init__(mono=True)

    def written(self, value: Any) -> str:
        return "×".join(str(v) for v in value)

    @property
    def value(self) -> Any:
        return tuple(read(part) for part in re.split(r"[×x*, ]+", self.text().strip()) if part)


class ChoiceField(QComboBox):
    """One of a few words."""

    committed = Signal(object)

    def __init__(self, choices: tuple[str, ...], titles: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.offer(choices, titles)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda _: self.committed.emit(self.value))

    def offer(self, choices: tuple[str, ...], titles: tuple[str, ...] = ()) -> None:
        """Other choices from now on; `titles` are what they are called, where that is not themselves."""
        self.clear()
        for choice, title in zip(choices, titles or [c.replace("_", " ") for c in choices], strict=True):
            self.addItem(title, choice)

    @property
    def value(self) -> Any:
        return self.currentData()

    def show_value(self, value: Any) -> None:
        self.setCurrentIndex(max(0, self.findData(value)))

    def restore(self) -> None:
        pass

    def told(self) -> QStyleOptionComboBox:
        """What is painted: a choice that is wider than the field ends in …, which Qt would cut off in a letter."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style, box = self.style(), QStyle.ComplexControl.CC_ComboBox
        room = style.subControlRect(box, option, QStyle.SubControl.SC_ComboBoxEditField, self).width() - 2
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        return option

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), self.told()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()  # the wheel scrolls the panel, it must not change a setting on its way


class SwitchField(QCheckBox):
    """On or off."""

    committed = Signal(object)

    def __init__(self) -> None:
        super().__init__("on")
        self.setProperty("switch", True)
        self.clicked.connect(lambda _: self.committed.emit(self.isChecked()))

    @property
    def value(self) -> Any:
        return self.isChecked()

    def show_value(self, value: Any) -> None:
        self.setChecked(bool(value))
        self.setText("on" if value else "off")

    def restore(self) -> None:
        pass


Field = TextField | PairField | ChoiceField | SwitchField | DatasetField


def field_for(setting: Setting, type: str = "") -> Field:
    """The field that suits a setting of a layer of that type."""
    if (type, setting.name) == ("Dataset", "name"):
        return DatasetField()
    if setting.choices:
        return ChoiceField(setting.choices)
    if setting.kind is bool:
        return SwitchField()
    if setting.kind is tuple:
        return PairField(setting.length) if setting.length else ShapeField()
    if setting.kind in (int, float):
        return NumberField(range_hint(setting.low, setting.high), setting.kind is int)
    return TextField()
