"""Large networks: drawn in turns of the event loop, judged in a thread, and in the end as if both had been done at once."""

from __future__ import annotations

import random
import threading

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from app import verdicts
from app.canvas import following
from app.canvas.scene import CanvasScene
from app.session import Session
from app.tokens import DARK
from app.worker.control import IDLE
from nodes import edits
from nodes.document import Document, Wire
from nodes.example import new
from nodes.problems import Refusal
from nodes.promotions import set_repeat
from nodes.unfold import layer_count
from runtime.errors import NetwrightError
from tests.app.canvas.test_large import shown
from tests.app.conftest import tiny
from tests.benchmarks.drawings import stack
from tests.nodes.test_blocks import bottleneck


@pytest.fixture
def all_large(monkeypatch):
    """Every network is a large one."""
    monkeypatch.setattr(verdicts, "LARGE", 0)
    monkeypatch.setattr(following, "AT_ONCE", 0)
    monkeypatch.setattr(following, "MOST_YIELDING", 0)


@pytest.fixture
def gate(monkeypatch):
    """Checks begin when this is set, and not before."""
    opened, real = threading.Event(), verdicts.judge_wholly

    def waiting(document, before=None, tick=lambda: None):
        while not opened.wait(0.01):
            tick()
        return real(document, before, tick)

    monkeypatch.setattr(verdicts, "judge_wholly", waiting)
    yield opened
    opened.set()


def settled(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.session.checking and not window.canvas.canvas.busy)


def fresh(document: Document) -> tuple[object, ...]:
    """What a scene shows that was made for this document, with all of it done at once."""
    session = Session(document)
    session.verdicts.take(verdicts.judge(document))
    scene = CanvasScene(session, DARK)
    scene.complete()
    return shown(scene)


def any_edit(chance: random.Random, document: Document) -> Document:
    """One of the things that students do."""
    id = chance.choice(list(document.nodes))
    node, kind = document.nodes[id], chance.randrange(7)
    if kind == 0:
        return edits.move(document, {id: (chance.randrange(-400, 1500), chance.randrange(-400, 900))})
    if kind == 1:
        return edits.remove(document, [id])
    if kind == 2:
        return edits.add(document, chance.choice(["ReLU", "Dense", "Conv2D"]), (chance.randrange(900), 300.0))[0]
    if kind == 3:
        return edits.rename(document, id, f"name{chance.randrange(99)}")
    if kind == 4 and document.wires:
        return edits.disconnect(document, [chance.choice(document.wires)])
    if kind == 5 and "units" in node.settings:
        return edits.set_setting(document, id, "units", chance.randrange(1, 50))
    return edits.connect(document, Wire(id, "y", chance.choice(list(document.nodes)), "x"))


@pytest.mark.parametrize("seed", range(3))
def test_any_edits_end_as_if_drawn_at_once(make_window, qtbot, monkeypatch, all_large, seed):
    window, chance = make_window(new("lenet")), random.Random(seed)
    session, scene = window.session, window.canvas.canvas
    for _ in range(60):
        what = chance.randrange(10)
        if what == 0:
            session.undo()
        elif what == 1:
            session.redo()
        elif what == 2:
            session.select(chance.sample(list(session.here), min(3, len(session.here))))
        elif what == 3:
            session.verdicts.wait()
        else:
            try:
                made = any_edit(chance, session.document)
            except (Refusal, NetwrightError, IndexError):
                continue
            session.do("edit", lambda _, made=made: made)
        if chance.randrange(3) == 0:
            QApplication.processEvents()  # some turns of the event loop: how far it has come is any
    settled(qtbot, window)
    items, wires = shown(scene)
    assert (items, wires) == fresh(session.document)
    assert {i for i, item in scene.nodes.items() if item.chosen} == session.selection
    sentences = [p.sentence for p in verdicts.judge(session.document).checked.problems]
    assert [p.sentence for p in session.checked.problems] == sentences


def test_until_it_is_checked_the_last_answer_stands(make_window, qtbot, all_large, gate):
    window = make_window(new("lenet"))
    gate.set()
    settled(qtbot, window)
    session, scene = window.session, window.canvas.canvas
    before = session.checked.built
    id = next(i for i, n in session.document.nodes.items() if n.name == "conv1")
    out = next(w for w in session.document.wires if w.source == id)
    label = scene.wires[out].label
    gate.clear()
    session.do("Set", lambda d: edits.set_setting(d, id, "filters", 9))
    assert session.checking and session.checked.built is before
    scene.complete()
    assert "9" in scene.nodes[id].look.summary and scene.wires[out].label == label
    assert window.status.problems.text() == "checking …" and "Checking" in window.status.state.text()
    assert not window.bottom.train_bar.train.isEnabled() and not window.actions_by_id["train"].isEnabled()
    assert window.bottom.train_bar.words.text() == "Train waits for the check"
    gate.set()
    settled(qtbot, window)
    assert scene.wires[out].label != label and window.bottom.train_bar.train.isEnabled()
    assert window.status.problems.text() != "checking …"


