"""StageChoice: which stage of the recipe, and which of its updates, the training panel shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.session import Session
from nodes.document import Document
from runtime.recipe import Stage, Update
from runtime.stages import followed, place


class StageChoice(QObject):
    """Follows the chosen stage when others come, go or move; and training into its next stage, unless somebody is at work."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.busy: Callable[[], bool] = lambda: False
        self._seen = session.document
        self.index, self.at = session.document.standing, 0
        session.document_changed.connect(self._follow)

    @property
    def stage(self) -> Stage:
        return self._session.document.recipe.stages[self.index]

    @property
    def update(self) -> Update:
        return self.stage.updates[self.at]

    def choose(self, index: int, at: int = 0) -> None:
        if (index, at) != (self.index, self.at):
            self.index, self.at = index, at
            self.changed.emit()

    def _follow(self, document: Document) -> None:
        before, self._seen = self._seen, document
        stages = document.recipe.stages
        with_training = self.index == before.standing and not self.busy()
        kept = self.index if stages is before.recipe.stages else place(followed(before.recipe.stages, stages), self.index)
        self.index = document.standing if with_training or kept is None else kept
        self.at = min(self.at, len(self.stage.updates) - 1)
        self.changed.emit()
