"""A composition as a file: SVG, PNG or PDF by the name's ending, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.pictures.composition import Composition
from runtime.atomic import write
from runtime.errors import FileError

#: Scene pixels to the inch, as browsers count them.
DPI = 96
#: Pixels of a PNG, at most: more would take gigabytes of memory.
MOST_PIXELS = 200_000_000
#: Points of a PDF page's side, at most: readers refuse longer ones.
MOST_POINTS = 14_400.0
CREATOR = "Netwright"


def save_picture(composition: Composition, path: Path, scale: float = 1.0) -> None:
    """Write the picture to `path`; `scale` multiplies a PNG's pixels. Raises `FileError` in words."""
    made = WRITERS.get(path.suffix.lower())
    if made is None:
        raise FileError(f"{path.name} ends in no kind of picture that is known here: end it in {', '.join(WRITERS)}.")
    write(path, made(composition, scale))


def svg(composition: Composition, scale: float = 1.0) -> bytes:
    """Scalable, every text an outline."""
    bounds, buffer, generator = composition.bounds(), _buffer(), QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(DPI)
    generator.setSize(bounds.size().toSize())
    generator.setViewBox(QRectF(0, 0, bounds.width(), bounds.height()))
    title, description = composition.words
    generator.setTitle(title)
    generator.setDescription(description)
    painter = QPainter(generator)
    painter.translate(-bounds.topLeft())
    composition.paint(painter, outlined=True)
    painter.end()
    return _lean(bytes(buffer.data().data()).decode()).encode()


def _lean(text: str) -> str:
    """Half as long: fonts that nothing uses, groups with nothing inside, thousandths of a pixel."""
    text = re.sub(r'\s*font-[a-z]+="[^"]*"', "", text)
    text = re.sub(r"<g [^>]*>\s*</g>\s*", "", text)
    return re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), text)


def png(composition: Composition, scale: float = 1.0) -> bytes:
    """Pixels; it remembers how many there are to the inch, so that it is placed at the same size whatever the scale."""
    bounds = composition.bounds()
    size = (bounds.size() * scale).toSize().expandedTo(QSize(1, 1))
    _require_sane(size, scale)
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise FileError("There is not enough memory for a picture of this size: choose a smaller scale, SVG or PDF.")
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-bounds.topLeft())
    composition.paint(painter)
    painter.end()
    # Only now: fonts of half a pixel would have followed them.
    dots = round(DPI * scale / 0.0254)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    image.setText("Title", composition.words[0])
    buffer = _buffer()
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def _require_sane(size: QSize, scale: float) -> None:
    pixels = size.width() * size.height()
    if pixels > MOST_PIXELS:
        raise FileError(
            f"The picture would have {size.width():,}×{size.height():,} pixels at scale {scale:g}, and at most {MOST_PIXELS:,} "
            "are drawn: choose a smaller scale, SVG or PDF."
        )


def pdf(composition: Composition, scale: float = 1.0) -> bytes:
    """One page as large as the picture, its fonts inside."""
    bounds, buffer = composition.bounds(), _buffer()
    points = bounds.size() * (72 / DPI)
    shrunk = min(1.0, MOST_POINTS / max(points.width(), points.height()))
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)  # whatever it is, lines stay lines; half pixels of fonts stay as they are
    writer.setPageSize(QPageSize(QSizeF(points * shrunk), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    writer.setTitle(composition.words[0])
    writer.setCreator(CREATOR)
    painter = QPainter(writer)
    painter.scale(shrunk, shrunk)
    painter.translate(-bounds.topLeft())
    composition.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


WRITERS: dict[str, Callable[[Composition, float], bytes]] = {".svg": svg, ".png": png, ".pdf": pdf}
