"""Document <-> JSON text: all but its arrays, with a version. The text is one metadata value of the saved model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from math import isfinite
from typing import Any, TypeVar

from nodes.document import BLOCK, Block, Document, Frame, Node, Position, Promotion, Share, Training, Wire
from runtime.checkpoint import progress_from_json
from runtime.errors import FileError
from runtime.recipe import recipe_from_json
from runtime.typed import Damage

T = TypeVar("T")
VERSION = 5
#: Blocks in blocks, and repetitions of one, at most.
DEEPEST, MOST_REPEATED = 32, 1000
#: From version n to n + 1, each a function from the old text's object to the new one's.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda old: old,  # 2 adds fields of nodes and recipes whose defaults are what version 1 did
    2: lambda old: old,  # 3 adds blocks: what stands in none has an empty parent
    3: lambda old: old,  # 4 adds a stage's name and an update's rate, whose defaults are what version 3 did
    4: lambda old: old,  # 5 adds which stages training came to, and when
}


#: The names of what a thing consists of.
_FIELDS = {kind: tuple(f.name for f in fields(kind)) for kind in (Node, Wire, Frame)}


def as_json(thing: Node | Wire | Frame) -> dict[str, Any]:
    """What ``asdict`` gives, without the copies that it makes of everything: documents never change."""
    found = {name: getattr(thing, name) for name in _FIELDS[type(thing)]}
    if isinstance(thing, Node):
        found["shared"] = {name: asdict(share) for name, share in thing.shared.items()}
        found["block"] = asdict(thing.block) if thing.block else None
    return found


#: What the object has besides its version, under its name, from the document.
PARTS: dict[str, Callable[[Document], Any]] = {
    "title": lambda d: d.title,
    "nodes": lambda d: [as_json(n) for n in d.nodes.values()],
    "wires": lambda d: [as_json(w) for w in d.wires],
    "bends": lambda d: [{"wire": as_json(w), "points": points} for w, points in d.bends.items()],
    "frames": lambda d: [as_json(f) for f in d.frames],
    "recipe": lambda d: d.recipe.to_json(),
    "notes": lambda d: d.notes,
    "output": lambda d: d.output,
    "serial": lambda d: d.serial,
    "silenced": lambda d: d.silenced,
    "progress": lambda d: d.training.progress,
}


def to_data(document: Document) -> dict[str, Any]:
    """What `to_json` writes, as an object."""
    return {"version": VERSION, **{name: part(document) for name, part in PARTS.items()}}


def to_json(document: Document) -> str:
    return json.dumps(to_data(document), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str, file: str = "the file") -> Document:
    """The document without its arrays. Raises `FileError` for another version or a text that is no document; `file` is how
    its sentence names the place."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise FileError(f"The network in {file} is damaged: its document is not readable; open an older copy.") from None
    return from_data(data, file)


class Once:
    """What was made of a part of such an object before, where the next one has the same part: versions in a row share most."""

    def __init__(self) -> None:
        # The data is kept with what was made of it, so that no other object can have its identity meanwhile.
        self._made: dict[tuple[str, int], tuple[Any, Any]] = {}
        self._free: dict[tuple[str, ...], int] = {}

    def __call__(self, what: str, data: Any, make: Callable[[Any], T]) -> T:
        key = (what, id(data))
        if key not in self._made:
            self._made[key] = (data, make(data))
        made: T = self._made[key][1]
        return made

    def free(self, nodes: Mapping[str, Node]) -> int:
        """The first number that no node's id has (``n7``): a new layer must never take another one's place."""
        ids = tuple(nodes)
        if ids not in self._free:
            self._free[ids] = 1 + max((int(id[1:]) for id in ids if id[:1] == "n" and id[1:].isdecimal()), default=0)
        return self._free[ids]


def from_data(data: Any, file: str, once: Once | None = None) -> Document:
    """`from_json` after the parsing. `once` knows what was read before."""
    try:
        version = data["version"]
        if not isinstance(version, int):
            raise TypeError("version")
    except (KeyError, TypeError):
        raise FileError(f"The network in {file} is damaged: its document is not readable; open an older copy.") from None
    if version > VERSION:
        newer = f"a newer Netwright (document version {version}, this one reads up to {VERSION})"
        raise FileError(f"The network in {file} was written by {newer}: update.")
    while version < VERSION:
        data, version = MIGRATIONS[version](data), version + 1
    try:
        return _document(data, once or Once())
    except Damage as damage:
        raise FileError(f"The network in {file} is damaged: {damage}; open an older copy.") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError):
        missing = "a part of its document is missing"
        raise FileError(f"The network in {file} is damaged: {missing}; open an older copy.") from None


