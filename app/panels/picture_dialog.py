"""Export picture…: what of the network, how it looks, a preview; then a file whose ending says its kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.panels.words import button, label
from app.pictures.composition import Composition, Look
from app.session import Session
from app.theme import current

FILTERS = "Scalable drawing (*.svg);;Pixels (*.png);;Page (*.pdf)"
ENDINGS = (".svg", ".png", ".pdf")
WHOLE, SELECTED = "The whole network", "The selected layers"
LIGHT, DARK = "Light", "Dark"
PREVIEW = QSize(480, 220)
Save = Callable[[Path, Composition, float], object]
#: Above so many layers the preview would keep the dialog waiting.
MOST_PREVIEWED = 400


class PictureDialog(QDialog):
    """Asks how the picture is to be. `save` is called with the name and the composition when a file was named."""

    def __init__(self, parent: QWidget, session: Session, start: Path, save: Save) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._start, self._save = session, start, save
        self.what, self.look, self.scale = self._choices()
        self.transparent = QCheckBox("Without background")
        self.preview = QLabel()
        self.preview.setFixedSize(PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName("Preview of the picture")
        self.measures = label(role="caption")
        self._lay_out()
        for box in (self.what, self.look, self.scale):
            box.currentIndexChanged.connect(lambda _: self.refresh())
        self.transparent.toggled.connect(lambda _: self.refresh())
        self.refresh()

    def _choices(self) -> tuple[QComboBox, QComboBox, QComboBox]:
        what, look, scale = QComboBox(), QComboBox(), QComboBox()
        what.addItems([WHOLE, SELECTED] if self._session.selection else [WHOLE])
        look.addItems([LIGHT, DARK])
        scale.addItems(["1×", "2×", "3×", "4×"])
        scale.setCurrentIndex(1)
        return what, look, scale

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        rows = (("Picture of", self.what), ("Look", self.look), ("", self.transparent), ("Pixels (PNG)", self.scale))
        for row, (text, field) in enumerate(rows):
            words = label(text, "second")
            words.setBuddy(field)
            field.setAccessibleName(text or self.transparent.text())
            form.addWidget(words, row, 0)
            form.addWidget(field, row, 1)
        form.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.measures, 1)
        self.cancel = button("Cancel", self.reject)
        self.save = button("Save as…", self._name, primary=True)
        self.save.setDefault(True)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(self.preview)
        box.addLayout(form)
        box.addLayout(buttons)

    def composition(self) -> Composition:
        """The picture as it is chosen now."""
        look = Look(self.look.currentText() == DARK, self.transparent.isChecked())
        only = self._session.selection if self.what.currentText() == SELECTED else None
        return Composition(self._session.document, look, only, self._session.live)

    def refresh(self) -> None:
        made = self.composition()
        size = made.bounds().size().toSize()
        times = self.scale.currentIndex() + 1
        sizes = (f"{n * size.width():,} × {n * size.height():,}" for n in (1, times))
        self.measures.setText("{}, as PNG {} pixels".format(*sizes))
        if len(self._session.document.nodes) > MOST_PREVIEWED:
            self.preview.setText("Too large for a preview.")
            return
        self.preview.setPixmap(previewed(made, PREVIEW, self.devicePixelRatioF()))

    def _name(self) -> None:
        name, kind = QFileDialog.getSaveFileName(self, "Export picture", str(self._start.with_suffix(".svg")), FILTERS)
        if not name:
            return
        self._save(ended(name, kind), self.composition(), self.scale.currentIndex() + 1.0)
        self.accept()


def ended(name: str, kind: str) -> Path:
    """The file a name means: one without an ending of ours gets that of the kind that was chosen."""
    if name.lower().endswith(ENDINGS):
        return Path(name)
    return Path(name + next((e for e in ENDINGS if e in kind), ENDINGS[0]))


def previewed(composition: Composition, size: QSize, ratio: float) -> QPixmap:
    """The composition as large as it fits into `size`; through one without background shows what is under it."""
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(current().panel)
    bounds, room = composition.bounds(), QRectF(0, 0, size.width(), size.height())
    zoom = min(room.width() / bounds.width(), room.height() / bounds.height(), 1.0)
    painter = QPainter(image)
    painter.translate(room.center())
    painter.scale(zoom, zoom)
    painter.translate(-bounds.center())
    composition.paint(painter)
    painter.end()
    return QPixmap.fromImage(image)
