"""Wires, nodes and numbers that explain themselves: what is clicked in the window is repaired, silenced, sorted, shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from app import cli
from app.columns import HEAD
from app.panels import menus
from app.panels.bottom import LAYERS
from nodes import edits
from nodes.document import Document
from nodes.example import new
from tests.nodes.checks.chains import conv, dense, id_of, joined, network

LEFT = Qt.MouseButton.LeftButton


def softened() -> Document:
    """Two softmaxes in a row: one advice."""
    return network("Flatten", dense(10), "Softmax", "Softmax")


def tool(row, words: str) -> QToolButton:
    (found,) = (t for t in row.findChildren(QToolButton) if t.accessibleName().startswith(words))
    return found


# -- advice ------------------------------------------------------------------------------------------------------------
def test_advice_is_silenced_undone_and_shown_again(qtbot, make_window):
    window = make_window(softened())
    window.show_problems()
    problems = window.bottom.problems
    assert [r.problem.kind for r in problems.rows] == ["softmax_twice"] and window.bottom.badge.text() == "1"
    qtbot.mouseClick(tool(problems.rows[0], "Silence"), LEFT)
    assert problems.rows == [] and window.session.document.silenced == ("softmax_twice",)
    assert problems.silenced.text() == "1 silenced: two softmaxes in a row." and window.bottom.badge.text() == ""
    window.undo()
    assert len(problems.rows) == 1
    window.session.redo()
    qtbot.mouseClick(problems.hear_again, LEFT)
    assert len(problems.rows) == 1 and window.session.document.silenced == ()
    assert window.session.history.undo_title == "Show silenced advice again"


def test_an_error_cannot_be_silenced(make_window):
    window = make_window(network("Flatten", dense(3)))
    (row,) = window.bottom.problems.rows
    assert [t.accessibleName() for t in row.findChildren(QToolButton)] == ["Why: about Dense"]


def test_the_page_that_explains_it_opens(qtbot, make_window):
    window = make_window(softened())
    window.show_problems()
    qtbot.mouseClick(tool(window.bottom.problems.rows[0], "Why"), LEFT)
    qtbot.waitUntil(window.help_card.isVisible)
    assert "Softmax" in window.help_card.windowTitle()
    window.help_card.close()


def test_the_node_offers_what_the_list_offers(qtbot, make_window):
    window = make_window(softened())
    last = id_of(window.session.document, "Softmax", 1)
    window.session.select([last])
    page = window.inspector.page
    repair = next(b for b in page.findChildren(QPushButton) if b.text() == "Take softmax2 out")
    assert tool(page, "Silence") and tool(page, "Why: about Softmax")
    qtbot.mouseClick(repair, LEFT)
    assert last not in window.session.document.nodes and not window.session.checked.problems
    window.undo()
    node = window.canvas.canvas.nodes[last]
    menu = menus.canvas_menu(window, node.scene_body().center())
    first = menu.actions()[0]
    assert first.text() == "Take softmax2 out" and menu.actions()[1].isSeparator()
    first.trigger()
    assert last not in window.session.document.nodes
    menu.close()


def test_a_node_with_an_error_offers_every_repair(qtbot, make_window):
    document = network(conv(16, 3, padding="same"), conv(32, 3, padding="same", stride=(2, 2)), "Add", "Flatten", dense(10))
    window = make_window(joined(document, (id_of(document, "Conv2D"), id_of(document, "Add"), "x")))
    window.session.select([id_of(document, "Add")])
    titles = [b.text() for b in window.inspector.page.findChildren(QPushButton)]
    assert "Insert 1×1 Conv2D (32 filters, stride 2)" in titles
    qtbot.mouseClick(window.inspector.page.findChildren(QPushButton)[titles.index(titles[0])], LEFT)
    assert not window.session.checked.problems


# -- the table of layers -----------------------------------------------------------------------------------------------
def names(window) -> list[str]:
    return [row[0] for row in window.bottom.layers.view.texts()]


def click_head(qtbot, view, head: str) -> None:
    header = view.header()
    x = header.sectionViewportPosition(HEAD.index(head)) + 12
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))


def test_the_table_is_sorted_by_its_heads(qtbot, window):
    window.show_layers()
    view = window.bottom.layers.view
    drawn = names(window)
    assert drawn[0] == "Digits" and drawn[-1] == "total" and window.bottom.tabs.currentIndex() == LAYERS
    click_head(qtbot, view, "parameters")
    assert names(window)[:3] == ["fc1", "fc2", "conv2"] and names(window)[-1] == "total"
    assert view.order.headerData(HEAD.index("parameters"), Qt.Orientation.Horizontal) == "↓ params"
    click_head(qtbot, view, "parameters")
    assert names(window)[-2:] == ["fc1", "total"]
    click_head(qtbot, view, "parameters")
    assert names(window) == drawn, "the network's own order"
    click_head(qtbot, view, "computation")
    assert names(window)[:2] == ["conv2", "conv1"]


def test_a_row_selects_its_layer(qtbot, window):
    window.show_layers()
    view = window.bottom.layers.view
    click_head(qtbot, view, "space")
    place = view.visualRect(view.order.index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    assert [window.session.document.nodes[i].name for i in window.session.selection] == ["fc1"]


def test_the_table_follows_every_edit(window):
    window.show_layers()
    row = next(r for r in window.bottom.layers.view.texts() if r[0] == "fc3")
    assert row[1:] == ["10", "850", "840", "0.3 %", "1.9 %", "all", "5.1 kB", "28.9 kB"]
    fc3 = next(i for i, n in window.session.document.nodes.items() if n.name == "fc3")
    window.session.do("Units", lambda d: edits.set_setting(d, fc3, "units", 20))
    row = next(r for r in window.bottom.layers.view.texts() if r[0] == "fc3")
    assert row[1:4] == ["20", "1,700", "1,680"]
    broken = window.bottom.layers.view.texts()[-1]
    assert broken[0] == "so far", "a class count that does not fit is an error"


def test_numbers_are_aligned_right_and_unknown_ones_are_marked(make_window):
    window = make_window(edits.remove(new("lenet"), ["n8"]))
    window.show_layers()
    model = window.bottom.layers.view.layers
    for column, head in enumerate(HEAD):
        right = model.data(model.index(0, column), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
        assert bool(right) == (column > 1), head
    fc1 = next(r for r in window.bottom.layers.view.texts() if r[0] == "fc1")
    assert set(fc1[1:]) == {"?"}


def test_the_command_line_knows_the_same_columns():
    assert tuple(cli.COLUMNS) == HEAD


# -- bars for shares ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("zoom", [1.0, 0.6, 0.3])
def test_bars_show_where_the_cost_is(window, zoom):
    action, scene = window.actions_by_id["show_costs"], window.canvas.canvas
    document = window.session.document
    fc1, relu = id_of(document, "Dense"), id_of(document, "ReLU")
    before = scene.nodes[fc1].body().height()
    window.canvas.reset_zoom()
    window.canvas.zoom_by(zoom)
    plain = window.canvas.grab().toImage()
    action.trigger()
    assert action.isChecked() and window.store.value("costs", False, bool)
    assert scene.nodes[fc1].body().height() == before + 24
    assert scene.nodes[fc1].look.costs == (round(30_720 / 281_640, 4), round(30_840 / 44_426, 4))
    assert scene.nodes[relu].look.costs is None
    assert window.canvas.grab().toImage() != plain or zoom < 0.4
    window.session.do("Units", lambda d: edits.set_setting(d, fc1, "units", 10))
    assert scene.nodes[fc1].look.costs[1] < 0.5, "shares follow the edit"
    action.trigger()
    assert not action.isChecked() and scene.nodes[fc1].look.costs is None


def test_bars_are_remembered(make_window):
    first = make_window()
    first.toggle_costs()
    assert make_window().canvas.canvas.shows_costs


def test_the_inspector_says_what_a_layer_sees_and_takes(window):
    window.session.select([id_of(window.session.document, "Conv2D", 1)])
    page = window.inspector.page
    shown = {page._numbers.itemAtPosition(r, 0).widget().text(): page._numbers.itemAtPosition(r, 2).widget().text()
             for r in range(page._numbers.rowCount()) if page._numbers.itemAtPosition(r, 0)}  # fmt: skip
    assert shown["sees"] == "14×14" and shown["compute"] == "55 %" and shown["space"] == "5 %"
    assert shown["memory"] == "330 kB"