def _document(data: Mapping[str, Any], once: Once) -> Document:
    nodes = {n["id"]: once("node", n, node_from_json) for n in data["nodes"]}
    wires = once("wires", data["wires"], lambda all: tuple(map(_wire, all)))
    if any(w.source not in nodes or w.target not in nodes for w in wires) or len(nodes) != len(data["nodes"]):
        raise Damage("a wire leads to a layer that is not there, or two layers are one")
    require_nesting(nodes)
    recipe = once("recipe", data["recipe"], recipe_from_json)
    progress = once("progress", data["progress"], progress_from_json)
    if progress.stage >= len(recipe.stages):
        raise Damage(f"its training stands in stage {progress.stage + 1} of a recipe with {len(recipe.stages)}")
    return Document(
        title=str(data["title"]),
        nodes=nodes,
        wires=wires,
        frames=tuple(_frame(f, nodes) for f in data["frames"]),
        recipe=recipe,
        notes=str(data["notes"]),
        output=str(data["output"]),
        serial=max(int(data["serial"]), once.free(nodes)),
        training=Training(progress=dict(data["progress"])),
        bends=bends_from_json(data.get("bends", ()), wires),
        silenced=tuple(sorted({str(kind) for kind in data.get("silenced", ())})),
    )


def _wire(data: Mapping[str, Any]) -> Wire:
    return Wire(*(str(data[k]) for k in ("source", "source_port", "target", "target_port")))


def bends_from_json(data: Iterable[Mapping[str, Any]], wires: Iterable[Wire]) -> dict[Wire, tuple[Position, ...]]:
    """The points of each wire; those of a wire that is not there are left out."""
    read = {_wire(b["wire"]): tuple(_place(p, "a bend of a wire") for p in b["points"]) for b in data}
    known = set(wires) if read else set()
    return {wire: points for wire, points in read.items() if wire in known and points}


def node_from_json(data: Mapping[str, Any]) -> Node:
    """The inverse of ``asdict`` of a node, for a node of any version. Raises `Damage`, and what its parts raise."""
    settings = {str(k): _tuples(v) for k, v in data["settings"].items()}
    return Node(
        str(data["id"]), str(data["type"]), str(data["name"]), _place(data["position"]), settings,
        bool(data.get("bypassed", False)), bool(data.get("collapsed", False)), bool(data.get("frozen", False)),
        _decay(data.get("decay", 1.0)), shares(data.get("shared", {})), str(data.get("parent", "")),
        _block(data.get("block")), bool(data.get("pinned", False)),
    )  # fmt: skip


def _block(data: Mapping[str, Any] | None) -> Block | None:
    if data is None:
        return None
    promotions = tuple(
        Promotion(str(p["name"]), str(p["node"]), str(p["setting"]), whole(p["factor"], 1)) for p in data["promotions"]
    )
    each = {whole(r, 0): {str(k): _tuples(v) for k, v in values.items()} for r, values in data["each"].items()}
    return Block(whole(data["repeat"], 1), promotions, each)


def whole(number: Any, least: int) -> int:
    result = int(number)
    if isinstance(number, (bool, float)) or not least <= result <= MOST_REPEATED:
        raise Damage(f"a block counts {number!r} where a whole number from {least} to {MOST_REPEATED:,} belongs")
    return result


def require_nesting(nodes: Mapping[str, Node]) -> None:
    """Raises `Damage` for a node in a block that is none, for a block that stands inside itself, and for a block whose face
    sets a layer that is not in it."""
    for node in nodes.values():
        if not node.parent and node.block is None and node.type != BLOCK:
            continue
        parent = nodes.get(node.parent)
        if node.parent and (parent is None or parent.block is None):
            raise Damage(f"the layer ‘{node.name}’ stands in a block that is not there")
        if (node.block is not None) != (node.type == BLOCK):
            raise Damage(f"‘{node.name}’ is half a block")
        _require_depth(node, nodes)
        for promotion in node.block.promotions if node.block else ():
            if promotion.node not in nodes or nodes[promotion.node].parent != node.id:
                raise Damage(f"the block ‘{node.name}’ sets a layer that is not in it")


def _require_depth(node: Node, nodes: Mapping[str, Node]) -> None:
    around = node.parent
    for _ in range(DEEPEST):
        if not around:
            return
        around = nodes[around].parent if around in nodes else ""
    raise Damage(f"‘{node.name}’ stands in a block that contains itself, or deeper than {DEEPEST} blocks")


def _decay(number: Any) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise Damage(f"a layer's decay is {number!r} and must be a number")
    return float(number)


def _place(position: list[float], what: str = "a layer") -> Position:
    x, y = map(float, position)
    if not (isfinite(x) and isfinite(y)):
        raise Damage(f"{what} stands nowhere")
    return x, y


def shares(data: Mapping[str, Any]) -> dict[str, Share]:
    """The inverse of ``asdict`` of a node's `shared`."""
    return {str(k): Share(str(s["node"]), str(s["parameter"]), bool(s["transposed"])) for k, s in data.items()}


def _frame(data: Mapping[str, Any], nodes: Mapping[str, Node]) -> Frame:
    frame = frame_from_json(data)
    if frame.parent and frame.parent not in nodes:
        raise Damage("a frame stands in a block that is not there")
    return frame


def frame_from_json(data: Mapping[str, Any]) -> Frame:
    """The inverse of ``asdict`` of a frame. Raises `Damage`, and what its parts raise."""
    parent, note = str(data.get("parent", "")), bool(data.get("note", False))
    return Frame(str(data["id"]), str(data["title"]), str(data["text"]), _four(data["rect"]), parent, note)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _four(values: list[float]) -> tuple[float, float, float, float]:
    x, y, w, h = values
    if not all(isfinite(v) for v in values):
        raise Damage("a frame stands nowhere")
    return (float(x), float(y), float(w), float(h))
