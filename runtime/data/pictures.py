"""Pictures from files: within bounds, upright, grey or RGB, float32 in [0, 1]. Pillow is loaded when first needed."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from runtime.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

Floats = npt.NDArray[np.float32]
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
LIMIT = 64_000_000  # pixels: a small file can declare a picture that fills the memory
ORIENTATION = 0x0112  # the EXIF tag; 5 to 8 are quarter turns


@dataclass(frozen=True)
class Header:
    """What a picture's header tells: its size as it is seen upright, and whether it is grey."""

    width: int
    height: int
    grey: bool


@contextmanager
def opened(path: Path) -> Iterator[Image]:
    """The picture at `path`, its pixels not yet read; whatever goes wrong with it is one sentence."""
    from PIL import Image

    broken = (OSError, ValueError, SyntaxError, EOFError, struct.error)
    try:
        with _open(path) as image:
            if image.width * image.height > LIMIT:
                size = f"{image.width}×{image.height} pixels"
                raise DataError(f"‘{path}’ has {size}, more than the {LIMIT:,} allowed: make it smaller.")
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"‘{path}’ has far more than the {LIMIT:,} pixels allowed: make it smaller.") from None
    except FileNotFoundError as error:
        raise DataError(f"The picture ‘{path}’ does not exist: check its name.") from error
    except broken as error:
        raise DataError(f"‘{path}’ cannot be read as a picture: replace it or remove it.") from error


def _open(path: Path) -> Image:
    """Pillow refuses the largest pictures itself, and warns of large ones on stderr: both are ours to say."""
    from PIL import Image as images

    with warnings.catch_warnings():
        warnings.simplefilter("error", images.DecompressionBombWarning)
        return images.open(path)


def header(path: Path) -> Header:
    """The header of the picture at `path`; its pixels are not decoded."""
    with opened(path) as image:
        width, height = image.size
        if image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8):
            width, height = height, width
        return Header(width, height, is_grey(image))


def is_grey(image: Image) -> bool:
    """By its mode, not by its colours: a grey photograph saved as RGB is RGB."""
    return image.mode in ("1", "L", "LA", "La") or _is_deep(image)


def _is_deep(image: Image) -> bool:
    """More than 8 bits a pixel: converting such a mode to 8 bits would cut the values off instead of scaling them."""
    return image.mode.startswith(("I", "F"))


def pixels(image: Image, size: tuple[int, int] | None, grey: bool) -> Floats:
    """The picture as float32 (1 or 3, height, width) in [0, 1], stretched to `size` = (width, height) if given."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    layer = _deep(image) if _is_deep(image) else _opaque(image).convert("L" if grey else "RGB")
    if size is not None and layer.size != size:
        from PIL.Image import Resampling

        layer = layer.resize(size, Resampling.BILINEAR)
    values = np.asarray(layer, np.float32)
    values = values.clip(0, 1) if layer.mode == "F" else values / np.float32(255)
    channels = values[None] if values.ndim == 2 else values.transpose(2, 0, 1)
    return np.ascontiguousarray(channels if grey or len(channels) == 3 else channels.repeat(3, axis=0))


def _deep(image: Image) -> Image:
    """A picture of 16 bits as mode F in [0, 1]; one of mode F is taken as it is."""
    if image.mode == "F":
        return image
    return image.convert("I").convert("F").point(lambda value: value * (1 / 65535) + 0)


def _opaque(image: Image) -> Image:
    """Laid on white paper where transparent: dropping the alpha would show the colour beneath, mostly black."""
    from PIL import Image as images

    if not image.has_transparency_data:
        return image
    colours = image.convert("RGBA")
    return images.alpha_composite(images.new("RGBA", colours.size, "white"), colours)
