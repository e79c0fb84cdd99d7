"""Where `netwright` begins: Ctrl+C while the program itself is still being read ends it in one word, too."""

from __future__ import annotations

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line."""
    usual = signal.signal(signal.SIGINT, _leave)
    from app.cli import main as run

    signal.signal(signal.SIGINT, usual)
    run()


def _leave(number: int, frame: FrameType | None) -> None:
    """Nothing was begun yet, so nothing needs to be put away."""
    os.write(2, b"Interrupted.\n")
    os._exit(130)
