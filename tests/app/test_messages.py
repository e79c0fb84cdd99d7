"""Messages: over the scene, questions stay until they are answered; files dropped; names of files; the keyboard's place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton

from app.canvas.rename import NameEditor
from app.panels.words import breakable
from nodes import edits, files
from nodes.document import Document
from nodes.example import new
from tests.app.conftest import tiny
from tests.app.test_panels import without_flatten

LEFT = Qt.MouseButton.LeftButton


def ways(window) -> list[QPushButton]:
    bar = window.messages._ways
    return [bar.itemAt(i).widget() for i in range(bar.count())]


def choose(monkeypatch, name) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(name), ""))


# -- the bar -----------------------------------------------------------------------------------------------------------
def test_a_message_moves_nothing(window):
    first = next(iter(window.canvas.canvas.nodes.values()))
    before = window.canvas.viewport().mapToGlobal(window.canvas.mapFromScene(first.scene_body().topLeft()))
    window.messages.say("err", "Something went wrong, and here is what to do about it. " * 6)
    QApplication.processEvents()
    assert window.canvas.viewport().mapToGlobal(window.canvas.mapFromScene(first.scene_body().topLeft())) == before
    bar = window.messages
    assert bar.height() > 40 and bar.parentWidget().rect().contains(bar.geometry())


@pytest.mark.parametrize("size", [(1280, 720), (960, 540)])  # the smallest windows at 100 % and at 200 %
def test_a_message_covers_neither_the_title_nor_where_one_is(qtbot, window, size):
    """What names the network and the open block stands beside it or above it, what is opened there below it."""
    window.resize(*size)
    canvas = window.canvas
    canvas.open_find()
    home = canvas.find_bar.y()
    ways = (("Take it", list), ("Leave it", list))
    window.messages.say("warn", "Something went wrong, and here is what to do about it. " * 4, ways)
    window.session.select(["n2", "n3"])
    long = "A title nearly as long as the canvas is wide: how it goes"
    for step in (
        canvas.group, canvas.open_block, lambda: window.resize(size[0] + 40, size[1]),
        lambda: window.session.do("Rename", lambda d: edits.retitle(d, long)), canvas.leave_block,
    ):  # fmt: skip
        step()
        QApplication.processEvents()
        bar = window.messages.rect().translated(window.messages.mapToGlobal(QPoint()))
        shown = [w for w in (canvas.title, canvas.breadcrumb, canvas.find_bar) if w.isVisible()]
        assert len(shown) == 2
        for words in shown:
            assert not bar.intersects(words.rect().translated(words.mapToGlobal(QPoint()))), type(words)
    assert (window.messages.y() > 8) == (size == (1280, 720)), "below what leaves too little room"
    canvas.rename_network()
    assert canvas.findChild(NameEditor).y() > window.messages.geometry().bottom() - canvas.y()
    QTest.keyClick(canvas.findChild(NameEditor), Qt.Key.Key_Escape)
    qtbot.mouseClick(window.messages._close, LEFT)
    assert canvas.find_bar.y() == home


def test_a_question_comes_back_until_it_is_answered(qtbot, window):
    answered: list[str] = []
    for name in ("one", "two"):
        window.messages.say("warn", f"{name} was left behind.", (("Take it", lambda n=name: answered.append(n)),), keeps=True)
    window.messages.say("err", "Another thing.")
    assert window.messages.text.text() == "Another thing."
    qtbot.mouseClick(window.messages._close, LEFT)
    assert window.messages.text.text() == "one was left behind."
    qtbot.mouseClick(ways(window)[0], LEFT)
    assert answered == ["one"] and window.messages.text.text() == "two was left behind."
    window.show_document(tiny(), None)
    assert window.messages.isVisible()
    qtbot.mouseClick(ways(window)[0], LEFT)
    assert answered == ["one", "two"] and not window.messages.isVisible()


def test_the_canvas_has_the_keyboard_after_a_repair(qtbot, make_window):
    window = make_window(without_flatten())
    window.show_problems()
    qtbot.mouseClick(window.bottom.problems.rows[0].findChild(QPushButton), LEFT)
    assert window.canvas.hasFocus()
    window.messages.say("warn", "A question.", (("Yes", lambda: None),))
    ways(window)[0].setFocus()
    qtbot.keyClick(ways(window)[0], Qt.Key.Key_Space)
    assert window.canvas.hasFocus()


def test_a_long_word_does_not_widen_the_panels(window):
    path = "/home/student/" + "x" * 90 + "/pictures"
    assert breakable(path).replace("\u200b", "") == path and breakable("short words only") == "short words only"
    window.session.select(["n1"])
    wide = window.inspector.page.sizeHint().width()
    sentence = window.inspector.page._change(
        next(s for s in window.inspector.page._class.settings() if s.name == "positive"), path
    )
    assert window.inspector.page.minimumSizeHint().width() <= max(wide, window.inspector.width()), sentence
    form = window.bottom.training.recipe
    form.error.setText(path)
    form.error.show()
    assert form.widget().minimumSizeHint().width() <= 204


# -- names of files ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("typed", "made"), [("net v1.2", "net v1.2.onnx"), ("odd.txt", "odd.txt.onnx"), ("a.ONNX", "a.ONNX")])
def test_what_is_typed_becomes_a_model(window, tmp_path, monkeypatch, typed, made):
    choose(monkeypatch, tmp_path / typed)
    assert window.filing.save_as()
    assert [p.name for p in tmp_path.glob("*.[oO]*")] == [made]


def test_a_file_that_exists_is_not_overwritten_in_silence(qtbot, window, tmp_path, monkeypatch):
    precious = tmp_path / "precious.onnx"
    precious.write_bytes(b"precious")
    choose(monkeypatch, tmp_path / "precious")
    assert not window.filing.save_as() and precious.read_bytes() == b"precious"
    assert "exists already" in window.messages.text.text()
    window.messages.leave()
    window.filing.export_dialog()
    assert precious.read_bytes() == b"precious" and "exists already" in window.messages.text.text()
    window.messages.leave()
    assert not window.filing.save_as()
    qtbot.mouseClick(ways(window)[0], LEFT)
    assert files.load(precious).title == "LeNet" and window.session.history.clean


def test_a_network_without_a_name_is_called_as_its_file(make_window, tmp_path, monkeypatch):
    window = make_window(Document())
    window.add_layer("Dense")
    choose(monkeypatch, tmp_path / "mine")
    assert window.filing.save()
    assert window.session.document.title == "mine" == files.load(tmp_path / "mine.onnx").title
    assert window.session.history.clean and "mine — mine.onnx" in window.windowTitle()


# -- dropped on it -----------------------------------------------------------------------------------------------------
def drop(qtbot, window, path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    at = window.canvas.mapTo(window, window.canvas.rect().center())
    for taker in (window.canvas.viewport(), window):
        enter = QDragEnterEvent(at, copy, mime, LEFT, none)
        QApplication.sendEvent(taker, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, LEFT, none, QEvent.Type.Drop))


def test_a_model_dropped_on_the_window_is_opened(qtbot, window, tmp_path):
    files.save(edits.retitle(new("mlp"), "dropped"), tmp_path / "a.onnx", None)
    drop(qtbot, window, tmp_path / "a.onnx")
    qtbot.waitUntil(lambda: window.session.document.title == "dropped")
    drop(qtbot, window, tmp_path / "notes.txt")
    qtbot.waitUntil(lambda: "notes.txt is no .onnx file" in window.messages.text.text())


def test_the_menu_bar_offers_no_hiding_of_the_toolbar(window):
    bar = window.menuBar()
    at = bar.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at))
    QApplication.sendEvent(bar, event)
    assert QApplication.activePopupWidget() is None and not [m for m in window.findChildren(QMenu) if m.isVisible()]
