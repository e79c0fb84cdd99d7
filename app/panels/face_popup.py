"""FacePopup: under which name a setting goes onto the face of its block, alone or together with one that is there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.panels.fields import NumberField
from app.panels.words import button, label, restyle
from app.session import Session
from nodes.document import Block, Document
from nodes.problems import Refusal
from nodes.promotions import BYPASSED, factor_for, promote, promoted, written
from nodes.unfold import times

WIDTH = 300


def free_face_name(document: Document, id: str, setting: str) -> str:
    """The setting's own name, with the layer's before it where that is taken."""
    node = document.nodes[id]
    taken = face_names(document, id)
    own = f"skip {node.name}" if setting == BYPASSED else setting
    return own if own not in taken else f"{node.name} {setting}"


def face_names(document: Document, id: str) -> list[str]:
    """What stands on the face of the block around a node."""
    block = document.nodes[document.nodes[id].parent].block or Block()
    return list(dict.fromkeys(p.name for p in block.promotions))


class FacePopup(QFrame):
    """Says before it is done what the setting will be, or why it cannot stand there. Enter does it, Esc closes."""

    def __init__(self, parent: QWidget, session: Session, id: str, setting: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "raised")
        self.setFixedWidth(WIDTH)
        self._session, self._id, self._setting = session, id, setting
        document = session.document
        self.name = QComboBox(editable=True)
        self.name.addItem(free_face_name(document, id, setting))
        self.name.addItems(face_names(document, id))
        self.name.setAccessibleName("Name on the block’s face")
        self.factor = NumberField()
        self.factor.setText("1")
        self.factor.setAccessibleName("How many times its value counts here")
        self.said = label(role="caption", wraps=True)
        self.put = button("Put it on the face", self.take, primary=True)
        self._lay_out()
        self.name.editTextChanged.connect(lambda _: self._named())
        self.factor.textEdited.connect(lambda _: self._say())
        for field in (self.name.lineEdit(), self.factor):
            assert field is not None
            field.returnPressed.connect(self.take)
        self._named()

    def _lay_out(self) -> None:
        node = self._session.document.nodes[self._id]
        words = self._setting.replace("_", " ")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(8)
        around = self._session.document.nodes[node.parent].name
        box.addWidget(label(f"‘{words}’ of {node.name}, on the face of {around} as", "strong", wraps=True))
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(label("×", "caption"))
        self.factor.setFixedWidth(64)
        row.addWidget(self.factor)
        box.addLayout(row)
        box.addWidget(self.said)
        box.addWidget(self.put)

    def open_below(self, anchor: QWidget) -> None:
        """Its right edge stands below the anchor's."""
        self._fit()
        corner = anchor.mapToGlobal(anchor.rect().bottomRight())
        self.move(corner.x() - WIDTH, corner.y() + 4)
        self.show()
        self.name.setFocus(Qt.FocusReason.PopupFocusReason)
        line = self.name.lineEdit()
        if line is not None:
            line.selectAll()

    # -- what would come of it ---------------------------------------------------------------------------------------------
    def _named(self) -> None:
        """Another name: the factor that leaves the setting as it is, where there is one."""
        name = " ".join(self.name.currentText().split())
        self.factor.setText(str(factor_for(self._session.document, self._id, self._setting, name)))
        self._say()

    def _edited(self, document: Document) -> Document:
        factor = self.factor.value
        if type(factor) is not int:
            raise Refusal(f"The factor is a whole number, and ‘{factor}’ is none: type 1 or more.")
        return promote(document, self._id, self._setting, self.name.currentText(), factor)

    def _say(self) -> None:
        try:
            words, wrong = self._promise(self._edited(self._session.document)), False
        except Refusal as refusal:
            words, wrong = str(refusal), True
        self.said.setText(words)
        restyle(self.said, "role", "err" if wrong else "caption")
        self.put.setEnabled(not wrong)
        self._fit()

    def _fit(self) -> None:
        """As high as its sentences are."""
        box = self.layout()
        if box is not None:
            self.said.ensurePolished()
            box.invalidate()
            self.setFixedHeight(box.totalHeightForWidth(WIDTH))

    def _promise(self, document: Document) -> str:
        """``filters is 4 × width = 256, together with conv1 and conv2``."""
        found = promoted(document, self._id, self._setting)
        parent = document.nodes[document.nodes[self._id].parent]
        assert found is not None and parent.block is not None
        value: Any = times(parent.settings[found.name], found.factor)
        factor = f"{found.factor} × " if found.factor > 1 else ""
        what = "It goes past" if self._setting == BYPASSED else f"Its {self._setting.replace('_', ' ')}"
        others = [document.nodes[p.node].name for p in parent.block.promotions if p.name == found.name and p.node != self._id]
        with_others = f", set together with {', '.join(dict.fromkeys(others))}" if others else ""
        return f"{what} is {factor}{found.name} = {written(value)}{with_others}."

    def take(self) -> None:
        if self.put.isEnabled():
            self.close()
            self._session.do(f"Put {self._setting.replace('_', ' ')} on the block’s face", self._edited)
