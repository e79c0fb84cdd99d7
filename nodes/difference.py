"""What changed from one document to the next, as JSON, without the arrays: an edit of a large network is a few words.

``patched(to_data(old), difference(old, new)) == to_data(new)``. Documents share what an edit left alone, so the difference is
found by identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from nodes.document import Document, Node
from nodes.document_json import PARTS, Once, as_json, from_data

Json = dict[str, Any]
LISTS = ("wires", "frames")
#: What is told anew as a whole when it changes.
PLAIN = tuple(name for name in PARTS if name not in ("nodes", "progress", *LISTS))


def difference(old: Document, new: Document) -> Json:
    """What `patched` makes `new` of `old` by."""
    change = {name: PARTS[name](new) for name in PLAIN if getattr(old, name) != getattr(new, name)}
    if old.nodes is not new.nodes and (nodes := _nodes(old.nodes, new.nodes)):
        change["nodes"] = nodes
    for name in LISTS:
        if getattr(old, name) != getattr(new, name):
            start, count, items = spliced(getattr(old, name), getattr(new, name))
            change[name] = [start, count, [as_json(item) for item in items]]
    if old.training is not new.training and (progress := _fields(old.training.progress, new.training.progress)):
        change["progress"] = progress
    return change


def _nodes(old: Mapping[str, Node], new: Mapping[str, Node]) -> Json:
    """Nodes that are gone, those that are new or changed, and the order where that does not give it."""
    gone = [i for i in old if i not in new]
    changed = [n for i, n in new.items() if old.get(i) is not n]
    usual = [i for i in old if i in new] + [i for i in new if i not in old]
    change: Json = {"gone": gone} if gone else {}
    if changed:
        change["set"] = [as_json(n) for n in changed]
    return change if usual == list(new) else change | {"order": list(new)}


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Json:
    """The same for an object whose lists mostly grow (a run's progress)."""
    gone = [k for k in old if k not in new]
    change: Json = {"gone": gone} if gone else {}
    lists = {k for k in new if isinstance(new[k], list | tuple) and isinstance(old.get(k), list | tuple) and new[k] != old[k]}
    if lists:
        change["lists"] = {k: spliced(old[k], new[k]) for k in sorted(lists)}
    plain = {k: v for k, v in new.items() if k not in lists and (k not in old or old[k] != v)}
    return change | {"set": plain} if plain else change


def spliced(old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """[where, how many are replaced, by what]: what both begin and end with is left out."""
    head = sum(1 for _ in takewhile(_equal, zip(old, new, strict=False)))
    most = min(len(old), len(new)) - head
    tails = zip(reversed(old), reversed(new), strict=False)
    tail = min(most, sum(1 for _ in takewhile(_equal, tails)))
    return [head, len(old) - head - tail, list(new[head : len(new) - tail])]


def _equal(pair: tuple[Any, Any]) -> bool:
    return bool(pair[0] is pair[1] or pair[0] == pair[1])


# -- and back ------------------------------------------------------------------------------------------------------------
def patched(data: Json, change: Json) -> Json:
    """The JSON of the next document. What did not change is the same object. Raises KeyError, TypeError or ValueError."""
    result = data | {k: change[k] for k in PLAIN if k in change}
    for name in LISTS:
        if name in change:
            result[name] = _joined(data[name], change[name])
    if "nodes" in change:
        result["nodes"] = _patched_nodes(data["nodes"], change["nodes"])
    if "progress" in change:
        result["progress"] = _patched_fields(data["progress"], change["progress"])
    return result


def _joined(old: Sequence[Any], splice: Sequence[Any]) -> list[Any]:
    start, count, items = splice
    return [*old[:start], *items, *old[start + count :]]


def _patched_nodes(old: list[Json], change: Json) -> list[Json]:
    gone = set(change.get("gone", ()))
    nodes = {n["id"]: n for n in old if n["id"] not in gone} | {n["id"]: n for n in change.get("set", ())}
    return [nodes[i] for i in change.get("order", nodes)]


def _patched_fields(old: Json, change: Json) -> Json:
    kept = {k: v for k, v in old.items() if k not in change.get("gone", ())} | change.get("set", {})
    joined = {k: _joined(old[k], splice) for k, splice in change.get("lists", {}).items()}
    return {**kept, **joined}


def documents(versions: Sequence[Json], file: str) -> list[Document]:
    """The documents of JSON that `patched` made in a row; they share what is the same. Raises `FileError`."""
    once = Once()
    return [from_data(data, file, once) for data in versions]
