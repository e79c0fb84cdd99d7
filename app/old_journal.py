"""Journals as they were before they kept the history: one file, with the drawing and, unless they were too large, weights."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from app.worker.standing import restarted
from nodes import files
from nodes.document import Document, frozen
from runtime.graph import Array

_TEXT, _WEIGHTS, _SLOTS = "journal", "weights/", "slots/"


def unpacked(data: bytes) -> tuple[Document, Path | None, bool]:
    """The document, its file, and whether its weights are its own. Without them it stands as if never trained.

    Raises ValueError, KeyError, zipfile.BadZipFile or a `NetwrightError` for what is no journal.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    head = json.loads(arrays.pop(_TEXT).tobytes())
    document = files.from_json(head["document"])
    path = Path(head["path"]) if head["path"] else None
    if not head["weights"]:
        return restarted(document), path, not document.training.progress
    training = type(document.training)(_under(_SLOTS, arrays), document.training.progress)
    return document.changed(weights=_under(_WEIGHTS, arrays), training=training), path, True


def _under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): frozen(a) for name, a in arrays.items() if name.startswith(prefix)}
