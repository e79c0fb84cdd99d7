"""Opening a document for a command, with the changes that its options make."""

from __future__ import annotations

import os
from pathlib import Path

from app.headless.say import say
from nodes.document import Document
from nodes.edits import set_setting
from nodes.files import Opened, open_file
from runtime import data
from runtime.data.naming import split_name
from runtime.errors import NetwrightError, spelt


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
        document = set_setting(document, id, "name", dataset_name(name))
    return document


def dataset_name(typed: str, what: str = "--data") -> str:
    """What ``--data`` (or another `what`) means, as the document keeps it: a built-in name, or the full path of a
    folder or a file (found from anywhere)."""
    if not typed.strip():
        raise NetwrightError(f"{what} is empty: give the name of a dataset, a folder of pictures, a .txt text or an .npz file.")
    base, _ = split_name(typed)
    built_in = spelt(base, data.names())
    if built_in in data.names():
        if os.path.isdir(base):
            say(f"‘{base}’ is the built-in dataset here; the folder of that name is {os.path.join(os.curdir, base)}.")
        return built_in + typed[len(base) :]
    folder = os.path.expanduser(base)
    if not os.path.exists(folder):
        return typed
    path = os.path.abspath(folder)
    _refuse_unwritable(path)
    return path + typed[len(base) :]


def _refuse_unwritable(path: str) -> None:
    """A document is text: a name whose bytes are no UTF-8 could not be saved after an hour of training."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise NetwrightError(f"The name of the folder ‘{path}’ is not UTF-8, so no file can refer to it: rename it.") from None
