"""What the command table asks of the window itself, as methods: each is short, the work is done by the part it names."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from app import theme
from app.canvas.view import CanvasView
from app.panels import menus
from app.panels.bottom import PROBLEMS, BottomPanel
from app.panels.command_palette import CommandPalette
from app.panels.help_card import HelpCard, about_text, keys_page, layer_page
from app.panels.inspector import Inspector
from app.panels.layer_palette import LayerPalette
from app.panels.toolbar import Toolbar
from app.session import Session


class WindowCommands(QMainWindow):
    """A main window that can do what the commands say; `MainWindow` gives it its parts."""

    session: Session
    store: QSettings
    canvas: CanvasView
    toolbar: Toolbar
    bottom: BottomPanel
    inspector: Inspector
    palette_panel: LayerPalette
    commands: CommandPalette
    help_card: HelpCard
    shown_by_hand: set[QWidget]
    hidden_by_hand: set[QWidget]

    # -- edits -----------------------------------------------------------------------------------------------------------
    def undo(self) -> None:
        self.session.undo()

    def redo(self) -> None:
        self.session.redo()

    def paste_wired(self) -> None:
        self.canvas.paste(keep_incoming=True)

    def add_layer(self, type: str) -> None:
        """In the middle of what is seen."""
        middle = self.canvas.mapToScene(self.canvas.viewport().rect().center())
        self.canvas.add_layer(type, (middle.x() - 80, middle.y() - 40))

    def choose_new(self) -> None:
        """The list of examples, under the toolbar's first button."""
        self.new_menu = QMenu(self)
        menus.fill_new(self, self.new_menu)
        anchor = self.toolbar.buttons["new"]
        self.new_menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    # -- what is seen ----------------------------------------------------------------------------------------------------
    def open_palette(self) -> None:
        self.commands.open(self.toolbar.search)

    def show_problems(self) -> None:
        self.bottom.show_tab(PROBLEMS)

    def zoom_in(self) -> None:
        self.canvas.zoom_by(1.2)

    def zoom_out(self) -> None:
        self.canvas.zoom_by(1 / 1.2)

    def next_panel(self) -> None:
        """F6: canvas, inspector, bottom panel, palette, and around."""
        ring = [self.canvas, self.inspector, self.bottom.tabs, self.palette_panel.search]
        ring = [w for w in ring if w.isVisible()]
        at = next((i for i, w in enumerate(ring) if w.hasFocus() or w.isAncestorOf(self.focusWidget() or self)), -1)
        target = ring[(at + 1) % len(ring)]
        name = self.inspector.name_field() if target is self.inspector else target
        (name or self.inspector.network.tree).setFocus(Qt.FocusReason.TabFocusReason)

    def layer_help(self) -> None:
        self.show_layer_help(self.session.document.nodes[next(iter(self.session.selection))].type)

    def show_layer_help(self, type: str) -> None:
        self.help_card.show_page(*layer_page(type))

    def show_keys(self) -> None:
        self.help_card.show_page(*keys_page())

    def about(self) -> None:
        self.help_card.show_page(*about_text())

    def theme_dark(self) -> None:
        self._set_theme("dark")

    def theme_light(self) -> None:
        self._set_theme("light")

    def theme_system(self) -> None:
        self._set_theme("system")

    def toggle_theme(self) -> None:
        self._set_theme("light" if theme.current().dark else "dark")

    def _set_theme(self, mode: theme.Mode) -> None:
        self.store.setValue("theme", mode)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, mode)

    def toggle_palette(self) -> None:
        self._toggle(self.palette_panel)

    def toggle_inspector(self) -> None:
        self._toggle(self.inspector)

    def _toggle(self, panel: QWidget) -> None:
        show = not panel.isVisible()
        (self.shown_by_hand if show else self.hidden_by_hand).add(panel)
        (self.hidden_by_hand if show else self.shown_by_hand).discard(panel)
        panel.setVisible(show)

    def show_inspector(self) -> None:
        if not self.inspector.isVisible():
            self._toggle(self.inspector)
