"""Edits that the hand makes on a canvas: bends of wires, layers pulled out, types swapped, sources moved, frames."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes import clipboard, edits
from nodes.bends import bend, move_bends, straightened, unbend
from nodes.build import build
from nodes.check import check
from nodes.document import Document, Frame, Wire, frozen
from nodes.document_json import from_json, to_json
from nodes.example import new
from nodes.frames import add_frame, place_frames, remove_frames, write_frame
from nodes.grouping import group
from nodes.history import History
from nodes.problems import Refusal
from nodes.rewiring import extract, move_source
from nodes.swapping import swap
from runtime.errors import FileError

CONV_POOL = Wire("n4", "y", "n5", "x")


@pytest.fixture
def lenet() -> Document:
    return new("lenet")


def bent(document: Document, *points: tuple[float, float]) -> Document:
    for point in points:
        document, _ = bend(document, CONV_POOL, point)
    return document


# -- bends -------------------------------------------------------------------------------------------------------------
def test_a_new_bend_takes_its_place_along_the_wire(lenet: Document) -> None:
    a, b = (lenet.nodes[i].position for i in ("n4", "n5"))
    third = [(a[0] + (b[0] - a[0]) * s, a[1]) for s in (0.25, 0.5, 0.75)]
    assert bent(lenet, third[2], third[0], third[1]).bends[CONV_POOL] == tuple(third)


def test_bends_are_drawing_and_never_network(lenet: Document) -> None:
    drawn = bent(lenet, (700.0, 50.0))
    assert not drawn.same_drawing(lenet)
    assert drawn.wires == lenet.wires
    plain, bent_ops = (build(d, "inference").graph.ops for d in (lenet, drawn))
    assert [o.type for o in plain] == [o.type for o in bent_ops]


def test_bends_are_kept_in_the_file_and_damage_is_refused(lenet: Document) -> None:
    drawn = bent(lenet, (700.0, 50.0), (720.0, 60.0))
    assert from_json(to_json(drawn)).same_drawing(drawn)
    old = to_json(lenet).replace('"bends":[],', "")
    assert from_json(old).same_drawing(lenet)
    with pytest.raises(FileError, match="bend of a wire stands nowhere"):
        from_json(to_json(drawn).replace("700.0", "NaN"))


def test_a_wire_that_goes_takes_its_bends(lenet: Document) -> None:
    drawn = bent(lenet, (700.0, 50.0))
    assert not edits.disconnect(drawn, [CONV_POOL]).bends
    assert not edits.remove(drawn, ["n4"]).bends
    assert edits.remove(drawn, ["n2"]).bends == drawn.bends


def test_bends_move_are_taken_away_and_straightened(lenet: Document) -> None:
    drawn = bent(lenet, (700.0, 50.0), (720.0, 60.0))
    assert move_bends(drawn, {(CONV_POOL, 1): (1.0, 2.0)}).bends[CONV_POOL] == ((700.0, 50.0), (1.0, 2.0))
    assert unbend(drawn, [(CONV_POOL, 0)]).bends[CONV_POOL] == ((720.0, 60.0),)
    assert unbend(drawn, []) is drawn
    assert straightened(drawn, [CONV_POOL]).bends == {}


def test_bends_go_with_both_ends_and_stay_with_one(lenet: Document) -> None:
    drawn = bent(lenet, (700.0, 50.0))
    place = {i: (lenet.nodes[i].position[0] + 10, lenet.nodes[i].position[1] + 20) for i in ("n4", "n5")}
    assert edits.move(drawn, place).bends[CONV_POOL] == ((710.0, 70.0),)
    assert edits.move(drawn, {"n4": (0.0, 0.0)}).bends == drawn.bends
    assert edits.move(drawn, {"n4": (0.0, 0.0), "n5": (5.0, 5.0)}).bends == drawn.bends


def test_a_layer_on_a_wire_shares_out_its_bends(lenet: Document) -> None:
    a, b = (lenet.nodes[i].position for i in ("n4", "n5"))
    along = [(a[0] + (b[0] - a[0]) * s, a[1]) for s in (0.2, 0.8)]
    document, id = edits.add(bent(lenet, *along), "ReLU", ((a[0] + b[0]) / 2, a[1]))
    document = edits.insert_node(document, CONV_POOL, id)
    assert document.bends == {Wire("n4", "y", id, "x"): (along[0],), Wire(id, "y", "n5", "x"): (along[1],)}


def test_copies_have_bends_of_their_own(lenet: Document) -> None:
    drawn = edits.set_flags(bent(lenet, (700.0, 50.0)), ["n5"], bypassed=True)
    pasted, (a, b) = clipboard.paste(drawn, clipboard.copy(drawn, ["n4", "n5"]), (0.0, 300.0))
    assert pasted.bends[Wire(a, "y", b, "x")] == ((700.0, 350.0),)
    assert pasted.nodes[b].bypassed
    assert not clipboard.paste(drawn, clipboard.copy(drawn, ["n5"]), keep_incoming=True)[0].bends.keys() - {CONV_POOL}


# -- pulling out, swapping, moving -------------------------------------------------------------------------------------
def test_extract_joins_what_is_left_and_keeps_the_layers(lenet: Document) -> None:
    out = extract(lenet, ["n3"])
    assert not out.wires_into["n3"] and not out.wires_out_of["n3"]
    assert Wire("n2", "y", "n4", "x") in out.wires
    both = extract(lenet, ["n3", "n4"])
    assert Wire("n3", "y", "n4", "x") in both.wires and Wire("n2", "y", "n5", "x") in both.wires
    assert both.nodes.keys() == lenet.nodes.keys()


def test_extract_leaves_open_what_does_not_fit(lenet: Document) -> None:
    out = extract(lenet, ["n8"])  # Flatten: maps do not fit the dense layer behind it
    assert lenet.nodes["n8"].type == "Flatten"
    assert not out.wires_into["n9"]


def test_swap_keeps_wires_place_and_common_settings(lenet: Document) -> None:
    assert lenet.nodes["n4"].type == "MaxPool2D"
    weighted = lenet.changed(weights={"n4/w": frozen(np.ones(1)), "n2/w": frozen(np.ones(1))})
    made = swap(weighted, "n4", "AveragePool2D")
    assert set(made.wires) == set(lenet.wires)
    old, now = lenet.nodes["n4"], made.nodes["n4"]
    assert now.type == "AveragePool2D" and now.position == old.position
    assert {k: now.settings[k] for k in old.settings.keys() & now.settings.keys()} == dict(old.settings)
    assert set(made.weights) == {"n2/w"}
    assert not check(made).errors


def test_swap_names_an_automatic_name_anew_and_keeps_one_that_was_given(lenet: Document) -> None:
    plain = edits.rename(lenet, "n3", "relu7")
    assert swap(plain, "n3", "Tanh").nodes["n3"].name == "tanh1"
    assert swap(edits.rename(lenet, "n3", "bend"), "n3", "Tanh").nodes["n3"].name == "bend"


def test_swap_refuses_what_does_not_take_what_comes_in(lenet: Document) -> None:
    with pytest.raises(Refusal, match="takes"):
        swap(lenet, "n4", "LSTM")


def test_move_source_lets_another_output_feed_all(lenet: Document) -> None:
    wires = lenet.wires_out_of["n2"]
    moved = move_source(edits.disconnect(lenet, lenet.wires_into["n3"]), wires, "n1", lenet.wires_into["n2"][0].source_port)
    assert {w.source for w in moved.wires if w.target == "n3"} == {"n1"}
    with pytest.raises(Refusal, match="loop"):
        move_source(lenet, wires, "n5", "y")


# -- frames ------------------------------------------------------------------------------------------------------------
def test_frames_and_notes_are_made_placed_written_kept_and_removed() -> None:
    document, id = add_frame(Document(), "Part", (0.0, 0.0, 100.0, 50.0))
    document, note = add_frame(document, "", (5.0, 5.0, 80.0, 40.0), "why", note=True)
    assert id != note and document.frames[1] == Frame(note, "", "why", (5.0, 5.0, 80.0, 40.0), note=True)
    document = place_frames(document, {id: (1.0, 2.0, 3.0, 4.0)})
    document = write_frame(document, id, " Two  words ", "x" * 9999)
    assert document.frames[0].rect == (1.0, 2.0, 3.0, 4.0)
    assert document.frames[0].title == "Two words" and len(document.frames[0].text) == 4000
    assert from_json(to_json(document)).same_drawing(document)
    assert [f.id for f in remove_frames(document, [id]).frames] == [note]
    with pytest.raises(FileError, match="frame stands nowhere"):
        from_json(to_json(document).replace("[1.0,2.0", "[Infinity,2.0"))


# -- any order of them -------------------------------------------------------------------------------------------------
def picked(things: object, number: int) -> list:
    found = list(things)  # type: ignore[call-overload]
    return [found[number % len(found)]] if found else []


def a_bend(document: Document, n: int) -> Document:
    for wire in picked(document.wires, n):
        document, _ = bend(document, wire, (float(n), float(-n)))
    return document


STEPS: tuple[Callable[[Document, int], Document], ...] = (
    a_bend,
    lambda d, n: move_bends(d, dict.fromkeys([(w, 0) for w in picked(d.bends, n)], (n, n))),
    lambda d, n: unbend(d, [(w, 0) for w in picked(d.bends, n)]),
    lambda d, n: edits.move(d, dict.fromkeys(picked(d.nodes, n), (n, n))),
    lambda d, n: edits.move(d, {i: (x + n, y) for i, (x, y) in ((i, k.position) for i, k in d.nodes.items())}),
    lambda d, n: edits.remove(d, picked(d.nodes, n)),
    lambda d, n: edits.dissolve(d, picked(d.nodes, n)[0]),
    lambda d, n: extract(d, picked(d.nodes, n) + picked(d.nodes, n + 1)),
    lambda d, n: swap(d, picked(d.nodes, n)[0], ("Tanh", "Dense", "AveragePool2D", "Dropout")[n % 4]),
    lambda d, n: move_source(d, d.wires_out_of[picked(d.nodes, n)[0]], picked(d.nodes, n // 3)[0], "y"),
    lambda d, n: edits.insert(d, picked(d.wires, n)[0], "ReLU"),
    lambda d, n: clipboard.paste(d, clipboard.copy(d, list(d.nodes)[n % 7 :]), keep_incoming=True)[0],
    lambda d, n: group(d, picked(d.nodes, n) + picked(d.nodes, n + 1))[0],
    lambda d, n: add_frame(d, "", (float(n), 0.0, 90.0, 50.0), "x", note=bool(n % 2))[0],
    lambda d, n: place_frames(d, {f.id: (0.0, float(n), 80.0, 40.0) for f in picked(d.frames, n)}),
    lambda d, n: remove_frames(d, [f.id for f in picked(d.frames, n)]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 40)), max_size=12))
def test_any_order_of_edits_can_be_saved_undone_and_redone(steps: list[tuple[int, int]]) -> None:
    history = History(new("lenet"))
    seen = [history.document]
    for which, number in steps:
        try:
            document = STEPS[which](history.document, number)
        except (Refusal, IndexError):  # nothing is left to pick from
            continue
        if document is not history.document:
            history.do("step", document)
            seen.append(document)
        assert document.bends.keys() <= set(document.wires)
        assert all(document.bends.values())
        assert from_json(to_json(document)).same_drawing(document)
    for document in reversed(seen[:-1]):
        assert history.undo() is document
    for document in seen[1:]:
        assert history.redo() is document
