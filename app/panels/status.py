"""The status bar: what goes on, what the network costs, what is wrong, where it runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar

from app.panels.problem_list import counts
from app.panels.words import bold
from app.session import Session
from app.theme import current
from app.worker.control import IDLE, RunControl
from runtime.memory import in_words

WORDS = {
    "starting": "Starting", "running": "Training", "pausing": "Pausing", "paused": "Paused", "stopping": "Stopping",
}  # fmt: skip
#: Why the numbers of a large network stay behind its drawing.
CHECKING = "This network is large: shapes, numbers and problems are those from before the last change until it is checked."


class Status(QStatusBar):
    def __init__(self, session: Session, control: RunControl) -> None:
        super().__init__()
        self._session, self._control = session, control
        self._examples: int | None = None
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self.state, self.parameters, self.cost, self.memory = (self._left() for _ in range(4))
        self.problems, self.seed, self.kept, self.provider = (self._right() for _ in range(4))
        self.provider.setText("CPU")
        session.document_changed.connect(lambda _: self.refresh())
        control.changed.connect(self.refresh_state)
        self.show_kept("")
        self.refresh()

    def _left(self) -> QLabel:
        made = self._label()
        self.addWidget(made)
        return made

    def _right(self) -> QLabel:
        made = self._label()
        self.addPermanentWidget(made)
        return made

    def _label(self) -> QLabel:
        made = QLabel()
        made.setTextFormat(Qt.TextFormat.RichText)
        made.setContentsMargins(8, 0, 8, 0)
        return made

    def recolor(self) -> None:
        """Thin lines between neighbours."""
        ruled = f"QLabel {{ border-left: 1px solid {current().line}; }}"
        for made in (self.parameters, self.cost, self.memory, self.seed, self.kept, self.provider):
            made.setStyleSheet(ruled)
        self.refresh()

    def show_start(self, examples: int | None) -> None:
        """While the start page is shown: how many examples there are. None: a network is seen again."""
        self._examples = examples
        for made in (self.cost, self.memory, self.problems, self.seed):
            made.setVisible(examples is None)
        self.kept.setVisible(examples is None and bool(self.kept.text()))
        self.refresh()

    def refresh(self) -> None:
        if self._examples is not None:
            self.state.setText(f"{bold(f'{self._examples:,}')} examples")
            self.parameters.setText("everything works offline")
            return
        checked, document = self._session.checked, self._session.document
        self.parameters.setText(f"{bold(f'{checked.built.parameter_count:,}')} parameters")
        self.cost.setText(f"{bold(f'{checked.built.multiply_adds:,}')} multiply-adds")
        self.memory.setText(f"{bold(in_words(self._session.numbers.total.training))} to train")
        self.memory.setToolTip("Memory that a training step takes, about: weights, optimizer state, and what its batch makes.")
        for made in (self.cost, self.memory):
            made.setVisible(bool(document.nodes))
        # Nothing is wrong with a network that has not been begun.
        found = _told(counts(checked.problems if document.nodes else ()))
        self.problems.setText("checking …" if self._session.checking else found)
        self.problems.setToolTip(CHECKING if self._session.checking else "")
        self.seed.setText(f"seed {document.recipe.seed}")
        self.refresh_state()

    def refresh_state(self) -> None:
        if self._examples is not None:
            return
        state = self._control.state
        if state == IDLE:
            trained = self._session.document.training.progress.get("epoch")
            word = "Empty" if not self._session.document.nodes else ("Ready" if self._session.ready else "Building")
            word = "Checking" if self._session.checking else word
            epochs = f"{trained or 0:,} epoch{'s' * (trained != 1)}"
            self.state.setText(f"{bold('Trained')} {epochs}" if trained else bold(word))
        else:
            self.state.setText(f"{bold(WORDS[state])} {self._control.progress.share:.0%}".replace("%", " %"))
        if self._control.provider:
            self.provider.setText(self._control.provider)

    def say(self, text: str) -> None:
        """What the canvas has to say about the gesture in progress; empty: nothing."""
        if text:
            self.showMessage(text, 6000)
        else:
            self.clearMessage()

    def show_kept(self, text: str) -> None:
        self.kept.setText(text)
        self.kept.setVisible(bool(text) and self._examples is None)


def _told(words: str) -> str:
    """``✗ 2 errors, ! 1 advice``: each with its sign in its colour."""
    tokens = current()
    signs = {"error": f'<span style="color: {tokens.err}">✗</span> ', "advice": f'<span style="color: {tokens.warn}">!</span> '}
    parts = [next(sign for what, sign in signs.items() if what in part) + part for part in words.split(", ") if part]
    return " &nbsp;".join(parts) or "no problems"
