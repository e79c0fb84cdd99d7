"""Labelled pictures as bytes, from which splits are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import Split


@dataclass(frozen=True, eq=False)
class Bytes:
    """Images uint8 (N, H, W) or (N, C, H, W) and labels (N,) as they are kept: what is taken of them is converted then, and
    nothing twice."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]

    def take(self, indices: npt.NDArray[np.int64]) -> Split:
        return Bytes(self.images[indices], self.labels[indices]).split()

    def split(self) -> Split:
        """Samples float32 (N, C, H, W) in [0, 1], labels int64 (N,)."""
        maps = self.images[:, None] if self.images.ndim == 3 else self.images
        return Split(np.divide(maps, np.float32(255), dtype=np.float32), self.labels.astype(np.int64))
