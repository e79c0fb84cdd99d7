"""Edits of comment frames and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nodes.document import Document, Frame

Rect = tuple[float, float, float, float]
LONGEST_TITLE, LONGEST_TEXT = 80, 4000


def add_frame(
    document: Document, title: str, rect: Rect, text: str = "", note: bool = False, parent: str = ""
) -> tuple[Document, str]:
    """A frame or a note, inside the block `parent` if one is named; the document and its id."""
    made = Frame(f"f{document.serial}", title, text, rect, parent, note)
    return document.changed(frames=(*document.frames, made), serial=document.serial + 1), made.id


def remove_frames(document: Document, ids: Iterable[str]) -> Document:
    """Frames away; what stands in them stays."""
    gone = set(ids)
    kept = tuple(f for f in document.frames if f.id not in gone)
    return document if kept == document.frames else document.changed(frames=kept)


def place_frames(document: Document, rects: Mapping[str, Rect]) -> Document:
    """Frames to other places and sizes."""
    made = tuple(replace(f, rect=rects.get(f.id, f.rect)) for f in document.frames)
    return document if made == document.frames else document.changed(frames=made)


def write_frame(document: Document, id: str, title: str, text: str) -> Document:
    """Another title and text, no longer than can be read."""
    made = tuple(clipped(replace(f, title=title, text=text)) if f.id == id else f for f in document.frames)
    return document if made == document.frames else document.changed(frames=made)


def clipped(frame: Frame) -> Frame:
    """Its title and text no longer than can be read."""
    return replace(frame, title=" ".join(frame.title.split())[:LONGEST_TITLE], text=frame.text.strip()[:LONGEST_TEXT])
