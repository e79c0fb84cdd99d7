"""Standard output and error that cannot fail for their encoding, and may be closed, full or gone."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress

#: What stands for our own signs where the encoding has none.
_PLAIN = {
    "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "−": "-", "×": "x", "·": ".", "…": "...", "→": "->", "✗": "x",
}  # fmt: skip


def steady() -> None:
    """Let every text be printed in every encoding, and give what is closed a place that swallows it."""
    codecs.register_error("netwright", _nearest)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # Closed by the caller (`>&-`). Its number must not go to the next file we open, a model for instance.
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (as long as the program)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="netwright")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in signs), error.end


def flushed() -> OSError | None:
    """Write out what is still held back; returns why it cannot be."""
    try:
        sys.stdout.flush()
    except OSError as error:
        abandon()
        return error
    return None


def abandon() -> None:
    """What is still to be printed on stdout goes nowhere: Python would complain about it at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
