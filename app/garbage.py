"""How often Python looks for circles of objects that nobody needs any more."""

from __future__ import annotations

import gc

#: How many objects may come before Python looks, and how rarely it looks through the older ones. Each edit makes thousands; by
#: its own numbers Python spent a third of the time of a large network on looking, and a twentieth of the start.
GARBAGE = (20_000, 20, 50)


def look_rarely() -> None:
    """For the window, and before its modules are read."""
    gc.set_threshold(*GARBAGE)
