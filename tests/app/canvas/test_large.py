"""Large networks: the canvas follows what changed as if it were drawn anew; it is seen whole, and painted at one go."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from app.canvas import following as scenes
from app.canvas.geometry import AFAR, ZOOM_LEAST
from app.canvas.items.afar import AfarItem
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.scene import CanvasScene
from app.session import Session
from app.tokens import DARK, LIGHT
from nodes import edits
from nodes.example import new
from tests.benchmarks.drawings import resnet152, stack


def shown(scene: CanvasScene) -> tuple[object, ...]:
    """All that the items know, and how their wires run."""
    nodes = {i: (n.look, n.pos().toTuple(), n.body().getRect(), n.boundingRect().getRect()) for i, n in scene.nodes.items()}
    wires = {
        w: (i.kind, i.label, i.side, i.path.toFillPolygon().toList(), i.boundingRect().getRect(), i.turns)
        for w, i in scene.wires.items()
    }
    return nodes, wires


def test_the_canvas_follows_every_edit_as_if_drawn_anew(qapp):
    session = Session(new("lenet"))
    scene = CanvasScene(session, DARK)
    ids = {n.name: i for i, n in session.document.nodes.items()}
    wire = next(w for w in session.document.wires if w.target == ids["fc2"])
    for edit in (
        lambda d: edits.set_setting(d, ids["conv1"], "filters", 9),
        lambda d: edits.set_setting(d, ids["conv2"], "kernel_size", (60, 60)),
        lambda d: edits.move(d, {ids["pool2"]: (40.0, 700.0)}),
        lambda d: edits.disconnect(d, [wire]),
        lambda d: edits.set_setting(d, ids["conv2"], "kernel_size", (3, 3)),
        lambda d: edits.remove(d, [ids["pool1"]]),
        lambda d: edits.set_flags(d, [ids["fc1"]], collapsed=True, bypassed=True),
        lambda d: edits.rename(d, ids["fc3"], "answers"),
        lambda d: edits.add(d, "Dense", (10.0, 900.0))[0],
    ):
        assert session.do("edit", edit)
        assert shown(scene) == shown(CanvasScene(Session(session.document), DARK))
    for _ in range(9):
        session.undo()
    assert shown(scene) == shown(CanvasScene(Session(new("lenet")), DARK))


def test_an_edit_touches_no_other_item(qapp, monkeypatch):
    session = Session(stack(120))
    scene = CanvasScene(session, DARK)
    described, laid = [], []
    real = scenes.look_of
    monkeypatch.setattr(scenes, "look_of", lambda d, node, *rest: described.append(node.id) or real(d, node, *rest))
    monkeypatch.setattr(WireItem, "follow", lambda self, *rest: laid.append(self.wire))
    inner = [n.id for n in session.document.nodes.values() if n.type == "Conv2D"][5]
    session.do("rename", lambda d: edits.rename(d, inner, "other"))
    sources = [i for i in session.document.nodes if not session.document.wires_into[i]]
    after = {w.target for w in session.document.wires_out_of[inner]}  # its values carry the name
    assert set(described) == {inner, *after, *sources}
    assert all(scene.wires[w].turns or inner in (w.source, w.target) for w in laid)


def test_moving_is_no_build(qapp, monkeypatch):
    session = Session(new("lenet"))
    scene = CanvasScene(session, DARK)
    monkeypatch.setattr("nodes.check.build", lambda *a: pytest.fail("built"))
    id = next(iter(session.document.nodes))
    session.do("move", lambda d: edits.move(d, {id: (-300.0, -200.0)}))
    assert scene.nodes[id].pos() == QPointF(-300, -200)


def painted(scene: CanvasScene, zoom: float) -> np.ndarray:
    area = scene.contents()
    image = QImage(int(area.width() * zoom), int(area.height() * zoom), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    scene.render(painter, source=area)
    painter.end()
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)[..., :3].astype(int)


def test_from_afar_one_item_paints_what_all_of_them_would(qapp, monkeypatch):
    scene = CanvasScene(Session(stack(150)), DARK)
    each = painted(scene, 0.12)
    scene.show_from_afar(True)
    for kind in (NodeItem, WireItem):
        monkeypatch.setattr(kind, "paint", lambda *a: pytest.fail("painted by itself"))
    together = painted(scene, 0.12)
    assert each.max() > 100 and np.abs(each - together).mean() < 6
    monkeypatch.undo()
    scene.show_from_afar(False)
    assert np.array_equal(painted(scene, 0.12), each)


def test_what_changes_while_it_is_seen_from_afar_is_seen(qapp):
    session = Session(stack(60))
    scene = CanvasScene(session, DARK)
    scene.show_from_afar(True)
    before = painted(scene, 0.12)
    chosen = list(session.document.nodes)[20]
    session.select([chosen])
    assert np.abs(painted(scene, 0.12) - before).max() > 50
    session.select([])
    assert np.array_equal(painted(scene, 0.12), before)
    session.do("add", lambda d: edits.add(d, "Dense", (0.0, 2500.0))[0])
    assert scene.nodes[next(reversed(scene.nodes))].flags() & QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
    assert painted(scene, 0.12).shape[0] > before.shape[0]


def test_a_large_network_is_seen_whole(make_window):
    window = make_window(stack(3000))
    canvas = window.canvas
    canvas.canvas.complete()
    assert len(canvas.canvas.nodes) == 3000
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    assert all(seen.contains(item.scene_body()) for item in canvas.canvas.nodes.values())
    assert canvas.zoom < ZOOM_LEAST < AFAR
    assert next(i for i in canvas.canvas.items() if isinstance(i, AfarItem)).isVisible()
    canvas.reset_zoom()
    assert not any(isinstance(i, AfarItem) for i in canvas.canvas.items(canvas.canvas.contents()) if i.isVisible())


def test_resnet_152_opens_whole_and_counts_as_published(make_window, qtbot, tmp_path):
    from unittest import mock

    from nodes.files import to_onnx

    path = tmp_path / "resnet.onnx"
    with mock.patch("nodes.files._room", lambda: 0):
        path.write_bytes(to_onnx(resnet152()).SerializeToString())
    window = make_window()
    assert window.filing.load(path)
    qtbot.waitUntil(lambda: not window.canvas.canvas.busy)
    assert len(window.canvas.canvas.nodes) == len(window.session.document.nodes) == 516
    assert window.session.checked.built.parameter_count == 60_192_808
    rows = window.inspector.network.view.texts()
    document = window.session.document
    assert [row[0] for row in rows[:-1]] == [node.name for node in document.nodes.values()], "as it is drawn"
    assert rows[-1][1:] == ["", "60,192,808"]


def test_a_wire_back_keeps_clear_of_nodes_that_grew_later(qapp):
    """What stands between the two rows moves the way back, although the wire's own nodes stay."""
    document = new("lenet").changed(frames=())
    back = next(w for w, item in CanvasScene(Session(document), DARK).wires.items() if item.turns)
    session = Session(document)
    scene = CanvasScene(session, DARK)
    before = scene.wires[back].middle
    other = next(i for i, n in document.nodes.items() if n.name == "conv1")
    x, y = document.nodes[other].position
    session.do("move", lambda d: edits.move(d, {other: (x, y + 40)}))
    assert scene.wires[back].middle != before


