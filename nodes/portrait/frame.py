"""The size of all portraits, in logical pixels; cards scale them evenly."""

from __future__ import annotations

WIDTH, HEIGHT = 240.0, 84.0
MIDDLE = HEIGHT / 2
#: Free at the left and at the right.
SIDE = 20.0
