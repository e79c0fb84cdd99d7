"""The history's bound: bytes are counted from the arrays that are alive, not from what the history says."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from nodes import edits
from nodes.document import Document, Node, Training, Wire, frozen
from nodes.example import new
from nodes.history import History, arrays

KIB = 1024
#: Every array that a test has made, for as long as it lives.
Born = list[weakref.ref[np.ndarray]]


def learnt(document: Document, born: Born, runs: int, size: int = 100 * KIB) -> Document:
    """As after a run: new weights, slots and best weights, `size` bytes each."""

    def array() -> np.ndarray:
        made = frozen(np.full(size // 4, runs, np.float32))
        born.append(weakref.ref(made))
        return made

    training = Training({"n3/weight:m": array()}, {"step": runs}, {"n3/weight": array()})
    return document.changed(weights={"n3/weight": array()}, training=training)


def alive(born: Born) -> int:
    gc.collect()
    return sum(a.nbytes for a in (ref() for ref in born) if a is not None)


@pytest.fixture
def born() -> Born:
    return []


def test_the_past_keeps_so_many_bytes_and_every_edit(born):
    bound = 1000 * KIB
    history = History(new("mlp"), bound)
    first = history.document
    for run in range(1, 21):
        history.do("Train", learnt(history.document, born, run))
        history.do("Rename", edits.retitle(history.document, f"after {run}"))
        assert alive(born) <= bound + 300 * KIB, "the present's weights, and the bound"
    assert alive(born) == 4 * 300 * KIB, "three runs fit beside the present one"
    titles = []
    while history.undo_title:
        titles.append(history.document.title)
        history.undo()
    after = [first.title, *(f"after {n}" for n in range(1, 21))]
    assert history.document == first and titles[::-1] == [t for n in range(20) for t in (after[n], after[n + 1])]


def test_the_oldest_go_first_and_the_shared_never(born):
    history = History(new("mlp"), 500 * KIB)
    for run in range(1, 4):
        history.do("Train", learnt(history.document, born, run))
        for n in range(50):
            history.do("Rename", edits.retitle(history.document, f"{run}: {n}"))
    steps = [(e.document.training.progress.get("step", 0), e.thin) for e in history.entries]
    assert steps == [(0, False), *[(0, True)] * 51, *[(2, False)] * 51, *[(3, False)] * 51]
    assert len({id(m) for e in history.entries for _, m in arrays(e.document) if m}) == 6


def test_what_the_file_holds_is_no_longer_clean_without_its_weights(born):
    history = History(new("mlp"), 100 * KIB)
    history.do("Train", learnt(history.document, born, 1))
    history.mark_clean()
    history.do("Train", learnt(history.document, born, 2))
    history.undo()
    assert history.thin and not history.clean and history.clean_index is None
    assert alive(born) == 300 * KIB


def test_going_back_and_forth_lets_nothing_go(born):
    history = History(new("mlp"), 300 * KIB)
    for run in (1, 2):
        history.do("Train", learnt(history.document, born, run))
    after = history.document
    history.undo()
    assert history.document.training.progress["step"] == 1
    assert history.redo() is after and alive(born) == 600 * KIB


# -- drawings ------------------------------------------------------------------------------------------------------------
def row(count: int) -> Document:
    nodes = {f"n{i}": Node(f"n{i}", "Dense", f"fc{i}", (i * 10.0, 0.0), {"units": 10}) for i in range(1, count + 1)}
    wires = tuple(Wire(f"n{i}", "y", f"n{i + 1}", "x") for i in range(1, count))
    return Document(nodes=nodes, wires=wires, serial=count + 1)


def edited(document: Document, step: int) -> Document:
    """Every fourth edit is of the same kind."""
    id, kind = f"n{1 + step % 100}", step % 4
    if kind == 0:
        return edits.move(document, {id: (float(step), 1.0)})
    if kind == 1:
        return edits.rename(document, id, f"at{step}")
    return edits.disconnect(document, document.wires_into[id]) if kind == 2 else document.changed(wires=row(100).wires)


def test_the_past_takes_so_much_memory_and_no_more():
    """What is alive is measured, not what the history says."""
    bound = 2_000 * KIB
    history = History(row(100), drawn=bound)
    tracemalloc.start()
    try:
        for step in range(1200):
            document = history.document
            assert document.unfolded and document.wires_into, "what a window works out from it"
            history.do("Edit", edited(document, step))
        gc.collect()
        alive_now = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert bound / 4 < alive_now < 1.5 * bound
    assert 50 < len(history.entries) < 1200


def test_the_oldest_drawings_go_and_undo_goes_back_to_the_oldest_that_is_left():
    history = History(row(50), drawn=400 * KIB)
    for step in range(400):
        history.do("Rename", edits.rename(history.document, "n1", f"step{step}"))
    count = len(history.entries)
    assert history.index == count - 1 < 400
    while history.undo_title:
        history.undo()
    assert history.document.nodes["n1"].name == f"step{400 - count}"
    while history.redo_title:
        history.redo()
    assert history.document.nodes["n1"].name == "step399"


def test_a_file_whose_entry_was_dropped_is_not_clean_and_one_that_is_left_is():
    history = History(row(50), drawn=400 * KIB)
    for step in range(400):
        if step == 395:
            history.mark_clean()
        history.do("Rename", edits.rename(history.document, "n1", f"step{step}"))
    assert history.clean_index == len(history.entries) - 6
    for step in range(400):
        history.do("Rename", edits.rename(history.document, "n1", f"more{step}"))
    assert history.clean_index is None and not history.clean
    while history.undo_title:
        history.undo()
    assert not history.clean


def test_one_edit_can_always_be_undone():
    history = History(row(50), drawn=1)
    for step in range(5):
        history.do("Rename", edits.rename(history.document, "n1", f"step{step}"))
    assert len(history.entries) == 2 and history.undo().nodes["n1"].name == "step3"
