"""Shift+S with blocks: a layer or a block of the library in their place, they in a layer’s, and two that change places."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from nodes import library
from nodes.bends import bend
from nodes.check import check
from nodes.document import Wire
from nodes.grouping import group
from tests.app.canvas.conftest import Desk, header

SHIFT, CTRL, KEY = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.Key


@pytest.fixture
def block(desk: Desk) -> str:
    """LeNet's first two layers as a block, which is also in the library."""
    desk.hand.click(header(desk.view, "n2"))
    desk.hand.click(desk.view.canvas.nodes["n3"].scene_body().center(), SHIFT)
    desk.key(KEY.Key_G, CTRL)
    (made,) = desk.session.selection
    library.keep(desk.document, made, desk.session.shelf.folder)
    desk.session.shelf.refresh()
    return made


def offered(desk: Desk) -> list[str]:
    return [desk.view.search.list.item(i).text() for i in range(desk.view.search.list.count())]


def around(desk: Desk, id: str) -> tuple[list[str], list[str]]:
    return [w.source for w in desk.document.wires_into[id]], [w.target for w in desk.document.wires_out_of[id]]


def test_a_layer_takes_a_blocks_place(desk: Desk, block: str) -> None:
    place, beside = desk.document.nodes[block].position, around(desk, block)
    desk.hand.click(header(desk.view, block))
    desk.key(KEY.Key_S, SHIFT)
    assert "block" in offered(desk) and "LSTM" not in offered(desk)
    desk.type("Conv2D")
    desk.key(KEY.Key_Return)
    (made,) = desk.session.selection
    assert desk.document.nodes[made].type == "Conv2D" and desk.document.nodes[made].position == place
    assert around(desk, made) == beside and not {block, "n2", "n3"} & desk.document.nodes.keys()
    assert desk.session.history.undo_title == "Swap for Conv2D"
    desk.key(KEY.Key_Z, CTRL)
    assert block in desk.document.nodes and around(desk, block) == beside


def test_a_block_takes_a_layers_place(desk: Desk, block: str) -> None:
    beside = around(desk, "n5")
    desk.session.do("Bend", lambda d: bend(d, Wire("n4", "y", "n5", "x"), (900.0, 60.0))[0])
    desk.hand.click(header(desk.view, "n5"))
    desk.key(KEY.Key_S, SHIFT)
    desk.type("block")
    desk.key(KEY.Key_Return)
    (made,) = desk.session.selection
    assert desk.document.nodes[made].block is not None and around(desk, made) == beside and len(desk.document.inside(made)) == 4
    assert [p for w, p in desk.document.bends.items() if w.target == made] == [((900.0, 60.0),)]


def test_a_block_and_a_layer_change_places(desk: Desk, block: str) -> None:
    before, (where, other) = desk.document, (desk.document.nodes[i].position for i in (block, "n4"))
    desk.hand.click(header(desk.view, block))
    desk.hand.click(header(desk.view, "n4"), SHIFT)
    desk.key(KEY.Key_S, SHIFT)
    assert not desk.view.search.isVisible()
    assert around(desk, "n4") == (["n1"], [block]) and around(desk, block) == (["n4"], ["n5"])
    assert (desk.document.nodes[block].position, desk.document.nodes["n4"].position) == (other, where)
    assert not check(desk.document).errors and desk.session.history.undo_title == "Swap pool1 and block"
    desk.key(KEY.Key_S, SHIFT)
    assert desk.document.nodes[block] == before.nodes[block] and set(desk.document.wires) == set(before.wires), "and back"
    desk.key(KEY.Key_Z, CTRL)
    desk.key(KEY.Key_Z, CTRL)
    assert desk.document == before


def test_two_blocks_change_places(desk: Desk, block: str) -> None:
    desk.session.do("Make a block", lambda d: group(d, ["n9", "n10"], "dense")[0])
    twin = next(i for i, n in desk.document.nodes.items() if n.name == "dense")
    desk.session.do("Make a block", lambda d: group(d, ["n11", "n12"], "dense2")[0])
    third = next(i for i, n in desk.document.nodes.items() if n.name == "dense2")
    desk.session.select([twin, third])
    desk.key(KEY.Key_S, SHIFT)
    assert around(desk, third) == (["n8"], [twin]) and around(desk, twin) == ([third], ["n13"])
    assert not check(desk.document).errors


def test_what_does_not_fit_is_refused_in_words(desk: Desk, block: str) -> None:
    before, said = desk.document, []
    desk.session.refused.connect(lambda refusal: said.append(str(refusal)))
    for pair in ([block, "n9"], ["n1", "n4"]):
        desk.session.select(pair)
        desk.key(KEY.Key_S, SHIFT)
    assert desk.document == before
    assert "takes" in said[0] and "Digits and pool1 have different ports" in said[1]
