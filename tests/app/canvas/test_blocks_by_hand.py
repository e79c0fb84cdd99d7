"""What the hand does with blocks on the canvas: tips, ports, wires to bodies, levels and the clipboard, live faces."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.canvas.faces import BlockFace
from app.canvas.hover import tip_at
from app.canvas.items.node_header import title_for
from app.canvas.live_faces import Maps
from app.canvas.rename import NameEditor
from app.canvas.view import CanvasView
from app.session import Live
from nodes import edits
from nodes.document import ENTRY, Wire
from nodes.example import new
from nodes.grouping import group
from nodes.promotions import promote, set_face, set_repeat
from tests.app.canvas.conftest import Hand, Open, header, port

CONV, RELU, POOL, FLAT = "n2", "n3", "n4", "n8"


def shown(canvas: Open) -> tuple[CanvasView, Hand, str]:
    document, block = group(new("lenet"), [CONV, RELU, POOL], "stage")
    view, hand = canvas(document)
    return view, hand, block


def overlapping(view: CanvasView) -> bool:
    bodies = [item.scene_body() for item in view.canvas.nodes.values()]
    return any(a.intersects(b) for i, a in enumerate(bodies) for b in bodies[i + 1 :])


# -- what it says --------------------------------------------------------------------------------------------------------
def test_the_tip_says_what_is_inside_and_what_its_face_sets(canvas: Open) -> None:
    view, _, block = shown(canvas)
    view.session.do("Face", lambda d: promote(promote(d, CONV, "filters", "width", 2), RELU, "bypassed", "linear"))
    view.session.do("Repeat", lambda d: set_repeat(d, block, 3))
    lines = tip_at(view.canvas, header(view, block), 4.0).split("\n")
    assert lines[0].startswith("Block ‘stage’")
    assert lines[1:] == [
        "3 layers, 3 times in a row: Enter opens it",
        "width sets 2 × filters of conv1",
        "linear sets whether data goes past relu1",
    ]
    view.session.enter(block)
    entry = view.session.document.ends(block, ENTRY)[0].id
    tip = tip_at(view.canvas, view.canvas.nodes[entry].scene_body().center(), 4.0)
    assert "in the order of their heights" in tip


def test_the_breadcrumb_has_room_for_its_words(canvas: Open) -> None:
    view, _, block = shown(canvas)
    view.session.do("Repeat", lambda d: set_repeat(d, block, 3))
    view.session.enter(block)
    assert view.breadcrumb.width() >= view.breadcrumb.sizeHint().width() > 200
    step = view.breadcrumb.steps[0]
    assert step.isVisible() and step.width() >= step.sizeHint().width()


# -- live ------------------------------------------------------------------------------------------------------------------
def test_a_block_without_settings_shows_what_it_gives_while_it_trains(canvas: Open) -> None:
    view, _, block = shown(canvas)
    path = view.session.document.path(POOL)
    numbers = np.random.default_rng(0).standard_normal((6, 12, 12)).astype(np.float32)
    view.session.show_live(Live({path: numbers}, {block: 1e-3, view.session.document.path(CONV): 1e-2}))
    view.canvas._show_faces()
    item = view.canvas.nodes[block]
    assert isinstance(item.face, Maps) and item.gradient == 1e-3
    view.grab()
    view.session.enter(block)
    assert isinstance(view.canvas.nodes[POOL].face, Maps) and view.canvas.nodes[CONV].gradient == 1e-2
    view.session.leave()
    view.session.do("Put it on the face", lambda d: promote(d, CONV, "filters"))
    assert isinstance(view.canvas.nodes[block].face, BlockFace), "what is set there is more than a picture"
    view.zoom_by(0.5)
    view.grab()


# -- inside and outside ----------------------------------------------------------------------------------------------------
def test_renaming_an_entry_in_place_renames_the_port(canvas: Open) -> None:
    view, hand, block = shown(canvas)
    view.session.enter(block)
    entry = view.session.document.ends(block, ENTRY)[0].id
    hand.click(view.canvas.nodes[entry].scene_body().center())
    view.rename_selected()
    field = view.viewport().findChild(NameEditor)
    assert field is not None
    QTest.keyClicks(field, "image")
    QTest.keyClick(field, Qt.Key.Key_Return)
    view.session.leave()
    assert [p.words for p in view.canvas.nodes[block].look.inputs] == ["image"]


def test_ports_stand_in_the_order_of_heights(canvas: Open) -> None:
    view, hand, block = shown(canvas)
    view.session.enter(block)
    view.add_layer(ENTRY, (-300.0, 400.0), name="mask")
    (mask,) = view.session.selection
    names = [n.name for n in view.session.document.ends(block, ENTRY)]
    view.fit_all()
    middle = view.canvas.nodes[mask].scene_body().center()
    hand.drag(middle, middle - QPointF(0, 800))
    assert names == ["in", "mask"] and [n.name for n in view.session.document.ends(block, ENTRY)] == ["mask", "in"]


def test_a_wire_dropped_on_the_body_takes_a_free_port(canvas: Open) -> None:
    view, hand, block = shown(canvas)
    view.session.do("Another port", lambda d: edits.add(d, ENTRY, (0.0, 900.0), name="mask", parent=block)[0])
    free = view.session.document.ends(block, ENTRY)[1].id
    hand.drag(port(view, "n1", "sample", True), view.canvas.nodes[block].scene_body().center())
    assert Wire("n1", "sample", block, free) in view.session.document.wires
    assert len(view.session.document.wires_into[block]) == 2, "the wire that was there stays"


def test_a_loose_block_is_dragged_onto_a_wire(canvas: Open) -> None:
    view, hand, block = shown(canvas)
    view.session.select([block])
    view.duplicate()
    (copy,) = view.session.selection
    view.fit_all()
    wire = view.session.document.wires_into[block][0]
    end = view.canvas.wires[wire].middle
    hand.drag(header(view, copy), end)
    assert view.session.document.wires_into[copy][0].source == wire.source
    assert view.session.document.wires_into[block][0].source == copy


def test_the_clipboard_crosses_borders(canvas: Open) -> None:
    view, _, block = shown(canvas)
    view.session.select([FLAT])
    view.cut()
    view.session.enter(block)
    view.paste()
    (inside,) = view.session.selection
    assert view.session.document.nodes[inside].parent == block and not overlapping(view)
    view.session.select([CONV])
    view.copy()
    view.session.leave()
    view.paste()
    (outside,) = view.session.selection
    document = view.session.document
    assert document.nodes[outside].parent == "" and document.nodes[outside].type == "Conv2D" and not overlapping(view)
    for _ in range(3):
        view.session.undo()
    assert FLAT in view.session.document.nodes and outside not in view.session.document.nodes


def test_a_block_within_a_block_is_made_and_dissolved(canvas: Open) -> None:
    view, _, block = shown(canvas)
    before = view.session.document
    view.session.enter(block)
    view.session.select([CONV, RELU])
    view.group()
    (inner,) = view.session.selection
    assert view.session.document.nodes[inner].parent == block
    view.open_block()
    assert [s.text() for s in view.breadcrumb.steps] == ["LeNet", "stage"]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.session.level == block and view.session.selection == {inner}
    view.ungroup()
    assert not view.session.checked.problems
    view.session.undo()
    view.session.undo()
    assert view.session.document.same_drawing(before)


def test_dissolving_repetitions_covers_nothing(canvas: Open) -> None:
    view, _, block = shown(canvas)
    view.session.do("Repeat", lambda d: set_repeat(d, block, 4))
    view.session.select([block])
    view.ungroup()
    assert len(view.session.selection) == 12 and not overlapping(view)


def test_bypass_on_the_face_is_seen_and_set_inside(canvas: Open) -> None:
    view, _, block = shown(canvas)
    view.session.do("Face", lambda d: set_repeat(promote(d, RELU, "bypassed", "linear"), block, 2))
    view.session.do("Set", lambda d: set_face(d, block, "linear", True, repetition=0))
    view.session.enter(block)
    assert view.canvas.nodes[RELU].look.bypassed, "what is drawn is the first repetition"
    view.session.select([RELU])
    view.toggle_bypass()
    node = view.session.document.nodes[block]
    assert node.block is not None and node.block.each == {0: {"linear": False}} and not view.canvas.nodes[RELU].look.bypassed


def test_a_long_name_is_cut_and_the_count_stays(canvas: Open) -> None:
    view, _, block = shown(canvas)
    view.session.do("Rename", lambda d: edits.rename(set_repeat(d, block, 12), block, "convolutions of the first stage"))
    look = view.canvas.nodes[block].look
    cut = title_for(look, "strong", 90.0)
    assert cut.startswith("convol") and cut.endswith("…") and look.name == "× 12"
    conv = view.canvas.nodes["n5"].look
    assert title_for(conv, "strong", 10.0) == "Conv2D", "a type is never another word"
    view.grab()
