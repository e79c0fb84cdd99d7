"""What a network makes of pictures while it trains: what it is shown, what it draws again, and dreams or makes up."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.canvas.ink import Ink, shortened
from app.canvas.live_faces import as_image, picture_pixels
from app.theme import current
from app.worker.control import RunControl
from nodes.likenesses import Likenesses
from runtime.graph import Array

EDGE, GAP, WORDS, LARGEST = 12, 4, 136, 96


class PicturesPage(QWidget):
    """Rows of pictures, as large as there is room for."""

    came = Signal()

    def __init__(self, control: RunControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Likenesses | None = None
        self._rows: list[tuple[str, str, list[QImage]]] = []
        control.pictured.connect(self.show_likenesses)

    def show_likenesses(self, found: Likenesses | None) -> None:
        self.shown = found
        self.recolor()
        self.setAccessibleName("Pictures")
        self.setAccessibleDescription(", ".join(f"{len(ps)} pictures: {what}, {of}" for what, of, ps in self._rows))
        self.came.emit()

    def recolor(self) -> None:
        found = self.shown
        self._rows = []
        if found is not None:
            rows = [
                ("Input", "validation samples", found.samples), ("Reconstruction", f"by {found.name}", found.made),
                ("Dreams", f"of {found.name}, after {found.steps} steps", found.dreams) if found.steps else
                ("Made up", "from random numbers", found.dreams),
            ]  # fmt: skip
            self._rows = [(what, of, _images(pictures)) for what, of, pictures in rows if len(pictures)]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter, ink = QPainter(self), Ink(current())
        count = max(len(pictures) for _, _, pictures in self._rows)
        across = (self.width() - 2 * EDGE - WORDS) / count - GAP
        side = max(8, int(min(across, (self.height() - 2 * EDGE) / len(self._rows) - GAP, LARGEST)))
        for row, (what, of, pictures) in enumerate(self._rows):
            top = EDGE + row * (side + GAP)
            ink.text(painter, EDGE, top + side / 2 - 8, what, "strong", "text")
            ink.text(painter, EDGE, top + side / 2 + 8, shortened(of, "caption", WORDS - 8), "caption", "text3")
            for at, picture in enumerate(pictures):
                scale = side / max(picture.width(), picture.height())
                room = QRectF(EDGE + WORDS + at * (side + GAP), top, picture.width() * scale, picture.height() * scale)
                painter.drawImage(room, picture)
        painter.end()


def _images(pictures: Array) -> list[QImage]:
    return [as_image(picture_pixels(picture, current())) for picture in pictures]
