"""From a picture to numbers: modes, depth, transparency, orientation."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from runtime.data.pictures import Header, header, opened, pixels
from runtime.errors import DataError


def values(path: Path, grey: bool = True, size: tuple[int, int] | None = None) -> np.ndarray:
    with opened(path) as image:
        return pixels(image, size, grey)


@pytest.mark.parametrize(
    ("mode", "colour", "level"),
    [
        ("1", 1, 1.0),
        ("L", 51, 0.2),
        ("I;16", 13107, 0.2),
        ("LA", (51, 255), 0.2),
        ("LA", (51, 0), 1.0),  # nothing on white paper
        ("RGB", (51, 51, 51), 0.2),
        ("RGBA", (0, 0, 0, 0), 1.0),
        ("RGBA", (0, 0, 0, 255), 0.0),
        ("P", 0, 0.0),
    ],
)
@pytest.mark.parametrize("grey", [True, False])
def test_every_mode_comes_out_between_0_and_1(
    tmp_path: Path, mode: str, colour: int | tuple[int, ...], level: float, grey: bool
) -> None:
    path = tmp_path / "x.png"
    Image.new(mode, (3, 2), colour).save(path)
    found = values(path, grey)
    assert found.shape == (1 if grey else 3, 2, 3) and found.dtype == np.float32
    np.testing.assert_allclose(found, level, atol=1e-5)
    assert header(path) == Header(3, 2, mode in ("1", "L", "I;16", "LA"))


def test_floating_point_pictures_are_cut_to_the_range(tmp_path: Path) -> None:
    path = tmp_path / "x.tiff"
    Image.fromarray(np.array([[-1, 0.5, 2]], np.float32)).save(path)
    assert values(path).tolist() == [[[0, 0.5, 1]]]


def test_rows_are_height_and_columns_width(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 2] = (255, 0, 51)
    Image.fromarray(picture).save(path)
    np.testing.assert_allclose(values(path, grey=False)[:, 0, 2], [1, 0, 0.2], atol=1e-6)
    assert values(path, grey=False, size=(5, 4)).shape == (3, 4, 5)


def test_photographs_stand_upright(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    Image.new("L", (6, 4)).save(path, exif=exif)
    assert header(path) == Header(4, 6, True)
    assert values(path).shape == (1, 6, 4)


def declared(path: Path, width: int, height: int) -> Path:
    """A PNG that declares its size and holds no pixels."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


@pytest.mark.parametrize(
    ("side", "found"),
    [
        (9_000, "has 9000×9000 pixels, more than the 64,000,000 allowed"),
        (10_000, "has far more than the 64,000,000 pixels allowed"),
        (15_000, "has far more than the 64,000,000 pixels allowed"),
    ],
)
def test_huge_pictures_are_refused_for_their_size(tmp_path: Path, side: int, found: str) -> None:
    path = declared(tmp_path / "x.png", side, side)
    with pytest.raises(DataError) as refused:
        header(path)
    assert str(refused.value) == f"‘{path}’ {found}: make it smaller."
