"""What the command table asks of the window itself, as methods: each is short, the work is done by the part it names."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from app import theme
from app.canvas import motion
from app.canvas.nesting import selected_block
from app.canvas.view import CanvasView
from app.panels import menus
from app.panels.bindings import Bindings
from app.panels.bottom import LAYERS, OPERATIONS, PROBLEMS, BottomPanel
from app.panels.command_palette import CommandPalette
from app.panels.filing import Filing
from app.panels.help_card import HelpCard
from app.panels.help_pages import about_page, keys_page, layer_help, layers_page
from app.panels.inspector import Inspector
from app.panels.layer_palette import LayerPalette
from app.panels.rail import InspectorHandle, PaletteRail
from app.panels.shortcuts import Shortcuts
from app.panels.toolbar import Toolbar
from app.panels.words import pass_focus_on
from app.session import Session
from app.shelf import kind
from app.start_page.starting import SHOWS, Starting, shows_at_start
from nodes.document import Document
from nodes.example import new
from nodes.page_example import sketch
from nodes.problems import Refusal

#: Narrower than this there is room for one panel beside the canvas, or none.
NARROW = 1100


class WindowCommands(QMainWindow):
    """A main window that can do what the commands say; `MainWindow` gives it its parts."""

    session: Session
    store: QSettings
    canvas: CanvasView
    toolbar: Toolbar
    bottom: BottomPanel
    inspector: Inspector
    palette_panel: LayerPalette
    palette_rail: PaletteRail
    inspector_handle: InspectorHandle
    commands: CommandPalette
    help_card: HelpCard
    filing: Filing
    starting: Starting
    keys: Bindings
    shortcuts: Shortcuts | None = None
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
        """Beside the selected layer, or the last one, where nothing stands yet."""
        self.canvas.add_beside(type)

    def choose_new(self) -> None:
        """The list of examples, under the toolbar's first button; on the start page, which shows them, an empty network."""
        if self.starting.on:
            self.filing.new(Document())
            return
        self.new_menu = QMenu(self)
        menus.fill_new(self, self.new_menu)
        anchor = self.toolbar.buttons["new"]
        self.new_menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))
        self.new_menu.setActiveAction(self.new_menu.actions()[0])

    # -- what is seen ----------------------------------------------------------------------------------------------------
    def open_palette(self) -> None:
        page = self.starting.page
        self.commands.open(page.search if page is not None and self.starting.on else self.toolbar.search)

    def find_here(self) -> None:
        """A layer of the network, or an example where those are shown."""
        page = self.starting.page
        if page is not None and self.starting.on:
            page.open_search()
        else:
            self.canvas.open_find()

    def one_operation(self) -> None:
        """F10: the next operator of a training step, with its layer shown on the canvas."""
        refused = self.bottom.operations.advance()
        self.bottom.show_tab(OPERATIONS)
        if refused:
            self.session.refused.emit(Refusal(refused))

    def show_problems(self) -> None:
        self.bottom.show_tab(PROBLEMS)

    def show_layers(self) -> None:
        self.bottom.show_tab(LAYERS)

    def toggle_costs(self) -> None:
        """Bars at each layer for its share of computation and space; kept for the next start."""
        self.canvas.canvas.show_costs(not self.canvas.canvas.shows_costs)
        self.store.setValue("costs", self.canvas.canvas.shows_costs)

    def zoom_in(self) -> None:
        self.canvas.zoom_by(1.2)

    def zoom_out(self) -> None:
        self.canvas.zoom_by(1 / 1.2)

    def next_panel(self) -> None:
        """F6: canvas, inspector, bottom panel, palette, toolbar, and around; or through the parts of the start page."""
        self._to_panel(1)

    def last_panel(self) -> None:
        self._to_panel(-1)

    def _to_panel(self, by: int) -> None:
        """The panel after (or before) the one that holds the focus; in it, what is used first."""
        ring: list[tuple[QWidget, QWidget]] = [
            (self.canvas, self.canvas), (self.inspector, self.inspector.first_field()), (self.bottom, self.bottom.tabs),
            (self.palette_panel, self.palette_panel.search), (self.toolbar, self.toolbar.buttons["new"]),
        ]  # fmt: skip
        ring = [pair for pair in ring if pair[0].isVisible()]
        if self.starting.page is not None and self.starting.on:
            ring = [(stop, stop) for stop in self.starting.page.stops()]
        focus = self.focusWidget() or self
        at = next((i for i, (panel, _) in enumerate(ring) if panel is focus or panel.isAncestorOf(focus)), -by)
        ring[(at + by) % len(ring)][1].setFocus(Qt.FocusReason.TabFocusReason)

    def open_menus(self) -> None:
        """The first menu; arrows lead on."""
        self.menuBar().setActiveAction(self.menuBar().actions()[0])

    def open_chosen(self) -> None:
        """Into the block that is selected; of a layer, from the canvas to its first setting; of a frame or note, its text."""
        if not self.session.selection:
            self.canvas.rename_selected()
            return
        if selected_block(self.session):
            self.canvas.open_block()
            return
        self.show_inspector()
        self.inspector.first_setting().setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves whatever panel the focus is in, for the canvas; and the start page, for the network that is open."""
        if event.key() == Qt.Key.Key_Escape and self.starting.on:
            self.starting.back()
        elif event.key() == Qt.Key.Key_Escape:
            self.canvas.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def layer_help(self) -> None:
        """The page of the palette's chosen row where the keyboard is there, else of the selected layer, else all layers."""
        chosen = [self.session.document.nodes[id].type for id in self.session.selection]
        type = self.palette_panel.type_in_focus() or next(iter(chosen), "")
        if type:
            self.show_layer_help(type)
        else:
            self.help_card.show_page(layers_page)

    def node_help(self, id: str) -> None:
        self.show_layer_help(self.session.document.nodes[id].type)

    def show_layer_help(self, type: str) -> None:
        """The page of a layer, by its type: what the inspector, the search and every problem may link to."""
        self.help_card.show_page(lambda: layer_help(kind(type)))

    def open_layer_example(self, type: str) -> None:
        """A small network with that layer, in place of what is open (which asks first)."""
        self.filing.new(sketch(type))

    def open_template(self, name: str) -> None:
        self.filing.new(new(name))

    def show_keys(self) -> None:
        self.help_card.show_page(lambda: keys_page(self.keys.keymap))

    def edit_shortcuts(self) -> None:
        if self.shortcuts is None:
            self.shortcuts = Shortcuts(self, self.keys)
        self.shortcuts.show()
        self.shortcuts.raise_()
        self.shortcuts.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def about(self) -> None:
        self.help_card.show_page(about_page)

    def toggle_minimap(self) -> None:
        on = not self.canvas.minimap.wanted
        self.store.setValue("minimap", on)
        self.canvas.minimap.set_wanted(on)

    def starts_with_page(self) -> bool:
        return shows_at_start(self.store)

    def toggle_start(self) -> None:
        self.store.setValue(SHOWS, not shows_at_start(self.store))

    def is_still(self) -> bool:
        return motion.reduced()

    def toggle_motion(self) -> None:
        still = not motion.reduced()
        self.store.setValue("still", still)
        motion.reduce(still)

    def recall(self) -> None:
        """What was chosen in earlier windows."""
        self.canvas.minimap.set_wanted(bool(self.store.value("minimap", True, type=bool)))
        motion.reduce(bool(self.store.value("still", type=bool)) if self.store.contains("still") else None)

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
        """A narrow window has room for one drawer, and what is closed there is open again in a wide one."""
        show = not panel.isVisible()
        if self.width() < NARROW:
            self.shown_by_hand = {panel} if show else set()
        elif show:
            self.hidden_by_hand.discard(panel)
        else:
            self.hidden_by_hand.add(panel)
        self.arrange_panels()

    def arrange_panels(self) -> None:
        """What is hidden leaves a rail or a handle behind."""
        narrow = self.width() < NARROW
        for panel, stand_in in ((self.palette_panel, self.palette_rail), (self.inspector, self.inspector_handle)):
            on = panel in self.shown_by_hand if narrow else panel not in self.hidden_by_hand
            for widget, visible in ((panel, on), (stand_in, not on)):
                if not visible:
                    pass_focus_on(widget)
                widget.setVisible(visible)

    def show_inspector(self) -> None:
        if not self.inspector.isVisible():
            self._toggle(self.inspector)

    def show_category(self, category: str) -> None:
        if not self.palette_panel.isVisible():
            self._toggle(self.palette_panel)
        self.palette_panel.reveal(category)
