"""The stages of a recipe in the training panel, by real mouse and keys; the plots' borders; pictures while machines train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from app.panels.bottom import PICTURES, TRAINING
from app.panels.stage_rows import ABOUT, NAME
from app.plots.series import Series
from app.worker.control import IDLE, RUNNING
from nodes import edits
from nodes.files import load, save
from runtime.events import EpochDone, StageBegan, StageMark, Started
from tests.app.conftest import Heard, tiny, train_to_end
from tests.nodes.staged import adversaries, belief_net, stacked, two_datasets

Key, ALT, CONTROL = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def named(document, *names):
    stages = tuple(replace(s, name=n) for s, n in zip(document.recipe.stages, names, strict=True))
    return document.changed(recipe=replace(document.recipe, stages=stages))


@pytest.fixture
def window(make_window):
    return make_window(named(stacked(), "one", "two", "three"))


def names(window):
    return [s.name for s in window.session.document.recipe.stages]


def rows(window):
    view = window.bottom.training.stages.view
    return [view.item(i).data(ABOUT) for i in range(view.count())]


def middle(window, row):
    view = window.bottom.training.stages.view
    return view.visualItemRect(view.item(row)).center()


def click(qtbot, window, row):
    qtbot.mouseClick(window.bottom.training.stages.view.viewport(), LEFT, pos=middle(window, row))


def press(qtbot, window, words):
    qtbot.mouseClick(window.bottom.training.stages.tools[words], LEFT)


def test_one_stage_has_no_list_and_a_button_that_makes_a_second(qtbot, make_window):
    window = make_window(tiny())
    panel = window.bottom.training
    assert not panel.stages.isVisible() and panel.recipe.add.isVisible() and not panel.recipe.updates.isVisible()
    qtbot.mouseClick(panel.recipe.add, LEFT)
    assert panel.stages.isVisible() and not panel.recipe.add.isVisible()
    assert panel.recipe.stage.text() == "stage 2 of 2" and [r.name for r in rows(window)] == ["Stage 1", "Stage 2"]
    assert window.session.history.undo_title == "Add stage"
    window.undo()
    assert not panel.stages.isVisible()


def test_a_row_says_what_its_stage_is_for(window):
    told = [(r.number, r.name, r.aim, r.count) for r in rows(window)]
    assert told[0] == (1, "one", "↓ loss 1 · encoder 1, decoder 1", "2 epochs")
    assert told[2] == (3, "three", "↓ loss · all layers", "2 epochs")
    words = window.bottom.training.stages.view.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "1, one: 2 epochs, to come. Lowers loss 1; encoder 1, decoder 1 learns."


def test_a_click_or_an_arrow_chooses_the_stage_that_the_form_edits(qtbot, window):
    form = window.bottom.training.recipe
    click(qtbot, window, 1)
    assert form.stage.text() == "stage 2 of 3: two" and form.fields["lowers"].currentText() == "loss 2"
    view = window.bottom.training.stages.view
    qtbot.keyClick(view, Key.Key_Down)
    assert form.stage.text() == "stage 3 of 3: three"
    form.fields["rate"].setText("0.5")
    qtbot.keyClick(form.fields["rate"], Key.Key_Return)
    assert [s.learning_rate for s in window.session.document.recipe.stages] == [0.02, 0.02, 0.5]


def test_buttons_change_the_list_each_in_one_step_of_undo(qtbot, window):
    for row, words, after in (
        (1, "Move stage up", ["two", "one", "three"]), (0, "Duplicate stage", ["two", "two 2", "one", "three"]),
        (1, "Add stage", ["two", "two 2", "", "one", "three"]), (2, "Remove stage", ["two", "two 2", "one", "three"]),
        (2, "Move stage down", ["two", "two 2", "three", "one"]),
    ):  # fmt: skip
        before = names(window)
        click(qtbot, window, row)
        press(qtbot, window, words)
        assert names(window) == after
        window.undo()
        assert names(window) == before
        window.redo()
        assert names(window) == after


def test_keys_do_the_same_and_the_canvas_hears_none_of_them(qtbot, window):
    nodes = dict(window.session.document.nodes)
    window.session.select(nodes)
    click(qtbot, window, 0)
    view = window.bottom.training.stages.view
    for key, modifier, after in (
        (Key.Key_Down, ALT, ["two", "one", "three"]), (Key.Key_Down, ALT, ["two", "three", "one"]),
        (Key.Key_Up, ALT, ["two", "one", "three"]), (Key.Key_D, CONTROL, ["two", "one", "one 2", "three"]),
        (Key.Key_Delete, Qt.KeyboardModifier.NoModifier, ["two", "one", "three"]),
        (Key.Key_Insert, Qt.KeyboardModifier.NoModifier, ["two", "one", "three", ""]),
    ):  # fmt: skip
        qtbot.keyClick(view, key, modifier)
        assert names(window) == after
    assert window.session.document.nodes == nodes


def test_a_stage_is_renamed_in_place(qtbot, window):
    click(qtbot, window, 1)
    view = window.bottom.training.stages.view
    qtbot.keyClick(view, Key.Key_F2)
    field = view.findChild(QLineEdit)
    assert field.text() == "two" and field.selectedText() == "two"
    qtbot.keyClicks(field, "codes")
    qtbot.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(lambda: names(window) == ["one", "codes", "three"])  # Qt commits it a little later
    assert rows(window)[1].name == "codes"
    click(qtbot, window, 2)
    qtbot.mouseDClick(view.viewport(), LEFT, pos=QPoint(NAME + 8, middle(window, 2).y()))
    qtbot.waitUntil(lambda: isinstance(view.focusWidget(), QLineEdit) and view.focusWidget().text() == "three")
    field = view.focusWidget()
    qtbot.keyClicks(field, "gone")
    assert field.text() == "gone"
    qtbot.keyClick(field, Key.Key_Escape)
    qtbot.waitUntil(lambda: not field.isVisible())
    assert names(window) == ["one", "codes", "three"]


def test_the_last_stage_stays(qtbot, window):
    for _ in range(2):
        press(qtbot, window, "Remove stage")
    assert names(window) == ["three"] and not window.bottom.training.stages.isVisible()


# -- what a stage names ----------------------------------------------------------------------------------------------------
def test_the_loss_is_chosen_and_a_machine_brings_its_rule(qtbot, make_window):
    window = make_window(belief_net())
    form = window.bottom.training.recipe
    click(qtbot, window, 2)
    field = form.fields["lowers"]
    field.setFocus()
    assert [field.itemText(i) for i in range(field.count())] == ["all losses", "first", "second", "loss"]
    for text, rule in (("second", "contrastive divergence"), ("loss", "backpropagation")):
        while form.fields["lowers"].currentText() != text:
            step = Key.Key_Down if text == "loss" else Key.Key_Up
            qtbot.keyClick(form.fields["lowers"], step)
        update = window.session.document.recipe.stages[2].updates[0]
        assert update.rule == rule and update.parameters is None
    assert window.session.checked.errors == ()


def test_layers_that_learn_are_ticked(qtbot, window):
    form = window.bottom.training.recipe
    click(qtbot, window, 2)
    field = form.fields["learns"]
    assert field.currentText() == "all of it"
    field.setFocus()
    qtbot.keyClick(field, Key.Key_Space)
    ticks = field.list.rows
    qtbot.waitUntil(ticks.isVisible)
    texts = [ticks.item(i).text() for i in range(ticks.count())]
    assert texts == ["all that the loss depends on", "encoder 1", "decoder 1", "encoder 2", "decoder 2", "out"]
    qtbot.mouseClick(ticks.viewport(), LEFT, pos=ticks.visualItemRect(ticks.item(5)).center())
    qtbot.keyClick(ticks, Key.Key_Up)
    qtbot.keyClick(ticks, Key.Key_Up)
    qtbot.keyClick(ticks, Key.Key_Space)
    ids = {n.name: n.id for n in window.session.document.nodes.values()}
    assert window.session.document.recipe.stages[2].updates[0].parameters == (ids["encoder 2"], ids["out"])
    assert ticks.item(0).checkState() is Qt.CheckState.Unchecked and ticks.item(3).checkState() is Qt.CheckState.Checked
    qtbot.keyClick(ticks, Key.Key_Home)
    qtbot.keyClick(ticks, Key.Key_Space)
    assert window.session.document.recipe.stages[2].updates[0].parameters is None
    qtbot.keyClick(ticks, Key.Key_Escape)
    assert not field.list.isVisible()


def test_data_are_chosen_where_there_are_several(qtbot, make_window):
    window = make_window(two_datasets())
    field = window.bottom.training.recipe.fields["data"]
    assert [field.itemText(i) for i in range(field.count())] == ["the first", "A", "B"] and field.currentText() == "A"
    field.setFocus()
    qtbot.keyClick(field, Key.Key_Down)
    document = window.session.document
    assert document.nodes[document.recipe.stages[0].data].name == "B"
    assert "data" not in window.bottom.training.recipe.fields or len(document.recipe.stages) == 2


def test_each_of_two_updates_has_its_own_form(qtbot, make_window):
    window = make_window(adversaries())
    form = window.bottom.training.recipe
    assert form.fields["lowers"].currentText() == "real + fake" and form.fields["optimizer"].currentText() == "Adam"
    qtbot.mouseClick(form.updates.buttons[1], LEFT)
    assert form.fields["lowers"].currentText() == "fooled" and form.fields["optimizer"].currentText() == "SGD"
    form.fields["rate ×"].setText("0.25")
    qtbot.keyClick(form.fields["rate ×"], Key.Key_Return)
    assert [u.rate for u in window.session.document.recipe.stages[0].updates] == [1.0, 0.25]


def test_an_update_is_added_with_layers_of_its_own_and_removed(qtbot, make_window):
    window = make_window(tiny())
    form = window.bottom.training.recipe
    assert not form.drop.isVisible() and not form.updates.isVisible()
    form.ensureWidgetVisible(form.divide)
    qtbot.mouseClick(form.divide, LEFT)
    document = window.session.document
    layers = [n.id for n in document.nodes.values() if n.type == "Dense"]
    assert [u.parameters for u in document.recipe.stages[0].updates] == [tuple(layers[:-1]), tuple(layers[-1:])]
    assert form.updates.isVisible() and form.updates.buttons[1].isChecked() and window.session.checked.errors == ()
    if len(layers) == 2:
        qtbot.mouseClick(form.divide, LEFT)
        assert form.error.isVisible() and "let this one learn more first." in form.error.text()
    train_to_end(qtbot, window)
    qtbot.waitUntil(lambda: window.control.state == "idle")
    form.ensureWidgetVisible(form.drop)
    qtbot.mouseClick(form.drop, LEFT)
    assert [u.parameters for u in window.session.document.recipe.stages[0].updates] == [tuple(layers[:-1])]
    assert not form.error.isVisible() and not form.drop.isVisible()


# -- while it trains -------------------------------------------------------------------------------------------------------
def test_states_follow_the_training_and_a_stage_put_before_is_skipped(qtbot, window):
    heard = Heard(window.control.stage)
    train_to_end(qtbot, window)
    qtbot.waitUntil(lambda: window.control.state == "idle")
    assert len(heard.all) == 2 and [r.state for r in rows(window)] == ["done"] * 3
    click(qtbot, window, 0)
    press(qtbot, window, "Add stage")
    assert [r.state for r in rows(window)] == ["done", "skipped", "done", "done"]
    click(qtbot, window, 3)
    press(qtbot, window, "Duplicate stage")
    assert [r.state for r in rows(window)][-2:] == ["done", "ahead"] and window.session.document.standing == 3
    assert train_to_end(qtbot, window).reason == "done"
    assert window.session.document.standing == 4 and window.session.document.training.progress["epoch"] == 8


def test_a_stage_put_before_the_present_one_does_not_disturb_it(qtbot, make_window):
    document = stacked(epochs=100_000)
    stages = document.recipe.stages
    short = document.changed(recipe=replace(document.recipe, stages=(replace(stages[0], epochs=1, name="a"), *stages[1:])))
    window = make_window(short)
    window.control.toggle()
    qtbot.waitUntil(lambda: window.session.document.standing == 1, timeout=30_000)
    qtbot.waitUntil(lambda: window.bottom.training.choice.index == 1)
    click(qtbot, window, 0)
    press(qtbot, window, "Add stage")
    heard = Heard(window.client.checkpoint)
    qtbot.waitUntil(lambda: len(heard.all) > 1, timeout=30_000)
    assert window.session.document.standing == heard.all[-1].document.standing == 2
    assert [r.state for r in rows(window)] == ["done", "skipped", "now", "ahead"]
    window.control.stop()
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=30_000)


def test_what_is_typed_stays_with_its_stage_when_training_goes_on(qtbot, window):
    rate = window.bottom.training.recipe.fields["rate"]
    window.bottom.training.recipe.setFocus()
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "0.3")
    train_to_end(qtbot, window)
    qtbot.waitUntil(lambda: window.session.document.standing == 2)
    qtbot.keyClick(rate, Key.Key_Return)
    assert [s.learning_rate for s in window.session.document.recipe.stages] == [0.3, 0.02, 0.02]


def test_borders_stand_where_stages_began_and_no_curve_crosses_them(qtbot, make_window, window, tmp_path):
    train_to_end(qtbot, window)
    loss = window.bottom.training.loss
    qtbot.waitUntil(lambda: window.session.document.standing == 2 and loss.canvas is not None)
    expected = [(0.0, "one"), (2.0, "two"), (4.0, "three")]
    assert loss.borders == expected
    assert list(loss.validation.x) == [1, 2, 3, 4, 5, 6]
    qtbot.waitUntil(lambda: list(loss.canvas._validation.opts["connect"]) == [1, 0, 1, 0, 1, 1])
    window.session.do("Rename stage", lambda d: edits.set_recipe(d, 1, name="codes"))
    assert loss.borders[1] == (2.0, "codes")
    save(window.session.document, tmp_path / "s.onnx")
    other = make_window()
    other.show_document(load(tmp_path / "s.onnx"), None)
    assert [x for x, _ in other.bottom.training.loss.borders] == [0, 2, 4]
    window.undo()
    window.undo()
    assert loss.borders == []


def test_the_curve_keeps_to_its_epochs_when_batches_become_smaller(qtbot, make_window):
    window = make_window(tiny(100_000))
    loss = window.bottom.training.loss
    window.control.toggle()
    qtbot.waitUntil(lambda: len(loss.validation) > 2, timeout=30_000)
    window.session.do("Change batch", lambda d: edits.set_recipe(d, batch_size=5))
    began = loss.now
    qtbot.waitUntil(lambda: loss.now > began + 20, timeout=30_000)
    qtbot.waitUntil(lambda: abs(loss.train.x[-1] - loss.validation.x[-1]) <= 1, timeout=30_000)
    window.control.stop()
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=30_000)


def test_the_mean_of_a_curve_keeps_to_its_side_of_a_border():
    series = Series()
    series.add(np.arange(1, 201) / 100, np.repeat([1.0, 100.0], 100))
    smooth = series.smooth([0.0, 1.0])
    assert set(smooth[:100]) == {1.0} and np.allclose(smooth[100:], 100) and series.breaks([0.0, 1.0]) == [100]
    assert 1 < series.smooth()[99] < 100


def test_pictures_come_while_machines_train_and_go_with_the_weights(qtbot, make_window):
    window = make_window(belief_net(epochs=1))
    tabs, page = window.bottom.tabs, window.bottom.pictures
    assert not tabs.isTabVisible(PICTURES)
    found = Heard(window.control.pictured)
    train_to_end(qtbot, window)
    seen = [likenesses for likenesses in found.all if likenesses is not None]
    assert {s.name for s in seen} >= {"second"} and page.shown is seen[-1]
    assert tabs.isTabVisible(PICTURES) and page.accessibleDescription().startswith("10 pictures: Input, validation samples")
    qtbot.mouseClick(tabs, LEFT, pos=tabs.tabRect(PICTURES).center())
    assert page.isVisible() and len(page._rows) == 3
    window.undo()
    assert page.shown is None and not tabs.isTabVisible(PICTURES) and tabs.currentIndex() == TRAINING


def test_a_network_of_no_pictures_shows_none(qtbot, make_window):
    window = make_window(tiny())
    train_to_end(qtbot, window)
    assert not window.bottom.tabs.isTabVisible(PICTURES) and window.bottom.pictures.shown is None


def test_narrow_the_loss_has_the_room_until_there_is_an_accuracy(qtbot, make_window):
    window = make_window(belief_net(epochs=1))
    panel = window.bottom.training
    assert panel.width() < 1000 and not panel.accuracy.isVisible()
    train_to_end(qtbot, window)
    qtbot.waitUntil(panel.accuracy.isVisible)


def test_a_loss_shows_no_other_ones_numbers(qtbot, make_window):
    window = make_window(belief_net(epochs=1))
    train_to_end(qtbot, window)
    assert window.session.live.activations and window.session.live.loss is None
    plain = make_window(tiny())
    train_to_end(qtbot, plain)
    assert plain.session.live.loss is not None


def test_a_row_keeps_up_with_a_run_that_is_ahead_of_the_document(window):
    """The document learns of a run's epochs at its checkpoints only."""
    panel, progress = window.bottom.training, window.control.progress
    window.control.state = RUNNING
    progress.start(Started(step=0, epoch=0, target=6, samples=100, batches=2, stage=StageMark(1, 3, "one")))
    window.control.changed.emit()
    assert window.bottom.train_bar.batch.text() == "preparing" and rows(window)[0].share == 0
    progress.epoch_ended(EpochDone(2, 1, 0.1, None, None, None, 1.0))
    progress.advance(3, 2, 0.0)
    window.control.changed.emit()
    assert window.bottom.train_bar.batch.text() != "preparing"
    assert (rows(window)[0].count, rows(window)[0].share) == ("1 of 2", 0.75)
    progress.next_stage(StageBegan(step=4, epoch=2, samples=100, batches=2, stage=StageMark(2, 3, "two")))
    progress.advance(6, 3, 1.0)
    progress.epoch_ended(EpochDone(6, 3, 0.1, None, None, None, 1.0))
    window.control.changed.emit()
    assert (rows(window)[1].count, rows(window)[1].share, panel.stages.view.count()) == ("1 of 2", 0.5, 3)
    window.control.state = IDLE
