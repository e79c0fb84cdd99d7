"""What is drawn: looks, faces, routes, levels of detail, following the document."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.canvas import layout
from app.canvas.faces import Column, Cylinder, Prompt, Scalar, Sentence, Sheets
from app.canvas.ink import Ink
from app.canvas.live_faces import CHART, Bars, Distribution, Maps, Number, Picture
from app.canvas.routes import Surroundings, Way, route
from app.canvas.view import CanvasView
from app.session import Live
from app.theme import LIGHT
from nodes import edits
from nodes.document import Wire
from nodes.example import new
from tests.app.canvas.conftest import Open

LABEL = Wire("n1", "label", "n15", "target")


def colors(view: CanvasView) -> set[int]:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)
    return set(np.unique(pixels).tolist())


def color(text: str) -> int:
    return 0xFF000000 | int(text[1:], 16)


def test_idle_faces_draw_the_shape(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    faces = {id: item.face for id, item in view.canvas.nodes.items()}
    assert isinstance(faces["n1"], Cylinder)
    assert faces["n2"] == Sheets(6, 24, 24, "Convolution")
    assert faces["n9"] == Column(120, "Core")
    assert isinstance(faces["n15"], Scalar)


def test_looks_say_shape_and_count(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    look = view.canvas.nodes["n5"].look
    assert (look.title, look.name, look.shape, look.count) == ("Conv2D", "conv2", "16×8×8", "2,416 params")
    assert view.canvas.nodes["n4"].look.count == "no params"
    assert view.canvas.wires[Wire("n4", "y", "n5", "x")].label == "6×12×12"
    assert view.title.words == ("LeNet", "15 layers")


def test_an_error_stands_in_the_face_and_unknown_shapes_are_dashed(canvas: Open) -> None:
    view, _ = canvas(edits.set_setting(new("lenet"), "n5", "kernel_size", (40, 40)))
    item = view.canvas.nodes["n5"]
    assert item.look.level == "error" and item.look.shape == "?"
    assert isinstance(item.face, Sentence)
    assert view.canvas.wires[Wire("n5", "y", "n6", "x")].label == "?"
    view.grab()


def test_a_free_input_asks_for_a_wire(canvas: Open) -> None:
    document, id = edits.add(new("lenet"), "MaxPool2D", (500, 280))
    view, _ = canvas(document)
    assert view.canvas.nodes[id].face == Prompt("wire maps into it")
    assert view.canvas.nodes[id].look.level == ""
    assert view.title.words[1] == "16 layers · 1 not connected"


def test_live_faces_show_what_the_run_sends(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    random = np.random.default_rng(0)
    activations: dict[str, Any] = {
        "n1": random.random((1, 28, 28)), "n2": random.normal(size=(6, 24, 24)), "n5": random.normal(size=(1, 16, 8, 8)),
        "n9": random.normal(size=120), "n13": random.normal(size=10), "n15": np.float32(0.04),
        "n3": np.ones((6, 24, 24)), "n4": "nonsense", "n11": np.full(84, np.nan), "n7": np.zeros((0, 4, 4)),
    }  # fmt: skip
    view.session.show_live(Live(activations, {"n2": 2.6e-3, "n9": 0.0}, 5))
    view.canvas._show_faces()
    faces = {id: type(item.face) for id, item in view.canvas.nodes.items()}
    assert (faces["n1"], faces["n2"], faces["n5"]) == (Picture, Maps, Maps)
    assert (faces["n9"], faces["n13"], faces["n15"]) == (Distribution, Bars, Number)
    assert (faces["n4"], faces["n11"], faces["n7"]) == (Sheets, Column, Sheets), "odd arrays leave the drawing at rest"
    assert view.canvas.nodes["n3"].note == "100 % on"
    tokens = view.tokens
    assert {color(tokens.positive), color(tokens.negative)} <= colors(view)
    assert view.canvas.nodes["n2"].pos().y() + 14 == view.canvas.nodes["n2"].port_point(False, "x").y()


def test_live_updates_are_gathered(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    for _ in range(5):
        view.session.show_live(Live({"n13": np.ones(10)}))
    assert not isinstance(view.canvas.nodes["n13"].face, Bars), "at most eight times a second"
    assert view.canvas._live.isActive() and view.canvas._live.interval() == 125


def test_another_document_shows_nothing_of_the_last_run(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.show_live(Live({"n1": np.ones((1, 28, 28))}, label=5))
    view.canvas._show_faces()
    assert isinstance(view.canvas.nodes["n1"].face, Picture)
    view.session.opened(new("mlp"), None)
    view.canvas._show_faces()
    assert not any(isinstance(item.face, Picture | Maps | Bars) for item in view.canvas.nodes.values())


def test_a_layer_changed_since_shows_no_old_numbers(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.show_live(Live({"n9": np.ones(120)}))
    view.canvas._show_faces()
    assert isinstance(view.canvas.nodes["n9"].face, Distribution)
    view.session.do("Set units", lambda d: edits.set_setting(d, "n9", "units", 64))
    assert isinstance(view.canvas.nodes["n9"].face, Column)


def test_the_whole_network_stays_in_view_until_somebody_moves_it(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.fit_all()
    view.resize(800, 500)
    assert view.mapToScene(view.viewport().rect()).boundingRect().contains(view.canvas.contents())
    view.zoom_by(1.5)
    chosen = view.zoom
    view.resize(1400, 900)
    assert view.zoom == chosen


@pytest.mark.parametrize("zoom", [1.0, 0.6, 0.5, 0.3])
def test_every_zoom_paints_in_both_themes(canvas: Open, zoom: float) -> None:
    document = edits.set_flags(edits.set_flags(new("lenet"), ["n4", "n3"], bypassed=True), ["n5"], collapsed=True)
    view, _ = canvas(document)
    view.session.select(["n2", "n9"])
    view.zoom_by(zoom)
    assert color(view.tokens.accent) in colors(view)
    view.set_tokens(LIGHT)
    assert color(LIGHT.accent) in colors(view)


def test_only_what_changed_is_made_anew(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    before = dict(view.canvas.nodes)
    view.session.do("Add", lambda d: edits.add(d, "Dense", (0, 700))[0])
    assert all(view.canvas.nodes[i] is item for i, item in before.items())
    assert len(view.canvas.nodes) == 16


def test_opening_another_document_shows_all_of_it(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.centerOn(9000, 9000)
    view.session.opened(new("mlp"), None)
    assert view.mapToScene(view.viewport().rect()).boundingRect().contains(view.canvas.contents())


def test_long_label_wires_fold_until_looked_at(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    item = view.canvas.wires[LABEL]
    assert item.folded
    hand.click(item._tag_places()[0][0])
    assert view.canvas.chosen_wires == {LABEL}
    assert not item.folded
    view.grab()


def test_routes_run_ahead_or_around() -> None:
    a, b = QPointF(160, 14), QPointF(232, 14)
    assert route(a, b).way is Way.AHEAD
    frames = [QRectF(-24, -36, 1400, 330), QRectF(-24, 344, 1400, 300)]
    where = Surroundings(QRectF(1144, 0, 160, 176), QRectF(0, 380, 36, 28), frames)
    back = route(QPointF(1304, 14), QPointF(0, 394), where)
    assert back.way is Way.AROUND
    assert back.label.y() == (294 + 344) / 2, "between the rows"
    assert back.path.boundingRect().right() == 1376 + 12, "outside of the frames"


def sizes(document: object) -> dict[str, tuple[float, float]]:
    return {i: (36.0, 28.0) if n.type in ("ReLU", "Flatten", "Softmax") else (160.0, 176.0)
            for i, n in document.nodes.items()}  # type: ignore[attr-defined]  # fmt: skip


@given(st.permutations(list(range(15))))
def test_tidy_never_overlaps_and_flows_right(order: list[int]) -> None:
    document = new("lenet")
    document = document.changed(nodes={i: document.nodes[i] for i in (list(document.nodes)[k] for k in order)})
    size = sizes(document)
    where = layout.positions(document, size)
    boxes = {i: QRectF(*where[i], *size[i]) for i in where}
    ids = list(boxes)
    for n, i in enumerate(ids):
        assert not any(boxes[i].intersects(boxes[j]) for j in ids[n + 1 :])
    for wire in document.wires:
        (ax, ay), (bx, by) = where[wire.source], where[wire.target]
        assert bx > ax or by > ay
    assert max(b.right() for b in boxes.values()) <= layout.ROW_WIDTH


def test_tidy_is_one_undo_and_settles(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.tidy()
    tidied = view.session.document
    view.tidy()
    assert view.session.document.nodes == tidied.nodes
    assert {i for f in tidied.frames for i in layout.inside(tidied, f, sizes(tidied))} == set(tidied.nodes)
    view.session.undo()
    view.session.undo()


def test_bars_of_nothing_stand_on_the_ground(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    picture = QImage(100, 80, QImage.Format.Format_RGB32)
    picture.fill(0)
    painter = QPainter(picture)
    Bars(np.zeros(2)).paint(painter, QRectF(0, 0, 100, 80), Ink(view.tokens), words=False)
    painter.end()
    assert [y for y in range(80) if picture.pixelColor(20, y) == QColor(view.tokens.positive)] == [CHART]
