"""The first five minutes, on one page of help: from a finished network to one's own, by the keys as they are now."""

from __future__ import annotations

from html import escape

from app.keymap import Keymap
from app.panels.bindings import words
from app.panels.help_pages import Page

STEPS = (
    ("Train", "Press <b>{train}</b>. Loss and accuracy are drawn as they come; the layers show what they see."),
    ("Change", "Drag a layer from the palette and wire something into it: each port says what would come of it. Where it does "
     "not fit, the wire says why and offers a repair: let go, and it is done."),
    ("Take back", "<b>{undo}</b> takes everything back, training included; <b>{redo}</b> does it again."),
    ("Build", "<b>{new}</b> begins an empty network. Add the digits, then press <b>{add}</b>, type <i>conv2d</i> and press "
     "Shift+Enter: the layer stands behind the data and is wired. The same with <i>relu</i>, <i>maxpool</i>, <i>dense</i> and "
     "<i>cross</i>. What is still wrong stands under Problems, each with a button that mends it."),
    ("Keep and ship", "<b>{save}</b> saves one .onnx file that is the whole document, with what was learnt. <b>{export}</b> "
     "exports the finished model, or the training step itself."),
    ("Look up", "<b>{layer_help}</b> on a layer opens its page: formula, picture, arithmetic, source. <b>{palette}</b> finds "
     "every command and layer."),
)  # fmt: skip


def first_steps_page(keymap: Keymap) -> Page:
    keys = {id: escape(words(keymap.keys(id)[:1]) or "its menu") for id in _ids()}
    told = (f'<p class="head">{i}. {title}</p><p>{_keys(text.format(**keys))}</p>' for i, (title, text) in enumerate(STEPS, 1))
    return Page("Five minutes to a model", html="".join(told))


def _ids() -> tuple[str, ...]:
    """The commands that the steps name."""
    return ("train", "undo", "redo", "new", "add", "save", "export", "layer_help", "palette")


def _keys(text: str) -> str:
    """Keys in the weight that the bundled face has, names of layers in mono."""
    text = text.replace("<b>", '<span class="name">').replace("</b>", "</span>")
    return text.replace("<i>", "<code>").replace("</i>", "</code>")
