"""One table of commands: menus, shortcuts, the command palette and the printed key list all come from it (`app.keymap`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FILE, EDIT, VIEW, NETWORK, TRAIN, HELP = "File", "Edit", "View", "Network", "Train", "Help"
MENUS = (FILE, EDIT, VIEW, NETWORK, TRAIN, HELP)
#: What is done by keys on the canvas and stands in no menu; everything, as it is listed.
CANVAS = "On the canvas"
GROUPS = (*MENUS, CANVAS)

Holds = Callable[[Any], bool]


@dataclass(frozen=True)
class When:
    """When a command can be given; and what to do first, said where it cannot."""

    holds: Holds
    otherwise: str

    def __call__(self, window: Any) -> bool:
        return self.holds(window)


def _at_rest(window: Any) -> bool:
    return not window.control.on and window.session.ready


always = When(lambda w: True, "")
chosen = When(lambda w: bool(w.session.selection), "Select a layer first.")
written = When(lambda w: bool(w.session.selection or w.canvas.canvas.chosen_frames), "Select a layer or a frame first.")
block_chosen = When(
    lambda w: any(w.session.document.nodes[i].block is not None for i in w.session.selection), "Select a block first."
)
one_block_chosen = When(
    lambda w: block_chosen(w) and len(w.session.selection) == 1, "Select one block first."
)
in_a_block = When(lambda w: bool(w.session.level), "No block is open.")
in_a_network = When(lambda w: not w.starting.on, "It is on view.")
any_layer = When(lambda w: bool(w.session.document.nodes), "There is no layer yet: add one.")
findable = When(lambda w: w.starting.on or any_layer(w), any_layer.otherwise)
WAITS = "Train waits: see the problem list."
can_train = When(lambda w: w.control.on or w.session.ready, WAITS)
at_rest = When(_at_rest, "It trains now, or waits for repairs.")
trained_and_at_rest = When(
    lambda w: _at_rest(w) and bool(w.session.document.training.progress.get("step")), "Nothing is trained, or it trains now."
)
in_a_run = When(lambda w: w.control.state != "idle", "Nothing trains now.")
can_undo = When(lambda w: w.session.history.undo_title is not None, "Nothing was changed yet.")
can_redo = When(lambda w: w.session.history.redo_title is not None, "Nothing was undone.")


def theme_is(mode: str) -> Holds:
    return lambda window: window.store.value("theme", "system") == mode


@dataclass(frozen=True)
class Command:
    """What can be done: `action` is a method of the window, dotted (``canvas.fit_all``). A key of one letter, and what a
    text field means by itself (Delete, Tab), works on the canvas only: `local`."""

    id: str
    title: str
    menu: str
    action: str
    keys: tuple[str, ...] = ()
    when: When = always
    local: bool = False
    icon: str = ""
    ends_group: bool = False
    #: Whether it is there on the start page too, where no network is seen.
    anywhere: bool = False
    #: Whether a tick stands beside it in its menu.
    ticked: Holds | None = None

    @property
    def name(self) -> str:
        """Its title in a list, where it asks for nothing."""
        return self.title.rstrip("…")


def possible(window: Any, command: Command) -> bool:
    """Whether it can be given now."""
    return command.when(window) and (command.anywhere or not window.starting.on)


def otherwise(window: Any, command: Command) -> str:
    """What to do first, where it cannot be given."""
    return command.when.otherwise if command.anywhere or not window.starting.on else "Open a network first."


def _c(id: str, title: str, menu: str, action: str, keys: str = "", **more: Any) -> Command:
    return Command(id, title, menu, action, tuple(keys.split()), **more)


COMMANDS: tuple[Command, ...] = (
    _c("new", "New…", FILE, "choose_new", "Ctrl+N", icon="new", anywhere=True),
    _c("open", "Open…", FILE, "filing.open_dialog", "Ctrl+O", icon="open", anywhere=True),
    _c("start_page", "Start page", FILE, "starting.show", ends_group=True, when=in_a_network),
    _c("save", "Save", FILE, "filing.save", "Ctrl+S", icon="save"),
    _c("save_as", "Save As…", FILE, "filing.save_as", "Ctrl+Shift+S"),
    _c("close", "Close the network", FILE, "filing.close", "Ctrl+W", ends_group=True),
    _c("export", "Export ONNX…", FILE, "filing.export_dialog", "Ctrl+E", icon="export"),
    _c("export_picture", "Export picture…", FILE, "filing.picture_dialog", when=any_layer, ends_group=True),
    _c("quit", "Quit", FILE, "close", "Ctrl+Q", anywhere=True),
    _c("undo", "Undo", EDIT, "undo", "Ctrl+Z", icon="undo", when=can_undo),
    _c("redo", "Redo", EDIT, "redo", "Ctrl+Y Ctrl+Shift+Z", icon="redo",
       when=can_redo, ends_group=True),
    _c("cut", "Cut", EDIT, "canvas.cut", "Ctrl+X", when=written),
    _c("copy", "Copy", EDIT, "canvas.copy", "Ctrl+C", when=written, icon="copy"),
    _c("paste", "Paste", EDIT, "canvas.paste", "Ctrl+V"),
    _c("paste_wired", "Paste with incoming wires", EDIT, "paste_wired", "Ctrl+Shift+V"),
    _c("duplicate", "Duplicate", EDIT, "canvas.duplicate", "Ctrl+D Shift+D", when=written),
    _c("delete", "Delete", EDIT, "canvas.delete_selection", "Del Backspace", local=True, icon="delete"),
    _c("dissolve", "Delete and reconnect", EDIT, "canvas.dissolve_selection", "Ctrl+Del", when=chosen, local=True,
       ends_group=True),
    _c("find", "Find a layer…", EDIT, "find_here", "Ctrl+F", icon="search", when=findable, anywhere=True, ends_group=True),
    _c("select_all", "Select all", EDIT, "canvas.select_all", "Ctrl+A"),
    _c("select_down", "Select downstream", EDIT, "canvas.select_downstream", "L", when=chosen, local=True),
    _c("select_up", "Select upstream", EDIT, "canvas.select_upstream", "Shift+L", when=chosen, local=True, ends_group=True),
    _c("shortcuts", "Keyboard shortcuts…", EDIT, "edit_shortcuts", anywhere=True),
    _c("fit", "Fit all", VIEW, "canvas.fit_all", "Home", local=True, icon="fit"),
    _c("fit_selection", "Fit selection", VIEW, "canvas.fit_selection", "F .", local=True, when=chosen),
    _c("zoom_in", "Zoom in", VIEW, "zoom_in", "Ctrl+= Ctrl++"),
    _c("zoom_out", "Zoom out", VIEW, "zoom_out", "Ctrl+-"),
    _c("zoom_reset", "Zoom to 100 %", VIEW, "canvas.reset_zoom", "Ctrl+0", ends_group=True),
    _c("show_palette", "Show or hide layers", VIEW, "toggle_palette", "Ctrl+1"),
    _c("show_inspector", "Show or hide inspector", VIEW, "toggle_inspector", "Ctrl+2"),
    _c("minimap", "Minimap", VIEW, "toggle_minimap", ticked=lambda w: w.canvas.minimap.wanted),
    _c("still", "Reduce motion", VIEW, "toggle_motion", ticked=lambda w: w.is_still(), anywhere=True),
    _c("start_first", "Begin with the start page", VIEW, "toggle_start", ticked=lambda w: w.starts_with_page(), anywhere=True),
    _c("show_problems", "Show problems", VIEW, "show_problems"),
    _c("show_layers", "Show the table of layers", VIEW, "show_layers"),
    _c("show_costs", "Bars for computation and space", VIEW, "toggle_costs", ticked=lambda w: w.canvas.canvas.shows_costs),
    _c("next_panel", "Go to the next panel", VIEW, "next_panel", "F6", anywhere=True),
    _c("last_panel", "Go to the panel before", VIEW, "last_panel", "Shift+F6", anywhere=True),
    _c("menus", "Go to the menus", VIEW, "open_menus", "Alt+F", ends_group=True, anywhere=True),
    _c("theme_dark", "Dark", VIEW, "theme_dark", ticked=theme_is("dark"), anywhere=True),
    _c("theme_light", "Light", VIEW, "theme_light", ticked=theme_is("light"), anywhere=True),
    _c("theme_system", "Dark or light as the system", VIEW, "theme_system", ticked=theme_is("system"), anywhere=True),
    _c("add", "Add a layer…", NETWORK, "canvas.open_search", "Tab Shift+A", local=True, icon="plus"),
    _c("rename", "Rename", NETWORK, "canvas.rename_selected", "F2", when=written),
    _c("rename_network", "Rename the network", NETWORK, "canvas.rename_network", ends_group=True),
    _c("bypass", "Bypass", NETWORK, "canvas.toggle_bypass", "M", when=chosen, local=True, icon="bypass"),
    _c("collapse", "Collapse or open", NETWORK, "canvas.toggle_collapse", "H", when=chosen, local=True),
    _c("swap", "Swap…", NETWORK, "canvas.swap_selected", "Shift+S", when=chosen, local=True, ends_group=True),
    _c("frame", "Comment frame around selection", NETWORK, "canvas.frame_selection", "C", when=chosen, local=True, icon="note"),
    _c("note", "Add a note", NETWORK, "canvas.add_note", "N", local=True, ends_group=True),
    _c("group", "Make a block", NETWORK, "canvas.group", "Ctrl+G", when=chosen),
    _c("ungroup", "Dissolve the block", NETWORK, "canvas.ungroup", "Ctrl+Shift+G", when=block_chosen),
    _c("open_block", "Open block, settings or note", NETWORK, "open_chosen", "Enter Return", when=written, local=True),
    _c("keep_block", "Save block to the library", NETWORK, "shelving.keep", when=one_block_chosen),
    _c("leave_block", "Leave the block", NETWORK, "canvas.leave_block", when=in_a_block, ends_group=True),
    _c("tidy", "Tidy", NETWORK, "canvas.tidy", "Ctrl+L", icon="tidy"),
    _c("tidy_down", "Tidy from top to bottom", NETWORK, "canvas.tidy_down", "Ctrl+Alt+L"),
    _c("pin", "Pin: Tidy leaves it where it is", NETWORK, "canvas.toggle_pin", "P", when=chosen, local=True),
    _c("straighten", "Straighten", NETWORK, "canvas.straighten", "Q", when=chosen, local=True),
    _c("align_left", "Align left", NETWORK, "canvas.align_left", "Shift+Left", when=chosen, local=True),
    _c("align_right", "Align right", NETWORK, "canvas.align_right", "Shift+Right", when=chosen, local=True),
    _c("align_top", "Align top", NETWORK, "canvas.align_top", "Shift+Up", when=chosen, local=True),
    _c("align_bottom", "Align bottom", NETWORK, "canvas.align_bottom", "Shift+Down", when=chosen, local=True),
    _c("train", "Train or pause", TRAIN, "control.toggle", "Ctrl+Enter Ctrl+Return", when=can_train, icon="play"),
    _c("operation", "One operation", TRAIN, "one_operation", "F10", when=at_rest),
    _c("step", "One step", TRAIN, "control.step", "F11", when=at_rest, icon="step"),
    _c("step_epoch", "One epoch", TRAIN, "control.step_epoch", "Shift+F11", when=at_rest, icon="epoch"),
    _c("stop", "Stop", TRAIN, "control.stop", "Ctrl+Alt+Enter Ctrl+Alt+Return", icon="stop", when=in_a_run),
    _c("anew", "Start training anew", TRAIN, "control.anew", when=trained_and_at_rest),
    _c("palette", "Search commands and layers…", HELP, "open_palette", "Ctrl+Shift+P", icon="search", anywhere=True),
    _c("layer_help", "About this layer", HELP, "layer_help", "F1", icon="help"),
    _c("keys", "Keys", HELP, "show_keys", anywhere=True),
    _c("about", "About Netwright", HELP, "about", anywhere=True),
    _c("walk_right", "Walk along the wire", CANVAS, "canvas.walk_right", "Right", local=True),
    _c("walk_left", "Walk back along the wire", CANVAS, "canvas.walk_left", "Left", local=True),
    _c("walk_up", "Walk to the layer above", CANVAS, "canvas.walk_up", "Up", local=True),
    _c("walk_down", "Walk to the layer below", CANVAS, "canvas.walk_down", "Down", local=True),
    _c("mark_on", "Go to the next frame, note or bend", CANVAS, "canvas.mark_on", "J", local=True),
    _c("mark_back", "Go to the frame, note or bend before", CANVAS, "canvas.mark_back", "Shift+J", local=True),
    _c("move_left", "Move the selection left", CANVAS, "canvas.move_left", "Ctrl+Left", local=True),
    _c("move_right", "Move the selection right", CANVAS, "canvas.move_right", "Ctrl+Right", local=True),
    _c("move_up", "Move the selection up", CANVAS, "canvas.move_up", "Ctrl+Up", local=True),
    _c("move_down", "Move the selection down", CANVAS, "canvas.move_down", "Ctrl+Down", local=True),
    _c("port_back", "Choose the port before", CANVAS, "canvas.port_back", "[", local=True, when=chosen),
    _c("port_on", "Choose the next port", CANVAS, "canvas.port_on", "]", local=True, when=chosen),
    _c("clear_port", "Remove the wires at the port", CANVAS, "canvas.clear_port", "Shift+Del", local=True, when=chosen),
    _c("wire", "Start a wire", CANVAS, "canvas.start_wire", "W", local=True, when=chosen),
    _c("menu", "Menu of what is selected", CANVAS, "canvas.ask_for_menu", "Menu Shift+F10", local=True),
)  # fmt: skip


def command(id: str) -> Command:
    return next(c for c in COMMANDS if c.id == id)


def method(window: Any, action: str) -> Callable[..., object]:
    """The method that a command's dotted action names."""
    found: Any = window
    for name in action.split("."):
        found = getattr(found, name)
    return found