def test_a_huge_network_says_what_it_costs(window, tmp_path, monkeypatch):
    from app.panels import filing
    from nodes.files import save

    monkeypatch.setattr(filing, "MANY", 100)
    save(stack(120), tmp_path / "large.onnx")
    assert window.filing.load(tmp_path / "large.onnx")
    assert window.messages.text.text() == (
        "120 layers: a change is drawn at once, its shapes and problems follow seconds later."
    )


def test_all_of_resnet_152_is_shown_and_no_row_is_a_stray(make_window, qtbot):
    window = make_window(resnet152())
    window.resize(1920, 1080)  # all but two rows would fit at the least zoom
    canvas = window.canvas
    qtbot.waitUntil(lambda: canvas.width() > 1300 and canvas.height() > 600)
    canvas.show_all()
    assert canvas.seen().contains(canvas.canvas.contents())


def test_qt_divides_what_the_nodes_cover(qapp):
    """Each cell of its index is so much smaller: it asks every item of a cell where it is."""
    scene = CanvasScene(Session(stack(1000)), DARK)
    scene.complete()
    area, covered = scene.sceneRect(), scene.contents()
    assert area.contains(covered) and area.width() < 3 * covered.width() and area.height() < 3 * covered.height()


def test_what_is_far_outside_is_found_and_can_be_looked_at(canvas):
    view, _ = canvas(new("mlp"))
    assert view.session.do("Add", lambda d: edits.add(d, "ReLU", (50_000.0, -40_000.0))[0])
    id = list(view.session.document.nodes)[-1]
    view.canvas.complete()
    middle = view.canvas.nodes[id].scene_body().center()
    view.reset_zoom()
    view.centerOn(middle)
    assert view.canvas.node_at(middle) == id
    assert view.canvas.sceneRect().contains(middle)
    view.centerOn(-90_000.0, 90_000.0)
    assert view.seen().contains(-90_000.0, 90_000.0)


def test_the_ground_takes_the_theme_s_colour(canvas):
    view, _ = canvas(new("mlp"))
    corner = view.viewport().rect().bottomRight() - QPoint(3, 3)
    for tokens in (LIGHT, DARK, LIGHT):
        view.set_tokens(tokens)
        found = view.viewport().grab().toImage().pixelColor(corner).name()
        assert found == tokens.canvas.lower()
