"""What stands for a panel that is hidden: a rail with a tile a category, and a handle for the inspector."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from app.glyphs import glyph_for, tile_icon
from app.panels.words import icon_button
from app.theme import current
from nodes.layer import CATEGORIES, layer_types

RAIL, HANDLE = 44, 24


class PaletteRail(QFrame):
    """A click on a category opens the palette there."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setFixedWidth(RAIL)
        self.setAccessibleName("Layers, folded")
        self.buttons: dict[str, QToolButton] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 8, 6, 8)
        box.setSpacing(4)
        self.open = icon_button("chevron-right", "Show the layers", 32, "show_palette")
        self.open.clicked.connect(lambda: self.wanted.emit(""))
        box.addWidget(self.open)
        for category in CATEGORIES:
            if any(cls.category == category for cls in layer_types().values()):
                box.addWidget(self._button(category))
        box.addStretch(1)
        self.recolor()

    def _button(self, category: str) -> QToolButton:
        made = QToolButton()
        made.setFixedSize(32, 32)
        made.setIconSize(QSize(20, 20))
        made.setToolTip(category)
        made.setAccessibleName(f"Layers: {category}")
        made.clicked.connect(lambda: self.wanted.emit(category))
        self.buttons[category] = made
        return made

    def recolor(self) -> None:
        for category, made in self.buttons.items():
            made.setIcon(tile_icon(category, glyph_for("", category), current(), 20))


class InspectorHandle(QFrame):
    """A narrow strip at the right end; a click brings the inspector."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setFixedWidth(HANDLE)
        self.open = icon_button("chevron-left", "Show the inspector", HANDLE, "show_inspector")
        self.open.clicked.connect(self.wanted)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 8)
        box.addWidget(self.open)
        box.addStretch(1)
