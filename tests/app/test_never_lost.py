"""Never lost: a killed window comes back with its history; two windows on one file, and a file that changes, are told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app import presence
from app.autosave import journal_beside, left_behind
from app.journal_reader import read_journal
from app.panels import filing
from app.settings import state_folder
from nodes import edits, files
from nodes.document import Training
from tests.app.conftest import tiny, to_front, train_to_end
from tests.app.test_filing import crash
from tests.app.test_messages import ways

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)

#: A real Netwright process: opens a file, adds three layers as the palette does, undoes one, and waits to be killed.
VICTIM = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app import theme
from app.window import MainWindow
app = QApplication([])
theme.apply(app, "dark")
window = MainWindow()
window.show()
if sys.argv[1]:
    assert window.filing.load(Path(sys.argv[1]))
for type in ("Dense", "ReLU", "Dropout"):
    window.add_layer(type)
window.undo()
window.status.kept.setText("")
def look():
    writer = window.autosave.writer
    if window.status.kept.text() == "autosaved" and not writer.waiting and not writer._busy:
        print("kept", flush=True)
timer = QTimer(timeout=look)
timer.start(20)
app.exec()
"""


@pytest.fixture
def killed(home):
    """Run the process above on a file ("": a new network), and kill it when its edits are in the journal."""

    def run(path: object = "") -> None:
        command = [sys.executable, "-c", VICTIM, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "kept\n"
            assert not left_behind(state_folder()), "a living process's journal is left alone"
            os.kill(process.pid, SIGKILL)

    return run


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "net.onnx"
    document = tiny()
    files.save(document, path)
    return path


def types(window) -> list[str]:
    return [n.type for n in window.session.document.nodes.values()]


def key(qtbot, window, letter: Qt.Key) -> None:
    to_front(qtbot, window)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, letter, CONTROL)


def wait_for(qtbot, window, words: str) -> None:
    qtbot.waitUntil(lambda: window.messages.isVisible() and words in window.messages.text.text())


def press(qtbot, window, title: str) -> None:
    qtbot.mouseClick(next(w for w in ways(window) if w.text() == title), LEFT)


# -- killed ------------------------------------------------------------------------------------------------------------
def test_a_killed_window_comes_back_with_its_undo_history(qtbot, make_window, killed, model):
    before = model.read_bytes()
    killed(model)
    window = make_window()
    window.offer_recovery()
    press(qtbot, window, "Recover them")
    assert types(window)[-2:] == ["Dense", "ReLU"] and window.session.path == model and "edited" in window.windowTitle()
    history = window.session.history
    assert (history.undo_title, history.redo_title) == ("Add ReLU", "Add Dropout")
    key(qtbot, window, Qt.Key.Key_Y)
    assert types(window)[-3:] == ["Dense", "ReLU", "Dropout"]
    for _ in range(3):
        key(qtbot, window, Qt.Key.Key_Z)
    assert history.undo_title is None and window.session.document == files.load(model)
    assert history.clean and "edited" not in window.windowTitle()
    assert model.read_bytes() == before and not left_behind(state_folder())


def test_killed_twice_the_newest_state_is_still_offered(qtbot, make_window, killed):
    """What was recovered is in a journal before the old one goes."""
    killed()
    window = make_window()
    window.offer_recovery()
    press(qtbot, window, "Recover them")
    window.add_layer("Softmax")
    crash(window)
    again = make_window()
    again.offer_recovery()
    press(qtbot, again, "Recover them")
    assert types(again)[-3:] == ["Dense", "ReLU", "Softmax"] and again.session.path is None
    undone = []
    while again.session.history.undo_title:
        undone.append(again.session.history.undo_title)
        key(qtbot, again, Qt.Key.Key_Z)
    assert undone == ["Add Softmax", "Add ReLU", "Add Dense"]


def test_a_run_and_what_was_before_it_come_back(qtbot, make_window):
    window = make_window(tiny())
    window.session.do("Rename", lambda d: edits.retitle(d, "a name"))
    train_to_end(qtbot, window)
    learnt = window.session.document
    window.session.do("Start anew", lambda d: d.changed(weights={}, training=Training()))
    window.autosave.write()
    crash(window)
    again = make_window()
    again.offer_recovery()
    press(qtbot, again, "Recover them")
    key(qtbot, again, Qt.Key.Key_Z)
    assert again.session.document == learnt and learnt.weights and learnt.training.slots
    assert len(again.bottom.training.loss.validation) == 3
    key(qtbot, again, Qt.Key.Key_Z)
    assert not again.session.document.weights and again.session.document.title == "a name"


