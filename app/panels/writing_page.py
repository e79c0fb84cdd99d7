"""The bottom panel's Text: what a network of characters writes, while it learns and whenever it is asked."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.panels.fields import NumberField, TextField
from app.panels.words import button, label, restyle
from app.session import Session
from app.worker.client import TrainingClient
from app.worker.protocol import Written

WAITS = "Here stands what the network writes: every few seconds while it is trained, and when you press Write."
COLDEST, WARMEST = 0.0, 10.0
RANGE = f"temperature takes a number from {COLDEST:g} to {WARMEST:g}, and ‘{{}}’ was given."
#: Texts that are kept, the newest last.
KEPT = 40


class WritingPage(QWidget):
    """Texts, each under the step after which it was written. `prompt` and `temperature` count from the next one on."""

    def __init__(self, session: Session, client: TrainingClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._client = session, client
        self.texts: list[Written] = []
        self.prompt, self.temperature = TextField(mono=True), NumberField("0 – 10", whole=False)
        self.again = button("Write", self.write)
        self.caption = label("", "caption")
        self.page = QPlainTextEdit()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.write)
        self._lay_out()
        self.temperature.committed.connect(self._set_temperature)
        self.prompt.committed.connect(lambda _: self._later.start())
        client.written.connect(self._on_written)

    def _lay_out(self) -> None:
        self.prompt.setAccessibleName("Prompt")
        self.prompt.setPlaceholderText("begins with …")
        self.temperature.setAccessibleName("Temperature")
        self.temperature.setToolTip("Below 1 likelier characters are drawn, above 1 bolder ones; 0 takes the likeliest.")
        self.temperature.show_value(0.8)
        self.page.setReadOnly(True)
        self.page.setProperty("mono", True)
        self.page.setAccessibleName("Written texts")
        self.page.setPlaceholderText(WAITS)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.document().setDocumentMargin(12)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 4)
        row.setSpacing(8)
        self.temperature.setFixedWidth(104)
        self.prompt.setMaximumWidth(360)
        for name, field, stretch in (("temperature", self.temperature, 0), ("prompt", self.prompt, 3)):
            row.addWidget(label(name, "caption"))
            row.addWidget(field, stretch)
        row.addWidget(self.again)
        row.addWidget(self.caption, 4)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(row)
        box.addWidget(self.page, 1)

    # -- what the student asks for -----------------------------------------------------------------------------------
    def write(self) -> None:
        self._client.write(self._session.document, self.prompt.text(), float(self.temperature.value))

    def _set_temperature(self, value: object) -> None:
        if isinstance(value, (int, float)) and COLDEST <= value <= WARMEST:
            self.temperature.show_value(value)
            self._say("")
            self._later.start()
        else:
            self._say(RANGE.format(value), wrong=True)
            self.temperature.restore()

    def _say(self, sentence: str, wrong: bool = False) -> None:
        restyle(self.caption, "role", "err" if wrong else "caption")
        self.caption.setText(sentence)
        self.caption.setToolTip(sentence)

    # -- what comes ----------------------------------------------------------------------------------------------------
    def _on_written(self, written: Written) -> None:
        if written.refusal:
            self._say(written.refusal, wrong=True)
            return
        self._say("")
        self.texts = [*self.texts, written][-KEPT:]
        bar = self.page.verticalScrollBar()
        last, at = bar.value() >= bar.maximum() - 4, bar.value()
        self.page.setPlainText("\n\n".join(f"── step {w.step:,} ──\n{w.text.strip(chr(10))}" for w in self.texts))
        bar.setValue(bar.maximum() if last else at)

    def clear(self) -> None:
        """Another document is shown: what the last one wrote goes."""
        self.texts = []
        self.page.clear()
        self._say("")
