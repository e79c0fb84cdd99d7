"""Training in its own process: points arrive, a pause holds, undo restores, and its death costs the window nothing."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import Qt

from app.worker.client import DIED
from nodes import edits
from nodes.example import new
from tests.app.conftest import Heard, tiny, train_to_end
from tests.nodes.staged import stacked

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(make_window):
    return make_window(tiny())


def test_ctrl_enter_trains_and_points_arrive(qtbot, window):
    heard = Heard(window.client.finished)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    assert heard.all[0].reason == "done"
    panel = window.bottom.training
    assert len(panel.loss.train) == 15 and len(panel.loss.validation) == 3
    qtbot.waitUntil(lambda: panel.loss.canvas is not None)
    assert window.session.document.weights
    assert window.session.document.training.progress["epoch"] == 3
    assert "ONNX Runtime" in window.status.provider.text()
    assert window.session.live.activations
    assert window.control.state == "idle"


def test_undo_after_training_restores_the_weights(qtbot, window):
    before = window.session.document
    train_to_end(qtbot, window)
    assert window.session.history.undo_title == "Train"
    window.undo()
    assert window.session.document is before
    window.redo()
    assert window.session.document.weights


def test_a_run_is_one_entry_of_history(qtbot, make_window):
    window = make_window(tiny(100_000))
    heard = Heard(window.client.checkpoint)
    window.control.toggle()
    qtbot.waitUntil(lambda: len(heard.all) >= 2, timeout=30_000)
    window.control.stop()
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=30_000)
    window.undo()
    assert window.session.history.undo_title is None


def test_pause_step_epoch_and_go_on(qtbot, make_window):
    window = make_window(tiny(100_000))
    control = window.control
    control.step()
    qtbot.waitUntil(lambda: control.state == "paused", timeout=30_000)
    assert control.progress.step == 1
    control.step()
    qtbot.waitUntil(lambda: control.state == "paused" and control.progress.step == 2)
    control.step_epoch()
    qtbot.waitUntil(lambda: control.state == "paused" and control.progress.step == 5)
    control.toggle()
    qtbot.waitUntil(lambda: control.progress.step > 10)
    control.toggle()
    qtbot.waitUntil(lambda: control.state == "paused")
    step = control.progress.step
    assert window.session.document.training.progress["step"] == step


def test_editing_meanwhile_is_merged_and_kept_by_undo(qtbot, make_window):
    window = make_window(tiny(100_000))
    heard = Heard(window.client.checkpoint)
    window.control.toggle()
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    first = next(iter(window.session.document.nodes))
    window.session.do("Rename", lambda d: edits.rename(d, first, "renamed"))
    count = len(heard.all)
    qtbot.waitUntil(lambda: len(heard.all) > count, timeout=30_000)
    assert window.session.document.nodes[first].name == "renamed"
    window.control.stop()
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=30_000)
    trained = window.session.document.training.progress["step"]
    window.undo()
    assert window.session.document.nodes[first].name != "renamed"
    assert window.session.document.training.progress["step"] == trained


def test_a_changed_recipe_applies_while_it_trains(qtbot, make_window):
    window = make_window(tiny(100_000))
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.progress.step > 5, timeout=30_000)
    window.session.do("Change rate", lambda d: edits.set_recipe(d, learning_rate=1e-30))
    heard = Heard(window.client.steps)
    qtbot.waitUntil(lambda: bool(heard.all) and heard.all[-1].learning_rate <= 1e-30, timeout=30_000)
    assert window.session.document.recipe.stages[0].learning_rate == 1e-30


def test_a_killed_process_costs_no_edit_and_train_works_again(qtbot, make_window):
    window = make_window(tiny(100_000))
    died, edits_made = Heard(window.client.died), 0
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.progress.step > 5, timeout=30_000)
    window.add_layer("Dense")
    edits_made = len(window.session.document.nodes)
    os.kill(window.client.process_id, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    qtbot.waitUntil(lambda: bool(died.all), timeout=30_000)
    assert window.messages.isVisible() and window.messages.text.text() == DIED
    assert len(window.session.document.nodes) == edits_made
    window.undo()
    # How much of it came back before it died is chance: go on for two epochs more.
    done = window.session.document.training.progress.get("epoch", 0)
    window.session.do("Shorter", lambda d: edits.set_recipe(d, epochs=done + 2))
    assert train_to_end(qtbot, window).reason == "done"


def test_a_rate_that_ruins_it_is_told_in_the_bar(qtbot, make_window):
    document = edits.set_recipe(tiny(50), learning_rate=1e6, optimizer="SGD")
    document = edits.set_recipe(document, weight_decay=1e3)
    window = make_window(document)
    end = train_to_end(qtbot, window)
    assert end.reason == "problem"
    assert window.messages.isVisible() and window.messages.level == "err"
    assert window.control.state == "idle"


def test_stop_that_does_not_stop_is_a_kill(qtbot, make_window):
    window = make_window(tiny(100_000))
    window.client.grace = 0.0
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.state == "running", timeout=30_000)
    window.control.stop()
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=30_000)


def test_another_document_hears_nothing_of_the_run(qtbot, make_window):
    window = make_window(tiny(100_000))
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.progress.step > 5, timeout=30_000)
    with qtbot.waitSignal(window.client.ready, timeout=30_000):  # of the process that took the other's place
        window.show_document(tiny(7), None)
    assert not window.session.document.weights and window.control.state == "idle"


def test_undoing_the_run_stops_it(qtbot, make_window):
    window = make_window(tiny(100_000))
    before = window.session.document
    heard = Heard(window.client.checkpoint)
    window.control.toggle()
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    with qtbot.waitSignal(window.client.ready, timeout=30_000):  # of the process that took the other's place
        window.undo()
    assert window.control.state == "idle" and "undone" in window.messages.text.text()
    assert window.session.document is before


def test_a_change_of_structure_says_what_starts_anew(qtbot, make_window):
    window = make_window(tiny(100_000))
    heard = Heard(window.client.checkpoint)
    window.control.toggle()
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    hidden2 = next(i for i, n in window.session.document.nodes.items() if n.name == "hidden2")
    window.session.do("Change units", lambda d: edits.set_setting(d, hidden2, "units", 5))
    count = len(heard.all)
    qtbot.waitUntil(lambda: len(heard.all) > count, timeout=30_000)
    assert "start anew" in window.messages.text.text() and "hidden2" in window.messages.text.text()
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.state == "paused", timeout=30_000)
    window.control.step()  # the changed network, from the weights that fit
    qtbot.waitUntil(lambda: window.control.state == "paused" and window.control._same_network(), timeout=30_000)
    assert window.session.document.weights[f"{hidden2}/weight"].shape == (8, 5)


def test_a_run_that_breaks_is_explained_at_its_layer_with_a_repair(qtbot, make_window) -> None:
    window = make_window(edits.set_recipe(tiny(), learning_rate=1e30, optimizer="SGD"))
    assert train_to_end(qtbot, window).reason == "problem"
    problem = window.session.checked.problems[-1]
    node = window.session.document.nodes[problem.node]
    assert node.name in problem.sentence and "gave inf" in problem.sentence
    assert window.session.selection == {problem.node}
    window.session.do(problem.repairs[0].title, problem.repairs[0].edit)
    assert window.session.checked.problems == ()
    assert window.session.document.recipe.stages[0].learning_rate == 0.01


def test_stages_are_told_while_they_train(qtbot, make_window):
    document = stacked()
    window = make_window(document.changed(recipe=document.recipe.with_stage(1, name="second code")))
    form, bar = window.bottom.training.recipe, window.bottom.train_bar
    assert form.stage.text() == "stage 1 of 3" and form.fields["rate"].text() == "0.02"
    began = Heard(window.control.stage)
    assert train_to_end(qtbot, window).reason == "done"
    assert [e.stage.words for e in began.all] == ["stage 2 of 3: second code", "stage 3 of 3"]
    panel = window.bottom.training
    assert len(panel.loss.train) == 30 and len(panel.loss.validation) == 6 and len(panel.accuracy.validation) == 2
    assert panel.loss.now == 6 and form.stage.text() == "stage 3 of 3" and bar.epoch.text().startswith("stage 3/3 · epoch 6/6")
    qtbot.waitUntil(lambda: window.control.state == "idle")
    form.fields["rate"].setText("0.5")
    qtbot.keyClick(form.fields["rate"], Qt.Key.Key_Return)
    assert [s.learning_rate for s in window.session.document.recipe.stages] == [0.02, 0.02, 0.5]


def test_a_run_without_accuracy_leaves_its_room_to_the_loss(qtbot, make_window):
    window = make_window(edits.set_recipe(new("mazur"), epochs=3))
    panel = window.bottom.training
    assert panel.accuracy.isVisible()
    train_to_end(qtbot, window)
    qtbot.waitUntil(lambda: not panel.accuracy.isVisible())
    assert panel.loss.isVisible()


def test_a_loss_of_nothing_does_not_stretch_the_axis(qtbot, make_window):
    window = make_window(new("perceptron-xor"))
    train_to_end(qtbot, window)
    panel = window.bottom.training
    qtbot.waitUntil(lambda: panel.loss.canvas is not None and len(panel.loss.train) == 12)
    panel.loss.redraw()
    assert min(panel.loss.train.y) == 0 and panel.loss.canvas.viewRange()[1][0] > -2
