"""The main job under the hand: drag layers in, wire them, be refused and repaired, train, undo everything, save, reopen."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from app.panels.layer_palette import MIME
from nodes.document import Document
from runtime.recipe import Recipe, Stage
from tests.app.canvas.conftest import Hand, port
from tests.app.conftest import Heard, to_front

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drop(window, type: str, at: QPointF) -> str:
    """Drag a layer from the palette onto the canvas; its id."""
    tree = window.palette_panel.tree
    item = next(i for i in tree.findItems(type, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive))
    data: QMimeData = tree.mimeData([item])
    assert data.hasFormat(MIME)
    before = set(window.session.document.nodes)
    place = window.canvas.mapFromScene(at)
    view = window.canvas.viewport()
    QApplication.sendEvent(view, QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE))
    QApplication.sendEvent(view, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, LEFT, NONE))
    (added,) = set(window.session.document.nodes) - before
    return added


def test_draw_train_undo_save_reopen(qtbot, make_window, tmp_path, monkeypatch):
    start = Document(recipe=Recipe((Stage(epochs=1, batch_size=512),)))
    window = make_window(start)
    window.resize(1920, 1080)
    view, hand = window.canvas, Hand(window.canvas)
    view.reset_zoom()
    view.centerOn(400, 150)
    data = drop(window, "Dataset", QPointF(-40, 100))
    dense = drop(window, "Dense", QPointF(400, 100))
    loss = drop(window, "CrossEntropy", QPointF(760, 100))
    assert not window.bottom.train_bar.train.isEnabled()

    # Maps into a vector's port: refused, and letting go takes the repair on offer.
    hand.drag(port(view, data, "sample", True), port(view, dense, "x", False))
    types = [n.type for n in window.session.document.nodes.values()]
    assert "Flatten" in types
    hand.drag(port(view, dense, "y", True), port(view, loss, "prediction", False))
    hand.drag(port(view, data, "label", True), port(view, loss, "target", False))

    # 64 units and ten classes: one click in the problem list.
    errors = window.session.checked.errors
    assert len(errors) == 1 and "10 classes" in errors[0].what
    window.bottom.problems.rows[0].buttons[0].click()
    assert not window.session.checked.errors
    drawn = window.session.document

    heard = Heard(window.client.finished)
    qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    assert len(window.bottom.training.loss.train) == 15
    assert window.session.document.weights

    path = tmp_path / "mine.onnx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), ""))
    qtbot.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    saved = window.session.document
    again = make_window(Document())
    assert again.filing.load(path) and again.session.document == saved

    to_front(qtbot, window)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.document is drawn
    while window.session.history.undo_title:
        qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.document is start
