"""Menus and shortcuts, made from the table of commands."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from app.canvas.pressing import EDGE
from app.commands import COMMANDS, MENUS, Command, method, possible
from app.glyphs import glyph_icon
from app.recent import recent
from app.start_page.catalogue import sections
from app.theme import current
from nodes.document import Document
from nodes.example import examples

NODE_MENU = (
    "rename", "bypass", "collapse", "swap", "duplicate", "", "group", "ungroup", "open_block", "keep_block", "frame",
    "straighten", "", "cut", "copy", "delete", "dissolve", "", "layer_help",
)  # fmt: skip
GROUND_MENU = ("note", "paste", "select_all", "", "tidy", "fit", "rename_network")
WIRE_MENU = ("delete",)
FRAME_MENU = ("rename", "delete")


def make_actions(window: Any) -> dict[str, QAction]:
    """One action for each command; `bind` gives it keys. A local one's work while the canvas itself has the focus."""
    made = {}
    for command in COMMANDS:
        action = QAction(command.title, window)
        action.setObjectName(command.id)
        action.setCheckable(command.ticked is not None)
        action.triggered.connect(partial(_run, window, command))
        if command.local:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            window.canvas.addAction(action)
        else:
            window.addAction(action)
        made[command.id] = action
    return made


def _run(window: Any, command: Command, *checked: bool) -> None:
    if possible(window, command):
        method(window, command.action)()
    window.refresh_actions()


def bind(window: Any) -> None:
    """Give every action the keys that it has now, and name them in all tips."""
    keys = window.keys
    for command in COMMANDS:
        action = window.actions_by_id[command.id]
        action.setShortcuts([QKeySequence(k) for k in keys.keymap.keys(command.id)])
        action.setToolTip(keys.tip(command.name, command.id))
    keys.name(window)
    window.toolbar.search.keys.setText(keys.hint("palette"))
    window.bottom.train_bar.refresh()


def fill_menus(window: Any) -> None:
    """The menu bar. Lists that change (examples, recent files) are filled when they open."""
    for name in MENUS:
        menu = window.menuBar().addMenu(name)
        for command in (c for c in COMMANDS if c.menu == name):
            menu.addAction(window.actions_by_id[command.id])
            if command.id == "new":
                _filled(menu.addMenu("New from example"), partial(fill_new, window))
            if command.id == "open":
                _filled(menu.addMenu("Open recent"), partial(_fill_recent, window))
            if command.ends_group:
                menu.addSeparator()
        menu.aboutToShow.connect(window.refresh_actions)


def _filled(menu: QMenu, fill: Any) -> None:
    menu.aboutToShow.connect(lambda: fill(menu))


def fill_new(window: Any, menu: QMenu) -> None:
    """An empty network, or one of the examples, in the groups of the start page."""
    menu.clear()
    menu.addAction("Empty network", lambda: window.filing.new(Document()))
    menu.addSeparator()
    for section in sections(examples().values()):
        group = menu.addMenu(section.title)
        for example in section.examples:
            action = group.addAction(f"{example.title}: {example.help.rstrip('.')}")
            action.triggered.connect(lambda _=False, e=example: window.filing.new(e.make()))


def _fill_recent(window: Any, menu: QMenu) -> None:
    menu.clear()
    files = recent(window.store)
    names = [path.name for path in files]
    for path in files:
        action = menu.addAction(path.name if names.count(path.name) == 1 else f"{path.name}  in {path.parent}")
        action.setToolTip(str(path))
        action.triggered.connect(lambda _=False, p=path: window.filing.open(p))
    if not files:
        menu.addAction("No file was opened yet").setEnabled(False)


def canvas_menu(window: Any, at: QPointF) -> QMenu:
    """What the right button offers: on a layer what can be done to it, on a wire and on the ground what can be put there."""
    menu, canvas = QMenu(window), window.canvas
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    node, wire = canvas.canvas.node_at(at), canvas.canvas.wire_at(at)
    frame = canvas.canvas.frame_at(at, EDGE / canvas.zoom)
    plus = glyph_icon("plus", current().text2)
    _repairs(window, menu, node or (wire.target if wire else ""))
    if node is not None:
        listed: tuple[str, ...] = NODE_MENU
    elif wire is not None:
        listed = WIRE_MENU
        menu.addAction(plus, "Insert a layer here…", lambda: canvas.insert_on(wire, at))
    elif frame is not None:
        listed = FRAME_MENU
    else:
        listed = GROUND_MENU
        menu.addAction(plus, "Add a layer here…", lambda: canvas.open_search(at))
    for id in listed:
        if id:
            menu.addAction(window.actions_by_id[id])
        else:
            menu.addSeparator()
    window.refresh_actions()
    return menu


def _repairs(window: Any, menu: QMenu, node: str) -> None:
    """What is offered for the problems of a layer, above all else."""
    session = window.session
    offered = [r for p in session.checked.problems if p.node == node and node for r in p.repairs]
    for repair in offered:
        action = menu.addAction(glyph_icon("check", current().ok), repair.title)
        action.triggered.connect(lambda _=False, r=repair: session.do(r.title, r.edit))
    if offered:
        menu.addSeparator()


def recolor(window: Any) -> None:
    for command in COMMANDS:
        if command.icon:
            window.actions_by_id[command.id].setIcon(glyph_icon(command.icon, current().text2))
