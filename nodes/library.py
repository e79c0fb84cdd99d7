"""The user's library of blocks: a folder with a file for each. A file that cannot be read is listed with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from nodes.clipboard import parts, planted
from nodes.document import Document, Node, Position, Wire
from nodes.problems import Refusal, Repair
from runtime.atomic import write
from runtime.errors import FileError, NetwrightError
from runtime.typed import Damage

KIND, VERSION, SUFFIX = "netwright/block", 1, ".block.json"


@dataclass(frozen=True)
class Entry:
    """A block in the library: its name, its file, and what is in it; or the `problem` with that file, in a sentence."""

    name: str
    path: Path
    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    problem: str = ""

    @property
    def block(self) -> Node:
        """The block itself, around everything else."""
        return next(n for n in self.nodes.values() if not n.parent)


def entries(folder: Path) -> list[Entry]:
    """All blocks of a library, by name; none where the folder is not there."""
    return sorted((_read(p) for p in folder.glob(f"*{SUFFIX}")), key=lambda e: e.name.casefold())


def _read(path: Path) -> Entry:
    name = path.name.removesuffix(SUFFIX)
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["kind"] != KIND:
            raise Damage("it holds something else")
        if data["version"] > VERSION:
            newer = f"{path.name} was written by a newer Netwright (library version {data['version']}): update."
            return Entry(name, path, problem=newer)
        nodes, wires = parts(data)
        if [n.block is not None for n in nodes.values() if not n.parent] != [True]:
            raise Damage("it holds no single block")
        return Entry(str(data["name"]), path, nodes, tuple(wires))
    except (Damage, NetwrightError) as error:
        return Entry(name, path, problem=f"{path.name} cannot be used: {str(error).rstrip('.')}; remove it, or save it anew.")
    except OSError as error:
        return Entry(name, path, problem=f"{path.name} cannot be read: {error.strerror}.")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError):
        return Entry(name, path, problem=f"{path.name} is damaged: remove it, or save the block anew.")


def keep(document: Document, id: str, folder: Path, replacing: bool = False) -> Path:
    """Put a block of `document` into the library under its name, without weights. Raises `Refusal` where one of that name is
    there already, unless it is to be replaced, and `FileError`."""
    node = document.node(id)
    if node.block is None:
        raise Refusal(f"{node.name} is no block, and a library keeps blocks: make a block of it first.")
    if any(other in document.nodes and other not in document.inside(node.id) for other in _owners(document, node.id)):
        raise Refusal(f"{node.name} shares weights with a layer outside of it: give it its own first.")
    path = folder / f"{_plain(node.name)}{SUFFIX}"
    if path.exists() and not replacing:
        again = Repair(f"Replace ‘{node.name}’", lambda d: _kept(d, id, folder))
        raise Refusal(f"The library has a block called ‘{node.name}’ already: rename this one, or replace the other.", (again,))
    inside = {node.id, *document.inside(node.id)}
    nodes = [asdict(n) for n in document.nodes.values() if n.id in inside]
    nodes = [{**n, "parent": ""} if n["id"] == node.id else n for n in nodes]
    wires = [asdict(w) for w in document.wires if w.target in inside and w.source in inside]
    text = json.dumps({"kind": KIND, "version": VERSION, "name": node.name, "nodes": nodes, "wires": wires}, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"The library’s folder {folder} cannot be made: {error.strerror}.") from None
    write(path, text.encode())
    return path


def _kept(document: Document, id: str, folder: Path) -> Document:
    keep(document, id, folder, replacing=True)
    return document


def _owners(document: Document, id: str) -> set[str]:
    return {s.node for i in document.inside(id) for s in document.nodes[i].shared.values()}


def _plain(name: str) -> str:
    return re.sub(r"[^\w\- ]+", "_", name).strip(". ") or "block"


def take(document: Document, entry: Entry, position: Position, parent: str = "") -> tuple[Document, str]:
    """A copy of a library's block in a document; returns it and the block's id. Raises `Refusal` for one with a problem."""
    if entry.problem:
        raise Refusal(entry.problem)
    top = entry.block
    nodes = {**entry.nodes, top.id: replace(top, position=position, parent=parent)}
    document, new = planted(document, nodes, entry.wires)
    return document, new[top.id]


def forget(entry: Entry) -> None:
    """Take a block out of the library. Raises `FileError`."""
    try:
        entry.path.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{entry.path.name} cannot be removed: {error.strerror}.") from None
