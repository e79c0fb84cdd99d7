"""Pictures of the canvas: the three kinds show the same, in full detail, without what belongs to editing."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog

from app.panels.picture_dialog import DARK, SELECTED, PictureDialog, ended
from app.pictures import writing
from app.pictures.composition import Composition, Look
from app.session import Live
from app.tokens import LIGHT
from nodes.document import Document
from nodes.example import new
from runtime.errors import NetwrightError


@pytest.fixture(autouse=True)
def fonts(qapp):
    from app.theme import load_fonts

    load_fonts()


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4).astype(int)


def drawn(composition: Composition, scale: float = 1.0) -> QImage:
    return QImage.fromData(writing.png(composition, scale))


def rendered(data: bytes) -> QImage:
    """An SVG as Qt's own reader draws it."""
    renderer = QSvgRenderer(data)
    assert renderer.isValid()
    image = QImage(renderer.viewBox().size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def with_a_mistake() -> Document:
    """A sentence in a node, a bypassed layer."""
    document = new("lenet")
    second = next(i for i, n in document.nodes.items() if n.name == "conv2")
    pool = next(i for i, n in document.nodes.items() if n.name == "pool1")
    nodes = {**document.nodes, second: replace(document.nodes[second], settings={"kernel_size": (40, 40)})}
    return document.changed(nodes={**nodes, pool: replace(nodes[pool], bypassed=True)})


@pytest.mark.parametrize("look", [Look(), Look(dark=True)])
def test_an_svg_shows_what_the_png_shows(look):
    for document in (new("lenet"), with_a_mistake()):
        made = Composition(document, look)
        a, b = pixels(drawn(made)), pixels(rendered(writing.svg(made)))
        assert a.shape == b.shape
        # Letters as shapes are a little lighter or darker at their edges; a header out of place would be far more.
        assert np.abs(a - b).mean() < 2.0
        assert (np.abs(a - b).max(axis=2) > 100).mean() < 0.01


def test_an_svg_needs_no_font_and_says_what_it_is():
    text = writing.svg(Composition(new("lenet"))).decode()
    assert "<text" not in text and "font" not in text
    assert "<title>LeNet</title>" in text and "<desc>A network of 15 layers: Digits, Conv2D, ReLU" in text


def test_a_pdf_is_one_page_of_the_pictures_size_with_its_fonts():
    made = Composition(new("lenet"))
    data = writing.pdf(made)
    width, height = (float(n) for n in re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data).groups())
    assert (width, height) == pytest.approx((made.bounds().width() * 0.75, made.bounds().height() * 0.75), abs=1)
    assert data.count(b"/Type /Page\n") == 1 and b"/FontFile" in data


def test_a_page_is_never_larger_than_readers_take():
    document = new("mlp")
    far = {i: replace(n, position=(40_000.0 * k, 0.0)) for k, (i, n) in enumerate(document.nodes.items())}
    data = writing.pdf(Composition(document.changed(nodes=far, frames=())))
    assert float(re.search(rb"/MediaBox \[0 0 ([\d.]+)", data)[1]) == pytest.approx(writing.MOST_POINTS, abs=1)


def test_small_pictures_are_as_detailed_as_large_ones():
    made = Composition(new("lenet"))
    small, large = drawn(made, 0.25), drawn(made, 1.0)
    shrunk = large.scaled(small.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    assert np.abs(pixels(small) - pixels(shrunk)).mean() < 4.0


def test_the_ground_is_white_dark_or_nothing():
    looks = (Look(), Look(dark=True), Look(transparent=True))
    corner = [drawn(Composition(new("mlp"), look)).pixelColor(1, 1) for look in looks]
    assert corner[0] == QColor("white") and corner[1].lightness() < 40 and corner[2].alpha() == 0
    image = pixels(drawn(Composition(new("mlp").changed(frames=()))))
    dot = QColor(LIGHT.dot)
    assert not (image[..., :3] == [dot.red(), dot.green(), dot.blue()]).all(axis=2)[:20].any()


def test_a_selection_brings_its_wires_and_no_other():
    document = new("lenet")
    ids = list(document.nodes)[1:4]
    part, whole = Composition(document, only=ids), Composition(document)
    assert part.bounds().width() < whole.bounds().width() / 2
    assert part.words[1] == "A network of 3 layers: Conv2D, ReLU, MaxPool2D"
    assert len(part._items) == 3 + 2  # the frame holds other layers too
    rect = QRectF(*document.frames[1].rect)
    framed = [i for i, item in whole._scene.nodes.items() if rect.contains(item.scene_body().center())]
    assert document.frames[1] in [getattr(item, "frame", None) for item in Composition(document, only=framed)._items]


def test_what_a_run_shows_is_in_the_picture():
    document = new("lenet")
    first = next(iter(document.nodes))
    live = Live(activations={first: np.ones((1, 1, 28, 28), np.float32)})
    plain, seen = (pixels(drawn(Composition(document, live=one))) for one in (None, live))
    assert plain.shape != seen.shape or np.abs(plain - seen).max() > 200


def test_nothing_to_draw_is_said():
    for document, only in ((Document(), None), (new("mlp"), [])):
        with pytest.raises(NetwrightError, match="There is no layer to make a picture of: add one, or select some"):
            Composition(document, only=only)


def test_what_cannot_be_written_is_said_and_nothing_is_left(tmp_path):
    made = Composition(new("mlp"))
    with pytest.raises(NetwrightError, match=r"a\.jpg ends in no kind of picture .* end it in \.svg, \.png, \.pdf"):
        writing.save_picture(made, tmp_path / "a.jpg")
    with pytest.raises(NetwrightError, match="folder does not exist"):
        writing.save_picture(made, tmp_path / "no" / "a.svg")
    with pytest.raises(NetwrightError, match=r"pixels at scale 400, and at most 200,000,000 are drawn: choose a smaller scale"):
        writing.save_picture(made, tmp_path / "a.png", 400)
    assert not list(tmp_path.glob("*.*"))


# -- in the window -------------------------------------------------------------------------------------------------------
def test_the_window_exports_a_picture(window, qtbot, tmp_path, monkeypatch):
    window.session.select(list(window.session.document.nodes)[1:4])
    window.actions_by_id["export_picture"].trigger()
    dialog = window.findChild(PictureDialog)
    qtbot.waitUntil(dialog.isVisible)
    assert "1,432 × 608" in dialog.measures.text()
    dialog.what.setCurrentText(SELECTED)
    dialog.look.setCurrentText(DARK)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "part"), "Pixels (*.png)"))
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    image = QImage(str(tmp_path / "part.png"))
    assert image.width() == 2 * 564 and image.pixelColor(1, 1).lightness() < 40
    assert window.messages.text.text() == f"The picture was exported to {tmp_path / 'part.png'}."


def test_what_goes_wrong_is_in_the_message_bar(window, qtbot, tmp_path, monkeypatch):
    window.filing.picture_dialog()
    dialog = window.findChild(PictureDialog)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "no" / "a.svg"), ""))
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert "folder does not exist" in window.messages.text.text()


def test_an_empty_network_has_no_picture(make_window):
    assert not make_window(Document()).actions_by_id["export_picture"].isEnabled()


def test_the_ending_says_the_kind():
    assert str(ended("a", "Page (*.pdf)")) == "a.pdf"
    assert str(ended("net v1.2", "")) == "net v1.2.svg"
    assert str(ended("a.PNG", "Page (*.pdf)")) == "a.PNG"
