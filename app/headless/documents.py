"""Opening a document for a command, with the changes that its options make."""

from __future__ import annotations

from pathlib import Path

from app.headless.say import say
from nodes.document import Document
from nodes.edits import set_setting
from nodes.files import Opened, open_file
from runtime.errors import NetwrightError


def opened(path: Path) -> Opened:
    """The document in `path`; its notices go to stderr."""
    found = open_file(path)
    for notice in found.notices:
        say(notice)
    return found


def with_data(document: Document, name: str | None) -> Document:
    """`document` with its Dataset node set to `name`."""
    if name is None:
        return document
    nodes = [n.id for n in document.nodes.values() if n.type == "Dataset"]
    if not nodes:
        raise NetwrightError("The network has no Dataset whose data --data could replace: add one in the window.")
    for id in nodes:
        document = set_setting(document, id, "name", _absolute(name))
    return document


def _absolute(name: str) -> str:
    """A folder of pictures is stored with its full path, so that the file finds it from anywhere."""
    folder = Path(name).expanduser()
    return str(folder.resolve()) if folder.is_dir() else name
