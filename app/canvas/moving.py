"""Moving: nodes, bends and frames in the hand. Items move at once, the document when they are let go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.canvas.geometry import FAR, LINE, snapped
from app.canvas.gestures import Gesture, Pointer
from app.canvas.guides import Box, Guides, Mark
from app.canvas.ink import Ink
from nodes import edits
from nodes.bends import Bend, move_bends
from nodes.document import Document, Position
from nodes.frames import Rect, place_frames

if TYPE_CHECKING:
    from app.canvas.commanded import CommandedStage
    from app.canvas.scene import CanvasScene
    from app.canvas.view import CanvasView

#: A guide takes what comes so near, in pixels of the screen.
REACH = 6.0
TICK = 4.0


@dataclass(frozen=True)
class Carried:
    """What the hand takes along, each by where it was."""

    nodes: Mapping[str, Position]
    bends: Mapping[Bend, Position]
    frames: Mapping[str, Rect]

    def by(self, dx: float, dy: float) -> Carried:
        return Carried(
            {i: (x + dx, y + dy) for i, (x, y) in self.nodes.items()},
            {b: (x + dx, y + dy) for b, (x, y) in self.bends.items()},
            {i: (x + dx, y + dy, w, h) for i, (x, y, w, h) in self.frames.items()},
        )

    def edit(self, document: Document) -> Document:
        """Everything where it now is."""
        document = edits.move(document, self.nodes) if self.nodes else document
        document = move_bends(document, self.bends) if self.bends else document
        return place_frames(document, self.frames)

    def show(self, scene: CanvasScene, document: Document) -> None:
        """Put the items there, ahead of the document."""
        for id, position in self.nodes.items():
            scene.nodes[id].setPos(*position)
        for id, rect in self.frames.items():
            scene.frames[id].present(replace(scene.frames[id].frame, rect=rect))
        if document.bends:
            scene.bends = dict(self.edit(document).bends)
        scene.reroute_nodes(self.nodes)
        if self.bends:
            scene.reroute({wire for wire, _ in self.bends})


def chosen_things(view: CommandedStage) -> Carried:
    """All that is selected, and what stands in the selected frames."""
    scene, document = view.canvas, view.session.document
    nodes, bends, frames = set(view.session.selection), set(scene.chosen_bends), set(scene.chosen_frames)
    for id in [i for i in frames if not scene.frames[i].frame.note]:
        rect = scene.frames[id].rect()
        nodes.update(scene.inside(rect))
        bends.update(scene.bends_inside(rect))
        frames.update(scene.frames_inside(rect))
    return carried(document, nodes, bends, frames)


def carried(document: Document, nodes: Iterable[str], bends: Iterable[Bend], frames: Iterable[str]) -> Carried:
    chosen = set(frames)
    return Carried(
        {i: document.nodes[i].position for i in nodes},
        {(w, i): document.bends[w][i] for w, i in bends},
        {f.id: f.rect for f in document.frames if f.id in chosen},
    )


class Move(Gesture):
    """Drag what is selected: to guides where they are near, else to the grid; Alt pressed on the way frees it of both."""

    title = "Move"

    def __init__(self, view: CanvasView, start: Pointer, lead: Position) -> None:
        super().__init__(view, start)
        self._lead = lead
        self._from = chosen_things(view)
        self._to, self._by = self._from, (0.0, 0.0)
        self._box = self._boxed()
        self._guides: Guides | None = None
        self._marks: list[Mark] = []

    # -- what it comes into line with -----------------------------------------------------------------------------------
    def _boxed(self) -> Box | None:
        """What all carried nodes cover together, or a bend's own point. Frames follow the grid."""
        scene = self.view.canvas
        if self._from.frames:
            return None
        if self._from.nodes:
            return _box(_united(scene.nodes[i].scene_body() for i in self._from.nodes))
        if len(self._from.bends) == 1:
            ((x, y),) = self._from.bends.values()
            return Box(x, y - LINE, x, y - LINE)
        return None

    def _others(self) -> Guides:
        """The nodes in view that stay where they are."""
        view = self.view
        seen = view.seen()
        near = view.canvas.near_by.meeting(seen)
        return Guides([_box(body) for item, body in near.items() if item.look.id not in self._from.nodes])

    def _way(self, at: Pointer) -> Position:
        """How far to go: as far as the pointer went, but for what it comes into line with."""
        away = at.scene - self.start.scene
        if self.free(at):
            return away.x(), away.y()
        x, y = snapped(self._lead[0] + away.x(), self._lead[1] + away.y())
        dx, dy = x - self._lead[0], y - self._lead[1]
        if self._box is None or self.view.zoom < FAR:
            return dx, dy
        self._guides = self._guides or self._others()
        near = self._guides.snap(self._box.by(away.x(), away.y()), REACH / self.view.zoom)
        dx = dx if near.dx is None else away.x() + near.dx
        dy = dy if near.dy is None else away.y() + near.dy
        self._marks = self._guides.marks(self._box.by(dx, dy))
        return dx, dy

    def free(self, at: Pointer) -> bool:
        return at.holds(Qt.KeyboardModifier.AltModifier)

    # -- the gesture -----------------------------------------------------------------------------------------------------
    def drag(self, at: Pointer) -> None:
        self.view.canvas.keep_pictures(True)
        self._marks = []
        self._by = self._way(at)
        self._to = self._from.by(*self._by)
        self.show()
        self.view.canvas.overlay.draw(self)

    def show(self) -> None:
        self._to.show(self.view.canvas, self.view.session.document)

    def release(self, at: Pointer) -> None:
        self.view.canvas.keep_pictures(False)
        self.view.canvas.overlay.draw(None)
        if not self.dragged:
            self.clicked(at)
        elif self._to == self._from or not self.view.session.do(self.title, self.edit):
            self._restore()

    def clicked(self, at: Pointer) -> None:
        """Let go where it was pressed."""

    def edit(self, document: Document) -> Document:
        return self._to.edit(document)

    def cancel(self) -> None:
        self.view.canvas.keep_pictures(False)
        self.view.canvas.overlay.draw(None)
        self._restore()

    def _restore(self) -> None:
        """Back to where the document has them, which may have changed meanwhile."""
        document, scene = self.view.session.document, self.view.canvas
        here = [i for i in self._from.nodes if i in document.nodes and i in scene.nodes]
        bends = [(w, i) for w, i in self._from.bends if i < len(document.bends.get(w, ()))]
        scene.bends = dict(document.bends)
        carried(document, here, bends, self._from.frames).show(scene, document)

    # -- the guides' picture ---------------------------------------------------------------------------------------------
    def bounds(self) -> QRectF:
        return _united(QRectF(QPointF(*m.a), QPointF(*m.b)).normalized().adjusted(-8, -8, 8, 8) for m in self._marks)

    def paint(self, painter: QPainter) -> None:
        """Between the nodes only: a line through all their headers would hide what stands there."""
        area = self.bounds()
        path = QPainterPath()
        path.addRect(area)
        for body in self.view.canvas.near_by.meeting(area).values():
            path.addRect(body.adjusted(2, 2, -2, -2))
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        paint_marks(painter, self._marks, self.view.canvas.ink, 1.0 / self.view.zoom)
        painter.restore()


def paint_marks(painter: QPainter, marks: Iterable[Mark], ink: Ink, pixel: float) -> None:
    """Lines through what is in line; between equal gaps a line with two ends."""
    painter.setPen(ink.pen("accent", pixel))
    for mark in marks:
        a, b = QPointF(*mark.a), QPointF(*mark.b)
        painter.drawLine(a, b)
        if mark.gap:
            across = QPointF(TICK, 0) if a.x() == b.x() else QPointF(0, TICK)
            for end in (a, b):
                painter.drawLine(end - across * pixel, end + across * pixel)


def _united(rects: Iterable[QRectF]) -> QRectF:
    result = QRectF()
    for rect in rects:
        result = result.united(rect)
    return result


def _box(rect: QRectF) -> Box:
    return Box(rect.left(), rect.top(), rect.right(), rect.bottom())
