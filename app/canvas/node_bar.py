"""NodeBar: three buttons above a node on which the pointer rests: delete, bypass, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from app.canvas.geometry import FAR
from app.glyphs import glyph_icon
from app.tokens import Tokens

if TYPE_CHECKING:
    from app.canvas.commanded import CommandedStage

#: How long the pointer rests before they come, in milliseconds.
REST = 400
#: So far beside them the pointer may stray.
STRAY = 10
WORDS = {"delete": "Delete (Del)", "bypass": "Bypass (M)", "help": "About this layer (F1)"}


class NodeBar(QFrame):
    """It comes late, goes at once, and never takes the keyboard."""

    pressed = Signal(str, str)

    def __init__(self, view: CommandedStage, tokens: Tokens) -> None:
        super().__init__(view)
        self._view = view
        self.node: str | None = None
        self.setProperty("surface", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        self.buttons: dict[str, QToolButton] = {}
        for name, words in WORDS.items():
            self.buttons[name] = self._button(name, words)
            row.addWidget(self.buttons[name])
        self.set_tokens(tokens)
        self.hide()
        self._timer = QTimer(self, singleShot=True, interval=REST)
        self._timer.timeout.connect(self._come)
        view.zoom_changed.connect(lambda _: self.leave())
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(lambda _: self.leave())

    def _button(self, name: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setFixedSize(24, 22)
        button.setIconSize(QSize(14, 14))
        button.setToolTip(words)
        button.setAccessibleName(words.split(" (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._press(name))
        return button

    def set_tokens(self, tokens: Tokens) -> None:
        for name, button in self.buttons.items():
            button.setIcon(glyph_icon(name, tokens.text2))

    # -- coming and going --------------------------------------------------------------------------------------------------
    def rest_on(self, node: str | None, at: QPoint) -> None:
        """The pointer is over this node, or over none."""
        if node is None and self.isVisible() and self.geometry().adjusted(-STRAY, -STRAY, STRAY, STRAY).contains(at):
            return
        if node == self.node:
            return
        self.leave()
        self.node = node
        if node is not None:
            self._timer.start()

    def leave(self) -> None:
        self._timer.stop()
        self.node = None
        self.hide()

    def _come(self) -> None:
        item = self._view.canvas.nodes.get(self.node or "")
        if item is None or self._view.zoom < FAR:
            return
        body = self._view.mapFromScene(item.scene_body()).boundingRect()
        self.adjustSize()
        x = body.right() - self.width() if body.width() > self.width() else body.center().x() - self.width() // 2
        y = body.top() - self.height() - 4
        room = self._view.rect()
        self.move(max(4, min(x, room.right() - self.width() - 4)), max(4, y))
        self.show()
        self.raise_()

    def _press(self, name: str) -> None:
        node = self.node
        self.leave()
        if node is not None and node in self._view.canvas.nodes:
            self.pressed.emit(name, node)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside a button is nobody's."""
