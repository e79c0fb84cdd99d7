"""Blocks under the hand: made, opened, changed inside, left, dissolved; one history over all of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.canvas.faces import BlockFace
from app.canvas.view import CanvasView
from app.panels.inspector import Inspector
from nodes import edits
from nodes.document import ENTRY, EXIT, Wire
from nodes.example import new
from nodes.promotions import promote, set_face, set_repeat
from tests.app.canvas.conftest import Hand, Open, header, port

CONV, RELU, POOL = "n2", "n3", "n4"


def made(canvas: Open) -> tuple[CanvasView, Hand, str]:
    view, hand = canvas(new("lenet"))
    view.session.select([CONV, RELU, POOL])
    view.group()
    (block,) = view.session.selection
    return view, hand, block


def test_a_selection_becomes_a_block_and_undo_brings_it_back(canvas: Open) -> None:
    view, _, block = made(canvas)
    assert CONV not in view.canvas.nodes and block in view.canvas.nodes
    look = view.canvas.nodes[block].look
    assert (look.title, look.summary, look.shape, look.count) == ("block", "3 layers · Enter opens", "6×12×12", "156 params")
    assert len(look.inputs) == len(look.outputs) == 1 and look.inputs[0].words == "in"
    view.session.undo()
    assert block not in view.canvas.nodes and CONV in view.canvas.nodes
    view.session.redo()
    view.session.select([block])
    view.ungroup()
    kept = [view.session.document.nodes[i] for i in view.session.selection]
    assert {n.type for n in kept} == {"Conv2D", "ReLU", "MaxPool2D"} and not view.session.checked.problems


def test_double_click_opens_and_escape_leaves(canvas: Open) -> None:
    view, hand, block = made(canvas)
    before = view.mapToScene(view.viewport().rect().center())
    hand.double_click(header(view, block))
    assert view.session.level == block and set(view.canvas.nodes) == set(view.session.document.children[block])
    assert view.breadcrumb.isVisible() and not view.title.isVisible()
    assert [s.text() for s in view.breadcrumb.steps] == ["LeNet"]
    shapes = {view.canvas.nodes[i].look.title: view.canvas.nodes[i].look.shape for i in view.canvas.nodes}
    assert shapes["Conv2D"] == "6×24×24" and shapes["in"] == "1×28×28"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.session.level == "" and view.session.selection == {block} and view.title.isVisible()
    after = view.mapToScene(view.viewport().rect().center())
    assert abs(after.x() - before.x()) < 2 and abs(after.y() - before.y()) < 2, "what was seen is seen again"
    view.open_block()
    view.breadcrumb.steps[0].click()
    assert view.session.level == ""


def test_what_is_done_inside_changes_the_block_outside(canvas: Open) -> None:
    view, hand, block = made(canvas)
    view.open_block()
    view.add_layer("Dropout", (40.0, 300.0))
    (added,) = view.session.selection
    assert view.session.document.nodes[added].parent == block
    document = view.session.document
    exit = document.ends(block, EXIT)[0].id
    hand.drag(port(view, added, "y", True), port(view, exit, "x", False))
    hand.drag(port(view, POOL, "y", True), port(view, added, "x", False))
    wires = view.session.document.wires
    assert Wire(POOL, "y", added, "x") in wires and Wire(added, "y", exit, "x") in wires
    view.session.leave()
    assert view.canvas.nodes[block].look.summary == "4 layers · Enter opens" and not view.session.checked.errors
    view.session.undo()
    view.session.undo()
    view.session.undo()
    assert added not in view.session.document.nodes


def test_the_palette_inside_offers_ports_and_no_data(canvas: Open) -> None:
    view, _, block = made(canvas)
    view.open_block()
    view.open_search(QPointF(0, 400))
    rows = [view.search.list.item(i) for i in range(view.search.list.count())]
    offered = [row.data(Qt.ItemDataRole.UserRole).type for row in rows if row is not None]
    assert ENTRY in offered and "Dense" in offered and "Dataset" not in offered and "CrossEntropy" not in offered
    view.search.leave()
    view.add_layer(ENTRY, (0.0, 500.0), name="mask")
    view.session.leave()
    assert [p.words for p in view.canvas.nodes[block].look.inputs] == ["in", "mask"]


def test_undoing_the_block_while_it_is_open_leads_out(canvas: Open) -> None:
    view, _, _ = made(canvas)
    view.open_block()
    view.session.undo()
    assert view.session.level == "" and CONV in view.canvas.nodes


def test_a_problem_inside_shows_on_the_block_and_leads_in(canvas: Open) -> None:
    view, _, block = made(canvas)
    view.session.do("Change", lambda d: edits.set_setting(d, CONV, "kernel_size", (40, 40)))
    look = view.canvas.nodes[block].look
    assert look.level == "error" and "conv1" in look.sentence
    view.session.reveal(view.session.checked.errors[0].node)
    assert view.session.level == block and view.session.selection == {CONV}


def test_the_face_and_its_repetitions(canvas: Open, qtbot: QtBot) -> None:
    view, _, block = made(canvas)
    inspector = Inspector(view.session)
    qtbot.addWidget(inspector)
    view.open_block()
    view.session.select([CONV])
    assert inspector.page is not None
    inspector.show()
    assert inspector.page.promoting is not None
    inspector.page.promoting.plus["filters"].click()
    assert inspector.page.promoting.popup is not None
    QTest.keyClick(inspector.page.promoting.popup.name, Qt.Key.Key_Return)
    view.session.leave()
    assert view.canvas.nodes[block].look.face == ("filters 6",) and isinstance(view.canvas.nodes[block].face, BlockFace)
    settings = inspector.page._block
    assert settings is not None and list(settings.rows) == ["filters"]
    settings.rows["filters"].field.committed.emit(8)
    assert view.canvas.nodes[block].look.shape == "8×12×12"
    view.session.do("Repeat", lambda d: set_repeat(d, block, 2))
    assert [settings.which.itemText(i) for i in range(3)] == ["all 2", "1st", "2nd"]
    settings.which.setCurrentIndex(2)
    settings.which.activated.emit(2)
    settings.rows["filters"].field.committed.emit(3)
    node = view.session.document.nodes[block]
    assert node.block is not None and node.block.each == {1: {"filters": 3}} and node.settings["filters"] == 8
    assert view.canvas.nodes[block].look.face == ("filters 8, then 3",) and view.canvas.nodes[block].look.name == "× 2"
    assert settings.which.itemText(2) == "2nd · filters" and settings.rows["filters"]._help.text().endswith("The others: 8.")
    settings.which.setCurrentIndex(0)
    settings.which.activated.emit(0)
    assert settings.rows["filters"]._help.text() == "Sets filters of conv1. But the 2nd is 3."
    settings.which.setCurrentIndex(2)
    settings.which.activated.emit(2)
    settings.rows["filters"].reset.click()
    assert view.session.document.nodes[block].block.each == {}  # type: ignore[union-attr]


def test_a_face_in_words() -> None:
    from app.canvas.look import face_lines
    from nodes.grouping import group

    document, block = group(new("lenet"), [CONV, RELU])
    document = set_repeat(promote(promote(document, CONV, "stride"), RELU, "bypassed", "skip"), block, 3)
    document = set_face(document, block, "stride", (2, 2), repetition=0)
    assert face_lines(document, document.nodes[block]) == ("stride 2×2, then 1×1", "skip off")