def test_a_file_that_is_gone_loses_nothing(qtbot, make_window, killed, model):
    killed(model)
    model.unlink()
    window = make_window()
    window.offer_recovery()
    press(qtbot, window, "Recover them")
    assert types(window)[-2:] == ["Dense", "ReLU"] and window.session.path is None and not window.session.history.clean


def test_a_file_that_was_saved_later_is_not_thought_to_be_the_old_one(qtbot, make_window, killed, model):
    killed(model)
    files.save(edits.retitle(files.load(model), "saved later"), model)
    os.utime(model, ns=(2**62, 2**62))
    window = make_window()
    window.offer_recovery()
    assert "saved later" in window.messages.text.text()
    press(qtbot, window, "Recover them")
    while window.session.history.undo_title:
        key(qtbot, window, Qt.Key.Key_Z)
    assert window.session.document.title != "saved later" and not window.session.history.clean


def test_what_is_drawn_here_is_not_lost_to_a_recovery(qtbot, make_window, killed, monkeypatch):
    killed()
    window = make_window()
    window.add_layer("Softmax")
    window.offer_recovery()
    monkeypatch.setattr(filing, "ask_about_changes", lambda *_: filing.CANCEL)
    press(qtbot, window, "Recover them")
    assert types(window)[-1] == "Softmax" and left_behind(state_folder()), "the journal waits for the next start"


def test_a_journal_of_the_time_without_history_is_opened(qtbot, make_window, model):
    """Written by the code of that time: one npz file beside the document."""
    import json

    import numpy as np

    document = edits.retitle(files.load(model), "of old")
    head = {"path": str(model), "document": files.document_json(document), "weights": True}
    arrays = {"journal": np.frombuffer(json.dumps(head).encode(), np.uint8), "weights/n2/weight": np.ones((2, 3), np.float32)}
    with journal_beside(model).open("wb") as file:
        np.savez(file, **arrays)
    os.utime(model, ns=(1, 1))
    window = make_window()
    assert window.filing.load(model)
    press(qtbot, window, "Recover them")
    assert window.session.document.title == "of old" and window.session.document.weights["n2/weight"].sum() == 6
    assert window.session.history.undo_title == "Recover" and not journal_beside(model).exists()


def test_a_process_id_that_another_program_has_now_is_not_its_window(make_window, tmp_path, monkeypatch):
    window = make_window(tiny())
    window.add_layer("Dense")
    window.autosave.write()
    assert not left_behind(state_folder())
    monkeypatch.setattr(presence, "started", lambda pid: "another time")
    (found,) = left_behind(state_folder())
    assert found.document == window.session.document


def test_editing_does_not_wait_for_the_disk(qtbot, make_window, monkeypatch):
    """The journal is written in a thread of its own, and each edit is a line more."""
    window = make_window(tiny())
    window.add_layer("Dense")
    window.autosave.write()
    place = state_folder() / "autosave" / f"{window.autosave.presence.id}.autosave"
    begin = (place / "journal").read_bytes()
    window.add_layer("ReLU")
    window.autosave.write()
    assert (place / "journal").read_bytes().startswith(begin)
    state, whole = read_journal(place)
    assert whole and [e.title for e in state.entries] == ["New", "Add Dense", "Add ReLU"]


# -- the weights that were let go --------------------------------------------------------------------------------------
def test_undo_to_weights_that_were_let_go_keeps_those_that_fit(qtbot, make_window):
    window = make_window(tiny())
    window.session.history._bound = 100  # bytes
    train_to_end(qtbot, window)
    qtbot.waitUntil(lambda: window.control.state == "idle")
    hidden = next(i for i, n in window.session.document.nodes.items() if n.name == "hidden2")
    window.session.do("Change units", lambda d: edits.set_setting(d, hidden, "units", 5))
    window.actions_by_id["anew"].trigger()
    qtbot.waitUntil(lambda: window.control.state == "idle" and window.session.history.entries[1].thin, timeout=30_000)
    kept = window.session.document.weights
    key(qtbot, window, Qt.Key.Key_Z)  # the second run: before it, nothing fits less
    key(qtbot, window, Qt.Key.Key_Z)  # the change
    assert "were let go" in window.messages.text.text() and "start anew: hidden2: weight" in window.messages.text.text()
    document = window.session.document
    assert document.nodes[hidden].settings["units"] != 5 and f"{hidden}/weight" not in document.weights
    same = [k for k in kept if k in document.weights]
    assert same and all(document.weights[k] is kept[k] for k in same)


