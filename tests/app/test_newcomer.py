"""What stopped somebody who had never seen the program, and does not any more."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.panels.bottom import PROBLEMS, TRAINING
from app.panels.words import Folding
from app.plots.plot_canvas import PlotCanvas
from app.plots.series import Series
from app.worker.control import PAUSED, RUNNING
from nodes import edits
from nodes.document import Document
from nodes.example import new
from nodes.grouping import group
from tests.app.conftest import tiny

SHIFT = Qt.KeyboardModifier.ShiftModifier


def _focus(window):
    return QApplication.focusWidget() or window.canvas


def _behind(window, words: str) -> None:
    """Tab, a few letters, Shift+Enter."""
    QTest.keyClick(_focus(window), Qt.Key.Key_Tab)
    QTest.keyClicks(_focus(window), words)
    QTest.keyClick(_focus(window), Qt.Key.Key_Return, SHIFT)


def test_a_cnn_grows_from_an_empty_canvas_by_its_layers_names(qtbot, make_window):
    window = make_window(Document())
    window.canvas.setFocus()
    window.canvas.empty.add.click()
    window.canvas.setFocus()
    for words in ("conv2d", "relu", "maxpool", "dense", "cross"):
        _behind(window, words)
    document = window.session.document
    row = sorted(document.nodes.values(), key=lambda n: n.position[0])
    assert [n.type for n in row] == ["Dataset", "Conv2D", "ReLU", "MaxPool2D", "Flatten", "Dense", "CrossEntropy"]
    assert all(w.target == b.id for a, b in pairwise(row) for w in document.wires_out_of[a.id])
    bodies = [window.canvas.canvas.nodes[n.id].scene_body() for n in row]
    assert not any(a.intersects(b) for i, a in enumerate(bodies) for b in bodies[:i])
    seen = window.canvas.mapToScene(window.canvas.viewport().rect()).boundingRect()
    assert seen.contains(bodies[-1]), "the newest layer is in view"


def test_plain_enter_wires_nothing_and_the_palette_says_what_shift_does(make_window):
    window = make_window(tiny())
    window.canvas.setFocus()
    window.session.select([])
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert "Shift+Enter" not in window.canvas.search.keys.text()
    QTest.keyClick(_focus(window), Qt.Key.Key_Escape)
    first = next(n for n in window.session.document.nodes.values() if n.type == "Dense")
    window.session.select([first.id])
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert f"Shift+Enter place and wire behind {first.name}" in window.canvas.search.keys.text()
    QTest.keyClicks(_focus(window), "relu")
    QTest.keyClick(_focus(window), Qt.Key.Key_Return)
    made = list(window.session.document.nodes)[-1]
    assert not window.session.document.wires_into[made]


def test_the_first_data_stands_where_the_hint_drew_it(make_window):
    window = make_window(Document())
    drawn = window.canvas.empty.first_step()
    window.canvas.empty.add.click()
    item = next(iter(window.canvas.canvas.nodes.values()))
    corner = window.canvas.mapFromScene(item.scene_body().topLeft())
    assert (corner - drawn).manhattanLength() <= 30


def test_the_palette_covers_no_layer(make_window):
    window = make_window(new("lenet"))
    for type in ("CrossEntropy", "Dense"):
        window.add_layer(type)
    *others, newest = [i.scene_body() for i in window.canvas.canvas.nodes.values()]
    assert not any(newest.intersects(b) for b in others)


@pytest.mark.parametrize("type", ["BatchNormalization", "Conv3D", "Crop", "LocalResponseNormalization", "Dense", "Pad"])
@pytest.mark.parametrize("inside", [False, True])
def test_nothing_in_the_inspector_is_cut_off(qtbot, make_window, type, inside):
    document = new("lenet")
    conv = next(n.id for n in document.nodes.values() if n.name == "conv1")
    document, block = group(document, [conv])
    document, id = edits.add(document, type, (3000.0, 3000.0), parent=block if inside else "")
    window = make_window(document)
    window.session.enter(block if inside else "")
    window.session.select([id])
    QApplication.processEvents()
    page = window.inspector.page
    assert page is not None and page.minimumSizeHint().width() <= page.parentWidget().width()
    assert page.width() <= page.parentWidget().width()


def test_a_long_repair_goes_on_in_the_next_line(qtbot, make_window):
    document = edits.remove(new("lenet"), [n.id for n in new("lenet").nodes.values() if n.name == "flatten1"])
    window = make_window(document)
    window.session.select([n.id for n in document.nodes.values() if n.name == "fc1"])
    QApplication.processEvents()
    buttons = {b.text(): b for b in window.inspector.page.findChildren(Folding)}
    long = buttons["Insert GlobalAveragePool and connect pool2"]
    assert long.sizeHint().width() <= window.inspector.width()
    qtbot.waitUntil(lambda: long.height() >= 2 * long.fontMetrics().height())
    long.click()
    assert any(n.type == "GlobalAveragePool" for n in window.session.document.nodes.values())


def test_inside_a_block_the_way_out_is_to_be_read(make_window):
    document = new("lenet")
    document, outer = group(document, [n.id for n in document.nodes.values() if n.name in ("conv1", "relu1")])
    document, inner = group(document, [n.id for n in document.nodes.values() if n.name == "relu1"])
    window = make_window(document)
    for level in (outer, inner, outer):
        window.session.enter(level)
        QApplication.processEvents()
        crumbs = window.canvas.breadcrumb
        assert crumbs.isVisible() and crumbs.width() >= crumbs.layout().sizeHint().width() > 100
        assert all(s.isVisible() and s.width() >= s.fontMetrics().horizontalAdvance(s.text()) for s in crumbs.steps)
    QTest.mouseClick(window.canvas.breadcrumb.steps[0], Qt.MouseButton.LeftButton)
    assert window.session.level == "" and window.canvas.breadcrumb.isHidden()


def test_train_shows_training_and_keeps_the_keyboard(qtbot, make_window):
    window = make_window(tiny(epochs=100_000))
    window.bottom.show_tab(PROBLEMS)
    bar = window.bottom.train_bar
    bar.train.setFocus(Qt.FocusReason.TabFocusReason)
    for state in (RUNNING, PAUSED, RUNNING, PAUSED):
        QTest.keyClick(_focus(window), Qt.Key.Key_Space)
        qtbot.waitUntil(lambda s=state: window.control.state == s, timeout=30_000)
        assert QApplication.focusWidget() is bar.train
    assert window.bottom.tabs.currentIndex() == TRAINING
    bar.stop.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bar.stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not bar.stop.isEnabled(), timeout=30_000)
    assert QApplication.focusWidget() is bar.train


def test_beside_train_stands_what_is_missing_still(make_window):
    window = make_window(Document())
    said = [window.bottom.train_bar.words.text()]
    for type in ("Dataset", "Dense"):
        window.add_layer(type)
        said.append(window.bottom.train_bar.words.text())
    window.session.do("Connect", window.session.checked.problems[0].repairs[0].edit)
    said.append(window.bottom.train_bar.words.text())
    assert said == [
        "Train needs data, a layer and a loss", "A layer and a loss are missing",
        "fc1 is not connected yet", "A loss is missing",
    ]  # fmt: skip


def test_while_a_layer_waits_for_its_wire_one_problem_stands(qtbot, make_window):
    """Not also that nothing leaves the data, and that a loss is missing: those come when it is their turn."""
    window = make_window(Document())
    window.add_layer("Dataset")
    window.add_layer("Conv2D")
    window.show_problems()
    (row,) = window.bottom.problems.rows
    assert "is not connected" in row.problem.what and row.buttons[0].text().startswith("Connect")
    qtbot.mouseClick(row.buttons[0], Qt.MouseButton.LeftButton)
    (row,) = window.bottom.problems.rows
    assert "a loss is missing" in row.problem.what


def test_new_is_two_keys(qtbot, make_window):
    window = make_window(new("lenet"))
    window.choose_new()
    assert window.new_menu.activeAction().text() == "Empty network"
    QTest.keyClick(window.new_menu, Qt.Key.Key_Return)
    assert not window.session.document.nodes


def test_the_time_axis_of_a_plot_that_was_drawn_behind_another_tab_can_be_read(qtbot):
    plot = PlotCanvas(False)
    qtbot.addWidget(plot)
    plot.resize(900, 200)
    plot.show()
    train = Series()
    train.add(range(1, 11), [1.0 / n for n in range(1, 11)])
    plot.show_curves(train, Series(), 10.0)
    assert len(plot.getAxis("bottom").values) > 8
    plot.resize(340, 200)
    assert [text for _, text in plot.getAxis("bottom").values] == ["0", "2", "4", "6", "8", "epoch 10"]
