"""What a run leaves in the history, the curves and the messages: undone, killed, gone on with, begun anew."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.session import RunHistory
from nodes import edits
from tests.app.conftest import Heard, tiny, train_to_end

CONTROL = Qt.KeyboardModifier.ControlModifier


def ways(window) -> list[QPushButton]:
    bar = window.messages._ways
    return [bar.itemAt(i).widget() for i in range(bar.count())]


def node(window, name: str) -> str:
    return next(i for i, n in window.session.document.nodes.items() if n.name == name)


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=30_000)


@pytest.fixture
def window(make_window):
    return make_window(tiny())


def test_undo_takes_the_pictures_and_the_curves_with_it(qtbot, window):
    train_to_end(qtbot, window)
    wait_idle(qtbot, window)
    panel = window.bottom.training
    assert window.session.live.activations and len(panel.loss.validation) == 3
    window.undo()
    assert not window.session.live.activations
    assert len(panel.loss.train) == 0 and len(panel.accuracy.validation) == 0
    assert panel.loss._stack.currentWidget() is panel.loss.empty
    window.redo()
    assert list(panel.loss.validation.x) == [1, 2, 3]


def test_a_run_after_an_undone_one_begins_at_the_left(qtbot, window):
    train_to_end(qtbot, window)
    wait_idle(qtbot, window)
    window.undo()
    train_to_end(qtbot, window)
    x = window.bottom.training.loss.train.x
    assert len(x) == 15 and (x[1:] > x[:-1]).all()


def test_a_run_after_a_killed_one_goes_on_where_its_weights_are(qtbot, make_window):
    window = make_window(tiny(100_000))
    died = Heard(window.client.died)
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.progress.step > 5, timeout=30_000)
    os.kill(window.client.process_id, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    qtbot.waitUntil(lambda: bool(died.all), timeout=30_000)
    assert window.messages.level == "err" and window.messages.isVisible()
    window.control.toggle()
    qtbot.waitUntil(lambda: window.control.state == "running", timeout=30_000)
    assert not window.messages.isVisible()
    qtbot.waitUntil(lambda: window.control.progress.step > 5, timeout=30_000)
    x = window.bottom.training.loss.train.x
    assert (x[1:] > x[:-1]).all()
    window.control.stop()
    wait_idle(qtbot, window)


def test_the_entry_is_made_when_the_run_begins(qtbot, make_window):
    window = make_window(tiny(100_000))
    heard = Heard(window.client.checkpoint)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CONTROL)
    first = next(iter(window.session.document.nodes))
    window.session.do("Move", lambda d: edits.move(d, {first: (7.0, 7.0)}))
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.control.on and window.session.history.undo_title == "Train"
    assert window.session.document.nodes[first].position != (7.0, 7.0)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.control.state == "idle" and window.session.history.undo_title is None


def test_undo_while_it_starts_leaves_nothing_of_it(qtbot, make_window):
    window = make_window(tiny(100_000))
    heard = Heard(window.client.checkpoint)
    before, ready = window.session.document, Heard(window.client.ready)
    window.client.warm()
    qtbot.waitUntil(lambda: len(ready.all) == 1, timeout=30_000)
    window.control.toggle()
    window.undo()
    assert window.control.state == "idle" and window.session.history.redo_title is None
    qtbot.waitUntil(lambda: len(ready.all) == 2, timeout=30_000)  # another process, for the next run
    assert window.session.document is before and not heard.all


def test_train_at_the_end_changes_no_history_and_offers_ways_on(qtbot, window):
    train_to_end(qtbot, window)
    wait_idle(qtbot, window)
    first = next(iter(window.session.document.nodes))
    window.session.do("Move", lambda d: edits.move(d, {first: (7.0, 7.0)}))
    window.undo()
    window.control.toggle()
    assert window.control.state == "idle" and window.session.history.redo_title == "Move"
    assert window.messages.text.text() == "This recipe has run to its end: 3 epochs."
    assert [w.text() for w in ways(window)] == ["Train 10 more epochs", "Start anew"]
    heard = Heard(window.client.finished)
    qtbot.mouseClick(ways(window)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    assert window.session.document.training.progress["epoch"] == 13
    assert window.session.document.recipe.stages[0].epochs == 13
    assert not window.messages.isVisible()


def test_a_changed_layer_is_named_and_training_begins_anew_in_one_step_of_undo(qtbot, window):
    train_to_end(qtbot, window)
    wait_idle(qtbot, window)
    trained = window.session.document
    id = node(window, "hidden2")
    window.session.do("Change units", lambda d: edits.set_setting(d, id, "units", 5))
    window.control.toggle()
    assert "hidden2: weight" in window.messages.text.text() and "start anew" in window.messages.text.text()
    window.undo()
    window.undo()
    assert not window.messages.isVisible(), "undone, nothing is at its end"
    window.redo()
    heard = Heard(window.client.finished)
    window.actions_by_id["anew"].trigger()
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    wait_idle(qtbot, window)
    assert window.session.document.training.progress["epoch"] == 3
    assert window.session.history.undo_title == "Start training anew"
    assert len(window.bottom.training.loss.validation) == 3
    window.undo()
    assert window.session.document is trained


def test_what_broke_a_run_is_taken_back_when_it_is_mended(qtbot, make_window):
    window = make_window(edits.set_recipe(tiny(), learning_rate=1e30, optimizer="SGD"))
    assert train_to_end(qtbot, window).reason == "problem"
    wait_idle(qtbot, window)
    assert window.messages.isVisible() and window.messages.level == "err"
    window.session.do("Change rate", lambda d: edits.set_recipe(d, learning_rate=0.01))
    assert not window.messages.isVisible()


def test_a_run_keeps_its_entry_while_old_ones_are_dropped() -> None:
    history = RunHistory(tiny())
    history._drawn = 200 << 10
    for step in range(300):
        history.do("Rename", edits.retitle(history.document, f"before {step}"))
    history.begin_run("Train", history.document)
    for step in range(300):
        history.do("Rename", edits.retitle(history.document, f"while {step}"))
    assert len(history.entries) < 320 and not history.run_undone
    assert [e.title for e in history.entries][:2] == ["Rename", "Train"]
    history.graft(lambda d: d.changed(notes="learnt"))
    assert [e.document.notes for e in history.entries[:2]] == [history.entries[0].document.notes, "learnt"]
    assert not history.end_run(), "it has trained"
    history.do("Rename", edits.retitle(history.document, "after"))
    assert len(history.entries) < 200 and "Train" not in [e.title for e in history.entries]
