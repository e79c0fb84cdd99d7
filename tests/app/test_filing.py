"""Files, autosave and recovery: what goes wrong is one sentence, and no work is lost."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog

import exporters
from app import packs
from app.autosave import journal_beside, left_behind
from app.panels import filing
from app.recent import recent
from app.settings import state_folder
from nodes import edits, files
from runtime import model_file
from tests.app.conftest import tiny, train_to_end


def rename_first(window, name: str) -> None:
    first = next(iter(window.session.document.nodes))
    window.session.do("Rename", lambda d: edits.rename(d, first, name))


@pytest.fixture
def saved(make_window, tmp_path, monkeypatch):
    """A window whose document was saved."""
    window = make_window(tiny())
    path = tmp_path / "net.onnx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), ""))
    assert window.filing.save()
    return window


def test_save_and_reopen_with_weights(qtbot, make_window, saved):
    train_to_end(qtbot, saved)
    assert "edited" in saved.windowTitle()
    assert saved.filing.save() and "edited" not in saved.windowTitle()
    again = make_window(tiny())
    assert again.filing.load(saved.session.path)
    assert again.session.document == saved.session.document
    assert len(again.bottom.training.loss.validation) == 3  # the curves come back
    assert again.session.history.clean
    assert recent(again.store) == [saved.session.path]


def test_a_document_in_two_files(qtbot, make_window, saved, tmp_path, monkeypatch):
    """Saved, trained and saved again, exported, opened: one data file each, and no word about it."""
    monkeypatch.setattr(model_file, "LIMIT", 100)
    monkeypatch.setattr(model_file, "SMALL", 10)
    assert saved.filing.save()
    before = set(tmp_path.glob("net.onnx.*.data"))
    train_to_end(qtbot, saved)
    assert saved.filing.save() and saved.messages.isHidden()
    after = set(tmp_path.glob("net.onnx.*.data"))
    assert len(before) == len(after) == 1 and before != after
    assert saved.filing.export(exporters.target("onnx"), tmp_path / "export.onnx")
    assert len(list(tmp_path.glob("export.onnx.*.data"))) == 1
    again = make_window(tiny())
    assert again.filing.load(saved.session.path)
    assert again.session.document == saved.session.document and again.session.document.training.slots


def test_another_program_changed_the_file(saved):
    path = saved.session.path
    path.write_bytes(path.read_bytes() + b"")
    os.utime(path, ns=(1, 1))
    rename_first(saved, "mine")
    assert not saved.filing.save()
    assert "changed by another window or program" in saved.messages.text.text()
    titles = [saved.messages._ways.itemAt(i).widget() for i in range(saved.messages._ways.count())]
    assert [b.text() for b in titles] == ["Overwrite", "Save as…", "Reload"]
    titles[0].click()
    assert files.load(path).nodes == saved.session.document.nodes


def test_a_folder_that_does_not_exist_is_one_sentence(window, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "no" / "a.onnx"), ""))
    assert not window.filing.save()
    assert "folder does not exist" in window.messages.text.text()


def test_a_damaged_file_changes_nothing(window, tmp_path):
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no model")
    before = window.session.document
    assert not window.filing.load(bad)
    assert window.session.document is before
    assert "bad.onnx" in window.messages.text.text()


def test_export(window, tmp_path, monkeypatch):
    import onnx

    target = tmp_path / "out.onnx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), ""))
    window.filing.export_dialog()
    onnx.checker.check_model(onnx.load(target), full_check=True)


@pytest.mark.parametrize(("answer", "closes"), [(filing.CANCEL, False), (filing.DISCARD, True), (filing.SAVE, True)])
def test_closing_asks(saved, monkeypatch, answer, closes):
    rename_first(saved, "changed")
    asked = []
    monkeypatch.setattr(filing, "ask_about_changes", lambda *_: asked.append(1) or answer)
    event = QCloseEvent()
    saved.closeEvent(event)
    assert asked and event.isAccepted() == closes
    if answer == filing.SAVE:
        assert "changed" in [n.name for n in files.load(saved.session.path).nodes.values()]


def test_closing_without_changes_asks_nothing(saved, monkeypatch):
    monkeypatch.setattr(filing, "ask_about_changes", lambda *_: pytest.fail("asked"))
    event = QCloseEvent()
    saved.closeEvent(event)
    assert event.isAccepted() and event.type() == QEvent.Type.Close


# -- autosave ----------------------------------------------------------------------------------------------------------
def crash(window) -> None:
    """End a window as a crash would: the lock is gone, the journal is not."""
    window.autosave.writer.flush()
    window.autosave.presence.lock.unlock()
    window.autosave.writer.clear = lambda: None
    window.autosave.presence.close = lambda: None
    window.client.close()


def test_autosave_writes_beside_the_file_and_saving_removes_it(qtbot, saved):
    journal = journal_beside(saved.session.path, saved.autosave.presence.id)
    rename_first(saved, "autosaved one")
    assert saved.status.kept.text() == "edited"
    qtbot.waitUntil(lambda: saved.status.kept.text() == "autosaved")
    assert journal.exists()
    saved.filing.save()
    qtbot.waitUntil(lambda: not journal.exists())
    assert saved.status.kept.text() == "saved" and not left_behind(state_folder())


def test_recovery_of_a_network_that_was_never_saved(qtbot, make_window):
    window = make_window(tiny())
    rename_first(window, "lost and found")
    window.autosave.write()
    assert not left_behind(state_folder())  # its window is alive
    crash(window)
    again = make_window()
    again.offer_recovery()
    assert "changes that were not saved" in again.messages.text.text()
    again.messages._ways.itemAt(0).widget().click()
    assert "lost and found" in [n.name for n in again.session.document.nodes.values()]
    assert not again.session.history.clean


def test_recovery_brings_back_what_was_learnt(qtbot, make_window):
    window = make_window(tiny())
    train_to_end(qtbot, window)
    learnt = window.session.document
    window.autosave.write()
    qtbot.waitUntil(lambda: window.status.kept.text() == "autosaved")
    crash(window)
    again = make_window()
    again.offer_recovery()
    again.messages._ways.itemAt(0).widget().click()
    assert again.session.document == learnt and learnt.weights


def test_what_is_too_large_for_a_journal_is_not_called_trained(qtbot, make_window, monkeypatch):
    monkeypatch.setattr(packs, "LIMIT", 10)
    window = make_window(tiny())
    train_to_end(qtbot, window)
    window.autosave.write()
    qtbot.waitUntil(lambda: window.status.kept.text() == "drawing autosaved")
    crash(window)
    again = make_window()
    again.offer_recovery()
    again.messages._ways.itemAt(0).widget().click()
    assert not again.session.document.weights and not again.session.document.training.progress


def test_every_lost_network_is_offered_in_turn(qtbot, make_window):
    for name in ("lost one", "lost two"):
        window = make_window(tiny())
        rename_first(window, name)
        window.session.do("Rename", lambda d, n=name: edits.retitle(d, n))
        window.autosave.write()
        crash(window)
    again = make_window()
    again.offer_recovery()
    offered = again.messages.text.text()
    again.messages.say("info", "Something else.")
    again.messages.leave()
    assert again.messages.text.text() == offered
    again.messages._ways.itemAt(0).widget().click()
    first = again.session.document.title
    again.messages.leave()  # “Recovered”
    assert "changes that were not saved" in again.messages.text.text() and first not in again.messages.text.text()
    again.messages._ways.itemAt(0).widget().click()
    assert {first, again.session.document.title} == {"lost one", "lost two"}


def test_recovery_keeps_the_weights_of_the_file(qtbot, make_window, saved):
    train_to_end(qtbot, saved)
    saved.filing.save()
    weights = saved.session.document.weights
    rename_first(saved, "after saving")
    saved.autosave.write()
    crash(saved)
    again = make_window()
    again.offer_recovery()
    again.messages._ways.itemAt(0).widget().click()
    assert "after saving" in [n.name for n in again.session.document.nodes.values()]
    assert again.session.document.weights.keys() == weights.keys()
    assert not again.session.history.clean


def test_discarding_removes_the_journal(make_window):
    window = make_window(tiny())
    rename_first(window, "not wanted")
    window.autosave.write()
    crash(window)
    again = make_window()
    again.offer_recovery()
    again.messages._ways.itemAt(1).widget().click()
    assert not left_behind(state_folder())
