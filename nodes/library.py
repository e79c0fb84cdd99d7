"""The user's library of blocks: a folder with a file for each. A file that cannot be read is listed with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nodes.clipboard import Piece, piece, piece_from_data, planted
from nodes.document import BLOCK, ENTRY, EXIT, Document, Node, Position
from nodes.layer import layer_type
from nodes.naming import cleaned
from nodes.problems import Refusal, Repair
from nodes.sharing import unshare
from runtime.atomic import write
from runtime.errors import FileError, NetwrightError
from runtime.typed import Damage

KIND, VERSION, SUFFIX = "netwright/block", 1, ".block.json"
#: What a block of the library is added by begins so; the rest is its file's name.
SHELF = "library/"


@dataclass(frozen=True)
class Entry:
    """A block in the library: its name, its file, and what is in it; or the `problem` with that file, in a sentence."""

    name: str
    path: Path
    content: Piece = field(default_factory=lambda: Piece({}))
    problem: str = ""

    @property
    def nodes(self) -> Mapping[str, Node]:
        return self.content.nodes

    @property
    def block(self) -> Node:
        """The block itself, around everything else."""
        return next(n for n in self.nodes.values() if not n.parent)

    # What a search and a palette ask of a layer's class, too.
    @property
    def type(self) -> str:
        """What it is added by, where a layer is added by its type."""
        return SHELF + self.path.name.removesuffix(SUFFIX)

    @property
    def category(self) -> str:
        return layer_type(BLOCK).category

    @property
    def synonyms(self) -> tuple[str, ...]:
        return (self.name,)

    def doc(self) -> str:
        """What is in it, in a sentence; or its problem."""
        if self.problem:
            return self.problem
        count, block = sum(n.type not in (BLOCK, ENTRY, EXIT) for n in self.nodes.values()), self.block.block
        repeat = block.repeat if block else 1
        words = f"{count} layer{'' if count == 1 else 's'}" + (f", {repeat} times in a row" if repeat > 1 else "")
        face = list(dict.fromkeys(p.name for p in block.promotions)) if block else []
        return f"A block from your library: {words}" + (f"; on its face {', '.join(face)}." if face else ".")


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
        content = piece_from_data(data)
        if [n.block is not None for n in content.nodes.values() if not n.parent] != [True]:
            raise Damage("it holds no single block")
        return Entry(str(data["name"]), path, content)
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
        own = Repair("Give it weights of its own", lambda d: _unshared(d, node.id))
        raise Refusal(f"{node.name} shares weights with a layer outside of it: give it its own first.", (own,))
    path = folder / f"{_plain(node.name)}{SUFFIX}"
    if path.exists() and not replacing:
        again = Repair(f"Replace ‘{node.name}’", lambda d: _kept(d, id, folder))
        raise Refusal(f"The library has a block called ‘{node.name}’ already: rename this one, or replace the other.", (again,))
    text = json.dumps({"kind": KIND, "version": VERSION, "name": node.name, **_alone(document, node).to_data()}, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"The library’s folder {folder} cannot be made: {error.strerror}.") from None
    write(path, text.encode())
    return path


def _alone(document: Document, node: Node) -> Piece:
    """A block as it stands in no other, without wires to what is outside."""
    found = piece(document, [node.id])
    wires = tuple(w for w in found.wires if w.source in found.nodes)
    return replace(found, nodes={**found.nodes, node.id: replace(node, parent="")}, wires=wires)


def _kept(document: Document, id: str, folder: Path) -> Document:
    try:
        keep(document, id, folder, replacing=True)
    except FileError as error:
        raise Refusal(str(error)) from None
    return document


def _unshared(document: Document, id: str) -> Document:
    inside = document.inside(id)
    for inner in inside:
        for name, share in document.nodes[inner].shared.items():
            if share.node not in inside:
                document = unshare(document, inner, name)
    return document


def _owners(document: Document, id: str) -> set[str]:
    return {s.node for i in document.inside(id) for s in document.nodes[i].shared.values()}


def _plain(name: str) -> str:
    return re.sub(r"[^\w\- ]+", "_", name).strip(". ") or "block"


def take(document: Document, entry: Entry, position: Position, parent: str = "", name: str = "") -> tuple[Document, str]:
    """A copy of a library's block in a document; returns it and the block's id. Raises `Refusal` for one with a problem."""
    if entry.problem:
        raise Refusal(entry.problem, (Repair(f"Take ‘{entry.name}’ out of the library", lambda d: _forgotten(d, entry)),))
    top = entry.block
    made = replace(top, position=position, name=name or entry.name)
    document, new = planted(document, replace(entry.content, nodes={**entry.nodes, top.id: made}), parent)
    return document, new[top.id]


def _forgotten(document: Document, entry: Entry) -> Document:
    try:
        forget(entry)
    except FileError as error:
        raise Refusal(str(error)) from None
    return document


# -- the files ---------------------------------------------------------------------------------------------------------
def rename(entry: Entry, name: str) -> Path:
    """Call a block of the library otherwise. Raises `Refusal` for a name that is none, or another one's, and `FileError`."""
    name = cleaned(name, "A block's name")
    path = entry.path.with_name(f"{_plain(name)}{SUFFIX}")
    if entry.problem:
        raise Refusal(entry.problem)
    if path != entry.path and path.exists():
        raise Refusal(f"The library has a block called ‘{name}’ already: choose another name.")
    try:
        data = {**json.loads(entry.path.read_bytes()), "name": name}
    except (OSError, ValueError):
        raise FileError(f"{entry.path.name} cannot be read any more: save the block anew.") from None
    write(path, json.dumps(data, indent=1).encode())
    if path != entry.path:
        forget(entry)
    return path


def forget(entry: Entry) -> bytes:
    """Take a block out of the library; returns its file, to `restore` it. Raises `FileError`."""
    try:
        data = entry.path.read_bytes()
        entry.path.unlink(missing_ok=True)
        return data
    except OSError as error:
        raise FileError(f"{entry.path.name} cannot be removed: {error.strerror}.") from None


def restore(entry: Entry, data: bytes) -> None:
    """Put a block that was taken out back, with what `forget` gave. Raises `FileError`."""
    write(entry.path, data)
