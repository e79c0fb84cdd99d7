"""RunControl: one training of the session's document: its state in words, its progress, and what it leaves behind."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from app.session import Live, Session
from app.worker.client import TrainingClient
from app.worker.progress import Progress
from app.worker.protocol import END, ONE_EPOCH, ONE_STEP, CheckpointReady, Described, Failed, Snapshot, Steps
from app.worker.standing import at_its_end, merged, over, restarted, step_of, trained_part
from nodes.document import Document
from nodes.edits import set_recipe
from nodes.likenesses import Likenesses
from nodes.problems import Refusal
from runtime.events import EpochDone, Finished, Problem, StageBegan, Started, restored_words
from runtime.recipe import Recipe

IDLE, STARTING, RUNNING, PAUSING, PAUSED, STOPPING = "idle", "starting", "running", "pausing", "paused", "stopping"
ON = (STARTING, RUNNING, PAUSING, STOPPING)



class RunControl(QObject):
    """Holds the run and the session together. The session may be edited at any time."""

    changed = Signal()  # state, progress or provider
    said = Signal(str, str)  # level (info, ok, warn, err), sentence
    logged = Signal(str)
    reset = Signal(object)  # a run begins (`Started`)
    went_on = Signal(object)  # a run goes on by a changed recipe (`Started`)
    stage = Signal(object)  # its next stage begins (`StageBegan`)
    steps = Signal(object)
    epoch = Signal(object)
    pictured = Signal(object)  # `nodes.likenesses.Likenesses`; None: those that were shown are no longer true
    stumbled = Signal(object)  # `runtime.events.Problem`
    exhausted = Signal(str)  # nothing is left to train: a sentence that asks how to go on

    def __init__(self, session: Session, client: TrainingClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.client = session, client
        self.state, self.provider = IDLE, ""
        self.progress = Progress()
        self._document: Document | None = None
        self._recipe: Recipe | None = None
        self._anew: tuple[str, ...] = ()
        self._loss: float | None = None
        #: The step whose pictures and numbers are shown while nothing runs.
        self._pictured = 0
        for signal, slot in (
            (client.described, self._on_described), (client.started, self._on_started), (client.stage_began, self._on_stage),
            (client.steps, self._on_steps), (client.epoch_done, self._on_epoch), (client.paused, self._on_paused),
            (client.problem, self._on_problem),
            (client.finished, self._on_finished), (client.checkpoint, self._on_checkpoint),
            (client.snapshot, self._on_snapshot), (client.likenesses, self._on_likenesses),
            (client.failed, self._on_failed), (client.died, self._on_died),
            (session.document_changed, self._on_document),
        ):  # fmt: skip
            signal.connect(slot)

    # -- what the student asks for ---------------------------------------------------------------------------------------
    @property
    def on(self) -> bool:
        return self.state in ON

    def toggle(self) -> None:
        """Train, Pause, go on: one key."""
        if self.state == RUNNING:
            self._enter(PAUSING)
            self.client.pause()
        elif self.state in (IDLE, PAUSED):
            self._go(END)

    def step(self) -> None:
        if self.state in (IDLE, PAUSED):
            self._go(ONE_STEP)

    def step_epoch(self) -> None:
        if self.state in (IDLE, PAUSED):
            self._go(ONE_EPOCH)

    def stop(self) -> None:
        if self.state != IDLE:
            self._enter(STOPPING)
            self.client.stop()

    def forget(self) -> None:
        """Another document is shown: what the run still says concerns nobody."""
        self.client.abandon()
        self._document = None
        self.progress = Progress()
        self._enter(IDLE)
        self.session.end_run()
        self._forget_pictures()

    def anew(self) -> None:
        """Train from the beginning, with weights drawn anew: one step of undo."""
        if self.state in (IDLE, PAUSED) and not self._refused():
            self._begin(END, "Start training anew", restarted(self.session.document))

    def more(self, epochs: int) -> None:
        """Go on beyond the recipe's end, by a longer recipe: its schedule then ends later, too."""
        done = self.session.document.training.progress
        planned = done.get("stage_epoch", 0) + epochs
        if done.get("stopped_early"):
            self._begin(END, epochs=epochs)
        elif self.session.do(f"Plan {epochs} more epochs", lambda d: set_recipe(d, d.standing, epochs=planned)):
            self.toggle()

    def _go(self, until: str) -> None:
        if self._refused():
            return
        if self.state == PAUSED and self._same_network():
            self._enter(RUNNING)
            {END: self.client.resume, ONE_STEP: self.client.step, ONE_EPOCH: self.client.step_epoch}[until]()
        elif over(self.session.document):
            self.exhausted.emit(at_its_end(self.session.document))
        else:
            self._begin(until)

    def _refused(self) -> bool:
        if self.session.checking:
            self.said.emit("info", "This network is being checked: train it when that is done.")
            return True
        errors = self.session.checked.errors
        if errors:
            self.said.emit("err", errors[0].sentence)
        return bool(errors)

    def _same_network(self) -> bool:
        return self._document is not None and trained_part(self._document) == trained_part(self.session.document)

    def _begin(
        self, until: str, title: str = "Train", document: Document | None = None, epochs: int | None = None
    ) -> None:
        self._document = document or self.session.document
        self._recipe, self._anew, self._loss = self._document.recipe, (), None
        self.progress = Progress()
        self._enter(STARTING)
        self.session.begin_run(title, self._document)
        self.client.start(self._document, epochs, until)

    def _enter(self, state: str) -> None:
        self.state = state
        self.progress.clock(state == RUNNING, time.monotonic())
        self.changed.emit()

    # -- what the session does meanwhile ---------------------------------------------------------------------------------
    def _on_document(self, document: Document) -> None:
        if self.state == IDLE or self._document is None:
            self._forget_pictures()
            return
        if self.session.history.run_undone:
            self.said.emit("info", "Training was undone, so it was stopped: the weights are those from before it.")
            self.forget()
        elif document.recipe != self._recipe and self.session.ready:
            self._recipe = document.recipe
            self.client.set_recipe(document.recipe)
            self.progress.target = max(self.progress.epoch, sum(stage.epochs for stage in document.recipe.stages))

    def _forget_pictures(self) -> None:
        """What a run has shown of itself goes with the weights when they are taken back."""
        if self.session.live.activations and step_of(self.session.document) != self._pictured:
            self.session.show_live(Live())
            self.pictured.emit(None)

    def _ended(self) -> None:
        self._pictured = step_of(self.session.document)
        self._enter(IDLE)
        self.session.end_run()

    # -- what the run tells ----------------------------------------------------------------------------------------------
    def _on_described(self, message: Described) -> None:
        self.provider = message.provider
        for notice in message.notices:
            self.logged.emit(notice)
        self.changed.emit()

    def _on_started(self, event: Started) -> None:
        if self._document is None:
            return
        self.progress.start(event)
        if self.state != STARTING:
            self.went_on.emit(event)
            return
        self._enter(RUNNING)
        self.reset.emit(event)
        if event.notice:
            self.said.emit("info", event.notice)
        sizes = f"{event.samples:,} samples, {event.batches:,} batches an epoch"
        self.logged.emit(f"Training begins after step {event.step:,}: {sizes}.")

    def _on_stage(self, event: StageBegan) -> None:
        if self._document is not None:
            self.progress.next_stage(event)
            self.stage.emit(event)
            words = event.stage.words
            self.logged.emit(f"{words[:1].upper()}{words[1:]}: {event.samples:,} samples, {event.batches:,} batches an epoch.")
            self.changed.emit()

    def _on_steps(self, message: Steps) -> None:
        if self._document is not None:
            self.progress.advance(int(message.step[-1]), int(message.epoch[-1]), time.monotonic())
            self._loss = float(message.loss[-1])
            self.steps.emit(message)
            self.changed.emit()

    def _on_epoch(self, event: EpochDone) -> None:
        if self._document is not None:
            self.progress.epoch_ended(event)
            self.epoch.emit(event)

    def _on_paused(self, message: object) -> None:
        if self._document is not None and self.state != STOPPING:
            self._enter(PAUSED)

    def _on_snapshot(self, message: Snapshot) -> None:
        if self._document is not None:
            label = message.label if isinstance(message.label, int) else None
            self.session.show_live(Live(message.activations, message.gradients, label, self._own_loss()))

    def _own_loss(self) -> float | None:
        """The last batch's loss where it is a layer's: the network has one, and every stage lowers that."""
        losses, stages = self.session.checked.built.losses, self.session.document.recipe.stages
        named = {update.loss for stage in stages for update in stage.updates} - {""}
        return self._loss if len(losses) == 1 and named <= {losses[0].node} else None

    def _on_likenesses(self, message: Likenesses) -> None:
        if self._document is not None:
            self.pictured.emit(message)

    def _on_checkpoint(self, message: CheckpointReady) -> None:
        """Weights as of now, into whatever the drawing has become."""
        if self._document is None or self.session.history.run_undone:
            return
        if step_of(message.document) == step_of(self._document):
            return  # nothing was learnt yet
        anew: list[str] = []

        def change(current: Document) -> Document:
            nonlocal anew
            document, anew = merged(current, message.document)
            return document

        try:
            self.session.take_checkpoint(change)
        except Refusal as refusal:
            self.said.emit("err", str(refusal))
        if tuple(anew) != self._anew:
            self._anew = tuple(anew)
            self._say_anew()

    def _say_anew(self) -> None:
        if self._anew:
            what = "The network was changed meanwhile. Weights that still fit are kept; at the next Train these start anew"
            self.said.emit("info", f"{what}: {', '.join(self._anew)}.")

    def _on_problem(self, event: Problem) -> None:
        if self._document is not None:
            self.logged.emit(event.sentence)
            self.stumbled.emit(event)

    def _on_finished(self, event: Finished) -> None:
        if self._document is None:
            return
        words = {
            "done": "Training is done.", "early_stop": "Stopped early: validation no longer improved.",
            "learnt": "Training is done.", "cycle": "Training was stopped.",
            "stopped": "Training was stopped. The weights are kept; Train goes on from here.",
        }  # fmt: skip
        if event.reason in words:
            words[event.reason] = " ".join(w for w in (words[event.reason], event.sentence, restored_words(event)) if w)
            self.logged.emit(words[event.reason])
            if event.reason == "early_stop" or event.sentence:
                self.said.emit("info", words[event.reason])
        self._ended()
        if event.reason == "already_done":
            self.exhausted.emit(at_its_end(self.session.document))

    def _on_failed(self, message: Failed) -> None:
        if self._document is None:
            return
        self._ended()
        self.said.emit("err", message.sentence)
        self.logged.emit(f"{message.sentence}\n{message.details}".strip())

    def _on_died(self, sentence: str) -> None:
        if self._document is None:
            return
        self._ended()
        self.logged.emit(sentence)
        self.said.emit("err", sentence)