# -- two windows, one file ---------------------------------------------------------------------------------------------
@pytest.fixture
def two(qtbot, make_window, model):
    """Two windows that show the same file; the second has said so."""
    one, other = make_window(), make_window()
    assert one.filing.load(model) and not one.messages.isVisible()
    assert other.filing.load(model)
    return one, other


def test_the_second_window_on_a_file_says_so_and_offers_a_copy(qtbot, two, model, monkeypatch):
    _, other = two
    assert "net.onnx is open in another Netwright window, too" in other.messages.text.text()
    press(qtbot, other, "Work on a copy")
    assert other.session.path is None and other.session.document.title.endswith(" copy") and not other.session.history.clean
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(model.with_name("mine.onnx")), ""))
    key(qtbot, other, Qt.Key.Key_S)
    assert files.load(model.with_name("mine.onnx")).title.endswith(" copy") and not files.load(model).title.endswith(" copy")


def test_the_first_window_learns_of_the_second_when_it_comes_to_the_front(qtbot, two):
    one, other = two
    to_front(qtbot, one)
    wait_for(qtbot, one, "is open in another Netwright window, too")
    other.show_document(tiny(), None)
    one.on_disk.look()
    assert not one.messages.isVisible(), "it is alone again"


def test_each_window_has_a_journal_of_its_own(qtbot, two, model):
    one, other = two
    one.add_layer("Dense")
    other.add_layer("Softmax")
    for window in two:
        window.autosave.write()
    journals = [journal_beside(model, w.autosave.presence.id) for w in two]
    assert [read_journal(j)[0].document for j in journals] == [w.session.document for w in two]
    crash(other)
    (found,) = left_behind(state_folder())
    assert found.document == other.session.document
    found.discard()
    assert journals[0].exists() and not journals[1].exists()


def test_what_another_window_saves_is_noticed_and_can_be_reloaded(qtbot, two, model):
    one, other = two
    other.add_layer("Softmax")
    key(qtbot, other, Qt.Key.Key_S)
    wait_for(qtbot, one, "Another Netwright window has changed net.onnx")
    mine = one.session.document
    press(qtbot, one, "Reload")
    assert one.session.document == other.session.document and one.session.history.clean
    key(qtbot, one, Qt.Key.Key_Z)
    assert one.session.document is mine and not one.session.history.clean


def test_keeping_ones_own_is_asked_about_again_when_it_is_saved(qtbot, two, model, monkeypatch):
    one, other = two
    other.add_layer("Softmax")
    key(qtbot, other, Qt.Key.Key_S)
    wait_for(qtbot, one, "Another Netwright window has changed net.onnx")
    press(qtbot, one, "Keep mine")
    assert not one.session.history.clean, "what is here is in no file"
    key(qtbot, one, Qt.Key.Key_S)
    assert [w.text() for w in ways(one)] == ["Overwrite", "Save as…", "Reload"]
    assert "Softmax" in [n.type for n in files.load(model).nodes.values()]
    press(qtbot, one, "Overwrite")
    assert files.load(model) == one.session.document and one.session.history.clean
    wait_for(qtbot, other, "has changed net.onnx")


def test_another_program_and_a_file_that_goes_away(qtbot, make_window, model):
    window = make_window()
    assert window.filing.load(model)
    files.save(edits.retitle(files.load(model), "theirs"), model)
    wait_for(qtbot, window, "Another program has changed net.onnx")
    press(qtbot, window, "Reload")
    assert window.session.document.title == "theirs" and not window.messages.isVisible()
    model.unlink()
    wait_for(qtbot, window, "net.onnx was deleted or moved")
    assert "edited" in window.windowTitle()
    key(qtbot, window, Qt.Key.Key_S)
    assert files.load(model).title == "theirs" and not window.messages.isVisible()


def test_saving_oneself_is_no_news(qtbot, make_window, model):
    window = make_window()
    assert window.filing.load(model)
    for title in ("one", "two"):
        window.session.do("Rename", lambda d, t=title: edits.retitle(d, t))
        key(qtbot, window, Qt.Key.Key_S)
        with qtbot.waitSignal(window.on_disk._timer.timeout, timeout=5000):
            pass
        assert not window.messages.isVisible() and window.session.history.clean
