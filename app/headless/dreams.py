"""``netwright sample`` of a Boltzmann machine or a generator: what it dreams or makes up, as pictures or as numbers."""

from __future__ import annotations

from io import BytesIO
from math import ceil, sqrt
from pathlib import Path

import numpy as np

from app.headless.say import say
from nodes.document import Document
from nodes.dreams import dreams
from nodes.inventions import inventions
from nodes.plan import plan
from nodes.training import load_data, trained
from runtime.atomic import require_writable, write
from runtime.errors import FileError, TrainingError, counted
from runtime.graph import Array, describe_shape

#: Pictures smaller than this many pixels are drawn in whole multiples of their size; between them stands a line.
LEAST, LINE, PAPER = 56, 2, 96
SUFFIXES = (".png", ".npy")
#: Where a chain usually begins; else at data.
NOISE = "noise"


def write_dreams(
    document: Document, name: str, output: Path, count: int, steps: int, seed: int, engine: str, start: str = NOISE
) -> None:
    """Write `count` dreams, begun at noise or at data: pictures side by side (.png), or the numbers (.npy)."""
    _ready(document, name, output)
    seen = None if start == NOISE else _held_out(document, count)
    _write(output, dreams(document, count, steps, seed, engine, start=seen))
    begun = "" if seen is None else ", begun at held-out samples"
    say(f"{counted(count, 'sample')} after {counted(steps, 'step')} of Gibbs sampling{begun}: {output}")


def _held_out(document: Document, count: int) -> Array:
    """`count` samples of the validation split, again and again if it has fewer."""
    found = load_data(plan(document, stage=-1), document.recipe.seed)
    split = found.validation if len(found.validation) else found.train
    return split.samples[np.arange(count) % len(split)]


def write_inventions(document: Document, name: str, output: Path, count: int, seed: int, engine: str) -> None:
    """Write what comes of `count` rows of random numbers: pictures side by side (.png), or the numbers (.npy)."""
    _ready(document, name, output)
    _write(output, inventions(document, count, seed, engine))
    say(f"{counted(count, 'sample')} made up from random numbers: {output}")


def _ready(document: Document, name: str, output: Path) -> None:
    if output.suffix.lower() not in SUFFIXES:
        raise FileError(f"{output} is no name for samples: end it in .png for pictures, or in .npy for numbers.")
    require_writable(output)
    if not trained(document):
        say(f"{name} was never trained: this is what its first, random weights make up.")


def _write(output: Path, samples: Array) -> None:
    write(output, _png(samples) if output.suffix.lower() == ".png" else _npy(samples))


def _npy(samples: Array) -> bytes:
    held = BytesIO()
    np.save(held, samples)
    return held.getvalue()


def _png(samples: Array) -> bytes:
    """The samples (N, 1 or 3, height, width), black at 0 and white at 1, row by row in a sheet as square as can be."""
    from PIL import Image

    if samples.ndim != 4 or samples.shape[1] not in (1, 3):
        found = describe_shape(samples.shape[1:])
        raise TrainingError(f"What the network makes up is {found} and no picture: give -o a name that ends in .npy.")
    held, shades = BytesIO(), (np.nan_to_num(samples).clip(0, 1) * 255).round().astype(np.uint8)
    Image.fromarray(_sheet(_grown(shades.transpose(0, 2, 3, 1)))).save(held, "png")
    return held.getvalue()


def _grown(pictures: Array) -> Array:
    times = max(1, ceil(LEAST / min(pictures.shape[1:3])))
    return pictures.repeat(times, axis=1).repeat(times, axis=2)


def _sheet(pictures: Array) -> Array:
    count, height, width, channels = pictures.shape
    columns = ceil(sqrt(count))
    high, wide = height + LINE, width + LINE
    sheet = np.full((ceil(count / columns) * high + LINE, columns * wide + LINE, channels), PAPER, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // columns * high + LINE, i % columns * wide + LINE
        sheet[top : top + height, left : left + width] = picture
    return sheet[..., 0] if channels == 1 else sheet
