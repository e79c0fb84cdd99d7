"""Samples from the user's own files, for `predict`: arrays, tables, pictures, and what was done to them in words."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.data import arrays, pictures
from runtime.data.dataset import Floats, times
from runtime.errors import DataError, counted
from runtime.obstacles import obstacle

PICTURES = (".png", ".jpg", ".jpeg")
KINDS = (".npy", ".npz", ".csv", *PICTURES)
Shape = tuple[int, ...]


def read_samples(path: str | Path, shape: Shape, invert: bool | None = None) -> tuple[Floats, list[str]]:
    """Samples float32 (N, *shape) from the file at `path`, and sentences that say what was done to them.

    `shape` is one sample's. A one-channel picture with a bright border (ink on paper) is inverted; `invert` rules."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        what = f"‘{suffix}’ files" if suffix else "files without a suffix"
        raise DataError(f"‘{path}’: samples are read from {', '.join(KINDS)}, not from {what}.")
    if why := obstacle(path, "a file with samples"):
        raise DataError(why)
    if suffix in PICTURES:
        return _from_picture(path, shape, invert)
    if suffix == ".csv":
        samples = _from_table(path, shape)
        return samples, _scale_notes(path, samples)
    return _from_array(path, arrays.read_npy(path) if suffix == ".npy" else arrays.read_npz(path), shape)


def _from_array(path: Path, found: npt.NDArray[Any], shape: Shape) -> tuple[Floats, list[str]]:
    samples = _checked(path, _batched(path, found, shape))
    if found.dtype == np.uint8:
        return samples / np.float32(255), [f"{path.name}: its bytes 0 to 255 were scaled to 0 to 1."]
    return samples, _scale_notes(path, samples)


def _batched(path: Path, found: npt.NDArray[Any], shape: Shape) -> npt.NDArray[Any]:
    """`found` as (N, *shape): a single sample gets a batch axis, grey pictures their channel axis, rows of numbers their
    shape."""
    grey = [shape[1:]] if len(shape) == 3 and shape[0] == 1 else []
    fitting = [shape, *grey, (math.prod(shape),)]
    for each in fitting:
        if found.shape == each or (found.ndim and found.shape[1:] == each):
            return found.reshape(-1, *shape) if found.size else _none(path)
    wanted = f"{times(shape)} per sample, or N×{times(shape)}" if shape else "one number per sample"
    raise DataError(f"‘{path}’ holds {_held(found.shape)}, and the model takes {wanted}: reshape it.")


def _held(shape: Shape) -> str:
    """``a single number``, ``5 numbers``, ``3×5 numbers``."""
    return counted(shape[0], "number") if len(shape) == 1 else times(shape) + (" numbers" if shape else "")


def _none(path: Path) -> npt.NDArray[Any]:
    raise DataError(f"‘{path}’ holds no samples: give at least one.")


def _checked(path: Path, found: npt.NDArray[Any]) -> Floats:
    """As float32. A prediction from NaN is NaN, and looks like a fault of the model."""
    with np.errstate(over="ignore"):
        samples = found.astype(np.float32)
    bad = np.argwhere(~np.isfinite(samples))
    if len(bad):
        value = found[tuple(bad[0])]
        large = f"{value:g}, more than float32 can hold (3.4e+38): scale the values"
        what = large if np.isfinite(value) else "NaN or infinity: replace the value"
        raise DataError(f"‘{path}’: sample {bad[0][0] + 1} of {len(samples)} holds {what}.")
    return samples


def _scale_notes(path: Path, samples: Floats) -> list[str]:
    """Pictures are trained on in [0, 1]; other numbers may be meant, so they are only mentioned."""
    if samples.ndim != 4 or samples.max() <= 1:
        return []
    return [f"{path.name}: its values reach {samples.max():g}, where pictures have 0 to 1; they were left as they are."]


def _from_table(path: Path, shape: Shape) -> Floats:
    """A .csv file, one sample a row; a first row that is no numbers is a header."""
    if path.stat().st_size > arrays.LIMIT:
        raise DataError(f"‘{path}’ is larger than {arrays.LIMIT >> 20} MiB: give fewer samples.")
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            rows = [(number, row) for number, row in enumerate(csv.reader(stream), 1) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"‘{path}’ cannot be read as a table: save it as CSV in UTF-8.") from error
    if not rows:
        _none(path)
    if len(rows) == 1 and all(_not_number([cell]) for cell in rows[0][1]):
        raise DataError(f"‘{path}’ holds a header and no samples: give at least one.")
    if len(rows) > 1 and _not_number(rows[0][1]) is not None:
        rows = rows[1:]
    samples = np.stack([_row(path, number, row, math.prod(shape)) for number, row in rows])
    return _checked(path, samples.reshape(-1, *shape))


def _row(path: Path, number: int, row: list[str], wanted: int) -> npt.NDArray[np.float64]:
    bad = _not_number(row)
    if bad is not None:
        raise DataError(f"‘{path}’, row {number}: ‘{bad}’ is not a number: write numbers split by commas.")
    if len(row) != wanted:
        found = f"{counted(len(row), 'value')} {'was' if len(row) == 1 else 'were'} found"
        raise DataError(f"‘{path}’, row {number}: {found}, and a sample has {wanted:,}.")
    return np.array([float(cell) for cell in row])


def _not_number(row: list[str]) -> str | None:
    """The first cell that is no number."""
    for cell in row:
        try:
            float(cell)
        except ValueError:
            return cell
    return None


def _from_picture(path: Path, shape: Shape, invert: bool | None) -> tuple[Floats, list[str]]:
    """One sample (1, *shape) from a picture, for a model that takes channels × height × width."""
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise DataError(f"‘{path}’ is a picture, and the model takes {times(shape)}: give {', '.join(KINDS[:3])}.")
    channels, height, width = shape
    with pictures.opened(path) as image:
        head = pictures.header(path)
        sample = pictures.pixels(image, (width, height), grey=channels == 1)
    done = [] if head.grey or channels == 3 else ["made grey"]
    if (head.width, head.height) != (width, height):
        done.append(f"resized from {head.width}×{head.height} to {width}×{height}")
    if channels == 1 and (_bright_border(sample) if invert is None else invert):
        sample = 1 - sample
        done.append("inverted (dark ink on white paper became light on black)")
    return sample[None], [f"{path.name}: {what}." for what in done]


def _bright_border(sample: Floats) -> bool:
    """Whether the rim of a picture (1, H, W) is mostly bright: paper, where training digits have black."""
    rim = np.concatenate([sample[0, 0], sample[0, -1], sample[0, :, 0], sample[0, :, -1]])
    return bool(np.median(rim) > 0.5)
