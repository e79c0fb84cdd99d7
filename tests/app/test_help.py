"""F1: the page of the layer at hand, its picture in either theme, its example, all of it by keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.panels import filing
from app.panels.help_pages import PICTURE, layer_help, link
from app.panels.picture import drawn
from app.tokens import DARK, LIGHT
from nodes.layer import CATEGORIES, layer_types
from nodes.page import layer_page
from nodes.pictures.families import picture
from runtime import data

Key = Qt.Key


def to_front(qtbot, window) -> None:
    """As a desktop does by itself when a window beside it closes."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def select(window, type: str) -> None:
    window.session.select({next(n.id for n in window.session.document.nodes.values() if n.type == type)})


def shown(qtbot, window, title: str):
    """The card, once it shows that page and has the keyboard."""
    card = window.help_card
    qtbot.waitUntil(lambda: card.isVisible() and card.title.text() == title)
    qtbot.waitUntil(card.text.hasFocus)
    return card


def press_f1(qtbot, widget: QWidget) -> None:
    qtbot.keyClick(widget, Key.Key_F1)


def test_the_page_of_dataset_lists_the_datasets_under_their_headings(qtbot, window):
    window.show_layer_help("Dataset")
    lines = shown(qtbot, window, "Dataset").text.toPlainText().splitlines()
    headings = [lines.index(group) for group in (*data.grouped(), "Your own")]
    assert headings == sorted(headings) and headings[0] < lines.index("mazur") < lines.index("Functions of one variable")
    assert lines[lines.index("mazur") + 1] == "Mazur’s example"


def page_image(card) -> QImage:
    image = card.text.document().resource(QTextDocument.ResourceType.ImageResource, QUrl(PICTURE))
    assert isinstance(image, QImage)
    return image


# -- asked for -----------------------------------------------------------------------------------------------------------
def test_f1_on_the_canvas_shows_the_selected_layer(qtbot, window):
    select(window, "Conv2D")
    window.canvas.setFocus()
    press_f1(qtbot, window.canvas)
    card = shown(qtbot, window, "Conv2D")
    text = card.text.toPlainText()
    for words in ("kernel size", "at first 3 × 3", "1×28×28", "16×26×26", "Neocognitron", "def emit", "LeNet"):
        assert words in text
    assert card.formula.text() == "y = x * W + b"
    card.hide()


def test_f1_in_the_palette_shows_the_row_that_is_chosen(qtbot, window):
    select(window, "Conv2D")
    palette = window.palette_panel
    palette.search.setFocus()
    qtbot.keyClicks(palette.search, "gelu")
    press_f1(qtbot, palette.search)
    card = shown(qtbot, window, "GELU")
    qtbot.keyClick(card.text, Key.Key_Escape)
    qtbot.waitUntil(lambda: not card.isVisible())
    to_front(qtbot, window)
    palette.search.clear()
    palette.tree.setFocus()
    rows = [palette.tree.topLevelItem(g).child(0) for g in range(palette.tree.topLevelItemCount())]
    item = next(row for row in rows if row.text(0) == "Conv1D")
    palette.tree.scrollToItem(item)
    qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=palette.tree.visualItemRect(item).center())
    press_f1(qtbot, palette.tree)
    shown(qtbot, window, "Conv1D").hide()


def test_f1_in_the_search_shows_the_layer_found(qtbot, window):
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Key.Key_Tab)
    search = window.canvas.search
    qtbot.waitUntil(search.field.hasFocus)
    qtbot.keyClicks(search.field, "lstm")
    press_f1(qtbot, search.field)
    card = shown(qtbot, window, "LSTM")
    assert not search.isVisible()
    card.hide()


def test_f1_with_nothing_selected_lists_every_layer_as_a_link(qtbot, window):
    window.session.select(set())
    window.canvas.setFocus()
    press_f1(qtbot, window.canvas)
    card = shown(qtbot, window, "Layers")
    html = card.text.toHtml()
    assert all(f'href="layer:{type}"' in html for type in layer_types())
    assert all(c in card.text.toPlainText() for c in CATEGORIES if any(t.category == c for t in layer_types().values()))
    qtbot.keyClick(card.text, Key.Key_Tab)  # the first link: Constant
    qtbot.keyClick(card.text, Key.Key_Return)
    shown(qtbot, window, "Constant").hide()


def test_the_inspectors_question_mark_shows_the_same_page(qtbot, window):
    select(window, "MaxPool2D")
    page = window.inspector.page
    qtbot.mouseClick(page.help, Qt.MouseButton.LeftButton)
    shown(qtbot, window, "MaxPool2D").hide()


def test_one_link_serves_whoever_tells_of_a_layer(qtbot, window):
    assert link("ReLU") == '<a href="layer:ReLU">ReLU</a>'
    window.help_card.text.anchorClicked.emit(QUrl("layer:ReLU"))
    shown(qtbot, window, "ReLU").hide()


