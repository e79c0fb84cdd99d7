"""Where commands write: what stands there already is never lost without a word."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from app.headless.say import say
from nodes.files import DOCUMENT, load
from nodes.training import trained
from runtime.atomic import aside, require_writable
from runtime.errors import FileError, NetwrightError
from runtime.onnx_model import PRODUCER


def same(a: Path, b: Path) -> bool:
    """Whether both names mean one file."""
    with suppress(OSError):
        return os.path.samefile(a, b)
    return a == b


def make_way(path: Path) -> None:
    """Before `path` is written anew: a trained network that stands there is moved aside, a file of another kind is refused.

    A network that was never trained, and a model that was exported, can be made again: they are replaced. Raises
    `FileError` where nothing can be written, or something stands that is no model.
    """
    require_writable(path)
    if not path.exists():
        return
    if path.suffix.lower() != ".onnx":
        raise FileError(f"{path} is there already, and it is no .onnx file: choose another name, or remove it first.")
    try:
        kept = trained(load(path))
    except NetwrightError:
        kept = not _exported(path)
    if kept:
        _move_aside(path)


def _exported(path: Path) -> bool:
    """Whether Netwright wrote this file as a finished model or a training step."""
    import onnx

    with suppress(Exception):  # onnx raises whatever its parser raises
        model = onnx.load(path, load_external_data=False)
        return bool(model.producer_name == PRODUCER and DOCUMENT not in {p.key for p in model.metadata_props})
    return False


def _move_aside(path: Path) -> None:
    other = aside(path)
    try:
        path.rename(other)
    except OSError as error:
        raise FileError(f"{path} is there already and cannot be moved aside ({error.strerror}): choose another name.") from None
    say(f"What was in {path} is kept as {other}.")
