"""Actions: what the commands on a canvas do, as functions of session and scene. Each is one entry of history at most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication

from app.canvas.geometry import FULL, GRID, WIDTH
from app.canvas.look import bypassed_now
from app.canvas.scene import CanvasScene
from app.session import Session
from nodes import clipboard, edits
from nodes.bends import relaid, unbend
from nodes.document import Document
from nodes.frames import place_frames, remove_frames


def _titled(verb: str, session: Session, ids: Iterable[str]) -> str:
    chosen = list(ids)
    if len(chosen) == 1:
        node = session.document.nodes[chosen[0]]
        return f"{verb} {node.name or node.type}"
    return f"{verb} {len(chosen)} layers"


def delete(session: Session, scene: CanvasScene) -> None:
    """The selected nodes with their wires, and the selected wires, bends and frames."""
    ids, wires, bends, frames = session.selection, set(scene.chosen_wires), set(scene.chosen_bends), set(scene.chosen_frames)
    if ids:
        title = _titled("Delete", session, ids)
    elif wires or bends:
        title = "Delete wire" if wires else "Straighten wire"
    else:
        title = "Delete note" if all(scene.frames[i].frame.note for i in frames) else "Delete frame"
    if ids or wires or bends or frames:
        session.do(title, lambda d: remove_frames(edits.remove(edits.disconnect(unbend(d, bends), wires), ids), frames))


def dissolve(session: Session) -> None:
    """Take the selected nodes away and join what is left."""
    ids = [i for i in session.document.nodes if i in session.selection]

    def edit(document: Document) -> Document:
        for id in ids:
            document = edits.dissolve(document, id)
        return document

    if ids:
        session.do(_titled("Dissolve", session, ids), edit)


def copied(session: Session, scene: CanvasScene) -> str:
    """The selected layers, frames and notes as text; empty where none is."""
    chosen = session.selection or scene.chosen_frames
    return clipboard.copy(session.document, session.selection, scene.chosen_frames) if chosen else ""


def copy(session: Session, scene: CanvasScene) -> None:
    if text := copied(session, scene):
        QGuiApplication.clipboard().setText(text)


def cut(session: Session, scene: CanvasScene) -> None:
    """What `copy` takes, and nothing else, goes: no wire or bend beside it."""
    if session.selection or scene.chosen_frames:
        copy(session, scene)
        scene.choose(frames=scene.chosen_frames)
        delete(session, scene)


def paste(
    session: Session, scene: CanvasScene, text: str, keep_incoming: bool = False, title: str = "Paste"
) -> None:
    """What is on the clipboard, selected, below whatever stands in its way."""
    made: list[str] = []

    def edit(document: Document) -> Document:
        pasted, ids = clipboard.paste(document, text, (0.0, 0.0), keep_incoming, session.level)
        made.extend(ids)
        return _lowered(pasted, ids, _free_below(document, pasted, ids, scene))

    if session.do(title, edit):
        choose(session, scene, made)


def choose(session: Session, scene: CanvasScene, ids: Sequence[str]) -> None:
    """Select these layers and frames, and nothing else."""
    session.select(ids)
    scene.choose(frames=ids)


def _lowered(document: Document, ids: Sequence[str], down: float) -> Document:
    nodes = {i: document.nodes[i].position for i in ids if i in document.nodes}
    frames = {f.id: f.rect for f in document.frames if f.id in ids}
    document = edits.move(document, {i: (x, y + down) for i, (x, y) in nodes.items()})
    return place_frames(document, {i: (x, y + down, width, height) for i, (x, y, width, height) in frames.items()})


def _free_below(before: Document, pasted: Document, ids: Sequence[str], scene: CanvasScene) -> float:
    """How far down new nodes and frames must go to cover nothing."""
    bodies = [item.scene_body() for i, item in scene.nodes.items() if i in before.nodes]
    room = [t.adjusted(-4, -4, 4, 24) for t in bodies]  # the words below a bead, too
    framed = [item.rect() for item in scene.frames.values()]
    places = [QRectF(*pasted.nodes[i].position, WIDTH, FULL) for i in ids if i in pasted.nodes]
    frames = [QRectF(*f.rect) for f in pasted.frames if f.id in ids]

    def covers(down: float) -> bool:
        nodes, around = ([p.translated(0, down) for p in rects] for rects in (places, frames))
        return any(p.intersects(r) for p in nodes for r in room) or any(_cuts(f, r) for f in around for r in framed)

    return next((down for down in (GRID * n for n in range(1000)) if not covers(down)), 0.0)


def _cuts(frame: QRectF, other: QRectF) -> bool:
    """Whether two frames overlap. (One may lie inside another.)"""
    return frame.intersects(other) and (frame == other or not other.contains(frame))


def reach(session: Session, walk: Callable[[str], set[str]]) -> None:
    """Add everything that `walk` reaches from the selection."""
    session.select(set().union(*(walk(i) for i in session.selection)) if session.selection else ())


def toggle(session: Session, flag: str, verb: str) -> None:
    """Bypass or collapse the selection; if all of it is already, the other way round."""
    ids = session.selection
    if ids:
        nodes = [session.document.nodes[i] for i in ids]
        now = [bypassed_now(session.document, n) if flag == "bypassed" else getattr(n, flag) for n in nodes]
        value = not all(now)
        session.do(_titled(verb, session, ids), lambda d: edits.set_flags(d, ids, **{flag: value}))


def lay_out(session: Session, level: Document) -> bool:
    """Take over where a layout puts the nodes that are still there."""
    return session.do("Tidy", lambda d: d.with_level(session.level, _still_there(d, level)))


def _still_there(document: Document, level: Document) -> Document:
    """A layout, less what was deleted meanwhile, and with everything but positions as it is now."""
    nodes = {i: replace(document.nodes[i], position=n.position) for i, n in level.nodes.items() if i in document.nodes}
    return level.changed(nodes=nodes, bends=relaid(document, {i: n.position for i, n in nodes.items()}))


def neighbour(document: Document, id: str, dx: int, dy: int) -> str | None:
    """The node an arrow key walks to: along a wire to the left or right, to the nearest one up or down."""
    if dx:
        ids = [w.target for w in document.wires_out_of[id]] if dx > 0 else [w.source for w in document.wires_into[id]]
        return ids[0] if ids else None
    x, y = document.nodes[id].position
    beside = [document.nodes[i] for i in document.children[document.nodes[id].parent]]
    there = {n.id: n.position for n in beside if (n.position[1] - y) * dy > 1}
    return min(there, key=lambda i: abs(there[i][0] - x) + 2 * abs(there[i][1] - y), default=None)
