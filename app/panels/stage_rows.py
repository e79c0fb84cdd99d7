"""A row of the list of stages: number, name, what it lowers and what learns, how far it is. Painted, and edited in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.canvas.ink import Ink, shortened, text_width
from app.glyphs import paint_glyph
from app.theme import current
from nodes.document import Document
from nodes.naming import LONGEST_NAME
from nodes.staging import AHEAD, DONE, NOW, SKIPPED, learning, lowered, state, title

Index = QModelIndex | QPersistentModelIndex
ROW, EDGE, NAME, SIGN = 40, 8, 24, 14
ABOUT = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class About:
    """What a row tells of its stage; `share` of it is done."""

    number: int
    name: str
    aim: str
    state: str
    count: str
    share: float
    words: str


def about(document: Document, index: int, running: float | None = None) -> About:
    """`running`: how many epochs of the stage a run has done, which is ahead of what the document knows."""
    stage = document.recipe.stages[index]
    found, epochs = state(document, index) if running is None else (NOW, int(running))
    planned = f"{stage.epochs:,} epoch{'s' * (stage.epochs != 1)}"
    count = {
        NOW: f"{epochs:,} of {stage.epochs:,}", DONE: f"{epochs:,}" if epochs else "", SKIPPED: "skipped", AHEAD: planned,
    }[found]  # fmt: skip
    aims = [(lowered(document, u), learning(document, u)) for u in stage.updates]
    aim = " | ".join(low for low, _ in aims) if len(aims) > 1 else " · ".join(dict.fromkeys(aims[0]))
    told = {NOW: f"in training, {epochs:,} of {planned}", DONE: "done", SKIPPED: "skipped: it was put before the one in "
            "training", AHEAD: f"{planned}, to come"}[found]  # fmt: skip
    lowers = " ".join(f"Lowers {low}; {learns} learn{'' if learns == 'all layers' else 's'}." for low, learns in aims)
    name = title(document.recipe, index)
    share = min(1.0, (epochs if running is None else running) / stage.epochs) if found == NOW else 0.0
    return About(index + 1, name, f"↓ {aim}", found, count, share, f"{index + 1}, {name}: {told}. {lowers}")


class StageRows(QStyledItemDelegate):
    """`rename(row, name)` is called when a name was typed."""

    def __init__(self, rename: Callable[[int, str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._rename = rename
        self._edited = -1  # the row over which a name is typed

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: About = index.data(ABOUT)
        ink, row = Ink(current()), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, ink, row.adjusted(2, 1, -2, -1), option.state)
        upper = row.top() + 13
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        ink.text(painter, row.left() + EDGE, upper, str(found.number), "caption", "text3")
        if index.row() != self._edited:
            self._tell(painter, ink, row, found, chosen)
        painter.restore()

    def _tell(self, painter: QPainter, ink: Ink, row: QRectF, found: About, chosen: bool) -> None:
        upper, right = row.top() + 13, row.right() - EDGE
        left = right - text_width(found.count, "caption")
        ink.text(painter, right, upper, found.count, "caption", "accent" if found.state == NOW else "text3", 1.0)
        if found.state == DONE:
            left -= SIGN + 2
            paint_glyph(painter, QRectF(left, upper - SIGN / 2, SIGN, SIGN), "check", current().ok)
        face = "strong" if chosen else "body"
        ink.text(painter, row.left() + NAME, upper, shortened(found.name, face, left - NAME - 6), face, "text")
        aim = shortened(found.aim, "caption", right - NAME)
        ink.text(painter, row.left() + NAME, row.top() + 28, aim, "caption", "text3")
        if found.state == NOW:
            line = QRectF(row.left() + NAME, row.bottom() - 3.5, right - row.left() - NAME, 2)
            painter.fillRect(line, ink.brush("line"))
            painter.fillRect(QRectF(line.left(), line.top(), line.width() * found.share, 2), ink.brush("accent"))

    def _ground(self, painter: QPainter, ink: Ink, row: QRectF, state: QStyle.StateFlag) -> None:
        chosen, over = state & QStyle.StateFlag.State_Selected, state & QStyle.StateFlag.State_MouseOver
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.brush("accenttint" if chosen else "hover") if chosen or over else Qt.BrushStyle.NoBrush)
        if chosen and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(ink.pen("accent"))
        painter.drawRoundedRect(row, 4, 4)

    # -- in place --------------------------------------------------------------------------------------------------------
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        self._edited = index.row()
        field = QLineEdit(parent)
        field.setMaxLength(LONGEST_NAME)
        field.setAccessibleName(f"Name of stage {index.row() + 1}")
        field.setPlaceholderText(f"Stage {index.row() + 1}")
        return field

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        self._edited = -1
        super().destroyEditor(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        row: QRect = option.rect
        editor.setGeometry(row.adjusted(NAME - 9, 8, -4, -8))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        self._rename(index.row(), editor.text())
