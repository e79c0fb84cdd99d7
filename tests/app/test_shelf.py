"""The library of blocks under the hand: kept, found in the palette and in both searches, dragged in, renamed, taken out."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QTreeWidgetItem

from app import theme
from nodes import library
from nodes.document import Wire
from nodes.example import new
from nodes.grouping import group
from nodes.promotions import promote
from tests.app.conftest import Heard

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
STAGE = "library/stage"


@pytest.fixture
def window(make_window):
    """LeNet with its first convolution and what follows as a block, which is in the library."""
    document, block = group(new("lenet"), ["n2", "n3", "n4"], "stage")
    window = make_window(promote(document, "n2", "filters"))
    window.session.select([block])
    window.actions_by_id["keep_block"].trigger()
    window.session.select([])
    return window


def row(window, name: str) -> QTreeWidgetItem:
    found = window.palette_panel.tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    assert len(found) == 1, name
    return found[0]


def rows(window) -> list[str]:
    """What stands under Block in the palette."""
    group = next((g for g in window.palette_panel._groups() if g.text(0) == "Block"), None)
    return [group.child(i).text(0) for i in range(group.childCount())] if group else []


def drop(window, name: str, at: QPointF) -> bool:
    """Drag a row of the palette onto the canvas; whether it was taken."""
    data = window.palette_panel.tree.mimeData([row(window, name)])
    view = window.canvas
    place = view.mapFromScene(at)
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(place, copy, data, LEFT, NONE)
    QApplication.sendEvent(view.viewport(), enter)
    QApplication.sendEvent(view.viewport(), QDragMoveEvent(place, copy, data, LEFT, NONE))
    view.grab()
    QApplication.sendEvent(view.viewport(), QDropEvent(QPointF(place), copy, data, LEFT, NONE))
    return enter.isAccepted()


def added(window) -> object:
    (id,) = window.session.selection
    return window.session.document.nodes[id]


def test_a_block_is_kept_and_stands_in_the_palette(window, home):
    assert (home / "data" / "blocks" / f"stage{library.SUFFIX}").is_file()
    assert rows(window) == ["stage"] and "‘stage’ is in your library" in window.messages.message.sentence
    assert row(window, "stage").toolTip(0) == "A block from your library: 3 layers; on its face filters."
    assert not window.actions_by_id["keep_block"].isEnabled(), "nothing is selected"
    assert window.session.history.undo_title is None, "the network is as it was"


def test_the_same_name_is_asked_about_and_replaced(window):
    block = next(i for i, n in window.session.document.nodes.items() if n.block)
    window.session.select([block])
    window.session.do("Change", lambda d: promote(d, "n2", "stride"))
    window.actions_by_id["keep_block"].trigger()
    assert "has a block called ‘stage’ already" in window.messages.message.sentence
    (title, act), = window.messages.message.ways
    act()
    window.session.shelf.refresh()
    assert title == "Replace ‘stage’" and row(window, "stage").toolTip(0).endswith("filters, stride.")


def test_it_is_dragged_onto_the_canvas(window):
    window.canvas.reset_zoom()
    assert drop(window, "stage", window.canvas.mapToScene(QPoint(300, 330)))
    node = added(window)
    assert node.block and node.name == "stage1" and node.settings == {"filters": 6}
    assert window.session.history.undo_title == "Add stage"


def test_it_is_dragged_onto_a_wire_where_it_fits(window):
    document = window.session.document
    stage = next(i for i, n in document.nodes.items() if n.block)
    wire = next(w for w in document.wires_into[stage])
    window.canvas.fit_all()
    assert drop(window, "stage", window.canvas.canvas.wires[wire].middle)
    node = added(window)
    wires = window.session.document.wires
    assert wire not in wires and Wire(wire.source, "sample", node.id, window.session.document.inputs(node.id)[0].name) in wires
    assert window.session.history.undo_title == "Insert stage"
    window.undo()
    # Behind Flatten a vector flows, and convolutions take maps: refused, said, and nothing is cut.
    flat = next(w for w in document.wires if w.target == "n8" or document.nodes[w.source].type == "Flatten")
    heard = Heard(window.canvas.status_message)
    drop(window, "stage", window.canvas.canvas.wires[flat].middle)
    assert any(str(text).startswith("✗ stage1") for text in heard.all) and flat in window.session.document.wires


def test_tab_finds_it(qtbot, window):
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Tab)
    qtbot.keyClicks(window.canvas.search.field, "stag")
    assert window.canvas.search.list.item(0).text() == "stage"
    window.canvas.search.grab()
    qtbot.keyClick(window.canvas.search.field, Qt.Key.Key_Return)
    assert added(window).block


def test_a_wire_in_the_hand_and_a_wire_to_stand_on_offer_it(qtbot, window):
    view, document = window.canvas, window.session.document
    stage = next(i for i, n in document.nodes.items() if n.block)
    data = document.wires_into[stage][0].source
    view.open_search(QPointF(0, 400), view.canvas.port_at(view.canvas.nodes[data].port_point(True, "sample")))
    qtbot.keyClicks(view.search.field, "stage")
    assert view.search._offers[STAGE].result == "6×12×12"
    qtbot.keyClick(view.search.field, Qt.Key.Key_Return)
    made = added(window)
    assert window.session.document.wires_into[made.id][0].source == data
    wire = window.session.document.wires_into[stage][0]
    view.insert_on(wire, QPointF(0, 0))
    qtbot.keyClicks(view.search.field, "stage")
    qtbot.keyClick(view.search.field, Qt.Key.Key_Return)
    second = added(window)
    assert second.block and window.session.document.wires_into[stage][0].source == second.id


def test_ctrl_shift_p_finds_it(qtbot, window):
    window.open_palette()
    qtbot.keyClicks(window.commands.search, "stage")
    assert window.commands.entries[0].title == "Add stage"
    qtbot.keyClick(window.commands.search, Qt.Key.Key_Return)
    assert added(window).block
    qtbot.keyClicks(window.palette_panel.search, "stage")
    assert window.palette_panel.visible_types() == [STAGE]


def test_the_page_of_blocks_is_its_help(qtbot, window):
    window.show_layer_help(STAGE)
    qtbot.waitUntil(window.help_card.isVisible)


def menu_of(qtbot, window, name: str) -> QMenu:
    """The right button on a row."""
    tree = window.palette_panel.tree
    tree.scrollToItem(row(window, name))
    view, at = tree.viewport(), tree.visualItemRect(row(window, name)).center()
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def choose(menu: QMenu, title: str) -> None:
    action = next(a for a in menu.actions() if a.text() == title)
    assert action.isEnabled()
    menu.close()
    action.trigger()


def test_it_is_renamed_in_place(qtbot, window, home):
    choose(menu_of(qtbot, window, "stage"), "Rename…")
    tree = window.palette_panel.tree
    qtbot.waitUntil(lambda: bool(tree.findChildren(QLineEdit)))
    field = tree.findChildren(QLineEdit)[0]
    field.selectAll()
    qtbot.keyClicks(field, "first stage")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rows(window) == ["first stage"])
    assert [p.name for p in (home / "data" / "blocks").iterdir()] == [f"first stage{library.SUFFIX}"]
    window.add_layer("library/first stage")
    assert added(window).name == "first stage"
    window.shelving.rename("library/first stage", "  ")
    assert rows(window) == ["first stage"] and "cannot be empty" in window.messages.message.sentence


def test_it_is_taken_out_and_put_back(qtbot, window):
    choose(menu_of(qtbot, window, "stage"), "Take it out of the library")
    assert rows(window) == [] and "networks that have it keep it" in window.messages.message.sentence
    window.messages.message.ways[0][1]()
    assert rows(window) == ["stage"]


def test_a_file_that_cannot_be_used_is_grey_and_says_why(qtbot, window, home):
    bad = home / "data" / "blocks" / f"newer{library.SUFFIX}"
    bad.write_text(json.dumps({"kind": library.KIND, "version": 9}))
    qtbot.waitUntil(lambda: rows(window) == ["newer", "stage"])  # the folder is watched
    item = row(window, "newer")
    assert "written by a newer Netwright" in item.toolTip(0)
    assert item.foreground(0).color() == QColor(theme.current().text3)
    assert not item.flags() & Qt.ItemFlag.ItemIsDragEnabled
    before = window.session.document
    window.palette_panel.tree.itemActivated.emit(item, 0)
    assert "written by a newer Netwright" in window.messages.message.sentence and window.session.document is before
    assert "library/newer" not in [e.title for e in window.commands._layers("")]
    (title, act), = window.messages.message.ways
    act()
    qtbot.waitUntil(lambda: rows(window) == ["stage"])
    assert title == "Take ‘newer’ out of the library"
