"""Printing: results and JSON on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import os
import shlex
import subprocess
import sys
from contextlib import suppress
from typing import Any

from app import streams
from runtime.atomic import words
from runtime.errors import FileError


def say(text: str) -> None:
    """A sentence for the person at the terminal. If nobody can read it, the work goes on all the same."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def result(text: str, flush: bool = True) -> None:
    """What was asked for. Raises `FileError` where it cannot be written (a full disk), BrokenPipeError if nobody reads on."""
    try:
        print(text, flush=flush)
    except BrokenPipeError:
        raise
    except OSError as error:
        streams.abandon()
        raise FileError(f"The output could not be written: {words(error)}.") from None


def result_json(data: Any, flush: bool = True) -> None:
    """One JSON text, in ASCII: it survives every encoding. What JSON does not know (NaN, infinity) becomes null."""
    try:
        text = json.dumps(data, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(data))
    result(text, flush)


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _finite(v) for k, v in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(v) for v in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def number(value: float) -> str:
    """``0.1204``; what four places would make 0 with its power of ten: ``3.512e-05``."""
    return f"{value:.3e}" if 0 < abs(value) < 1e-3 else f"{value:.4f}"


def command(*arguments: object) -> str:
    """A command of Netwright's as it can be typed: ``netwright train 'my net.onnx'``."""
    texts = ["netwright", *map(str, arguments)]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)
