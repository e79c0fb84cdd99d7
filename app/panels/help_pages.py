"""The help pages as small HTML: headings, body type, mono for what is code, room between the parts."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version

from app.commands import COMMANDS, GROUPS
from app.keymap import Keymap
from app.panels.bindings import words
from app.panels.words import minus
from app.stylesheet import MONO_FAMILIES
from app.theme import current
from nodes.drawing import Drawing
from nodes.layer import CATEGORIES, layer_type, layer_types
from nodes.page import LayerPage, SettingLine, layer_page, told
from runtime.errors import NetwrightError

#: What links and images are addressed by.
LAYER, TEMPLATE, PICTURE = "layer:", "template:", "picture:layer"


@dataclass(frozen=True)
class Page:
    """What the card shows. `example` is the layer whose example it offers to open; `picture` stands where the text has
    `PICTURE`, in the hue of `category`."""

    title: str
    formula: str = ""
    html: str = ""
    example: str = ""
    picture: Drawing | None = None
    category: str = ""


def sheet() -> str:
    tokens = current()
    return f"""
    body {{ color: {tokens.text}; font-size: 13px; }}
    p {{ margin: 0 16px 8px 0; line-height: 130%; }}
    .head {{ font-size: 15px; font-weight: 600; margin: 16px 0 6px 0; }}
    .second {{ color: {tokens.text2}; }}
    .under {{ color: {tokens.text3}; font-size: 11px; font-weight: 600; margin: 8px 0 2px 0; }}
    .caption {{ color: {tokens.text3}; font-size: 11px; }}
    .name {{ font-weight: 600; }}
    .mono, pre, code {{ font-family: {MONO_FAMILIES}; font-size: 12px; }}
    pre {{ color: {tokens.text2}; margin: 0 16px 12px 0; white-space: pre-wrap; }}
    td {{ padding: 2px 24px 2px 0; }}
    .picture {{ margin: 4px 0 12px 0; }}
    a {{ color: {tokens.accent}; text-decoration: none; }}
    """


def _head(text: str) -> str:
    """Not <h2>, whose size Qt chooses itself."""
    return f'<p class="head">{escape(text)}</p>'


# -- a layer -----------------------------------------------------------------------------------------------------------
def link(type: str) -> str:
    """A link to a layer's page, for any rich text: the help card and the window follow it."""
    return f'<a href="{LAYER}{escape(type)}">{escape(type)}</a>'


def layer_help(type: str) -> Page:
    """What a layer does, its picture, settings, ports, its numbers in an example, its source, and the code that emits it."""
    if type not in layer_types():
        return _of_no_layer(type)
    page = layer_page(type)
    size = f'width="{page.picture.width:.0f}" height="{page.picture.height:.0f}"'
    parts = [f"<p>{_prose(page.about[0])}</p>", f'<div class="picture"><img src="{PICTURE}" {size}></div>']
    parts += [f'<p class="second">{_prose(text)}</p>' for text in page.about[1:]]
    if page.settings:
        parts += [_head("Settings"), *(_setting(s) for s in page.settings)]
    parts += [_head("Shapes"), f"<p>{_prose(page.shapes)}</p>", _ports(page), _head("In numbers"), _numbers(page)]
    parts += [_head("Names"), _catalogue(page)] if page.catalogue else []
    if page.templates:
        named = ", ".join(f'<a href="{TEMPLATE}{name}">{escape(title)}</a>' for name, title in page.templates)
        parts += [_head("In the templates"), f"<p>{named}</p>"]
    parts += [_head("Source"), f"<p>{_prose(page.source)}</p>", _head("In code"), _code(type)]
    return Page(type, minus(page.formula), "".join(parts), type, page.picture, page.category)


def _of_no_layer(type: str) -> Page:
    """A block and its ports have words alone; of a type that nobody knows it is said which is the nearest."""
    try:
        paragraphs = told(layer_type(type))[0]
    except NetwrightError as error:
        paragraphs = (str(error),)
    return Page(type, html="".join(f"<p>{_prose(text)}</p>" for text in paragraphs))


def _prose(text: str) -> str:
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text, quote=False))


def _setting(setting: SettingLine) -> str:
    counts = f"; counts {setting.counts}" if setting.counts else ""
    caption = f"{setting.takes}; at first {setting.default}{counts}"
    help = f"<br>{_prose(setting.help)}" if setting.help else ""
    return f'<p><span class="name">{escape(setting.name)}</span>{help}<br><span class="caption">{escape(caption)}</span></p>'


def _ports(page: LayerPage) -> str:
    rows = [("in", *line) for line in page.takes] + [("out", *line) for line in page.gives]
    return _table([(f'<td class="caption">{a}</td>', f'<td class="mono">{escape(b)}</td>', f"<td>{escape(c)}</td>")
                   for a, b, c in rows])  # fmt: skip


def _catalogue(page: LayerPage) -> str:
    """Names in a column and their meanings in another, under headings."""
    html = ""
    for heading, entries in page.catalogue:
        rows = [(f'<td class="mono" width="190">{escape(name)}</td>', f'<td class="second">{escape(meaning)}</td>')
                for name, meaning in entries]  # fmt: skip
        html += f'<p class="under">{escape(heading)}</p>{_table(rows)}'
    return html


def _numbers(page: LayerPage) -> str:
    rows = [(name, minus(how).replace("*", "·"), result) for name, how, result in page.numbers]
    joins = ["→" if name == "shape" else "=" if how else "" for name, how, _ in page.numbers]
    cells = [
        (f'<td class="caption">{escape(a)}</td>', f'<td class="mono second">{escape(b)}</td>',
         f'<td class="caption">{join}</td>', f'<td class="mono">{escape(minus(c))}</td>')
        for (a, b, c), join in zip(rows, joins, strict=True)
    ]  # fmt: skip
    return _table(cells)


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "<table cellspacing='0'>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</table>"


def _code(type: str) -> str:
    return f"<pre>{escape(textwrap.dedent(inspect.getsource(layer_type(type).emit)).strip())}</pre>"


def layers_page() -> Page:
    """Every layer by its category, each a link to its page."""
    types, html = layer_types().values(), ""
    for category in CATEGORIES:
        rows = [
            (f'<td width="210">{link(cls.type)}</td>', f'<td class="second">{escape(_first_sentence(cls.doc()))}</td>')
            for cls in types if cls.category == category
        ]  # fmt: skip
        html += _head(category) + _table(rows) if rows else ""
    return Page("Layers", html=html)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.?!”])\s", text, maxsplit=1)[0]


# -- the program -------------------------------------------------------------------------------------------------------
def keys_page(keymap: Keymap) -> Page:
    """Every command that has a key, menu by menu."""
    html = ""
    for group in GROUPS:
        rows = "".join(
            f'<tr><td width="320">{escape(c.name)}</td><td class="mono second">{escape(words(keymap.keys(c.id)))}</td></tr>'
            for c in COMMANDS if c.menu == group and keymap.keys(c.id)
        )  # fmt: skip
        html += f"{_head(group)}<table cellspacing='0'>{rows}</table>"
    return Page("Keys", html=html)


def about_page() -> Page:
    try:
        number = f"Version {version('netwright')}"
    except PackageNotFoundError:
        number = "From a working copy"
    words = "Draw a network. Watch it learn. Ship it as ONNX."
    return Page("Netwright", html=f'<p>{words}</p><p class="second">{number}. Licence: MIT.</p>')
