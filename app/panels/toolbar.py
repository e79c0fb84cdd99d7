"""The toolbar: files, undo, the picture; the search field; theme, help and export."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from app.canvas.accessible import BUTTON
from app.glyphs import glyph_icon
from app.panels.words import icon_button, label
from app.theme import current

LEFT = ("new", "open", "save", "", "undo", "redo", "", "tidy", "fit")


class SearchField(QFrame):
    """Looks like a field, opens the command palette."""

    def __init__(self, opens: QAction) -> None:
        super().__init__()
        self._opens = opens
        self.setProperty(BUTTON, True)  # first: a tool may look as soon as there is a name
        self.setObjectName("searchfield")
        self.setFixedHeight(28)
        self.setFixedWidth(230)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Search commands and layers")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lens = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 6, 0)
        row.addWidget(self._lens)
        row.addWidget(label("Search commands and layers", "second"), 1)
        self.keys = label("", "keys")
        row.addWidget(self.keys)

    def fit(self, wide: bool) -> None:
        """The keys stand in it where there is room."""
        self.keys.setVisible(wide)
        self.setFixedWidth(330 if wide else 230)

    def recolor(self) -> None:
        tokens = current()
        self._lens.setPixmap(glyph_icon("search", tokens.text3).pixmap(16, 16))
        self.setStyleSheet(
            f"#searchfield {{ background: {tokens.raised}; border: 1px solid {tokens.line2}; border-radius: 6px; }}"
            f"#searchfield:hover {{ border-color: {tokens.ctl}; }}"
            f"#searchfield:focus {{ border: 2px solid {tokens.accent}; }}"
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._opens.trigger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._opens.trigger()
        else:
            super().keyPressEvent(event)


class Toolbar(QToolBar):
    """Buttons are the window's actions; glyphs follow the theme."""

    def __init__(self, window: Any) -> None:
        super().__init__("Toolbar", window)
        self.setMovable(False)
        self.setStyleSheet("QToolBar::separator { margin: 6px 8px; }")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(16, 16))
        self.buttons: dict[str, QToolButton] = {}
        for id in LEFT:
            if id:
                self._tool(window.actions_by_id[id], id)
            else:
                self.addSeparator()
        self.search = SearchField(window.actions_by_id["palette"])
        for widget in (_space(), self.search, _space()):
            self.addWidget(widget)
        self.theme = icon_button("moon", "Dark or light")
        self.theme.clicked.connect(window.toggle_theme)
        self.help = icon_button("help", "Keys", command="keys")
        self.help.clicked.connect(window.show_keys)
        self.export = QPushButton("Export ONNX")
        self.export.setProperty("command", "export")
        self.export.setIconSize(QSize(20, 16))
        self.export.setAccessibleName("Export ONNX")
        self.export.clicked.connect(lambda: window.actions_by_id["export"].trigger())
        for widget in (self.theme, self.help, self.export):
            self.addWidget(widget)
        self.recolor()

    def _tool(self, action: QAction, id: str) -> None:
        self.addAction(action)
        tool = self.widgetForAction(action)
        assert isinstance(tool, QToolButton)
        tool.setFixedSize(30, 28)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.setAccessibleName(action.text().rstrip("…"))
        self.buttons[id] = tool

    def recolor(self) -> None:
        tokens = current()
        self.theme.setProperty("glyph", "sun" if tokens.dark else "moon")
        self.theme.setToolTip("Light" if tokens.dark else "Dark")
        for tool in (self.theme, self.help):
            tool.setIcon(glyph_icon(tool.property("glyph"), tokens.text2))
        self.export.setIcon(glyph_icon("export", tokens.text, 16, 4))
        self.search.recolor()


def _space() -> QWidget:
    made = QWidget()
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made
