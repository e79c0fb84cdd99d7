"""What is painted on a node stays inside of it, lies on nothing else, and is large enough: for every layer there is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QApplication

from app import fonts
from app.canvas.ink import Ink, metrics, text_width, wrapped_height
from app.canvas.items.node import NodeItem
from app.canvas.scene import CanvasScene
from app.session import Session
from app.theme import DARK
from nodes import edits
from nodes.document import Document
from nodes.example import examples, new
from nodes.layer import layer_types
from nodes.page_example import sketch
from tests.app.canvas.conftest import Open
from tests.benchmarks.drawings import Grid


class Recorder(Ink):
    """Ink that remembers where it wrote."""

    def __init__(self) -> None:
        super().__init__(DARK)
        self.written: list[tuple[str, QRectF]] = []

    def text(self, painter: QPainter, x: float, middle: float, text: str, role: str, color: str, align: float = 0.0,
             width: float = 0.0) -> None:  # fmt: skip
        long, high = width or text_width(text, role), metrics(role).capHeight()
        box = QRectF(x - align * long, middle - high / 2, long, high)
        if text:
            self.written.append((text, painter.worldTransform().mapRect(box)))
        super().text(painter, x, middle, text, role, color, align, width)


def written_on(item: NodeItem, zoom: float) -> list[tuple[str, QRectF]]:
    """Words and where they stand, in the node's own coordinates."""
    image = QImage(900, 900, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.translate(300, 300)
    painter.scale(zoom, zoom)
    usual, item.ink = item.ink, Recorder()
    option = type("Option", (), {"levelOfDetailFromTransform": staticmethod(lambda transform: transform.m11())})
    item.paint(painter, option)
    painter.end()
    found, item.ink = item.ink.written, usual  # type: ignore[attr-defined]
    here = QTransform.fromScale(1 / zoom, 1 / zoom).translate(-300, -300)
    return [(text, here.mapRect(box)) for text, box in found]


def flaws(item: NodeItem, zoom: float) -> Iterator[str]:
    body, words = item.body(), written_on(item, zoom)
    inside = [(text, box) for text, box in words if body.top() - 6 < box.center().y() < body.bottom() and not item.look.bead]
    for text, box in inside:
        beside = box.right() < 0 or box.left() > body.width()  # the name of a further port
        if not beside and (box.left() < 3 or box.right() > body.width() - 3):
            yield f"{item.look.title} at {zoom}: “{text}” goes from {box.left():.0f} to {box.right():.0f} of {body.width():.0f}"
    for i, (text, box) in enumerate(words):
        for other, there in words[i + 1 :]:
            if box.intersects(there):
                yield f"{item.look.title} at {zoom}: “{text}” lies on “{other}”"


def everything() -> Iterator[Document]:
    yield from (new(name) for name in examples())
    yield from (sketch(type) for type in layer_types())


def test_words_on_nodes_stay_inside_and_apart(qapp: QApplication) -> None:
    fonts.load_fonts()
    found: set[str] = set()
    painted: set[tuple[str, ...]] = set()
    for document in everything():
        scene = CanvasScene(Session(document), DARK)
        for item in scene.nodes.values():
            look = (item.look.type, item.look.name, item.look.summary, item.look.shape, item.look.count)
            if look not in painted:
                found.update(flaw for zoom in (1.0, 0.6) for flaw in flaws(item, zoom))
            painted.add(look)
    assert len({look[0] for look in painted}) >= len(layer_types()) - 1
    assert not found, "\n".join(sorted(found))


def large() -> Document:
    """Long names, long shapes, many parameters."""
    grid = Grid(8)
    image = grid.add("Input", shape=(512, 1000, 1000))
    grid.add("Conv2D", (image, "y"), filters=1024, kernel_size=(5, 5), padding="same")
    document = grid.document("Large")
    return edits.rename(document, "n2", "a name that is far too long for it")


def test_long_names_and_many_numbers_give_way(canvas: Open) -> None:
    view, _ = canvas(large())
    items = list(view.canvas.nodes.values())
    assert not [flaw for item in items for zoom in (1.0, 0.6) for flaw in flaws(item, zoom)]
    words = [text for text, _ in written_on(items[1], 1.0)]
    assert words[0] == "Conv2D" and "1024×1000×1000" in words and not [w for w in words if "13,1" in w]


def test_a_line_break_of_a_note_is_one(qtbot: object) -> None:
    one, two, three = (wrapped_height(text, "body", 500.0) for text in ("a", "a\nb", "a\n\nb"))
    assert (two, three) == (2 * one, 3 * one)
