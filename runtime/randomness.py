"""Random numbers drawn outside the graph: NumPy's Philox, keyed by a seed and a path of names.

The same key gives the same numbers on every machine, in any order of asking, so initial weights, shuffles and splits need
no stored generator state and a resumed run continues exactly. (Numbers drawn inside the training step are operators: see
`runtime.ops.random`.)
"""

from __future__ import annotations

import hashlib

import numpy as np


def key(seed: int, *path: str | int) -> int:
    """A 128-bit key from `seed` and `path`, stable over machines and versions."""
    text = "\x1f".join([str(int(seed)), *map(str, path)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """A generator of its own for what `path` names, e.g. ``generator(seed, "shuffle", epoch)``."""
    return np.random.Generator(np.random.Philox(key=key(seed, *path)))