def test_a_layer_that_nobody_knows_gets_a_sentence(window):
    window.show_layer_help("Conv2Dd")
    assert "Conv2D" in window.help_card.text.toPlainText() and not window.help_card.example.isVisible()
    window.help_card.hide()


def test_f1_on_a_block_tells_what_blocks_are(qtbot, window):
    """A block is no layer of the catalogue: it has words, and no example."""
    select(window, "Conv2D")
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: any(n.block for n in window.session.document.nodes.values()))
    select(window, "Block")
    press_f1(qtbot, window.canvas)
    card = shown(qtbot, window, "Block")
    assert "its layers stand inside it" in card.text.toPlainText() and not card.example.isVisible()
    card.hide()


# -- by keyboard ---------------------------------------------------------------------------------------------------------
def test_escape_closes_and_the_canvas_has_the_keyboard_again(qtbot, window):
    select(window, "Dense")
    window.canvas.setFocus()
    press_f1(qtbot, window.canvas)
    card = shown(qtbot, window, "Dense")
    qtbot.keyClick(card.text, Key.Key_Escape)
    qtbot.waitUntil(lambda: not card.isVisible())
    to_front(qtbot, window)
    qtbot.waitUntil(window.canvas.hasFocus)


def test_the_focus_is_seen(qtbot, window):
    """Its frame is in the accent while the text has the keyboard, and gone when the button has it."""
    window.show_layer_help("Dense")
    card = shown(qtbot, window, "Dense")
    edge = QPoint(card.text.width() // 2, 0)
    assert card.text.grab().toImage().pixelColor(edge).name().upper() == DARK.accent
    card.example.setFocus(Qt.FocusReason.TabFocusReason)
    assert card.text.grab().toImage().pixelColor(edge).name().upper() != DARK.accent
    card.hide()


def test_the_example_opens_by_keyboard(qtbot, window):
    window.show_layer_help("Dropout")
    card = shown(qtbot, window, "Dropout")
    for _ in range(20):
        if card.example.hasFocus():
            break
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    assert card.example.hasFocus() and card.example.accessibleName() == "Open an example with Dropout"
    qtbot.keyClick(card.example, Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.document.title == "Dropout: an example")
    assert not window.session.checked.errors and window.session.history.clean
    assert card.isVisible()
    card.hide()


def test_an_example_asks_before_it_takes_the_place_of_work(qtbot, window, monkeypatch):
    asked: list[str] = []
    window.canvas.add_layer("Dense", (0.0, 900.0))
    monkeypatch.setattr(filing, "ask_about_changes", lambda parent, title: asked.append(title) or filing.CANCEL)
    before = window.session.document
    window.show_layer_help("Dense")
    qtbot.mouseClick(window.help_card.example, Qt.MouseButton.LeftButton)
    assert asked == ["LeNet"] and window.session.document is before
    window.help_card.hide()


def test_a_template_that_uses_the_layer_opens_from_its_page(qtbot, make_window):
    window = make_window()
    window.show_layer_help("Sigmoid")
    name, title = layer_page("Sigmoid").templates[0]
    assert title in window.help_card.text.toPlainText()
    window.help_card.text.anchorClicked.emit(QUrl(f"template:{name}"))
    assert any(n.type == "Sigmoid" for n in window.session.document.nodes.values())
    window.help_card.hide()


# -- how it looks --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("type", list(layer_types()))
def test_every_picture_is_painted_in_its_hue_in_either_theme(qapp, type):
    theme.apply(qapp, "dark")  # whatever test comes first in a process: our fonts must be there
    category = layer_types()[type].category
    for tokens in (DARK, LIGHT):
        image = drawn(picture(type), category, tokens).convertToFormat(QImage.Format.Format_RGB32)
        colors = {f"#{rgb & 0xFFFFFF:06X}" for rgb in np.unique(np.frombuffer(image.constBits(), np.uint32))}
        assert tokens.panel.upper() in colors and len(colors) > 6
        near = {tokens.hue(category).upper(), tokens.positive.upper(), tokens.text.upper()}
        assert near & colors, "nothing is in full ink"


def test_the_page_follows_the_theme(qtbot, window):
    window.show_layer_help("Tanh")
    card = shown(qtbot, window, "Tanh")
    dark = page_image(card).pixelColor(2, 2)
    window.theme_light()
    qtbot.waitUntil(lambda: page_image(card).pixelColor(2, 2) != dark)
    assert page_image(card).pixelColor(2, 2).name().upper() == LIGHT.panel
    window.theme_dark()
    card.hide()


def test_the_picture_is_told_to_who_cannot_see_it(qtbot, window):
    window.show_layer_help("MaxPool2D")
    card = shown(qtbot, window, "MaxPool2D")
    assert card.text.accessibleDescription() == picture("MaxPool2D").alt
    assert card.text.accessibleName() == "MaxPool2D"
    card.hide()


def test_the_code_keeps_its_indentation():
    assert "\n    y: Value = g.MatMul(" in layer_help("Dense").html

