"""The look as Qt needs it: palette, style sheet, sign scale, and the switch between dark and light.

`apply(app, mode)` dresses the application; whoever paints by hand asks `current()` for the colours while painting.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.fonts import font, load_fonts
from app.stylesheet import qss
from app.tokens import CATEGORIES, DARK, LIGHT, Tokens, category_key, channels, contrast, luminance, mix

__all__ = [
    "CATEGORIES",
    "DARK",
    "LIGHT",
    "Mode",
    "Tokens",
    "apply",
    "category_key",
    "contrast",
    "current",
    "font",
    "load_fonts",
    "luminance",
    "mix",
    "palette",
    "qcolor",
    "qss",
    "sign_colors",
]

Mode = Literal["system", "dark", "light"]

# The far ends of the sign scale begin here.
KNEE = 0.65
# Odd, so that zero has an entry of its own.
STEPS = 1023


def qcolor(color: str, alpha: float = 1.0) -> QColor:
    """A colour role as Qt takes it."""
    made = QColor(color)
    made.setAlphaF(alpha)
    return made


@lru_cache(maxsize=8)
def _sign_table(tokens: Tokens) -> NDArray[np.uint8]:
    """The sign scale from −1 to 1, with the colour for NaN as one more row."""
    stops = (tokens.far_negative, tokens.negative, tokens.zero, tokens.positive, tokens.far_positive)
    at = (-1.0, -KNEE, 0.0, KNEE, 1.0)
    steps = np.linspace(-1.0, 1.0, STEPS)
    table = np.full((STEPS + 1, 4), 255, np.uint8)
    for channel in range(3):
        table[:STEPS, channel] = np.rint(np.interp(steps, at, [channels(stop)[channel] for stop in stops]))
    table[STEPS, :3] = channels(tokens.err)
    table.setflags(write=False)
    return table


def sign_colors(values: ArrayLike, limit: float, tokens: Tokens) -> NDArray[np.uint8]:
    """RGBA of every value on the one sign scale: orange below zero, background at zero, blue above.

    `limit` is the magnitude at the ends; what lies beyond keeps the end's colour, and NaN takes the colour of an error.
    """
    numbers = np.asarray(values, np.float32)
    with np.errstate(all="ignore"):
        bound = np.float32(limit)
        known = bool(bound > 0 and np.isfinite(bound))
        unit = np.clip(numbers / bound, -1.0, 1.0) if known else numbers * np.float32(0.0)
    half = (STEPS - 1) // 2
    broken = np.isnan(unit)
    index = np.rint(np.where(broken, 0.0, unit) * half).astype(np.intp) + half
    return _sign_table(tokens)[np.where(broken, STEPS, index)]


def palette(tokens: Tokens) -> QPalette:
    """For everything that a style sheet does not reach: item views' text, links, native dialogs."""
    role = QPalette.ColorRole
    colors = {
        role.Window: tokens.panel,
        role.WindowText: tokens.text,
        role.Base: tokens.field,
        role.AlternateBase: tokens.panel,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.text3,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.err,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Highlight: tokens.accenttint,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Light: tokens.hover,
        role.Midlight: tokens.line,
        role.Mid: tokens.line2,
        role.Dark: tokens.line2,
        role.Shadow: tokens.canvas,
    }
    made = QPalette()
    for which, color in colors.items():
        made.setColor(which, QColor(color))
    faded = QColor(mix(tokens.text, tokens.panel, 0.4))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return made


_state: dict[str, Tokens] = {}


def current() -> Tokens:
    """The theme in force (dark before any was applied)."""
    return _state.get("tokens", DARK)


def _wanted(app: QApplication, mode: Mode) -> Tokens:
    if mode != "system":
        return DARK if mode == "dark" else LIGHT
    return LIGHT if app.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK


def _dress(app: QApplication, tokens: Tokens) -> None:
    _state["tokens"] = tokens
    app.setPalette(palette(tokens))
    if app.styleSheet() != (sheet := qss(tokens)):  # Qt would style every widget anew for the same sheet too
        app.setStyleSheet(sheet)


def _follow_system() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication) and app.property("netwrightMode") == "system":
        _dress(app, _wanted(app, "system"))


def apply(app: QApplication, mode: Mode = "system") -> Tokens:
    """Dress the application, and keep following the desktop's dark and light when `mode` is ‘system’."""
    hints = app.styleHints()
    if app.property("netwrightMode") is None:
        load_fonts()
        app.setStyle("Fusion")
        app.setFont(font("dense"))
        hints.colorSchemeChanged.connect(_follow_system)
    app.setProperty("netwrightMode", mode)
    # Title bars and native dialogs are the desktop's to draw: tell it which it should be.
    schemes = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light, "system": Qt.ColorScheme.Unknown}
    hints.setColorScheme(schemes[mode])
    tokens = _wanted(app, mode)
    _dress(app, tokens)
    return tokens
