"""Outlines of the examples, kept from one start to the next: working them out builds every network. No Qt."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nodes
from app.folders import cache_folder
from nodes.portrait.outline import Cell, Outline
from runtime import atomic
from runtime.errors import NetwrightError

FILE = "examples.json"
#: What reading a damaged file raises.
DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, NetwrightError)


def stamp() -> str:
    """Changes with the version, and with any file that an example's network may come from."""
    try:
        found = [version("netwright")]
    except PackageNotFoundError:
        found = []
    for folder in nodes.__path__:
        for inside, _, files in os.walk(folder):
            for name in files:
                if name.endswith(".py"):
                    state = os.stat(os.path.join(inside, name))
                    found.append(f"{name} {state.st_size} {state.st_mtime_ns}")
    return sha256("\n".join(sorted(found)).encode()).hexdigest()


def load() -> dict[str, Outline]:
    """By the example's name; nothing where nothing is kept, or what is kept is of other networks."""
    try:
        told = json.loads(_file().read_text(encoding="utf-8"))
        if told["stamp"] != stamp():
            return {}
        return {name: _outline(one) for name, one in told["outlines"].items()}
    except DAMAGED:
        return {}


def save(outlines: Mapping[str, Outline]) -> None:
    """A folder that cannot be written to is no reason to say anything: they are worked out again."""
    told = {"stamp": stamp(), "outlines": {name: _plain(one) for name, one in outlines.items()}}
    try:
        atomic.write(_file(), json.dumps(told).encode())
    except (OSError, NetwrightError):
        return


def _file() -> Path:
    return cache_folder() / FILE


def _plain(outline: Outline) -> dict[str, Any]:
    cells = [[c.type, c.category, list(c.shape)] for c in outline.cells]
    return {"cells": cells, "wires": outline.wires, "parameters": outline.parameters, "types": outline.types}


def _outline(told: Mapping[str, Any]) -> Outline:
    cells = tuple(Cell(str(type), str(category), tuple(map(int, shape))) for type, category, shape in told["cells"])
    wires = tuple((int(a), int(b)) for a, b in told["wires"])
    return Outline(cells, wires, int(told["parameters"]), tuple(map(str, told["types"])))
