"""The help pages as small HTML: headings, body type, mono for what is code, room between the parts."""

from __future__ import annotations

import inspect
import re
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from PySide6.QtGui import QKeySequence

from app.commands import COMMANDS, MENUS
from app.panels.words import minus
from app.stylesheet import MONO_FAMILIES
from app.theme import current
from nodes.layer import Layer, Setting, layer_type
from runtime.errors import NetwrightError

Page = tuple[str, str, str]
LABEL = re.compile(r"^(Shapes?|Source|Weight|Parameters?):?\s", re.MULTILINE)


def sheet() -> str:
    tokens = current()
    return f"""
    body {{ color: {tokens.text}; font-size: 13px; }}
    p {{ margin: 0 16px 8px 0; line-height: 130%; }}
    .head {{ font-size: 15px; font-weight: 600; margin: 16px 0 6px 0; }}
    .second {{ color: {tokens.text2}; }}
    .caption {{ color: {tokens.text3}; font-size: 11px; }}
    .name {{ font-weight: 600; }}
    .mono, pre, code {{ font-family: {MONO_FAMILIES}; font-size: 12px; }}
    pre {{ color: {tokens.text2}; margin: 0 16px 12px 0; white-space: pre-wrap; }}
    td {{ padding: 2px 24px 2px 0; }}
    """


def _head(text: str) -> str:
    """Not <h2>, whose size Qt chooses itself."""
    return f'<p class="head">{escape(text)}</p>'


# -- a layer -----------------------------------------------------------------------------------------------------------
def layer_page(type: str) -> Page:
    """What a layer does, its settings, and the code that emits it."""
    try:
        cls = layer_type(type)
    except NetwrightError as error:
        return type, "", f"<p>{escape(str(error))}</p>"
    parts = [_docstring(cls)]
    if cls.settings():
        parts += [_head("Settings"), *(_setting(s) for s in cls.settings())]
    parts += [_head("In code"), f"<pre>{escape(inspect.cleandoc(inspect.getsource(cls.emit)))}</pre>"]
    return type, minus(cls.formula), "".join(parts)


def _docstring(cls: type[Layer]) -> str:
    first, *rest = inspect.cleandoc(cls.__doc__ or "").split("\n\n")
    html = f"<p>{_prose(first)}</p>"
    for block in rest:
        starts = [m.start() for m in LABEL.finditer(block)] or [0]
        pieces = [block[a:b] for a, b in zip(starts, [*starts[1:], len(block)], strict=True)]
        html += "".join(f'<p class="second">{_labelled(p)}</p>' for p in [block[: starts[0]], *pieces] if p.strip())
    return html


def _labelled(text: str) -> str:
    return re.sub(r"^(\w+):", r'<span class="name">\1:</span>', _prose(text))


def _prose(text: str) -> str:
    words = escape(" ".join(text.split()), quote=False)
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", words)


def _setting(setting: Setting) -> str:
    name = escape(setting.name.replace("_", " "))
    takes = setting.describe().replace("_", " ")
    default = f"; at first {escape(_written(setting.default))}"
    help = f"<br>{_prose(setting.help)}" if setting.help else ""
    return f'<p><span class="name">{name}</span>{help}<br><span class="caption">{escape(takes)}{default}</span></p>'


def _written(value: Any) -> str:
    """A default in words: ``on``, ``3 × 3``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " × ".join(map(str, value)) or "empty"
    return str(value).replace("_", " ") or "empty"


# -- the program -------------------------------------------------------------------------------------------------------
def keys_page() -> Page:
    """Every command that has a key, menu by menu."""
    html = ""
    for menu in MENUS:
        rows = "".join(
            f'<tr><td width="320">{escape(c.title.rstrip("…"))}</td><td class="mono second">{key_words(c.keys)}</td></tr>'
            for c in COMMANDS if c.menu == menu and c.keys
        )  # fmt: skip
        html += f"{_head(menu)}<table cellspacing='0'>{rows}</table>"
    return "Keys", "", html


def key_words(keys: tuple[str, ...]) -> str:
    """``Ctrl+Y or Ctrl+Shift+Z``; the two Enter keys are one."""
    native = [QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText).replace("Return", "Enter") for k in keys]
    return escape(" or ".join(dict.fromkeys(native)))


def about_page() -> Page:
    try:
        number = f"Version {version('netwright')}"
    except PackageNotFoundError:
        number = "From a working copy"
    words = "Draw a network. Watch it learn. Ship it as ONNX."
    return "Netwright", "", f'<p>{words}</p><p class="second">{number}. Licence: MIT.</p>'
