"""MarkedStage: frames, notes and bends under the keyboard: walked to, and moved with all else that is selected."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from app.canvas.arranging import ArrangedStage
from app.canvas.geometry import GRID
from app.canvas.moving import chosen_things
from nodes.bends import Bend

#: A frame or a note by its id, or a bend of a wire.
Mark = str | Bend


class MarkedStage(ArrangedStage):
    """A stage on which J goes from mark to mark, and Ctrl with an arrow moves what is selected."""

    # -- walking ---------------------------------------------------------------------------------------------------------
    def mark_on(self) -> None:
        self._next_mark(1)

    def mark_back(self) -> None:
        self._next_mark(-1)

    def marks(self) -> list[Mark]:
        """All of them, in the order in which they are walked."""
        return [*self.canvas.frames, *self.canvas.all_bends()]

    def chosen_mark(self) -> Mark | None:
        """The one that is selected (the first of several)."""
        chosen = self.canvas.chosen_frames | self.canvas.chosen_bends
        return next((m for m in self.marks() if m in chosen), None)

    def _next_mark(self, by: int) -> None:
        marks, now = self.marks(), self.chosen_mark()
        if not marks:
            self.status_message.emit("There is no frame, note or bend here: C frames the selection, N adds a note.")
            return
        at = marks.index(now) + by if now in marks else (0 if by > 0 else -1)
        self.choose_mark(marks[at % len(marks)])

    def choose_mark(self, mark: Mark) -> None:
        """Select it, and nothing else; scroll until it is seen."""
        self.pointed = False
        self.session.select(())
        self.canvas.choose(frames=[mark]) if isinstance(mark, str) else self.canvas.choose(bends=[mark])
        self.ensureVisible(self.mark_rect(mark), 40, 40)

    def mark_rect(self, mark: Mark) -> QRectF:
        """Where it is taken by the hand, in the scene."""
        if isinstance(mark, str):
            return self.canvas.frames[mark].heading()
        wire, index = mark
        point = self.canvas.wires[wire].bends[index]
        return QRectF(point - QPointF(GRID / 2, GRID / 2), point + QPointF(GRID / 2, GRID / 2))

    def walk(self, dx: int, dy: int) -> None:
        """From a frame into it; from a bend along its wire."""
        mark = self.chosen_mark()
        if self.session.selection or mark is None:
            self.canvas.choose()
            super().walk(dx, dy)
            return
        goal = self._from_mark(mark, dx)
        self.canvas.choose()
        if goal is None:
            super().walk(dx, dy)
            return
        self.session.select([goal])
        self._bring_in(goal)

    def _from_mark(self, mark: Mark, dx: int) -> str | None:
        if isinstance(mark, str):
            return next(iter(self.canvas.inside(self.canvas.frames[mark].rect())), None)
        return mark[0].source if dx < 0 else mark[0].target

    # -- moving ----------------------------------------------------------------------------------------------------------
    def move_left(self) -> None:
        self._nudge(-GRID, 0)

    def move_right(self) -> None:
        self._nudge(GRID, 0)

    def move_up(self) -> None:
        self._nudge(0, -GRID)

    def move_down(self) -> None:
        self._nudge(0, GRID)

    def _nudge(self, dx: float, dy: float) -> None:
        """What is selected, and what stands in the frames among it, by one step of the grid; steps in a row are one undo."""
        things = chosen_things(self)
        if not (things.nodes or things.bends or things.frames):
            self.status_message.emit("Select what is to be moved first: arrows walk the layers, J the frames, notes and bends.")
            return
        names = [*things.nodes, *things.frames, *(f"{w.source}-{w.target}/{w.target_port}/{i}" for w, i in things.bends)]
        self.session.do("Move", things.by(dx, dy).edit, merge="move " + " ".join(names))
