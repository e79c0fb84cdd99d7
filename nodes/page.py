"""A layer's page as data: formula, picture, settings, ports, a worked example, source. The window and the reference show it.

Everything in it comes from the layer's one file; nothing here is written by hand for one layer.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from nodes.build import NodeBuilt, build
from nodes.drawing import Drawing
from nodes.example import examples
from nodes.layer import KIND_WORDS, Catalogue, Layer, Port, Setting, layer_type, plain
from nodes.page_example import sketch
from nodes.pictures.families import picture
from runtime.errors import NetwrightError
from runtime.graph import Value, describe_shape

LABEL = re.compile(r"\b(Shapes?|Source): ")
Line = tuple[str, str]


@dataclass(frozen=True)
class SettingLine:
    """One setting in words: its name, what it does, what it takes, what it is at first, and when it counts."""

    name: str
    help: str
    takes: str
    default: str
    counts: str = ""


@dataclass(frozen=True)
class LayerPage:
    """What a page shows. `about` are paragraphs; `takes` and `gives` are ports in words; `numbers` is the worked example:
    (name, expression, result), the shapes first. `templates` are the examples that use the layer, by name and title;
    `catalogue` is what a setting of it can name.
    """

    type: str
    category: str
    formula: str
    about: tuple[str, ...]
    shapes: str
    source: str
    settings: tuple[SettingLine, ...]
    takes: tuple[Line, ...]
    gives: tuple[Line, ...]
    numbers: tuple[tuple[str, str, str], ...]
    picture: Drawing
    templates: tuple[Line, ...]
    catalogue: Catalogue


@cache
def layer_page(type: str) -> LayerPage:
    """The page of a layer. Raises `LayerError` for a type that nobody knows, with the nearest one."""
    cls = layer_type(type)
    about, shapes, source = told(cls)
    built = _worked(type)
    return LayerPage(
        type, cls.category, cls.formula, about, shapes, source, tuple(_setting(s) for s in cls.settings()),
        tuple(_port(p) for p in cls.inputs), tuple(_output(name, built) for name in cls.outputs), _numbers(built),
        picture(type), templates(type), cls.catalogue(),
    )  # fmt: skip


def page_path(type: str) -> str:
    """Where the reference tells of a layer, from the repository's root: ``docs/layers/activation.md#relu``."""
    cls = layer_type(type)
    return f"docs/layers/{file_of(cls.category)}#{cls.type.lower()}"


def file_of(category: str) -> str:
    """‘Shape & combine’ -> ``shape-combine.md``."""
    return "-".join(re.findall(r"[a-z]+", category.lower())) + ".md"


# -- the docstring -------------------------------------------------------------------------------------------------------
def told(cls: type[Layer]) -> tuple[tuple[str, ...], str, str]:
    """What the layer's docstring tells: paragraphs, its shapes, its source."""
    text, found = inspect.cleandoc(cls.__doc__ or ""), {"Shape": "", "Source": ""}
    for match in reversed(list(LABEL.finditer(text))):
        found[match[1].rstrip("s")] = text[match.end() :]
        text = text[: match.start()]
    shapes, _, rest = found["Shape"].partition("\n\n")
    about = (*text.split("\n\n"), *rest.split("\n\n"))
    return tuple(_flat(part) for part in about if part.strip()), _begun(_flat(shapes)), _begun(_flat(found["Source"]))


def _begun(text: str) -> str:
    """With a capital, unless it begins with a symbol (``x (N, …)``)."""
    return text[:1].upper() + text[1:] if text[:2].isalpha() else text


def _flat(text: str) -> str:
    return " ".join(text.split())


# -- settings and ports --------------------------------------------------------------------------------------------------
def _setting(setting: Setting) -> SettingLine:
    counts = ""
    if setting.only_if is not None:
        counts = f"if {_spaced(setting.only_if[0])} is {' or '.join(_value(v) for v in setting.only_if[1])}"
    return SettingLine(
        _spaced(setting.name), setting.help, _spaced(setting.describe()), _value(setting.default), counts
    )  # fmt: skip


def _spaced(text: str) -> str:
    """Names as words, numbers with the sign that they have."""
    return re.sub(r"(?<!\w)-(?=\d)", "−", text.replace("_", " "))


def _value(value: Any) -> str:
    """A value in words: ``on``, ``3 × 3``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " × ".join(map(str, value)) or "empty"
    if isinstance(value, (int, float)):
        return _spaced(plain(value) if value == 0 or abs(value) >= 1e-4 else np.format_float_positional(value))
    return _spaced(str(value)) or "empty"


def _port(port: Port) -> Line:
    takes = "values of any shape" if len(port.accepts) > 3 else " or ".join(KIND_WORDS[k] for k in port.accepts)
    more = [words for on, words in ((port.many, "several wires"), (port.optional, "may stay free")) if on]
    return port.name, ", ".join([takes, *more])


def _output(name: str, built: NodeBuilt) -> Line:
    value = built.outputs.get(name)
    if value is None or not value.rank:
        return name, "one number"
    return name, f"{_sides(value)} in the example below"


# -- in numbers ----------------------------------------------------------------------------------------------------------
def _worked(type: str) -> NodeBuilt:
    """The layer in its example."""
    document = sketch(type)
    node = next(n for n in document.nodes.values() if n.type == type)
    return build(document, "training").nodes[node.id]


def _numbers(built: NodeBuilt) -> tuple[tuple[str, str, str], ...]:
    """The shape per sample at every port, then the layer's own account of how its numbers come about."""
    given = [f"{_sides(v)}" for part in built.inputs.values() if part is not None for v in _values(part)]
    result = ", ".join(_sides(v) for v in built.outputs.values())
    lines = [("shape", " and ".join(given) or "given from outside", result)]
    if built.layer is not None and built.output is not None:
        lines += built.layer.arithmetic(built.inputs, built.output)
    if built.parameters and not any(name == "parameters" for name, _, _ in lines):
        lines.append(("parameters", "", f"{built.parameters:,}"))
    return tuple(lines)


def _values(part: Any) -> list[Value]:
    return list(part) if isinstance(part, (list, tuple)) else [part]


def _sides(value: Value) -> str:
    """``16×5×5``; ``one number`` for a class or a loss."""
    return describe_shape(value.shape[1:]) if value.rank > 1 else "one number"


@cache
def _used() -> tuple[tuple[str, str, frozenset[str]], ...]:
    """Every template with the types in it; one that cannot be drawn here has none."""
    found = []
    for example in examples().values():
        try:
            types = frozenset(node.type for node in example.make().nodes.values())
        except NetwrightError:
            types = frozenset()
        found.append((example.name, example.title, types))
    return tuple(found)


def templates(type: str) -> tuple[Line, ...]:
    """The templates that use a layer: name and title. (A small form is found beside the large one.)"""
    return tuple((name, title) for name, title, types in _used() if type in types and not name.endswith("-small"))
