"""Nesting: what the commands on blocks do, as functions of the session. Each is one entry of history at most."""

from __future__ import annotations

from collections.abc import Iterable

from app.session import Session
from nodes.document import Document
from nodes.grouping import group
from nodes.ungrouping import ungroup


def make(session: Session, frames: Iterable[str] = ()) -> None:
    """A block of the selected layers, and of these frames; it is selected then."""
    made: list[str] = []

    def edit(document: Document) -> Document:
        document, id = group(document, session.selection, frames=frames)
        made.append(id)
        return document

    if session.do("Make a block", edit):
        session.select(made)


def selected_block(session: Session) -> str:
    """The one selected node, if it is a block; else nothing."""
    chosen = list(session.selection)
    return chosen[0] if len(chosen) == 1 and session.document.nodes[chosen[0]].block is not None else ""


def dissolve(session: Session) -> None:
    """The layers of every selected block in its place; they are selected then."""
    blocks = [i for i in session.here if i in session.selection and session.document.nodes[i].block is not None]
    standing: list[str] = []

    def edit(document: Document) -> Document:
        standing.clear()
        for block in blocks:
            document, ids = ungroup(document, block)
            standing.extend(ids)
        return document

    if blocks and session.do("Dissolve the block", edit):
        session.select(standing)


def open_selected(session: Session) -> None:
    if block := selected_block(session):
        session.enter(block)
