"""What check says of the drawing itself: wires that cannot be, layers that lead nowhere, names that are taken."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.build import Built, place
from nodes.document import Document, Node, Wire, own
from nodes.layer import LossLayer, layer_type
from nodes.problems import Problem, Repair
from nodes.rule import rule


@rule("wires that cannot be")
def wires(document: Document, built: Built) -> Iterator[Problem]:
    """Wires that the window would never draw: from or to a port that is not there, or a second one into one port."""
    taken: set[tuple[str, str]] = set()
    for wire in document.wires:
        what = _misled(document, wire, (wire.target, wire.target_port) in taken)
        taken.add((wire.target, wire.target_port))
        if what:
            node = document.nodes[wire.target]
            fix = Repair("Remove the wire", partial(edits.disconnect, wires=[wire]))
            yield Problem(node.id, place(node), f"{what}: remove it.", repairs=(fix,))


def _misled(document: Document, wire: Wire, taken: bool) -> str:
    source, target = document.nodes[wire.source], document.nodes[wire.target]
    if not (source.known and target.known):
        return ""
    port = next((p for p in layer_type(target.type).inputs if p.name == wire.target_port), None)
    if port is None:
        return f"a wire leads to its input ‘{wire.target_port}’, which it does not have"
    if wire.source_port not in layer_type(source.type).outputs:
        return f"a wire comes from the output ‘{wire.source_port}’ of {place(source)}, which does not have it"
    return f"a second wire leads to its input ‘{wire.target_port}’, which takes one" if taken and not port.many else ""


@rule("layers without a wire")
def lonely(document: Document, built: Built) -> Iterator[Problem]:
    for node in document.nodes.values():
        inside = document.wires_into[node.id] or document.wires_out_of[node.id]
        told = any(p.node == node.id for p in built.problems)  # its free input is an error already
        if not inside and node.known and not told and len(document.nodes) > 1:
            removal = Repair("Remove", partial(edits.remove, ids=[node.id]))
            what = "Nothing reaches it and nothing leaves it: wire it in, or remove it."
            yield Problem(node.id, place(node), what, "advice", (removal,))


@rule("dead branches")
def dead_branches(document: Document, built: Built) -> Iterator[Problem]:
    """Layers from which no loss and no Output is reached, told where each branch begins; of a network whose loss is joined, for
    until then everything is a branch that waits."""
    if not built.losses:
        return
    named = {id for stage in document.recipe.stages for update in stage.updates for id in update.loss.split("+")}
    ends = [n.id for n in document.nodes.values() if n.id == document.output or _is_end(n) or own(n.id) in named]
    alive = set().union(*(document.upstream(id) for id in ends))
    dead = [id for id in document.nodes if id not in alive and (document.wires_into[id] or document.wires_out_of[id])]
    for id in dead:
        if any(w.source in dead for w in document.wires_into[id]):
            continue
        gone = [i for i in document.nodes if i in document.downstream(id) and i in dead]
        fix = Repair(f"Remove {_counted(document, gone)}", partial(edits.remove, ids=gone))
        what = "no wire leads from it to a loss or an Output, so nothing here is learnt or used: wire it on, or remove it."
        yield Problem(id, place(document.nodes[id]), what, "advice", (fix,))


def _is_end(node: Node) -> bool:
    return not node.known or node.type == "Output" or issubclass(layer_type(node.type), LossLayer)


def _counted(document: Document, ids: list[str]) -> str:
    first = document.nodes[ids[0]]
    return f"{first.name or first.type}" if len(ids) == 1 else f"these {len(ids)} layers"


@rule("names given twice")
def duplicate_names(document: Document, built: Built) -> Iterator[Problem]:
    seen: set[str] = set()
    for node in document.nodes.values():
        if node.name and node.name in seen:
            drawn = built.plain.drawing.node(node.id)
            free = edits.free_name(built.plain.drawing, drawn.name, parent=drawn.parent)
            fix = Repair(f"Rename to ‘{free}’", partial(edits.rename, id=node.id, name=free))
            yield Problem(node.id, place(node), "another layer has the same name: rename one.", "advice", (fix,))
        seen.add(node.name)
