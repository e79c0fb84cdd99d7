"""The message bar over the top of the canvas: one sentence, the ways out as buttons. It never takes the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.glyphs import glyph_icon
from app.panels.words import button, empty, icon_button, label, pass_focus_on, restyle
from app.theme import current

GLYPHS = {"info": "info", "ok": "check", "warn": "warning", "err": "cross"}
#: Pixels between it and the edges of what it lies over.
EDGE = 8
#: Narrower than this it would be a column of words.
LEAST = 440
Way = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Message:
    """What is said. `topic` is what it can be taken back by; one that `keeps` waits behind others until it is answered."""

    level: str
    sentence: str
    ways: tuple[Way, ...] = ()
    topic: str = ""
    keeps: bool = False


class MessageBar(QFrame):
    """`say` shows a sentence; information goes away by itself, errors and questions stay until they are closed."""

    shown = Signal(str)
    #: Down to where it covers what it lies over, in pixels; 0 when it is gone.
    covers = Signal(int)

    def __init__(self, over: QWidget | None = None) -> None:
        super().__init__(over)
        self.setObjectName("messages")
        self.message = Message("info", "")
        self._waiting: list[Message] = []
        self._heads: tuple[QWidget, ...] = ()
        self._sign = QLabel()
        self.text = label(wraps=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._ways = QHBoxLayout()
        self._ways.setSpacing(8)
        self._close = icon_button("cross", "Close this message", 24)
        self._close.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        row.addLayout(self._ways)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.leave)
        self.hide()
        if over is not None:
            over.installEventFilter(self)

    def lie_over(self, over: QWidget) -> None:
        """From now on over another part of the window; what is said goes along."""
        before, said = self.parentWidget(), not self.isHidden()
        if before is over:
            return
        if before is not None:
            before.removeEventFilter(self)
        self.setParent(over)
        over.installEventFilter(self)
        if said:
            self.show()
            self._place()
            self.raise_()

    @property
    def level(self) -> str:
        return self.message.level

    # -- saying and taking back ------------------------------------------------------------------------------------------
    def say(self, level: str, sentence: str, ways: tuple[Way, ...] = (), topic: str = "", keeps: bool = False) -> None:
        told = Message(level, sentence, ways, topic, keeps)
        if keeps and self.isVisible() and (self.message.keeps or self.level in ("warn", "err")):
            if sentence not in (self.message.sentence, *(m.sentence for m in self._waiting)):
                self._waiting.append(told)
            return
        if self.isVisible() and self.message.keeps:
            self._waiting.insert(0, self.message)
        self._show(told)

    def leave(self) -> None:
        """This one is done with; what waited behind it comes forward."""
        self._timer.stop()
        pass_focus_on(self)
        self.hide()
        if self._waiting:
            self._show(self._waiting.pop(0))

    def leave_off(self) -> None:
        """Another document is shown: what was said of the last one goes, questions that wait for an answer stay."""
        if self.isVisible() and not self.message.keeps:
            self.leave()

    def take_back(self, topic: str) -> None:
        """What was said about this holds no longer."""
        self._waiting = [m for m in self._waiting if m.topic != topic]
        if self.isVisible() and self.message.topic == topic:
            self.leave()

    def _show(self, told: Message) -> None:
        self.message = told
        restyle(self, "surface", "raised" if told.level == "info" else told.level)
        self.text.setText(told.sentence)
        self.recolor()
        empty(self._ways)
        for title, action in told.ways:
            self._ways.addWidget(button(title, self._then_leave(action)))
        self._timer.stop()
        if told.level in ("info", "ok") and not told.ways:
            self._timer.start(12_000)
        self.show()
        self._place()
        self.raise_()
        self.shown.emit(told.sentence)

    def _then_leave(self, action: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            self.leave()
            action()

        return run

    # -- where it lies ---------------------------------------------------------------------------------------------------
    def keep_clear_of(self, *heads: QWidget) -> None:
        """What stands at the top left and tells where one is."""
        self._heads = heads
        for head in heads:
            head.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """Over the scene, which must not move under the pointer because something is said; beside the heads, or below them
        where the room is too narrow."""
        over = self.parentWidget()
        if over is None:
            return
        self.ensurePolished()
        left, top, all_of_it = EDGE, EDGE, over.width() - 2 * EDGE
        heads = (h for h in self._heads if h.isVisible() and over.isAncestorOf(h))
        for head in (h.rect().translated(h.mapTo(over, QPoint())) for h in heads):
            if all_of_it - head.right() >= LEAST:
                left = max(left, head.right() + EDGE)
            else:
                top = max(top, head.bottom() + EDGE // 2)
        width = max(all_of_it + EDGE - left, 100)
        self.setGeometry(left, top, width, max(self.heightForWidth(width), self.sizeHint().height()))
        self.covers.emit(self.geometry().bottom() + 1 if self.isVisible() else 0)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.covers.emit(0)

    def recolor(self) -> None:
        tokens = current()
        color = {"info": tokens.text2, "ok": tokens.ok, "warn": tokens.warn, "err": tokens.err}[self.level]
        self._sign.setPixmap(glyph_icon(GLYPHS[self.level], color).pixmap(16, 16))
