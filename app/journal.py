"""Journal: what autosave writes. The drawing as text and, unless they are too large, weights and optimizer state beside it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from nodes import files
from nodes.document import Document, frozen
from nodes.training import restarted
from runtime.graph import Array

#: Bytes of weights and state up to which a journal carries them: writing must not be felt.
LIMIT = 64 << 20
_TEXT, _WEIGHTS, _SLOTS = "journal", "weights/", "slots/"


def packed(document: Document, path: Path | None) -> bytes:
    """A journal of `document`, which belongs to the file `path` (None: it was never saved)."""
    arrays = dict(_arrays(document))
    if sum(a.nbytes for a in arrays.values()) > LIMIT:
        arrays = {}
    head = {"path": str(path) if path else "", "document": files.document_json(document), "weights": bool(arrays)}
    arrays[_TEXT] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # NumPy's stubs take allow_pickle for one of the names
    return buffer.getvalue()


def carries_weights(document: Document) -> bool:
    return sum(a.nbytes for _, a in _arrays(document)) <= LIMIT


def _arrays(document: Document) -> Iterator[tuple[str, Array]]:
    yield from ((f"{_WEIGHTS}{k}", a) for k, a in document.weights.items())
    yield from ((f"{_SLOTS}{k}", a) for k, a in document.training.slots.items())


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


#: What reading a damaged journal raises besides `NetwrightError`.
DAMAGED = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile)
