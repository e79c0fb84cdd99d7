"""KeyField: press a combination, and it is read. Esc leaves it; every other key, Tab too, is taken as it is pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

ALONE = (
    Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock, Qt.Key.Key_unknown,
)  # fmt: skip
READY, WAITING = "Press Enter here, then the keys", "Press the keys, or Esc to leave it"


def combination(event: QKeyEvent) -> str:
    """``Ctrl+Shift+P``. A sign that needs Shift on this keyboard is the sign alone; the number pad is like other keys."""
    key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key == Qt.Key.Key_Backtab:
        key, held = Qt.Key.Key_Tab, held | Qt.KeyboardModifier.ShiftModifier
    sign = 0x20 < key < 0x7F and not chr(key).isalnum()
    held = held & ~Qt.KeyboardModifier.ShiftModifier if sign else held
    return QKeySequence(QKeyCombination(held, key)).toString(QKeySequence.SequenceFormat.PortableText)


class KeyField(QLineEdit):
    """`pressed` carries the combination in Qt's portable words; `left` comes when Esc ends it."""

    pressed = Signal(str)
    left = Signal()
    #: Whether the next key is the new one. Qt sends events before __init__ is through.
    _listens = False

    def __init__(self) -> None:
        super().__init__(placeholderText=READY)
        self.setReadOnly(True)
        self.setProperty("mono", True)
        self.setAccessibleName("New keys")
        self.setAccessibleDescription("Press Enter, then the combination of keys. Esc leaves it as it was.")

    def listen(self) -> None:
        """The next key is the new one."""
        self._listens = True
        self.setPlaceholderText(WAITING)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rest(self) -> None:
        self._listens = False
        self.setPlaceholderText(READY)

    def event(self, event: QEvent) -> bool:
        if self._listens and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in ALONE or event.isAutoRepeat():
            return
        self._rest()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            self.pressed.emit(combination(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.listen()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: object) -> None:
        self.listen()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._rest()
        super().focusOutEvent(event)
