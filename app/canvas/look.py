"""NodeLook: everything a node shows, worked out from document, build and run. Plain data: equal looks need no repaint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.canvas.geometry import BEAD, WIDTH, port_y
from app.canvas.telling_blocks import layers_in
from nodes.build import NodeBuilt
from nodes.check import Checked
from nodes.document import Document, Node
from nodes.layer import Layer, Port, kind_of, layer_type, sample_shape
from nodes.numbers import Numbers
from nodes.problems import Problem
from nodes.promotions import settings_of, written
from runtime.errors import NetwrightError
from runtime.graph import Value

PLURAL = {"maps": "maps", "vector": "a vector", "sequence": "a sequence", "indices": "class numbers", "volume": "a volume"}


@dataclass(frozen=True)
class PortLook:
    """A port: its name, what kind of tensor its shape tells, whether it is joined, and where it stands on the node."""

    name: str
    kind: str
    joined: bool
    x: float
    y: float
    output: bool
    #: Only a node's further ports write their name beside them.
    named: bool = False
    label: str = ""

    @property
    def words(self) -> str:
        """What it is called."""
        return self.label or self.name


@dataclass(frozen=True)
class NodeLook:
    """A node as it is to be drawn (its face apart)."""

    id: str
    type: str
    title: str
    name: str
    category: str
    summary: str = ""
    shape: str = "?"
    count: str = ""
    level: str = ""
    sentence: str = ""
    prompt: str = ""
    bead: bool = False
    training_only: bool = False
    bypassed: bool = False
    collapsed: bool = False
    inputs: tuple[PortLook, ...] = ()
    outputs: tuple[PortLook, ...] = ()
    dims: tuple[int, ...] | None = field(default=None)
    #: Its shares of the network's computation and space, if they are shown and it has any.
    costs: tuple[float, float] | None = None
    #: Of a block: what stands on its face, as lines; None for a layer.
    face: tuple[str, ...] | None = None

    @property
    def ports(self) -> tuple[PortLook, ...]:
        return self.inputs + self.outputs


def problems_by_node(checked: Checked) -> dict[str, Problem]:
    """The worst problem of each node (errors come first), of a block also those inside it."""
    result: dict[str, Problem] = {}
    for problem in checked.problems:
        *around, id = problem.node.split("/")[::2]
        result.setdefault(id, problem)
        for block in around:
            result.setdefault(block, replace(problem, what=problem.sentence))
    return result


def look_of(
    document: Document, node: Node, built: NodeBuilt | None, problem: Problem | None, numbers: Numbers | None = None
) -> NodeLook:
    """How `node` looks in this document, with bars for its share of the costs if `numbers` are given."""
    try:
        cls: type[Layer] = layer_type(node.type)
    except NetwrightError:
        return _unknown(node, problem)
    free = _free_input(document, node)
    wrong = problem if problem and not (free and problem.level == "error") else None
    value = built.output if built else None
    return NodeLook(
        id=node.id, type=node.type, title=_title(node, cls), name=_name(node, cls), category=cls.category,
        summary=summary_of(document, node, built), shape=_shape(value), count=_count(built, value), dims=_dims(value),
        level=wrong.level if wrong else "", sentence=wrong.what if wrong else "",
        prompt=_prompt(free, value), bead=cls.bead, training_only=cls.training_only, bypassed=bypassed_now(document, node),
        collapsed=node.collapsed and not cls.bead,
        inputs=tuple(_inputs(document, node, cls, built)), outputs=tuple(_outputs(document, node, cls, built)),
        costs=_costs(cls, numbers),
        face=face_lines(document, node) if node.block else None,
    )  # fmt: skip


def bypassed_now(document: Document, node: Node) -> bool:
    """Whether data goes past it; inside a block the face may say so (of its first repetition)."""
    if not node.parent:
        return node.bypassed
    return document.unfolded.document.nodes.get(document.path(node.id), node).bypassed


def _unknown(node: Node, problem: Problem | None) -> NodeLook:
    """A layer of a type that this version does not know: it is shown, kept and said so."""
    what = problem.what if problem else "this version does not know this layer."
    return NodeLook(node.id, node.type, node.type, node.name, "Block", level="error", sentence=what)


def _free_input(document: Document, node: Node) -> Port | None:
    wired = {w.target_port for w in document.wires_into[node.id]}
    return next((p for p in document.inputs(node.id) if not p.optional and p.name not in wired), None)


def _title(node: Node, cls: type[Layer]) -> str:
    """A dataset, a block and a block's port are called by their own names; every other layer by its type."""
    return node.name if (cls.type == "Dataset" or cls.structural) and node.name else cls.type