def test_an_answer_for_an_old_document_is_dropped(make_window, qtbot, all_large, gate):
    window = make_window(new("lenet"))
    gate.set()
    settled(qtbot, window)
    session = window.session
    answers = []
    session.verdicts.came.connect(lambda: answers.append(session.verdict.document))
    gate.clear()
    first = next(iter(session.document.nodes))
    for name in ("a", "b", "c"):
        session.do("Rename", lambda d, name=name: edits.rename(d, first, name))
    gate.set()
    settled(qtbot, window)
    assert answers == [session.document] and session.document.nodes[first].name == "c"


def test_undo_to_what_is_known_needs_no_check(make_window, qtbot, all_large, gate):
    window = make_window(new("lenet"))
    gate.set()
    settled(qtbot, window)
    session, first = window.session, next(iter(window.session.document.nodes))
    known = session.checked
    gate.clear()
    session.do("Rename", lambda d: edits.rename(d, first, "a"))
    assert session.checking
    session.undo()
    assert not session.checking and session.checked is known
    assert shown(window.canvas.canvas) == fresh(session.document)


def test_everything_can_be_done_while_it_is_checked(make_window, qtbot, all_large, gate):
    window = make_window(new("lenet"))
    session, canvas = window.session, window.canvas
    assert session.checking and not session.checked.problems  # nothing is known yet
    conv = next(i for i, n in session.document.nodes.items() if n.name == "conv1")
    count = len(session.document.nodes)
    session.select([conv])
    assert canvas.canvas.nodes[conv].chosen == 2
    canvas.open_find()
    canvas.find_bar.field.setText("fc2")
    canvas.delete_selection()
    assert len(session.document.nodes) == count - 1
    session.undo()
    canvas.select_all()
    canvas.tidy()
    window.control.toggle()
    assert window.control.state == IDLE
    assert "is being checked" in window.messages.text.text()
    gate.set()
    settled(qtbot, window)
    assert shown(canvas.canvas) == fresh(session.document)
    assert not [p for p in session.checked.problems if p.level == "error"]


def test_train_waits_for_the_check_and_then_trains(make_window, qtbot, all_large, gate):
    window = make_window(tiny(1))
    assert not window.bottom.train_bar.train.isEnabled()
    gate.set()
    qtbot.waitUntil(window.bottom.train_bar.train.isEnabled)
    window.bottom.train_bar.train.click()
    qtbot.waitUntil(lambda: window.session.document.training.progress.get("epoch") == 1, timeout=60_000)


def test_repairs_wait_for_the_check(make_window, qtbot, all_large, gate):
    document = new("lenet")
    wire = next(w for w in document.wires if w.target_port == "target")
    window = make_window(edits.disconnect(document, [wire]))
    gate.set()
    settled(qtbot, window)
    assert any(p.repairs for p in window.session.checked.problems)
    assert any(row.buttons for row in window.bottom.problems.rows)
    gate.clear()
    id = next(iter(document.nodes))
    window.session.do("Rename", lambda d: edits.rename(d, id, "other"))
    assert window.session.checked.problems and not any(row.buttons for row in window.bottom.problems.rows)
    assert "being checked" in window.bottom.problems.summary.text()
    gate.set()
    settled(qtbot, window)
    assert any(row.buttons for row in window.bottom.problems.rows)


def test_who_asks_for_a_node_before_its_turn_gets_it(qapp, monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE", 0)
    session = Session(stack(60))
    scene = CanvasScene(session, DARK)
    last = list(session.document.nodes)[-1]
    assert scene.busy and last not in scene.nodes
    spread = scene.contents()
    assert scene.nodes[last].scene_body().topLeft() == QPointF(*session.document.nodes[last].position)
    assert last in scene.nodes and scene.busy
    with pytest.raises(KeyError):
        scene.nodes["nobody"]
    scene.complete()
    assert not scene.busy and list(scene.nodes) == list(session.here)
    assert spread.contains(scene.contents().adjusted(0, 0, 0, -60))
    assert shown(scene) == fresh(session.document)


def test_the_layers_of_blocks_are_counted_without_writing_them_out():
    document, block = bottleneck()
    document = set_repeat(document, block, 5)
    assert layer_count(document) == len(document.unfolded.document.nodes) > len(document.nodes)
    assert layer_count(stack(50)) == 50
