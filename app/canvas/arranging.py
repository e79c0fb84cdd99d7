"""ArrangedStage: commands that put the drawing in order: lines, edges, frames and notes, another type in a layer's place."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, QRectF

from app.canvas.aligning import aligned, straightened
from app.canvas.commanded import CommandedStage
from app.canvas.frame_editor import FrameEditor
from app.canvas.geometry import snapped
from app.canvas.offers import swaps, types_in
from nodes import edits
from nodes.bends import straightened as without_bends
from nodes.document import Document, Position, Wire
from nodes.frames import Rect, add_frame, place_frames, remove_frames, write_frame
from nodes.swapping import exchange

#: Room between a frame's edges and what it is put around; above, its title and a wire that turns.
AROUND = (16, 28, 16, 0)
#: Between a frame and one in it.
NESTED = (12, 28, 12, 12)
NOTE = (220.0, 60.0)


class ArrangedStage(CommandedStage):
    """A stage on which things can be brought into line, put into frames, and swapped."""

    # -- lines and edges -------------------------------------------------------------------------------------------------
    def straighten(self) -> None:
        """The wires among the selected layers level, and without bends."""
        ids, document = self.session.selection, self.session.document.level(self.session.level)
        places = straightened(document, ids, self._sizes(), self._port_heights)
        among = [w for w in document.bends if {w.source, w.target} <= ids]
        if places or among:
            self._arrange("Straighten", lambda d: without_bends(edits.move(d, places), among))
        elif ids:
            self.status_message.emit("These wires are level already, or something stands where their layers would go.")

    def _port_heights(self, wire: Wire) -> tuple[float, float]:
        """How far below the tops of its two nodes a wire's ends hang."""
        source, target = self.canvas.nodes[wire.source], self.canvas.nodes[wire.target]
        out = source.port_point(True, wire.source_port).y() - source.pos().y()
        return out, target.port_point(False, wire.target_port).y() - target.pos().y()

    def _sizes(self) -> Mapping[str, tuple[float, float]]:
        return {i: (item.body().width(), item.body().height()) for i, item in self.canvas.nodes.items()}

    def _align(self, side: str) -> None:
        ids = self.session.selection
        if len(ids) < 2:
            self.status_message.emit("Select two or more layers to bring them into line.")
            return
        places = aligned(self.session.document, ids, self._sizes(), side)
        if places:
            self._move_to(f"Align {side}", places)

    def _move_to(self, title: str, places: Mapping[str, Position]) -> None:
        self._arrange(title, lambda d: edits.move(d, places))

    def align_left(self) -> None:
        self._align("left")

    def align_right(self) -> None:
        self._align("right")

    def align_top(self) -> None:
        self._align("top")

    def align_bottom(self) -> None:
        self._align("bottom")

    # -- frames and notes ------------------------------------------------------------------------------------------------
    def frame_selection(self) -> None:
        """A comment frame around the selected layers, around frames of theirs, and inside the frames that hold more; its title
        is typed at once."""
        if not self.session.selection:
            return
        rect = _grown(self.canvas.contents(self.session.selection), AROUND)
        outer: dict[str, Rect] = {}
        for id, item in self.canvas.frames.items():
            held = set(self.canvas.inside(item.rect()))
            if held and held <= self.session.selection:
                rect = rect.united(_grown(item.rect(), NESTED))
            elif held > self.session.selection:
                outer[id] = _rect(item.rect().united(_grown(rect, NESTED)))
        self._add_frame("Add frame", "Comment", _rect(rect), outer)

    def add_note(self) -> None:
        """A note at the pointer; its text is typed at once."""
        at = self._pointer()
        self._add_frame("Add note", "", (*snapped(at.x(), at.y()), *NOTE))

    def _add_frame(self, verb: str, title: str, rect: Rect, outer: Mapping[str, Rect] | None = None) -> None:
        """Without a title it is a note. The frames of `outer` become so large."""
        made: list[str] = []

        def edit(document: Document) -> Document:
            document = place_frames(document, outer or {})
            document, id = add_frame(document, title, rect, note=not title, parent=self.session.level)
            made.append(id)
            return document

        self.session.do(verb, edit, merge=f"frame f{self.session.document.serial}")
        self.session.select(())
        self.canvas.choose(frames=made)
        self.edit_frame(made[0], verb)

    def edit_frame(self, id: str, title: str = "") -> None:
        """Type its title and text where they stand. With `title` it is new, and writing is part of that edit."""
        item = self.canvas.frames[id]
        box = self.mapFromScene(item.heading()).boundingRect()
        merge = f"frame {id}" if title else ""
        editor = FrameEditor(self, item.frame, box, lambda t, text: self._write_frame(id, t, text, title or "Write", merge))
        # It stands where the frame stood: when that is looked at from elsewhere, writing is over.
        self.zoom_changed.connect(editor.finish)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(editor.finish)

    def _write_frame(self, id: str, title: str, text: str, verb: str, merge: str) -> None:
        """A note without a word is no note."""

        def edit(document: Document) -> Document:
            empty = any(f.id == id and f.note for f in document.frames) and not text.strip()
            return remove_frames(document, [id]) if empty else write_frame(document, id, title, text)

        self.session.do(verb, edit, merge)

    def rename_selected(self) -> None:
        """A field over the header of the selected layer, or in the selected frame."""
        if not self.session.selection and self.canvas.chosen_frames:
            self.edit_frame(next(i for i in self.canvas.frames if i in self.canvas.chosen_frames))
            return
        super().rename_selected()

    # -- another type ----------------------------------------------------------------------------------------------------
    def swap_selected(self) -> None:
        """The search palette, for what takes the selected layer's or block's place. Two that are selected change places."""
        ids = [i for i in self.canvas.nodes if i in self.session.selection]
        if len(ids) == 2:
            names = [self.session.document.nodes[i].name for i in ids]
            self._arrange(f"Swap {names[0]} and {names[1]}", lambda d: exchange(d, ids[0], ids[1]))
        elif ids:
            self._offer_swaps(ids[0])

    def _offer_swaps(self, id: str) -> None:
        self._bring_in(id)
        body = self.mapFromScene(self.canvas.nodes[id].scene_body()).boundingRect()
        self._take = lambda type: self._swap(id, type)
        document, shelf = self.session.document, self.session.shelf
        found, items = swaps(document, shelf, id), shelf.items(types_in(self.session.level))
        self.search.open(_beside(body), found, items, f"Search what takes {document.nodes[id].name}’s place")

    def _swap(self, id: str, type: str) -> None:
        """Also done when the layer has gone meanwhile."""
        made: list[str] = []

        def edit(document: Document) -> Document:
            document, new = self.session.shelf.swap(document, id, type)
            made.append(new)
            return document

        title = f"Swap for {self.session.shelf.title(type)}"
        if id in self.session.document.nodes and self.session.do(title, edit):
            self.session.select(made)


def _grown(rect: QRectF, by: tuple[int, int, int, int]) -> QRectF:
    return rect.adjusted(-by[0], -by[1], by[2], by[3])


def _rect(rect: QRectF) -> Rect:
    return rect.x(), rect.y(), rect.width(), rect.height()


def _beside(body: QRect) -> QPoint:
    return QPoint(body.left(), body.top() + 28)
