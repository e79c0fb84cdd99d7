"""The training panel: the recipe, and the curves of loss and accuracy as they grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from app.panels.recipe_form import RecipeForm
from app.panels.stage_choice import StageChoice
from app.panels.stage_list import StageList
from app.plots.curve_plot import CurvePlot
from app.plots.series import NEAR, Series
from app.session import Session
from app.worker.control import PAUSED, RunControl
from app.worker.protocol import Steps
from nodes.document import Document
from nodes.staging import borders, title
from runtime.events import EpochDone, StageBegan, Started, to_json

LOSS_WAITS = "Two lines will be drawn here: training and validation."
ACCURACY_WAITS = "How often it is right"
#: From this width on there is room for two plots beside a list of stages.
ROOMY = 1000
#: Milliseconds between two redraws.
REDRAW = 50


class TrainingPanel(QWidget):
    """Curves belong to the document that is shown; a run adds to them."""

    def __init__(self, session: Session, control: RunControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._control = session, control
        self._split = QSplitter(self)
        self.choice = StageChoice(session, self)
        self.stages = StageList(session, control, self.choice, self._split)
        self.recipe = RecipeForm(session, self.choice, self._split)
        self.recipe.add.clicked.connect(lambda: self.stages.add())
        self.loss = CurvePlot("Loss", LOSS_WAITS)
        self.accuracy = CurvePlot("Accuracy", ACCURACY_WAITS, percent=True)
        self._batches, self._origin = 1, 0.0
        self._timer = QTimer(self, singleShot=True, interval=REDRAW)
        self._timer.timeout.connect(self._redraw)
        self.choice.changed.connect(self._share_room)
        self._lay_out()
        session.document_changed.connect(self._on_document)
        control.reset.connect(self._on_reset)
        control.went_on.connect(self._on_reset)
        control.stage.connect(self._on_stage)
        control.steps.connect(self._on_steps)
        control.epoch.connect(self._on_epoch)

    def _lay_out(self) -> None:
        split = self._split
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        self.stages.setMinimumWidth(176)
        self.recipe.setMinimumWidth(232)
        for widget in (self.stages, self.recipe, self.loss, self.accuracy):
            split.addWidget(widget)
        split.setSizes([208, 216, 500, 500])
        for at, share in enumerate((0, 0, 1, 1)):
            split.setStretchFactor(at, share)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    # -- what a document brings with it --------------------------------------------------------------------------------
    def show_history(self, document: Document) -> None:
        """The curves of the epochs that a saved document has behind it."""
        self.loss.clear()
        self.accuracy.clear()
        for record in document.training.progress.get("history", ()):
            self._add_epoch(record, with_training=True)
        self._show_borders(borders(document))
        self._redraw()

    def _add_epoch(self, record: Mapping[str, Any], with_training: bool = False) -> None:
        epoch = float(record["epoch"])
        if with_training:
            _add(self.loss.train, epoch, record.get("loss"))
            _add(self.accuracy.train, epoch, record.get("accuracy"))
        _add(self.loss.validation, epoch, record.get("validation_loss"))
        _add(self.accuracy.validation, epoch, record.get("validation_accuracy"))
        self.loss.now = self.accuracy.now = epoch

    def _on_document(self, document: Document) -> None:
        """Undo takes the curves back to where the weights are, and redo brings their epochs again."""
        found = borders(document)
        ahead = self._control.on and len(found) < len(self.loss.borders)  # a run's checkpoints come after its events
        if found != self.loss.borders and not ahead:
            self._show_borders(found)
            self._later()
        if self._control.on or self._control.state == PAUSED:
            return
        progress = document.training.progress
        at = progress.get("epoch", 0) + progress.get("batch", 0) / self._batches if progress.get("step") else -1.0
        if at < self.loss.now - NEAR and len(self.loss.train):
            self._cut(at)
        elif at > self.loss.now + NEAR:
            self.show_history(document)

    def _cut(self, at: float) -> None:
        self.loss.cut(at)
        self.accuracy.cut(at)
        self.loss.now = self.accuracy.now = max(at, 0.0)

    # -- what a run brings -----------------------------------------------------------------------------------------------
    def _on_reset(self, event: Started) -> None:
        self._batches = max(1, event.batches)
        done = event.batch
        self._origin = event.epoch + (done - event.step) / self._batches
        self._cut(event.epoch + done / self._batches if event.step else -1.0)

    def _on_stage(self, event: StageBegan) -> None:
        """Its epochs may have other numbers of batches."""
        self._batches = max(1, event.batches)
        self._origin = event.epoch - event.step / self._batches
        known = self.loss.borders or [(0.0, title(self._session.document.recipe, event.stage.number - 2))]
        if known[-1][0] < event.epoch:
            self._show_borders([*known, (float(event.epoch), event.stage.name or f"Stage {event.stage.number}")])

    def _show_borders(self, found: list[tuple[float, str]]) -> None:
        self.loss.borders, self.accuracy.borders = found, found

    def _on_steps(self, message: Steps) -> None:
        # A run may go on in the middle of an epoch, or after runs with other batch sizes: count from its own start.
        x = message.step / self._batches + self._origin
        self.loss.train.add(x, message.loss)
        self.accuracy.train.add(x, message.accuracy)
        self.loss.now = self.accuracy.now = float(x[-1])
        self._later()

    def _on_epoch(self, event: EpochDone) -> None:
        self._add_epoch(to_json(event))
        self._later()

    def _later(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Accuracy goes where a run has none (machines, autoencoders, regressions); beside a list of stages it comes only
        with the first one."""
        judged = len(self.accuracy.train) or len(self.accuracy.validation)
        narrow = self.width() < ROOMY and self.stages.isVisibleTo(self)
        self.accuracy.setVisible(bool(judged) or not (narrow or len(self.loss.train)))

    def _redraw(self) -> None:
        self._share_room()
        self.loss.redraw()
        self.accuracy.redraw()

    def recolor(self) -> None:
        self.loss.recolor()
        self.accuracy.recolor()


def _add(series: Series, x: float, y: float | None) -> None:
    if y is not None:
        series.add(x, y)
