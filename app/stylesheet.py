"""The look as a Qt style sheet. Everything is flat: fills, lines, radii; the little signs are SVG files in resources/icons.

Widgets choose a variant by a dynamic property: `QPushButton[primary="true"]`, `QLabel[role="caption"]`,
`QCheckBox[switch="true"]`, `QFrame[segments="true"]` with `QToolButton[segment="first|middle|last"]`,
`QFrame[surface="panel|raised|canvas|ok|warn|err"]`, `QLineEdit[wrong="true"]`, `QPushButton[quiet="true"]`.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

import resources
from app.tokens import Tokens, mix

BASE = """
QWidget { color: $text; }
QMainWindow, QDialog, QMessageBox, QFileDialog { background: $panel; }
QFrame[surface="panel"] { background: $panel; }
QFrame[surface="canvas"] { background: $canvas; }
QFrame[surface="raised"] { background: $raised; border: 1px solid $line2; border-radius: 8px; }
QFrame[surface="card"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame[surface="ok"] { background: $oktint; border-radius: 4px; }
QFrame[surface="warn"] { background: $warntint; border-radius: 4px; }
QFrame[surface="kept"] { background: $warntint; border: 1px solid $kept_line; border-radius: 8px; }
QFrame[surface="err"] { background: $errtint; border-radius: 4px; }
QFrame[rule="true"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QLabel { background: transparent; }
QLabel:disabled { color: $text_off; }
QLabel[role="start"] { font-size: 28px; font-weight: 600; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="lead"] { font-size: 15px; }
QLabel[role="section"] { font-size: 15px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="second"] { color: $text2; }
QLabel[role="caption"] { color: $text3; font-size: 11px; }
QLabel[role="caption-strong"] { color: $text2; font-size: 11px; font-weight: 600; }
QLabel[role="mono"] { font-family: $mono; font-size: 12px; }
QLabel[role="formula"] { font-family: $mono; background: $hover; border-radius: 4px; padding: 4px 8px; }
QLabel[role="keys"] { font-family: $mono; font-size: 11px; color: $text3; border: 1px solid $line2; border-radius: 4px; padding: 1px 4px; }
QLabel[role="ok"] { color: $ok; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="err"] { color: $err; }
QLabel[role="warn-strong"] { color: $warn; font-weight: 600; }
QToolTip { color: $text; background: $raised; border: 1px solid $line2; padding: 4px 8px; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover, QSplitter::handle:pressed { background: $accent; }
QStatusBar { background: $panel; border-top: 1px solid $line; min-height: 23px; max-height: 23px; font-size: 11px; color: $text2; }
QStatusBar::item { border: none; }
QStatusBar QLabel { font-size: 11px; color: $text2; }
"""

MENUS = """
QMenuBar { background: $panel; min-height: 28px; max-height: 28px; padding: 0 4px; }
QMenuBar::item { background: transparent; color: $text2; padding: 5px 8px; margin: 1px 0; border-radius: 6px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; color: $text; }
QMenu { background: $raised; border: 1px solid $line2; padding: 4px; }
QMenu::item { min-height: 24px; padding: 0 24px 0 28px; border-radius: 4px; background: transparent; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $text_off_raised; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { left: 7px; }
QMenu::indicator { width: 14px; height: 14px; left: 7px; border-radius: 4px; }
QMenu::indicator:non-exclusive:unchecked, QMenu::indicator:exclusive:unchecked { border: none; }
QMenu::indicator:checked { background: $accentfill; image: url("$icons/check.svg"); }
QMenu::right-arrow { image: url("$icons/chevron-right.svg"); width: 12px; height: 12px; right: 6px; }
QToolBar { background: $panel; border: none; border-bottom: 1px solid $line; min-height: 39px; max-height: 39px; padding: 0 8px; spacing: 2px; }
QToolBar::separator { background: $line; width: 1px; margin: 10px 8px; }
"""

BUTTONS = """
QToolButton { background: transparent; color: $text2; border: 2px solid transparent; border-radius: 6px; padding: 3px; }
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $accenttint; color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $text_off; }
QToolButton::menu-indicator { image: none; }
QFrame[segments="true"], QFrame[segments="low"] { background: $raised; border: 1px solid $line2; border-radius: 6px; min-height: 26px; max-height: 26px; }
QToolButton[segment] { background: transparent; border: none; border-radius: 0; padding: 0 12px; min-height: 26px; max-height: 26px; }
QFrame[segments="low"], QFrame[segments="low"] QToolButton { min-height: 22px; max-height: 22px; }
QFrame[segments="low"] QToolButton { padding: 0 10px; }
QToolButton[segment="first"] { border-top-left-radius: 5px; border-bottom-left-radius: 5px; }
QToolButton[segment="last"] { border-top-right-radius: 5px; border-bottom-right-radius: 5px; }
QToolButton[segment="middle"], QToolButton[segment="last"] { border-left: 1px solid $line; }
QToolButton[segment]:hover { background: $hover; }
QToolButton[segment]:checked { background: $accenttint; color: $accent; }
QToolButton[segment]:focus { border: 2px solid $accent; padding: 0 10px; min-height: 22px; max-height: 22px; }
QPushButton { background: $raised; color: $text; border: 1px solid $line2; border-radius: 6px; padding: 0 12px; min-height: 26px; max-height: 26px; }
QPushButton:hover { background: $hover; border-color: $ctl; }
QPushButton:pressed { background: $line; }
QPushButton:checked { background: $accenttint; color: $accent; border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: 0 11px; min-height: 24px; max-height: 24px; }
QPushButton:disabled { color: $text_off_raised; border-color: $line2_off; }
QFrame[segments="true"] QPushButton { background: transparent; border-color: transparent; padding: 0 8px; min-height: 20px; max-height: 20px; }
QFrame[segments="true"] QPushButton:hover { background: $hover; }
QFrame[segments="true"] QPushButton:focus { border: 2px solid $accent; padding: 0 7px; min-height: 18px; max-height: 18px; }
QPushButton[folds="true"] { padding: 4px 8px; min-height: 18px; max-height: 96px; }
QPushButton[folds="true"]:focus { padding: 3px 7px; min-height: 18px; max-height: 96px; }
QPushButton[primary="true"] { background: $accentfill; color: $onaccent; border: 1px solid $accentfill; font-weight: 600; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:pressed { background: $accent_press; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled { background: $accentfill_off; border-color: $accentfill_off; color: $onaccent_off; }
QPushButton[begin="true"] { text-align: left; padding: 0 12px; min-height: 34px; max-height: 34px; }
QPushButton[begin="true"]:focus { padding: 0 11px; min-height: 32px; max-height: 32px; }
QPushButton[begin="true"][link="true"] { color: $text; padding: 0 8px; min-height: 26px; max-height: 26px; }
QPushButton[begin="true"][link="true"]:hover { background: $hover; text-decoration: none; }
QPushButton[quiet="true"] { background: transparent; border-color: transparent; color: $text2; }
QPushButton[quiet="true"]:hover { background: $hover; color: $text; }
QPushButton[quiet="true"]:focus { border-color: $accent; }
QPushButton[link="true"] { background: transparent; border: 2px solid transparent; color: $accent; padding: 0 2px; min-height: 20px; max-height: 20px; }
QPushButton[link="true"]:hover { text-decoration: underline; }
QPushButton[link="true"]:focus { border-color: $accent; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; min-height: 20px; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_off; }
QCheckBox::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid $ctl; border-radius: 4px; background: $field; }
QCheckBox::indicator:hover { border-color: $text3; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accentfill; border-color: $accentfill; image: url("$icons/check.svg"); }
QCheckBox::indicator:indeterminate { background: $accentfill; border-color: $accentfill; image: url("$icons/partly.svg"); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; width: 12px; height: 12px; }
QCheckBox::indicator:disabled { border-color: $line2_off; }
QCheckBox::indicator:checked:disabled { background: $accentfill_off; border-color: $accentfill_off; }
QCheckBox[switch="true"]::indicator { width: 30px; height: 16px; border: 2px solid transparent; border-radius: 10px; background: transparent; image: url("$icons/switch-off.svg"); }
QCheckBox[switch="true"]::indicator:checked { image: url("$icons/switch-on.svg"); }
QCheckBox[switch="true"]::indicator:focus { border-color: $accent; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $ctl; border-radius: 8px; background: $field; }
QRadioButton::indicator:checked { border: 4px solid $accentfill; width: 8px; height: 8px; background: $onaccent; }
"""

FIELDS = """
QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit { background: $field; color: $text; border: 1px solid $line2; border-radius: 4px; selection-background-color: $accentfill; selection-color: $onaccent; placeholder-text-color: $text3; }
QLineEdit, QAbstractSpinBox { padding: 0 7px; min-height: 22px; max-height: 22px; }
QAbstractSpinBox { font-family: $mono; font-size: 12px; }
QLineEdit[tall="true"] { border-radius: 6px; min-height: 26px; max-height: 26px; }
QLineEdit[mono="true"], QPlainTextEdit[mono="true"] { font-family: $mono; font-size: 12px; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $ctl; }
QLineEdit:focus, QAbstractSpinBox:focus { border: 2px solid $accent; padding: 0 6px; min-height: 20px; max-height: 20px; }
QLineEdit[tall="true"]:focus { min-height: 24px; max-height: 24px; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; }
QLineEdit[wrong="true"], QAbstractSpinBox[wrong="true"] { border-color: $err; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QPlainTextEdit:disabled { color: $text_off; border-color: $line2_off; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: none; padding: 0; background: transparent; }
QComboBox { background: $raised; color: $text; border: 1px solid $line2; border-radius: 4px; padding: 0 0 0 8px; min-height: 22px; max-height: 22px; }
QComboBox:focus { border: 2px solid $accent; padding-left: 7px; min-height: 20px; max-height: 20px; }
QComboBox:disabled { color: $text_off_raised; border-color: $line2_off; }
QComboBox::drop-down { subcontrol-origin: padding; subcontrol-position: center right; width: 22px; border: none; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 12px; height: 12px; }
QComboBox::down-arrow:disabled { image: url("$icons/chevron-down-off.svg"); }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line2; padding: 4px; outline: none; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line2; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $text; }
QSlider::handle:horizontal:focus { background: $accent; }
QProgressBar { background: $line; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; text-align: center; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
"""

VIEWS = """
QTabWidget::pane { border: none; background: $panel; }
QTabBar { background: $panel; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $text2; min-height: 32px; max-height: 32px; padding: 2px 12px 0 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QTabBar::tab:disabled { color: $text_off; }
QAbstractItemView { background: $panel; color: $text; border: none; outline: none; selection-background-color: $accenttint; selection-color: $text; alternate-background-color: $panel; }
QFrame[surface="raised"] QAbstractItemView { background: $raised; }
QListView::item, QTreeView::item { height: 24px; border: none; padding: 0 2px; }
QListView::item { border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected { background: $accenttint; color: $text; }
QListView:focus, QTreeView:focus { border: none; }
QListView::item:focus, QTreeView::item:focus { background: $accenttint; border: 1px solid $accent; }
QTreeView::branch { background: transparent; border: none; image: none; }
QTreeView::branch:has-children:closed { image: url("$icons/chevron-right.svg"); }
QTreeView::branch:has-children:open { image: url("$icons/chevron-down.svg"); }
QTableView { gridline-color: $line; font-family: $mono; font-size: 12px; }
QTableView::item:selected { background: $accenttint; color: $text; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $text3; border: none; border-bottom: 1px solid $line; padding: 0 6px; min-height: 24px; font-size: 11px; }
QTableCornerButton::section { background: $panel; border: none; }
QAbstractScrollArea { background: $panel; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }
QGroupBox { border: none; margin-top: 24px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; color: $text; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line2; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $ctl; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
"""

TEMPLATE = BASE + MENUS + BUTTONS + FIELDS + VIEWS

MONO_FAMILIES = '"JetBrains Mono", "Cascadia Mono", "DejaVu Sans Mono", "Inter"'


def _derived(tokens: Tokens) -> dict[str, str]:
    """Colours that follow from the roles. Disabled is 40 % of the colour over what lies under it."""
    return {
        "text_off": mix(tokens.text, tokens.panel, 0.4),
        "text_off_raised": mix(tokens.text, tokens.raised, 0.4),
        "line2_off": mix(tokens.line2, tokens.panel, 0.4),
        "accentfill_off": mix(tokens.accentfill, tokens.panel, 0.4),
        "onaccent_off": mix(tokens.onaccent, mix(tokens.accentfill, tokens.panel, 0.4), 0.4),
        "kept_line": mix(tokens.warn, tokens.panel, 0.45),
        "accent_hover": mix(tokens.accentfill, tokens.text, 0.88),
        "accent_press": mix(tokens.accentfill, "#000000", 0.85),
    }


def qss(tokens: Tokens) -> str:
    """The whole application's style sheet. `substitute` refuses a role that does not exist."""
    roles = {name: value for name, value in asdict(tokens).items() if isinstance(value, str)}
    icons = resources.path("icons", tokens.name).as_posix()
    return Template(TEMPLATE).substitute(roles, icons=icons, mono=MONO_FAMILIES, **_derived(tokens))
