"""What is said of a layer, a port, a frame, a bend, a selection: for those who hear the window instead of seeing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.canvas.finding import PortAt
from app.canvas.look import NodeLook, PortLook
from nodes.bends import Bend
from nodes.check import Checked
from nodes.document import Document
from nodes.problems import Problem

if TYPE_CHECKING:
    from app.canvas.scene import CanvasScene


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


def selection(looks: Sequence[NodeLook], checked: Checked, marks: Sequence[str] = ()) -> str:
    """One layer, frame or bend in full; of several layers, how many and the first names. `marks` are said already."""
    if len(looks) == 1:
        said = layer(looks[0], problems_at(looks[0].id, checked))
    else:
        names = ", ".join(look.name or look.title for look in looks[:3])
        said = f"{len(looks)} layers selected: {names}{' …' if len(looks) > 3 else ''}" if looks else ""
    more = marks[0] if len(marks) == 1 else (f"{len(marks)} frames, notes and bends" if marks else "")
    return " and ".join(part for part in (said, more) if part) or "Nothing selected"


# -- marks ---------------------------------------------------------------------------------------------------------------
def mark(scene: CanvasScene, mark: str | Bend) -> str:
    """``Comment frame Maps, 7 layers: conv1, relu1, pool1 …``; ``Note, why two?``; ``Bend 1 of 2, wire from a to b``."""
    return f"{mark_name(scene, mark)}, {said}" if (said := mark_words(scene, mark)) else mark_name(scene, mark)


def mark_name(scene: CanvasScene, mark: str | Bend) -> str:
    """What a frame, a note or a bend is called."""
    if isinstance(mark, str):
        frame = scene.frames[mark].frame
        return "Note" if frame.note else f"Comment frame {frame.title}".strip()
    wire, index = mark
    return f"Bend {index + 1} of {len(scene.wires[wire].bends)}"


def mark_words(scene: CanvasScene, mark: str | Bend) -> str:
    """What else there is to say of it."""
    if not isinstance(mark, str):
        return f"wire from {_called(scene, mark[0].source)} to {_called(scene, mark[0].target)}"
    frame = scene.frames[mark].frame
    held = [] if frame.note else [_called(scene, i) for i in scene.inside(scene.frames[mark].rect())]
    count = f"{len(held)} layer{'s' * (len(held) != 1)}: {', '.join(held[:3])}{' …' * (len(held) > 3)}" if held else ""
    return ", ".join(part for part in (" ".join(frame.text.split()), count) if part)


def _called(scene: CanvasScene, id: str) -> str:
    """As it is drawn, which may be an edit behind the document."""
    look = scene.nodes[id].look
    return look.name or look.title


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
