"""TrainingClient: the window's end of the training process, as Qt signals. It survives whatever happens over there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.worker.link import Link, Lost
from app.worker.protocol import (
    END,
    ONE_EPOCH,
    ONE_STEP,
    CheckpointReady,
    Described,
    Epochs,
    Failed,
    Pause,
    Paused,
    Ready,
    Resume,
    SetRecipe,
    Snapshot,
    Steps,
    Stop,
    Train,
    Write,
    Written,
    portable,
    received,
)  # fmt: skip
from nodes.document import Document
from nodes.likenesses import Likenesses
from runtime.events import Finished, Problem, StageBegan, Started
from runtime.recipe import Recipe

DIED = (
    "Training stopped: its process ended unexpectedly. Every edit is kept, the weights are those of the last checkpoint: "
    "press Train to go on."
)


class TrainingClient(QObject):
    """Keeps one process warm. If it dies, says so and starts another."""

    ready = Signal()
    described = Signal(object)
    started = Signal(object)
    stage_began = Signal(object)
    steps = Signal(object)
    epoch_done = Signal(object)
    paused = Signal(object)
    problem = Signal(object)
    finished = Signal(object)
    checkpoint = Signal(object)
    snapshot = Signal(object)
    likenesses = Signal(object)
    written = Signal(object)
    failed = Signal(object)
    died = Signal(str)

    _heard = Signal(object, object)

    #: Seconds that Stop waits for the step to end before it kills.
    grace = 5.0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link: Link | None = None
        self._busy = False
        self._was_ready = False
        # Queued: it is emitted in the listening thread, and everything here belongs to the window's.
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        self._killer = QTimer(self, singleShot=True)
        self._killer.timeout.connect(self._kill_stuck)

    # -- the process ---------------------------------------------------------------------------------------------------
    @Slot()
    def warm(self) -> None:
        """Start the process if there is none."""
        if self._link is None:
            self._was_ready = False
            self._link = Link(self._heard.emit)

    def close(self) -> None:
        """End the process and its threads. Nothing is emitted afterwards."""
        self._killer.stop()
        self._busy = False
        link, self._link = self._link, None
        if link:
            link.kill()

    @property
    def process_id(self) -> int | None:
        return self._link.process.pid if self._link else None

    # -- commands ------------------------------------------------------------------------------------------------------
    def start(self, document: Document, epochs: int | None = None, until: str = END) -> None:
        self.warm()
        self._busy = True
        self._send(Train(portable(document), epochs, until))

    def pause(self) -> None:
        self._send(Pause())

    def resume(self) -> None:
        self._send(Resume())

    def step(self) -> None:
        """One step further (of a run that is paused)."""
        self._send(Resume(ONE_STEP))

    def step_epoch(self) -> None:
        self._send(Resume(ONE_EPOCH))

    def stop(self) -> None:
        """End the run after the step it is in; if that takes too long, by force."""
        self._send(Stop())
        self._killer.start(int(self.grace * 1000))

    def abandon(self) -> None:
        """End the run at once and hear nothing more of it: its document is no longer shown."""
        if self._busy:
            self._replace()

    def set_recipe(self, recipe: Recipe) -> None:
        self._send(SetRecipe(recipe))

    def write(self, document: Document, prompt: str, temperature: float) -> None:
        """Have a text written; while a run goes on, by its weights, and again every few seconds."""
        self.warm()
        self._send(Write(None if self._busy else portable(document), prompt, temperature))

    def _send(self, command: object) -> None:
        if self._link:
            self._link.send(command)

    # -- replies -------------------------------------------------------------------------------------------------------
    @Slot(object, object)
    def _on_heard(self, link: Link, message: object) -> None:
        if link is not self._link:
            return  # of a process that was ended meanwhile
        if isinstance(message, Lost):
            self._on_lost()
        elif isinstance(message, CheckpointReady):
            self.checkpoint.emit(CheckpointReady(received(message.document), message.final))
        elif isinstance(message, Epochs):
            for event in message.done:
                self.epoch_done.emit(event)
        else:
            self._pass_on(message)

    def _pass_on(self, message: object) -> None:
        if isinstance(message, (Finished, Failed)):
            self._busy = False
            self._killer.stop()
        signals = {
            Ready: self.ready, Described: self.described, Started: self.started, StageBegan: self.stage_began,
            Steps: self.steps, Paused: self.paused, Problem: self.problem, Finished: self.finished,
            Snapshot: self.snapshot, Likenesses: self.likenesses, Written: self.written, Failed: self.failed,
        }  # fmt: skip
        signal = signals.get(type(message))
        if isinstance(message, Ready):
            self._was_ready = True
            self.ready.emit()
        elif signal is not None:
            signal.emit(message)

    def _on_lost(self) -> None:
        was_busy = self._busy
        self._replace()
        if was_busy:
            self.died.emit(DIED)

    def _kill_stuck(self) -> None:
        if self._busy:
            self._replace()
            self.finished.emit(Finished(0, 0, "stopped"))

    def _replace(self) -> None:
        # A process that dies before it is ready would die again: wait for the next Train.
        again, self._busy = self._was_ready, False
        self.close()
        if again:
            self.warm()
