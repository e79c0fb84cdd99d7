"""The message bar at the top of the canvas: one sentence, the ways out as buttons. It never takes the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from app.glyphs import glyph_icon
from app.panels.words import button, empty, icon_button, label, restyle
from app.theme import current

GLYPHS = {"info": "info", "ok": "check", "warn": "warning", "err": "cross"}
Way = tuple[str, Callable[[], object]]


class MessageBar(QFrame):
    """`say` shows a sentence; information goes away by itself, errors and questions stay until they are closed."""

    shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messages")
        self.level = "info"
        self._sign = QLabel()
        self.text = label(wraps=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._ways = QHBoxLayout()
        self._ways.setSpacing(8)
        self._close = icon_button("cross", "Close this message", 24)
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        row.addLayout(self._ways)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, level: str, sentence: str, ways: tuple[Way, ...] = ()) -> None:
        self.level = level
        restyle(self, "surface", "raised" if level == "info" else level)
        self.text.setText(sentence)
        self.recolor()
        empty(self._ways)
        for title, action in ways:
            self._ways.addWidget(button(title, self._then_hide(action)))
        self._timer.stop()
        if level in ("info", "ok") and not ways:
            self._timer.start(12_000)
        self.show()
        self.shown.emit(sentence)

    def recolor(self) -> None:
        tokens = current()
        color = {"info": tokens.text2, "ok": tokens.ok, "warn": tokens.warn, "err": tokens.err}[self.level]
        self._sign.setPixmap(glyph_icon(GLYPHS[self.level], color).pixmap(16, 16))

    def _then_hide(self, action: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            self.hide()
            action()

        return run
