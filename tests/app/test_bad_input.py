"""Bad input, as a hand gives it: pasted, dropped, typed. One sentence each, nothing lost, and editing goes on."""

from __future__ import annotations

import json

import onnx
import pytest
from onnx import TensorProto, helper
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from nodes import clipboard, edits, files
from nodes.example import new
from tests.app.conftest import to_front
from tests.app.test_panels import node

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


# -- pasted ------------------------------------------------------------------------------------------------------------
def clipping(**changes: object) -> str:
    """Three layers on the clipboard, the first of them spoilt."""
    document = new("mlp")
    data = json.loads(clipboard.copy(document, list(document.nodes)[:3]))
    data["nodes"][0].update(changes)
    return json.dumps(data)


FOREIGN = {
    "nothing": "", "prose": "Dear Sir or Madam,", "a number": "1", "other JSON": '{"kind": "other", "nodes": []}',
    "deep": "[" * 100_000, "long": "x" * 5_000_000, "nowhere": clipping(position=[float("nan"), 0.0]),
    "no type": clipping(type=3), "another's type": clipping(type="Nope"),
    "a book for a name": clipping(name="x" * 10_000), "bad settings": clipping(settings={"nope": 1}),
    "endless decay": clipping(decay=float("inf")), "bad shares": clipping(shared=3), "twice the same": clipping(id="n2"),
}  # fmt: skip


def paste(qtbot, window) -> None:
    to_front(qtbot, window)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_V, CONTROL)


def test_what_is_no_network_is_not_pasted(qtbot, window):
    before = window.session.document
    for what, text in FOREIGN.items():
        window.messages.leave()
        QGuiApplication.clipboard().setText(text)
        paste(qtbot, window)
        said = window.messages.text.text()
        assert window.messages.isVisible() and said.startswith("What is on the clipboard") and len(said) < 300, what
        assert window.session.document is before and window.session.history.undo_title is None, what


def test_a_picture_is_not_pasted_and_layers_are_afterwards(qtbot, window):
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(0)
    QGuiApplication.clipboard().setImage(picture)
    paste(qtbot, window)
    assert "no part of a network" in window.messages.text.text() and window.session.history.undo_title is None
    QGuiApplication.clipboard().setText(clipping())
    paste(qtbot, window)
    assert len(window.session.selection) == 3 and window.session.history.undo_title == "Paste"


# -- dropped -----------------------------------------------------------------------------------------------------------
def drop(window, mime: QMimeData) -> bool:
    """Drag over the window and let go; false when it takes no such thing."""
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    at = window.canvas.mapTo(window, window.canvas.rect().center())
    enter = QDragEnterEvent(at, copy, mime, LEFT, none)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, LEFT, none, QEvent.Type.Drop))
    return enter.isAccepted()


def these(*paths) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    return mime


def foreign(path):
    """A model of another program."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    other = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value], [other])
    onnx.save(helper.make_model(graph, producer_name="pytorch"), path)
    return path


@pytest.fixture
def strange(tmp_path):
    """What can be dropped by mistake, and what is said of it."""
    picture, folder, odd = tmp_path / "cat.png", tmp_path / "pictures", tmp_path / "folder.onnx"
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(picture))
    folder.mkdir()
    odd.mkdir()
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "text.onnx").write_text("no model at all")
    (tmp_path / "empty.onnx").write_bytes(b"")
    return {
        picture: "cat.png is no .onnx file", folder: "pictures is a folder", odd: "is a folder",
        tmp_path / "notes.txt": "notes.txt is no .onnx file",
        tmp_path / "text.onnx": "no ONNX model", tmp_path / "empty.onnx": "is empty", tmp_path / "gone.onnx": "no file",
        foreign(tmp_path / "foreign.onnx"): "another program made (pytorch)",
    }


def test_a_file_of_another_kind_changes_nothing(qtbot, window, strange):
    before = window.session.document
    for path, words in strange.items():
        window.messages.leave()
        assert drop(window, these(path))
        qtbot.waitUntil(window.messages.isVisible)
        assert words in window.messages.text.text(), path.name
        assert window.session.document is before and window.session.path is None


def test_of_several_files_the_first_model_is_opened_and_that_is_said(qtbot, window, strange, tmp_path):
    for name in ("one", "two"):
        files.save(edits.retitle(new("mlp"), name), tmp_path / f"{name}.onnx")
    assert drop(window, these(next(iter(strange)), tmp_path / "one.onnx", tmp_path / "two.onnx"))
    qtbot.waitUntil(lambda: "3 files were dropped" in window.messages.text.text())
    assert "opened is one.onnx" in window.messages.text.text() and window.session.document.title == "one"


def test_text_and_links_are_not_taken(window):
    text, link = QMimeData(), QMimeData()
    text.setText("some words")
    link.setUrls([QUrl("https://example.org/net.onnx")])
    assert not drop(window, text) and not drop(window, link) and not drop(window, QMimeData())


# -- typed -------------------------------------------------------------------------------------------------------------
def type_into(qtbot, field, text: str) -> None:
    """Instead of what stands there, be it with nothing at all."""
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("typed", ["0", "-3", "1e99", "9" * 400, "3.5", "nan", "inf", "", "ten", "1 2"])
def test_a_number_out_of_range_is_said_in_its_field_and_the_old_one_stays(qtbot, window, typed):
    id = node(window, "fc1")
    window.session.select([id])
    row = window.inspector.page.rows["units"]
    before = window.session.document
    type_into(qtbot, row.field, typed)
    assert window.session.document is before and row.field.text() == "120"
    assert row.error.isVisible() and row.field.property("wrong") and len(row.error.text()) < 300
    type_into(qtbot, row.field, "50")
    assert window.session.document.nodes[id].settings["units"] == 50 and not row.error.isVisible()


@pytest.mark.parametrize(
    ("layer", "setting", "typed"), [("conv1", "kernel_size", "0"), ("conv1", "stride", "many"), ("conv1", "kernel_size", "")]
)
def test_one_half_of_a_pair(qtbot, window, layer, setting, typed):
    window.session.select([node(window, layer)])
    row = window.inspector.page.rows[setting]
    before, shown = window.session.document, row.field.parts[0].text()
    type_into(qtbot, row.field.parts[0], typed)
    assert window.session.document is before and row.field.parts[0].text() == shown and row.error.isVisible()


@pytest.mark.parametrize("typed", ["0×28", "28×-1", "", "a×b", "1×1×1×1×1×1×1×1×1", "99999999999×2"])
def test_a_shape_that_is_none(qtbot, window, typed):
    window.add_layer("Reshape")
    row = next(r for r in window.inspector.page.rows.values() if type(r.field).__name__ == "ShapeField")
    before, shown = window.session.document, row.field.text()
    type_into(qtbot, row.field, typed)
    refused = window.session.document is before and row.field.text() == shown and row.error.isVisible()
    assert refused or window.session.checked.errors, "refused at once, or a problem that says why"


@pytest.mark.parametrize("field", ["rate", "batch", "epochs", "weight decay", "clip norm", "warm-up", "stop early", "seed"])
def test_the_recipe_keeps_its_old_numbers(qtbot, window, field):
    form = window.bottom.training.recipe
    before, shown = window.session.document, form.fields[field].text()
    for typed in ("-1", "nan", "inf", "1e400", "9" * 400, "many", ""):
        type_into(qtbot, form.fields[field], typed)
        assert window.session.document is before and form.fields[field].text() == shown, typed
        assert form.error.isVisible() and 0 < len(form.error.text()) < 300, typed
    assert form.fields[field].property("wrong")