def _name(node: Node, cls: type[Layer]) -> str:
    if node.block is not None:
        return f"× {node.block.repeat}" if node.block.repeat > 1 else ""
    return "" if cls.type == "Dataset" or cls.structural else node.name


def summary_of(document: Document, node: Node, built: NodeBuilt | None) -> str:
    """The setting line: what matters of a layer; how much is in a block."""
    if node.block is not None:
        count = layers_in(document, node.id)
        return f"{count} layer{'' if count == 1 else 's'} · Enter opens"
    try:
        layer = built.layer if built and built.layer else node.layer()
        return layer.summary()
    except NetwrightError:
        return ""


def _shape(value: Value | None) -> str:
    return "?" if value is None else ("scalar" if value.rank == 0 else counted(sample_shape(value)))


def counted(shape: str) -> str:
    """A vector's length as a number is written: ``3,456``."""
    return f"{int(shape):,}" if shape.isdecimal() else shape


def _dims(value: Value | None) -> tuple[int, ...] | None:
    """The sample's shape as numbers; None while one of them is not known."""
    if value is None or not all(isinstance(d, int) for d in value.shape[1:]):
        return None
    return tuple(d for d in value.shape[1:] if isinstance(d, int))


def face_lines(document: Document, node: Node) -> tuple[str, ...]:
    """What stands on a block's face, a line a setting: ``stride 2×2, then 1×1``."""
    if node.block is None:
        return ()
    lines = []
    for setting in settings_of(document, node):
        usual = node.settings.get(setting.name, setting.default)
        values = [node.block.each.get(r, {}).get(setting.name, usual) for r in range(node.block.repeat)]
        lines.append(f"{setting.name.replace('_', ' ')} {', then '.join(_runs(values))}")
    return tuple(lines)


def _runs(values: list[Any]) -> list[str]:
    """Equal neighbours once; more than two changes are only counted."""
    found = [v for i, v in enumerate(values) if i == 0 or v != values[i - 1]]
    words = [written(v) for v in found]
    return words if len(words) < 4 else [words[0], f"{len(words) - 1} others"]


def _count(built: NodeBuilt | None, value: Value | None) -> str:
    if built is not None and built.layer is None and value is not None and built.parameters:
        return f"{built.parameters:,} params"
    if built is None or built.layer is None or value is None:
        return ""
    size = _train_size(built.layer)
    if built.layer.category == "Data":
        return f"{size:,}" if size else ""
    return f"{built.parameters:,} params" if built.parameters else "no params"


def _train_size(layer: Layer) -> int | None:
    try:
        return getattr(getattr(layer, "info", None), "train_size", None)
    except NetwrightError:
        return None


def _costs(cls: type[Layer], numbers: Numbers | None) -> tuple[float, float] | None:
    costly = numbers is not None and (numbers.multiply_adds or numbers.parameters) and not cls.bead
    return (round(numbers.computation, 4), round(numbers.space, 4)) if numbers is not None and costly else None


def _prompt(free: Port | None, value: Value | None) -> str:
    """What the face says while nothing is known: what to wire into it."""
    if free:
        kind = PLURAL.get(free.accepts[0], "a layer") if len(free.accepts) == 1 else "a layer"
        return f"wire {kind} into it" if free.name == "x" else f"wire its {free.name}"
    return "waits for its input" if value is None else ""


# -- ports -------------------------------------------------------------------------------------------------------------
def _inputs(document: Document, node: Node, cls: type[Layer], built: NodeBuilt | None) -> Iterable[PortLook]:
    wired = {w.target_port for w in document.wires_into[node.id]}
    values = built.inputs if built else {}
    for i, port in enumerate(document.inputs(node.id)):
        kind = _kind(values, port.name) or (port.accepts[0] if len(port.accepts) == 1 else "vector")
        yield PortLook(port.name, kind, port.name in wired, 0.0, port_y(i), False, i > 0, port.label)


def _outputs(document: Document, node: Node, cls: type[Layer], built: NodeBuilt | None) -> Iterable[PortLook]:
    wired = {w.source_port for w in document.wires_out_of[node.id]}
    values = built.outputs if built else {}
    for i, name in enumerate(document.outputs(node.id)):
        x = BEAD[0] if cls.bead else WIDTH
        label = document.port_label(name) if node.block else ""
        yield PortLook(name, _kind(values, name) or "vector", name in wired, x, port_y(i), True, i > 0, label)


def _kind(values: Mapping[str, Any], port: str) -> str:
    value = values.get(port)
    value = value[0] if isinstance(value, list) and value else value
    return kind_of(value) if isinstance(value, Value) else ""
