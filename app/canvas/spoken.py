"""What is said of a layer, a port, a selection: for those who hear the window instead of seeing it."""

from __future__ import annotations

from collections.abc import Sequence

from app.canvas.look import NodeLook, PortLook
from app.canvas.scene import PortAt
from nodes.check import Checked
from nodes.document import Document
from nodes.problems import Problem


def layer(look: NodeLook, problems: Sequence[Problem] = ()) -> str:
    """``fc1, Dense, 120 units, output 120, 48,120 parameters, no problems``."""
    count = look.count.replace("params", "parameters") if look.count.endswith("params") else ""
    samples = f"{look.count} samples" if look.count and not count else ""
    state = [word for word, on in (("bypassed", look.bypassed), ("collapsed", look.collapsed)) if on]
    output = f"output {look.shape}" if look.shape and look.outputs else ""
    parts = [look.name, look.title, look.summary.replace(" · ", ", "), output, count, samples, *state, _problems(problems)]
    return ", ".join(p for p in parts if p)


def _problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return "no problems"
    many = f"{len(problems)} problems: " if len(problems) > 1 else ""
    return many + " ".join(f"{p.level}: {p.what}" for p in problems)


def problems_at(id: str, checked: Checked) -> list[Problem]:
    """A layer's problems; a block's are also those inside it (a path leads through the blocks around a layer)."""
    return [p for p in checked.problems if id in p.node.split("/")[::2]]


def selection(looks: Sequence[NodeLook], checked: Checked) -> str:
    """One layer in full; of several, how many and the first names."""
    if not looks:
        return "Nothing selected"
    if len(looks) == 1:
        return layer(looks[0], problems_at(looks[0].id, checked))
    names = ", ".join(look.name or look.title for look in looks[:3])
    return f"{len(looks)} layers selected: {names}{' …' if len(looks) > 3 else ''}"


def port(at: PortAt, document: Document, shape: str) -> str:
    """``output y of fc1, 120, joined to relu3``."""
    side = "output" if at.port.output else "input"
    node = document.nodes[at.node]
    return ", ".join(p for p in (f"{side} {at.port.words} of {node.name or node.type}", shape, _ends(at, document)) if p)


def _ends(at: PortAt, document: Document) -> str:
    look: PortLook = at.port
    if look.output:
        far = [w.target for w in document.wires_out_of[at.node] if w.source_port == look.name]
    else:
        far = [w.source for w in document.wires_into[at.node] if w.target_port == look.name]
    names = [document.nodes[i].name or document.nodes[i].type for i in far]
    return f"joined to {' and '.join(names)}" if names else "free"
