"""The window without a mouse: the whole job, walking, ports, wires, the next panel, the menu. No event here is a pointer's."""

from __future__ import annotations

import onnx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from nodes.document import Document, Wire
from nodes.example import new
from tests.app.conftest import Heard, to_front

Key, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press(*keys, held=Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys wherever the focus is."""
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key, held)


def write(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


def types(window) -> list[str]:
    return [n.type for n in window.session.document.nodes.values()]


def id_of(window, type: str) -> str:
    return next(i for i, n in window.session.document.nodes.items() if n.type == type)


def add(window, text: str) -> str:
    """In the search palette: what is typed, taken."""
    assert QApplication.focusWidget() is window.canvas.search.field
    write(text)
    press(Key.Key_Return)
    assert QApplication.focusWidget() is window.canvas
    (made,) = window.session.selection
    return made


def add_wired(window, text: str) -> str:
    press(Key.Key_W, Key.Key_Tab)
    return add(window, text)


def test_the_whole_job_without_a_mouse(qtbot, make_window, tmp_path, monkeypatch):
    window = make_window(Document())
    assert QApplication.focusWidget() is window.canvas
    press(Key.Key_Tab)
    data = add(window, "dataset")
    add_wired(window, "flatten")
    add_wired(window, "dense")
    press(Key.Key_Return)  # its settings
    write("3\t")  # units: out of the field, the value counts
    assert window.session.document.nodes[id_of(window, "Dense")].settings["units"] == 3
    press(Key.Key_Escape)
    assert QApplication.focusWidget() is window.canvas
    add_wired(window, "relu")
    output = add_wired(window, "dense")
    loss = add_wired(window, "crossentropy")
    assert types(window) == ["Dataset", "Flatten", "Dense", "ReLU", "Dense", "CrossEntropy"]

    # Back to the data, its second port, over to the loss's target.
    press(*[Key.Key_Left] * 5)
    assert window.session.selection == {data}
    press(Key.Key_BracketRight, Key.Key_BracketRight)
    assert window.canvas.port.port.name == "label"
    press(Key.Key_W)
    assert window.canvas.gesture.over.node == loss, "the nearest free port that takes labels"
    press(Key.Key_Return)
    assert Wire(data, "label", loss, "target") in window.session.document.wires

    # 64 units, 10 classes.
    assert [p.node for p in window.session.checked.errors] == [loss]
    press(*[Key.Key_Right] * 4)
    assert window.session.selection == {output}
    press(Key.Key_Return)
    write("10\t")
    press(Key.Key_Escape)
    assert not window.session.checked.errors

    window.session.do("quick", lambda d: d.changed(recipe=_quick(d.recipe)))
    heard = Heard(window.client.finished)
    press(Key.Key_Return, held=CTRL)
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    assert window.session.document.weights

    path = tmp_path / "mine.onnx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), a[3].split(";;")[0]))
    to_front(qtbot, window)
    press(Key.Key_E, held=CTRL)
    onnx.checker.check_model(onnx.load(path))


def _quick(recipe):
    from dataclasses import replace

    return replace(recipe, stages=(replace(recipe.stages[0], epochs=1, batch_size=512),))


def test_arrows_walk_the_wires(window):
    press(Key.Key_Right)
    assert window.session.selection == {"n1"}
    press(Key.Key_Right, Key.Key_Right)
    assert window.session.selection == {"n3"}
    press(Key.Key_Left)
    assert window.session.selection == {"n2"}
    press(Key.Key_Down)
    (below,) = window.session.selection
    assert window.session.document.nodes[below].position[1] > 0
    press(Key.Key_Up)
    (above,) = window.session.selection
    assert window.session.document.nodes[above].position[1] == 0


def test_what_is_added_by_keys_covers_nothing(window):
    for _ in range(3):
        press(Key.Key_Tab)
        add(window, "dense")
    bodies = [item.scene_body() for item in window.canvas.canvas.nodes.values()]
    assert not [1 for i, a in enumerate(bodies) for b in bodies[i + 1 :] if a.intersects(b)]
    shown = window.canvas.mapToScene(window.canvas.viewport().rect()).boundingRect()
    assert shown.contains(bodies[-1])


def test_a_wire_led_by_keys_is_repaired_left_and_connected(window):
    document = window.session.document
    window.session.select(["n1"])
    press(Key.Key_W)
    assert window.canvas.gesture is not None and window.canvas.port is None
    press(Key.Key_Escape)
    assert window.canvas.gesture is None and window.session.document is document

    # From the maps of the second pooling to a Dense: refused, and Enter takes the first repair.
    pools = [i for i, n in document.nodes.items() if n.type == "MaxPool2D"]
    dense = next(i for i, n in document.nodes.items() if n.type == "Dense")
    window.session.select([pools[-1]])
    press(Key.Key_W)
    press(Key.Key_Right, Key.Key_Right)  # at the end of its row: on in the next one
    assert window.canvas.gesture.over.node == dense
    assert "Enter: Insert Flatten" in window.status.currentMessage()
    press(Key.Key_Return)
    assert types(window).count("Flatten") == 2 and window.canvas.gesture is None
    press(Key.Key_Z, held=CTRL)
    assert window.session.document is document


def test_a_pointer_that_moves_does_not_disturb_a_wire_of_keys(window):
    from tests.app.canvas.conftest import Hand

    window.session.select(["n1"])
    press(Key.Key_W)
    Hand(window.canvas).move(window.canvas.mapToScene(5, 5), held=Qt.MouseButton.NoButton)
    assert window.canvas.gesture is not None
    Hand(window.canvas).click(window.canvas.mapToScene(5, 5))
    assert window.canvas.gesture is None


def test_a_chosen_port_is_cleared(window):
    count = len(window.session.document.wires)
    window.session.select(["n2"])
    press(Key.Key_Delete, held=SHIFT)
    assert "Choose a port first" in window.status.currentMessage()
    press(Key.Key_BracketRight)
    assert window.status.currentMessage().startswith("Input x of conv1")
    press(Key.Key_Delete, held=SHIFT)
    assert len(window.session.document.wires) == count - 1
    press(Key.Key_Delete)
    assert "n2" not in window.session.document.nodes


def test_f6_goes_around_and_back(window):
    places = [QApplication.focusWidget()]
    for _ in range(5):
        press(Key.Key_F6)
        places.append(QApplication.focusWidget())
    assert places[0] is places[5] is window.canvas and len(set(places)) == 5
    assert window.inspector.isAncestorOf(places[1]) and window.bottom.isAncestorOf(places[2])
    press(Key.Key_F6, held=SHIFT)
    assert QApplication.focusWidget() is places[4]
    press(Key.Key_Escape)
    assert QApplication.focusWidget() is window.canvas


@pytest.mark.parametrize("key", [(Key.Key_Menu, Qt.KeyboardModifier.NoModifier), (Key.Key_F10, SHIFT)])
def test_the_menu_key_opens_the_menu_of_the_layer(qtbot, window, key):
    window.session.select(["n2"])
    press(key[0], held=key[1])
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert "Rename" in [a.text() for a in menu.actions()]
    menu.close()


def test_f2_renames_in_place(window):
    window.session.select(["n2"])
    press(Key.Key_F2)
    write("edges")
    press(Key.Key_Return)
    assert window.session.document.nodes["n2"].name == "edges"
    assert QApplication.focusWidget() is window.canvas or window.canvas.isAncestorOf(QApplication.focusWidget())


# -- find ----------------------------------------------------------------------------------------------------------------
def test_find_cycles_through_what_it_found(window):
    press(Key.Key_F, held=CTRL)
    bar = window.canvas.find_bar
    assert QApplication.focusWidget() is bar.field
    write("pool")
    assert bar.count.text().startswith("1 of 2 · ")
    (first,) = window.session.selection
    press(Key.Key_Return)
    assert bar.count.text().startswith("2 of 2 · ") and window.session.selection != {first}
    (id,) = window.session.selection
    middle = window.canvas.mapFromScene(window.canvas.canvas.nodes[id].scene_body().center())
    away = middle - window.canvas.viewport().rect().center()
    assert max(abs(away.x()), abs(away.y())) < 12
    press(Key.Key_Return, held=SHIFT)
    assert window.session.selection == {first}
    press(Key.Key_Return, held=SHIFT)
    assert window.session.selection == {id}, "around"
    nodes = window.canvas.canvas.nodes
    assert nodes[first].opacity() == 1 and nodes["n1"].opacity() < 0.5
    press(Key.Key_Escape)
    assert not bar.isVisible() and QApplication.focusWidget() is window.canvas
    assert nodes["n1"].opacity() == 1


@pytest.mark.parametrize(("query", "names"), [
    ("conv2", ["conv2", "conv1"]), ("units 84", ["fc2"]), ("fully connected", ["fc1", "fc2", "fc3"]),
    ("kernel 5×5", ["conv1", "conv2"]), ("nothing like it", []),
])  # fmt: skip
def test_find_looks_at_names_settings_and_synonyms(window, query, names):
    press(Key.Key_F, held=CTRL)
    write(query)
    found = [window.session.document.nodes[m.node].name for m in window.canvas._found]
    assert found == names
    if not names:
        assert window.canvas.find_bar.count.text().startswith("No layer has “nothing like it”")


def test_find_looks_at_problems(window):
    window.session.do("break", lambda d: d.changed(wires=tuple(w for w in d.wires if w.target != "n2")))
    problem = next(p for p in window.session.checked.problems if p.node == "n2")
    press(Key.Key_F, held=CTRL)
    write(" ".join(w for w in problem.what.split() if w.isalnum() and w.isascii())[:30])
    assert window.session.selection == {"n2"} and problem.what[:20] in window.canvas.find_bar.count.text()


def test_find_follows_the_document(window):
    window.session.select(["n3"])
    press(Key.Key_F, held=CTRL)
    write("pool")
    assert window.canvas.find_bar.count.text().startswith("1 of 2")
    window.canvas.delete_selection()
    assert window.canvas.find_bar.count.text().startswith("1 of 1")
    window.undo()
    assert window.canvas.find_bar.count.text().startswith("1 of 2")


def test_the_table_of_layers_is_walked_and_chosen_by_keys(window):
    press(Key.Key_F6)
    assert QApplication.focusWidget() is window.inspector.network.view
    press(Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert len(window.session.selection) == 1


def test_the_menus_are_opened_by_keys(qtbot, window):
    press(Key.Key_F, held=Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    assert QApplication.activePopupWidget().actions()[0].text() == "New…"
    QApplication.activePopupWidget().close()


def test_a_block_is_made_opened_searched_and_left_by_keys(window):
    press(Key.Key_Right, Key.Key_Right)
    window.session.select(["n2", "n3"])
    press(Key.Key_G, held=CTRL)
    (block,) = window.session.selection
    press(Key.Key_Return)
    assert window.session.level == block
    press(Key.Key_Escape)
    assert window.session.level == "" and window.session.selection == {block}
    press(Key.Key_F, held=CTRL)
    write("conv")
    nodes = window.session.document.nodes
    assert window.session.level == block and [nodes[i].name for i in window.session.selection] == ["conv1"]
    assert window.canvas.canvas.nodes["n3"].opacity() < 0.5
    press(Key.Key_Return)
    assert window.session.level == "" and [nodes[i].name for i in window.session.selection] == ["conv2"]
    assert window.canvas.canvas.nodes[block].opacity() == 1, "it holds the other one"
    press(Key.Key_Escape)


def test_find_waits_for_a_layer(make_window):
    window = make_window(Document())
    assert not window.actions_by_id["find"].isEnabled()
    window = make_window(new("lenet"))
    assert window.actions_by_id["find"].isEnabled()
