"""Palette, inspector, recipe and problems: what the student types and clicks changes the document, or says why not."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from app.magnitude import scientific, share
from app.panels.dataset_field import FILE, FOLDER
from app.panels.dataset_list import HEADING
from app.panels.fields import ChoiceField
from app.panels.layer_palette import MIME
from app.panels.numbers import read
from app.session import Live
from nodes import edits
from nodes.document import Document, Wire
from nodes.example import new
from runtime import data
from tests.app.conftest import tiny, train_to_end

LEFT = Qt.MouseButton.LeftButton


def type_into(qtbot, field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def node(window, name: str) -> str:
    return next(i for i, n in window.session.document.nodes.items() if n.name == name)


# -- palette -----------------------------------------------------------------------------------------------------------
def test_search_filters_by_name_and_synonym(qtbot, window):
    panel = window.palette_panel
    qtbot.keyClicks(panel.search, "conv")
    assert "Conv2D" in panel.visible_types() and "ReLU" not in panel.visible_types()
    panel.search.clear()
    qtbot.keyClicks(panel.search, "affine")
    assert "Dense" in panel.visible_types()
    panel.search.clear()
    qtbot.keyClicks(panel.search, "xyzzq")
    assert panel.none_found.text().startswith("No layer is called “xyzzq”. Did you mean ")


def test_enter_adds_the_best_layer(qtbot, window):
    before = set(window.session.document.nodes)
    qtbot.keyClicks(window.palette_panel.search, "drop")
    qtbot.keyClick(window.palette_panel.search, Qt.Key.Key_Return)
    (added,) = set(window.session.document.nodes) - before
    assert window.session.document.nodes[added].type == "Dropout"


def test_a_dragged_layer_carries_its_type(window):
    tree = window.palette_panel.tree
    item = next(i for i in tree.findItems("Conv2D", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive))
    assert tree.mimeData([item]).data(MIME).data() == b"Conv2D"


# -- inspector ---------------------------------------------------------------------------------------------------------
def test_a_number_is_edited_and_undone(qtbot, window):
    fc1 = node(window, "fc1")
    window.session.select([fc1])
    row = window.inspector.page.rows["units"]
    type_into(qtbot, row.field, "64")
    assert window.session.document.nodes[fc1].settings["units"] == 64
    assert not row.dot.on  # 64 is the default
    window.undo()
    assert row.field.text() == "120" and row.dot.on


def test_out_of_range_keeps_the_old_value_and_says_why(qtbot, window):
    fc1 = node(window, "fc1")
    window.session.select([fc1])
    row = window.inspector.page.rows["units"]
    type_into(qtbot, row.field, "0")
    assert window.session.document.nodes[fc1].settings["units"] == 120
    assert row.field.text() == "120"
    assert row.error.isVisible() and "units takes a whole number from 1" in row.error.text()
    type_into(qtbot, row.field, "many")
    assert "‘many’ was given" in row.error.text()
    type_into(qtbot, row.field, "50")
    assert not row.error.isVisible()


def test_pairs_choices_and_switches(qtbot, window):
    conv = node(window, "conv1")
    window.session.select([conv])
    rows = window.inspector.page.rows
    type_into(qtbot, rows["kernel_size"].field.parts[0], "3")
    assert window.session.document.nodes[conv].settings["kernel_size"] == (3, 5)
    qtbot.mouseClick(rows["bias"].field, LEFT, pos=rows["bias"].field.rect().center() * 0.2)
    assert window.session.document.nodes[conv].settings["bias"] is False
    rows["padding"].field.setCurrentIndex(1)
    rows["padding"].field.activated.emit(1)
    assert window.session.document.nodes[conv].settings["padding"] == "same"
    qtbot.mouseClick(rows["kernel_size"].reset, LEFT)
    assert "kernel_size" not in window.session.document.nodes[conv].settings


def test_renaming_to_a_taken_name_is_refused(qtbot, window):
    window.session.select([node(window, "fc1")])
    page = window.inspector.page
    type_into(qtbot, page.name, "fc2")
    assert "already called ‘fc2’" in page.name_error.text()
    type_into(qtbot, page.name, "first")
    assert "first" in [n.name for n in window.session.document.nodes.values()]


def test_the_network_is_shown_when_nothing_is_selected(qtbot, window):
    table = window.inspector.network
    texts = table.view.texts()
    assert ["conv2", "16×8×8", "2,416"] in texts
    assert texts[-1] == ["total", "", "44,426"]


@pytest.mark.parametrize(
    ("text", "whole", "value"),
    [
        ("1,000", True, 1000), ("−3", True, -3), ("1e-3", False, 0.001), ("abc", True, "abc"), ("1,5", False, 1.5),
        ("0,001", False, 0.001), ("0,001", True, 0.001), ("1,500", False, "1,500"), ("1,000.5", False, 1000.5),
        ("1,00", False, 1.0), ("1,2,3", True, "1,2,3"), ("12,345,678", True, 12345678), ("1,5e-3", False, 0.0015),
    ],
)  # fmt: skip
def test_numbers_are_read_as_written(text, whole, value):
    assert read(text, whole) == value


# -- recipe ------------------------------------------------------------------------------------------------------------
def test_the_recipe_is_edited_and_checked(qtbot, window):
    form = window.bottom.training.recipe
    type_into(qtbot, form.fields["epochs"], "3")
    assert window.session.document.recipe.stages[0].epochs == 3
    type_into(qtbot, form.fields["rate"], "-1")
    assert window.session.document.recipe.stages[0].learning_rate == 0.001
    assert "learning rate is -1" in form.error.text()
    form.fields["optimizer"].setCurrentText("Momentum")
    form.fields["optimizer"].activated.emit(1)
    assert window.session.document.recipe.stages[0].updates[0].optimizer == "Momentum"
    type_into(qtbot, form.fields["momentum"], "0.8")
    assert window.session.document.recipe.stages[0].updates[0].settings == {"momentum": 0.8}


def test_a_comma_is_no_thousand_in_a_rate(qtbot, window):
    form = window.bottom.training.recipe
    type_into(qtbot, form.fields["rate"], "0,01")
    assert window.session.document.recipe.stages[0].learning_rate == 0.01
    type_into(qtbot, form.fields["rate"], "1,500")
    assert window.session.document.recipe.stages[0].learning_rate == 0.01
    assert form.error.isVisible() and "‘1,500’" in form.error.text()
    type_into(qtbot, form.fields["rate"], "0.01")  # what stood there: nothing is wrong any more
    assert not form.error.isVisible() and not form.fields["rate"].property("wrong")


def test_another_seed_for_a_trained_network_is_explained(qtbot, make_window):
    window = make_window(tiny())
    form = window.bottom.training.recipe
    type_into(qtbot, form.fields["seed"], "3")
    assert not form.note.isVisible()
    train_to_end(qtbot, window)
    type_into(qtbot, form.fields["seed"], "4")
    assert form.note.isVisible() and "starts anew" in form.note.text()


def test_a_dataset_is_chosen_from_the_catalogue_typed_or_a_folder(qtbot, window, tmp_path, monkeypatch):
    window.session.select(["n1"])
    field = window.inspector.page.rows["name"].field
    names = [field.itemText(i) for i in range(field.count())]
    assert {"digits", "mnist", "spiral", FOLDER, FILE} <= set(names)
    field.setCurrentIndex(names.index("spiral"))
    field.activated.emit(names.index("spiral"))
    assert window.session.document.nodes["n1"].settings["name"] == "spiral"
    type_into(qtbot, field.lineEdit(), "spiral:noise=20")
    assert window.session.document.nodes["n1"].settings["name"] == "spiral:noise=20"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *a, **k: str(tmp_path))
    field.activated.emit(names.index(FOLDER))
    assert window.session.document.nodes["n1"].settings["name"] == str(tmp_path)
    assert field.value == str(tmp_path)
    np.savez(tmp_path / "a.npz", samples=np.ones((20, 3)), labels=np.arange(20) % 2)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: (str(tmp_path / "a.npz"), ""))
    field.activated.emit(names.index(FILE))
    assert window.session.document.nodes["n1"].settings["name"] == str(tmp_path / "a.npz")


def test_the_list_of_datasets_has_headings_that_nothing_stops_at(qtbot, window):
    window.session.select(["n1"])
    field = window.inspector.page.rows["name"].field
    rows = [field.model().index(i, 0) for i in range(field.count())]
    headings = [row.data(HEADING) for row in rows if row.data(HEADING)]
    assert headings == [*data.grouped(), "Your own"] and rows[0].data(HEADING) == "Pictures"
    field.showPopup()
    view = field.view()
    assert view.currentIndex().data() == "digits" and view.viewport().width() >= 300
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().data() == "synthetic-imagenet"
    qtbot.keyClick(view, Qt.Key.Key_Down)  # past a heading
    assert view.currentIndex().data() == "cifar10"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert window.session.document.nodes["n1"].settings["name"] == "cifar10"


def test_the_list_opens_at_a_dataset_with_options_and_keeps_what_is_typed(qtbot, window):
    window.session.select(["n1"])
    field = window.inspector.page.rows["name"].field
    type_into(qtbot, field.lineEdit(), "spiral:noise=20")
    field.showPopup()
    assert field.view().currentIndex().data() == "spiral" and field.currentText() == "spiral:noise=20"
    qtbot.keyClick(field.view(), Qt.Key.Key_Escape)
    assert window.session.document.nodes["n1"].settings["name"] == "spiral:noise=20" == field.currentText()


def test_the_parts_of_a_pair_are_named(window):
    window.session.select([node(window, "conv1")])
    parts = window.inspector.page.rows["kernel_size"].field.parts
    assert [p.accessibleName() for p in parts] == ["kernel size, height", "kernel size, width"]


# -- problems ----------------------------------------------------------------------------------------------------------
def without_flatten() -> Document:
    """mlp whose Flatten was taken away: maps reach a Dense."""
    document = new("mlp")
    flatten = next(i for i, n in document.nodes.items() if n.type == "Flatten")
    target = document.wires_out_of[flatten][0].target
    source = document.wires_into[flatten][0]
    document = edits.remove(document, [flatten])
    return document.changed(wires=(*document.wires, Wire(source.source, source.source_port, target, "x")))


def test_a_problem_is_repaired_with_one_click(qtbot, make_window):
    window = make_window(without_flatten())
    assert not window.bottom.train_bar.train.isEnabled()
    assert "Train waits for" in window.bottom.train_bar.words.text()
    window.show_problems()
    row = window.bottom.problems.rows[0]
    assert "takes a vector" in row.problem.what
    qtbot.mouseClick(row.findChild(QPushButton), LEFT)
    assert not window.session.checked.problems
    assert window.bottom.problems.summary.text() == "Nothing is wrong. Train is ready."
    assert window.bottom.train_bar.train.isEnabled()
    window.undo()
    assert window.session.checked.errors


def test_the_inspector_shows_what_a_layer_has_learnt(qtbot, make_window):
    window = make_window(tiny())
    window.session.select(["n2"])
    page = window.inspector.page
    assert not page.learnt.histogram.isVisibleTo(page) and not page.learnt.gradients.isVisibleTo(page)
    train_to_end(qtbot, window)
    page = window.inspector.page
    assert page.learnt.histogram.isVisibleTo(page) and "16 weights" in page.learnt.histogram.accessibleName()
    window.session.show_live(Live({}, {"n2": 2e-3, "gone": 1.0}))
    assert page.learnt.gradients.isVisibleTo(page)
    assert page.learnt.gradients._rows == [(window.session.document.nodes["n2"].name, 2e-3, True)]
    assert not page.learnt.grab().isNull()


@pytest.mark.parametrize(("value", "how_far", "words"), [
    (1e-6, 0.0, "1.0e−6"), (0.1, 1.0, "1.0e−1"), (0.0, 0.0, "0.0e0"), (float("nan"), 0.0, "–"), (50.0, 1.0, "5.0e1"),
])
def test_gradients_have_one_scale(value, how_far, words):
    assert (share(value), scientific(value)) == (pytest.approx(how_far), words)


def test_the_table_keeps_chains_together(make_window) -> None:
    """Sources first, and otherwise as it was drawn: what lost its wire does not stand between the others."""
    window = make_window(edits.remove(new("lenet"), ["n8"]))
    view = window.inspector.network.view
    names = [view.order.index(row, 0).data() for row in range(view.order.rowCount() - 1)]
    drawn = [n.name or n.type for n in window.session.document.nodes.values()]
    assert names == drawn


def test_an_empty_inspector_names_the_keys_as_they_are(make_window) -> None:
    window = make_window(Document())
    card = window.inspector.network.keys
    assert card.isVisible() and not window.inspector.network.ports.isVisible()
    window.keys.take(window.keys.keymap.given("tidy", ["Ctrl+J"]))
    assert "Ctrl+J" in [sign.text() for sign in card.findChildren(QLabel)]


def test_what_a_port_means_stands_where_there_is_room(make_window) -> None:
    window = make_window()
    window.resize(1920, 1080)
    ports = window.inspector.network.ports
    assert ports.isVisible() and not window.inspector.network.keys.isVisible()
    window.resize(1280, 720)
    assert not ports.isVisible()


def test_a_choice_that_is_wider_than_its_field_ends_in_dots(qtbot):
    field = ChoiceField(("real is real + forged is forged", "short"))
    qtbot.addWidget(field)
    field.resize(120, 24)
    field.show()
    assert field.told().currentText.endswith("…") and field.value == "real is real + forged is forged"
    field.resize(500, 24)
    assert field.told().currentText == "real is real + forged is forged"
    field.show_value("short")
    assert field.told().currentText == "short"
