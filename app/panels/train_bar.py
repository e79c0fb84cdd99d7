"""The right end of the bottom panel's bar: progress, and the buttons that train. It never closes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from app.glyphs import glyph_icon
from app.panels.words import icon_button, label
from app.session import Session
from app.theme import current
from app.worker.control import IDLE, PAUSED, PAUSING, RUNNING, STARTING, STOPPING, RunControl
from app.worker.progress import duration
from nodes.build import FREE
from nodes.document import own

WAITING = {STARTING: "starting", PAUSING: "pausing after this step", STOPPING: "stopping after this step"}


class TrainBar(QWidget):
    """Says why Train is disabled; while it trains, where it is and how long it will take."""

    def __init__(self, session: Session, control: RunControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._control = session, control
        self.words = label(role="caption")
        self.epoch, self.batch, self.left = label(role="caption"), label(role="caption"), label(role="caption")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(90, 4)
        #: The key of a command, as it is now; the window knows it.
        self.hint: Callable[[str], str] = lambda id: ""
        self.train = QPushButton("Train")
        self.train.setProperty("primary", True)
        self.train.setIconSize(QSize(18, 14))
        self.step = icon_button("step", "One step", command="step")
        self.one_epoch = icon_button("epoch", "One epoch", command="step_epoch")
        self.stop = icon_button("stop", "Stop", command="stop")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        for widget in (
            self.words, self.left, self.epoch, self.bar, self.batch, self.train, self.step, self.one_epoch, self.stop
        ):  # fmt: skip
            row.addWidget(widget)
        self.train.clicked.connect(lambda: control.toggle())
        self.step.clicked.connect(lambda: control.step())
        self.one_epoch.clicked.connect(lambda: control.step_epoch())
        self.stop.clicked.connect(lambda: control.stop())
        control.changed.connect(self.refresh)
        session.document_changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        state, errors, ready = self._control.state, self._session.checked.errors, self._session.ready
        running = state in (STARTING, RUNNING, PAUSING)
        glyph = "pause" if running else "play"
        word = "Pause" if running else "Go on" if state == PAUSED else "Train"
        key = self.hint("train")
        self.train.setText(f"{word}  {key}" if key and self._wide(1600) else word)
        self.train.setIcon(glyph_icon(glyph, current().onaccent, 14, 4))
        self.train.setAccessibleName(word)
        self.train.setToolTip(f"{word} ({key})" if key else word)
        ready = ready and state in (IDLE, PAUSED)
        for tool, on in ((self.train, ready or state == RUNNING), (self.step, ready), (self.one_epoch, ready)):
            # Qt gives the focus of a disabled button to the next one, and a second Space would press Stop.
            tool.setEnabled(on or (tool.hasFocus() and state in (*WAITING, RUNNING)))
        if state == IDLE and self.stop.hasFocus():
            self.train.setFocus()
        self.stop.setEnabled(state in (STARTING, RUNNING, PAUSING, PAUSED) or (state == STOPPING and self.stop.hasFocus()))
        self._show_progress(state != IDLE and self._control.progress.batches > 0)
        self._show_words(state, len(errors))

    def _wide(self, width: int) -> bool:
        return self.window().width() >= width

    def _show_words(self, state: str, errors: int) -> None:
        text = WAITING.get(state, "")
        if not text and self._session.checking and state in (IDLE, PAUSED):
            text = "Train waits for the check"
        if not text and errors and state in (IDLE, PAUSED):
            text = self._waits(errors)
        self.words.setText(text)
        self.words.setVisible(bool(text))

    def _waits(self, errors: int) -> str:
        """What is missing still; of several things the first."""
        checked, nodes = self._session.checked, self._session.document.nodes
        needs = next((p.what for p in checked.errors if p.what.startswith("Train needs")), "")
        if needs:
            missing = needs.rpartition(": ")[2].rstrip(".") if "missing" in needs else "Train needs data, a layer and a loss"
            return missing[:1].upper() + missing[1:]
        free = next((p for p in checked.errors if FREE in p.what and own(p.node) in nodes), None)
        if free is not None:
            return f"{nodes[own(free.node)].name} {FREE} yet"
        return f"Train waits for {errors} error{'s' * (errors != 1)}"

    def _show_progress(self, on: bool) -> None:
        progress = self._control.progress
        roomy = self._wide(1600) or progress.stage.count == 1  # the stage takes room, too
        self.epoch.setVisible(on)
        self.bar.setVisible(on and roomy)
        self.batch.setVisible(on and roomy and self._wide(1240) and progress.batches > 1)
        seconds = progress.seconds_left if self._control.state == RUNNING else None
        self.left.setVisible(on and seconds is not None)
        if not on:
            return
        stage = f"stage {progress.stage.number}/{progress.stage.count} · " if progress.stage.count > 1 else ""
        self.epoch.setText(f"{stage}epoch {min(progress.target, int(progress.epochs) + 1):,}/{progress.target:,}")
        self.epoch.setToolTip(progress.stage.words)
        self.batch.setText("preparing" if progress.preparing else f"batch {progress.batch:,}/{progress.batches:,}")
        # As wide as it becomes: a count that grows would be cut off until the bar is laid out again.
        most = self.batch.fontMetrics().horizontalAdvance(f"batch {progress.batches:,}/{progress.batches:,}")
        self.batch.setMinimumWidth(most + 2)
        self.bar.setValue(int(1000 * progress.share))
        self.left.setText(f"{duration(seconds)} left" if seconds is not None else "")
