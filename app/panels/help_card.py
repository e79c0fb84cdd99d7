"""A window of text beside the main one: a layer's page, the keys, what Netwright is."""

from __future__ import annotations

import inspect
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from app.commands import keys_text
from app.panels.words import label
from nodes.layer import layer_type
from runtime.errors import NetwrightError

Page = tuple[str, str, str]


class HelpCard(QDialog):
    """Not modal: read it while you work."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.title, self.formula = label(role="title"), label(role="formula", wraps=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("mono", True)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 20)
        for widget in (self.title, self.formula, self.text):
            box.addWidget(widget)
        self.resize(620, 480)

    def show_page(self, title: str, formula: str, text: str) -> None:
        self.setWindowTitle(title)
        self.title.setText(title)
        self.formula.setText(formula)
        self.formula.setVisible(bool(formula))
        self.text.setPlainText(text)
        self.show()
        self.raise_()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)


def layer_page(type: str) -> Page:
    """What a layer does, its settings, and the code that emits it."""
    try:
        cls = layer_type(type)
    except NetwrightError as error:
        return type, "", str(error)
    lines = [inspect.cleandoc(cls.__doc__ or ""), ""]
    if cls.settings():
        lines.append("Settings")
        lines += [f"  {s.name}: {s.describe()}; default {s.default}. {s.help}" for s in cls.settings()]
    lines += ["", "Source", "", inspect.getsource(cls.emit)]
    return type, cls.formula, "\n".join(lines)


def keys_page() -> Page:
    return "Keys", "", keys_text()


def about_text() -> Page:
    try:
        number = version("netwright")
    except PackageNotFoundError:
        number = ""
    return "Netwright", "", f"Version {number}\n\nDraw a network. Watch it learn. Ship it as ONNX.\n\nLicence: MIT."
