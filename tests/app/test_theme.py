"""The look keeps its promises: contrast, the sign scale, the style sheet, the glyphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QTabBar
from pytestqt.qtbot import QtBot

import resources
from app import fonts, glyphs, theme
from app.stylesheet import TEMPLATE
from app.theme import CATEGORIES, DARK, LIGHT, Mode, Tokens

THEMES = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
SURFACES = ("canvas", "panel", "raised", "field", "hover")


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """An application whose style sheet does not outlive the test."""
    yield qapp
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())


@THEMES
@pytest.mark.parametrize("role", ["text", "text2", "text3"])
@pytest.mark.parametrize("surface", SURFACES)
def test_text_is_readable_on_every_surface(tokens: Tokens, role: str, surface: str) -> None:
    assert theme.contrast(getattr(tokens, role), getattr(tokens, surface)) >= 4.5


@THEMES
def test_text_on_fills_and_tints_is_readable(tokens: Tokens) -> None:
    pairs = [
        (tokens.onaccent, tokens.accentfill),
        (tokens.accent, tokens.accenttint),
        (tokens.text, tokens.accenttint),
        (tokens.accent, tokens.panel),
        (tokens.ok, tokens.oktint),
        (tokens.warn, tokens.warntint),
        (tokens.err, tokens.errtint),
        (tokens.text, tokens.errtint),
        *((tokens.text, tokens.header(category)) for category in CATEGORIES),
    ]
    assert [pair for pair in pairs if theme.contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_what_stands_in_an_empty_field_is_readable(dressed: QApplication, qtbot: QtBot, mode: Mode) -> None:
    tokens = theme.apply(dressed, mode)
    field = QLineEdit(placeholderText="Search layers")
    qtbot.addWidget(field)
    field.show()
    ink = field.palette().color(QPalette.ColorRole.PlaceholderText)
    assert theme.contrast(theme.mix(ink.name(), tokens.field, ink.alphaF()), tokens.field) >= 4.5


@THEMES
def test_wires_and_glyphs_can_be_seen(tokens: Tokens) -> None:
    assert theme.contrast(tokens.ctl, tokens.canvas) >= 3
    assert theme.contrast(tokens.ctl, tokens.panel) >= 3
    assert all(theme.contrast(tokens.hue(category), tokens.onhue) >= 4.5 for category in CATEGORIES)


@THEMES
def test_every_role_is_a_color_and_every_category_has_its_own_hue(tokens: Tokens) -> None:
    colors = {name: value for name, value in asdict(tokens).items() if isinstance(value, str) and name != "name"}
    assert all(re.fullmatch(r"#[0-9A-F]{6}", value) for value in [*colors.values(), *tokens.category.values()])
    assert set(tokens.category) == set(CATEGORIES)
    assert len(set(tokens.category.values())) == len(CATEGORIES)


def test_a_category_is_found_by_the_name_students_read() -> None:
    assert DARK.hue("Normalise & regularise") == DARK.category["normalise"]
    assert DARK.hue("Shape & combine") == DARK.category["shape"]
    assert DARK.hue("Something new") == DARK.category["block"]
    assert DARK.hue("") == DARK.category["block"]


def test_contrast_knows_its_ends() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#5A62E0", "#5A62E0") == 1


@THEMES
def test_the_sign_scale_starts_at_the_background_and_leaves_it_steadily(tokens: Tokens) -> None:
    ramp = np.linspace(0, 1, 101)
    away = 1 if tokens.dark else -1
    for sign in (-1.0, 1.0):
        rgba = theme.sign_colors(sign * ramp, 1.0, tokens)
        light = [theme.luminance("#" + bytes(row[:3]).hex()) for row in rgba]
        assert all(np.diff(light) * away >= 0)
        assert len(set(light)) > 90
        assert _hex(rgba[0]) == tokens.zero


@THEMES
def test_the_sign_scale_meets_its_stops(tokens: Tokens) -> None:
    ends = theme.sign_colors([[-2.0, 2.0], [-9.0, np.inf]], 2.0, tokens)
    assert ends.shape == (2, 2, 4)
    assert ends.dtype == np.uint8
    assert [_hex(color) for color in ends.reshape(-1, 4)] == [tokens.far_negative, tokens.far_positive] * 2
    knees = theme.sign_colors([-0.65, 0.65], 1.0, tokens).astype(int)
    for color, role in zip(knees, (tokens.negative, tokens.positive), strict=True):
        assert np.abs(color[:3] - theme.channels(role)).max() <= 1


def test_the_sign_scale_takes_what_training_throws_at_it() -> None:
    assert _hex(theme.sign_colors([np.nan], 1.0, DARK)[0]) == DARK.err
    assert _hex(theme.sign_colors(np.float32(3.0), 0.0, DARK)) == DARK.zero
    assert _hex(theme.sign_colors([5], np.inf, DARK)[0]) == DARK.zero
    assert theme.sign_colors(np.zeros((0, 3)), 1.0, DARK).shape == (0, 3, 4)


def test_a_vanishing_range_still_has_colors() -> None:
    tiny = theme.sign_colors([-1e-37, 0.0, 1e-37], 1e-37, DARK)  # denormals count as zero once a network has run
    assert [_hex(color) for color in tiny] == [DARK.far_negative, DARK.zero, DARK.far_positive]


def _hex(rgba: np.ndarray) -> str:
    return "#" + bytes(rgba[:3]).hex().upper()


@THEMES
def test_the_style_sheet_fills_every_placeholder_and_finds_every_icon(tokens: Tokens) -> None:
    sheet = theme.qss(tokens)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}") == TEMPLATE.count("{")
    icons = re.findall(r"/icons/([\w/-]+\.svg)", sheet)
    assert icons
    assert all(resources.path("icons", *icon.split("/")).is_file() for icon in icons)


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_widgets_take_the_heights_of_the_look(dressed: QApplication, qtbot: QtBot, mode: Mode) -> None:
    tokens = theme.apply(dressed, mode)
    assert theme.current() is tokens
    assert tokens.name == mode
    assert dressed.palette().color(QPalette.ColorRole.Window) == QColor(tokens.panel)
    tabs = QTabBar()
    tabs.addTab("Training")
    for widget, height in ((QPushButton("Train"), 28), (QLineEdit(), 24), (QComboBox(), 24), (tabs, 36)):
        qtbot.addWidget(widget)
        assert widget.sizeHint().height() == height, type(widget).__name__


def test_the_system_decides_where_nobody_did(dressed: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hints:
        scheme = Qt.ColorScheme.Light

        def colorScheme(self) -> Qt.ColorScheme:
            return self.scheme

    class Desktop:
        def styleHints(self) -> Hints:
            return Hints()

    desktop = cast(QApplication, Desktop())
    assert theme._wanted(desktop, "system") is LIGHT
    Hints.scheme = Qt.ColorScheme.Dark
    assert theme._wanted(desktop, "system") is DARK
    assert theme._wanted(desktop, "light") is LIGHT
    assert theme.apply(dressed, "system") in (DARK, LIGHT)


def test_fonts_are_bundled_with_their_licences(qapp: QApplication) -> None:
    fonts.load_fonts()
    assert QFontInfo(theme.font("body")).family() == "Inter"
    assert QFontInfo(theme.font("number")).family() == "JetBrains Mono"
    names = {file.name for file in resources.path("fonts").iterdir()}
    assert {"Inter-OFL.txt", "JetBrainsMono-OFL.txt"} <= names


def test_every_role_of_the_type_scale_is_a_font_of_its_size(qapp: QApplication) -> None:
    fonts.load_fonts()
    for name, role in fonts.ROLES.items():
        made = theme.font(name)
        assert abs(QFontInfo(made).pixelSize() - role.size) <= 0.5, name
        assert made.weight() == role.weight, name
    theme.font("body").setPixelSize(99)
    assert theme.font("body").pixelSize() == 13


def _painted(name: str, side: int = 32) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    glyphs.paint_glyph(painter, QRectF(0, 0, side, side), name, "#FFFFFF")
    painter.end()
    return image


def _alpha(image: QImage) -> np.ndarray:
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 3]


@pytest.mark.parametrize("name", glyphs.NAMES)
def test_every_glyph_paints_and_stays_inside(qapp: QApplication, name: str) -> None:
    alpha = _alpha(_painted(name))
    assert (alpha > 128).sum() > 25
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() < 255, "cut off at the edge"


def test_every_category_has_a_glyph_and_layers_fall_back_to_it() -> None:
    assert set(CATEGORIES) <= set(glyphs.NAMES)
    assert glyphs.glyph_for("Tanh", "Activation") == "tanh"
    assert glyphs.glyph_for("BatchNorm", "Normalise & regularise") == "normalise"
    assert glyphs.glyph_for("Mine", "Student's own") == "block"


@THEMES
def test_a_tile_is_the_hue_with_a_glyph_on_it(qapp: QApplication, tokens: Tokens) -> None:
    image = QImage(20, 20, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    glyphs.paint_tile(painter, QRectF(0, 0, 20, 20), "Loss", "loss", tokens)
    painter.end()
    assert image.pixelColor(10, 1) == QColor(tokens.hue("loss"))
    assert image.pixelColor(10, 10) == QColor(tokens.onhue)
    assert image.pixelColor(0, 0).alpha() < 128


def test_icons_are_sharp_on_dense_screens_and_pale_when_disabled(qapp: QApplication) -> None:
    icon = glyphs.glyph_icon("save", DARK.text2)
    sizes = icon.availableSizes()
    assert {size.width() for size in sizes} >= {16}
    dense = icon.pixmap(sizes[0], 2.0)
    assert dense.width() == 32
    assert dense.devicePixelRatio() == 2.0
    assert not glyphs.tile_icon("Core", "core", LIGHT).isNull()
