"""check: everything that is wrong with a network or could be better, in words, each with edits that repair it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from nodes import edits
from nodes.build import Built, build, place
from nodes.channels import channel_axis
from nodes.check_recipe import batches, recipe
from nodes.document import Document, Node, Wire
from nodes.layer import NUMBER, LossLayer, kind_of, layer_type
from nodes.layers.dataset import Dataset
from nodes.memory import room
from nodes.problems import Problem, Repair
from nodes.slopes import without_slope
from runtime.errors import NetwrightError
from runtime.graph import Value

Check = Callable[[Document, Built], Iterator[Problem]]


@dataclass(frozen=True)
class Checked:
    """A document's training-mode build and all problems, errors first."""

    built: Built
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.level == "error")


def check(document: Document, before: tuple[Document, Checked] | None = None) -> Checked:
    """Build `document` and judge it. `before` (another document, checked) spares the build where only the drawing differs,
    and the judging where nothing was wrong."""
    same = before is not None and document.same_network(before[0])
    if before is not None and same and not before[1].problems:
        return before[1]
    built = before[1].built if before is not None and same else build(document, "training")
    document = built.plain.document  # rules look at every repetition of every block; their repairs find the way back
    problems = [_with_repairs(document, built, p) for p in built.problems]
    for rule in RULES:
        problems += list(rule(document, built))
    seen = {(p.node, p.what): p for p in reversed(problems)}
    unique = [p for p in problems if seen.get((p.node, p.what)) is p]
    return Checked(built, tuple(sorted(unique, key=lambda p: p.level != "error")))


# -- repairs of what build found ----------------------------------------------------------------------------------------
def _with_repairs(document: Document, built: Built, problem: Problem) -> Problem:
    node = document.nodes.get(problem.node)
    if node is None or not node.known or problem.repairs:
        return problem
    repairs = (*_flatten(document, built, node), *_connections(document, built, node), *_smaller_kernel(built, node))
    return replace(problem, repairs=repairs)


def _flatten(document: Document, built: Built, node: Node) -> Iterator[Repair]:
    for port in layer_type(node.type).inputs:
        for wire in document.wires_into[node.id]:
            source = built.nodes.get(wire.source)
            value = source.outputs.get(wire.source_port) if source else None
            if wire.target_port == port.name and value is not None and kind_of(value) not in port.accepts:
                yield from edits.repairs_for(wire, port, value)


def _connections(document: Document, built: Built, node: Node) -> Iterator[Repair]:
    """For a port that is free: the dataset's label to a loss's target; the nearest loose end to anything else."""
    wired = {w.target_port for w in document.wires_into[node.id]}
    for port in layer_type(node.type).inputs:
        if port.name in wired or port.optional:
            continue
        for source, source_port, value in _candidates(document, built, node, port.name):
            wire = Wire(source.id, source_port, node.id, port.name)
            if kind_of(value) in port.accepts:
                yield Repair(f"Connect {source.name}’s {source_port}", partial(edits.connect, wire=wire))
                break
            for via in edits.repairs_for(wire, port, value):
                yield Repair(f"Insert Flatten and connect {source.name}", via.edit, "Flatten", via.result)
            break


def _candidates(document: Document, built: Built, node: Node, port: str) -> Iterator[tuple[Node, str, Value]]:
    downstream = document.downstream(node.id)
    ids = [i for i in document.nodes if i not in downstream and i in built.nodes]
    if port == "target":
        choices = [(i, "label") for i in ids if "label" in built.nodes[i].outputs]
    else:
        loose = [i for i in ids if not [w for w in document.wires_out_of[i] if w.source_port != "label"]]
        loose.sort(key=lambda i: _distance(document.nodes[i], node))
        choices = [(i, next(iter(built.nodes[i].outputs))) for i in loose if built.nodes[i].outputs]
    choices = [(i, name) for i, name in choices if kind_of(built.nodes[i].outputs[name]) != NUMBER]
    for id, name in choices:
        yield document.nodes[id], name, built.nodes[id].outputs[name]


def _distance(a: Node, b: Node) -> float:
    return abs(a.position[0] - b.position[0]) + abs(a.position[1] - b.position[1])


def _smaller_kernel(built: Built, node: Node) -> Iterator[Repair]:
    """A window larger than its image: padding, or the largest window that fits."""
    info = built.nodes.get(node.id)
    x = info.inputs.get("x") if info else None
    if info is None or info.layer is None or not isinstance(x, Value) or x.rank != 4:
        return
    kernel = getattr(info.layer, "kernel_size", None)
    sides = [d for d in x.shape[2:] if isinstance(d, int)]
    if kernel and any(k > s for k, s in zip(kernel, sides, strict=False)):
        least = min(sides)
        smaller = partial(edits.set_setting, id=node.id, name="kernel_size", value=(least, least))
        yield Repair(f"Make the kernel {least}×{least}", smaller)
        yield Repair("Pad with zeros (same)", partial(edits.set_setting, id=node.id, name="padding", value="same"))


# -- rules over the whole document ---------------------------------------------------------------------------------------
def _needs(document: Document, built: Built) -> Iterator[Problem]:
    """Train needs data, a layer and a loss."""
    layers = [b.layer for b in built.nodes.values() if b.layer]
    missing = []
    if not any(layer.category == "Data" for layer in layers):
        missing.append("data")
    if not any(layer.category not in ("Data", "Loss") for layer in layers):
        missing.append("a layer")
    if not any(isinstance(layer, LossLayer) for layer in layers):
        missing.append("a loss")
    if missing:
        lacking = "add them" if len(missing) == 3 else f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        repairs = _add_loss(document, built) if missing == ["a loss"] else ()
        yield Problem("", "Network", f"Train needs data, a layer and a loss: {lacking}.", repairs=repairs)
    elif not built.parameter_count and not built.problems:
        yield Problem("", "Network", "nothing in it can be learned: add a layer with weights, such as Dense.")
    elif not any(p.kind == "trained" for p in built.graph.parameters.values()) and not built.problems:
        yield Problem("", "Network", "every layer with weights is frozen, and nothing is left to learn: unfreeze one.")


def _add_loss(document: Document, built: Built) -> tuple[Repair, ...]:
    """The loss that fits, behind the last loose vector, its target on the dataset's label."""
    data = next((n for n in document.nodes.values() if n.type == "Dataset"), None)
    ends = [v for v in built.outputs if v.rank == 2]
    if data is None or not ends:
        return ()
    end = built.outside(ends[-1])
    classes = _classes_of(data)
    type = "CrossEntropy" if classes and ends[-1].shape[1] == classes else "MeanSquaredError"

    def edit(d: Document) -> Document:
        assert end is not None
        x, y = d.node(end[0]).position
        d, id = edits.add(d, type, (x + edits.GAP, y))
        d = edits.connect(d, Wire(data.id, "label", id, "target"))
        return edits.connect(d, Wire(*end, id, "prediction"))

    return (Repair(f"Add {type}", edit, type),) if end and _works(built.plain.drawing, edit) else ()


def _works(document: Document, edit: Callable[[Document], Document]) -> bool:
    """Whether a repair would be taken: none is offered that is refused when it is chosen."""
    try:
        edit(document)
    except NetwrightError:
        return False
    return True


def _wires(document: Document, built: Built) -> Iterator[Problem]:
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


def _lonely(document: Document, built: Built) -> Iterator[Problem]:
    for node in document.nodes.values():
        inside = document.wires_into[node.id] or document.wires_out_of[node.id]
        if not inside and node.known and len(document.nodes) > 1:
            removal = Repair("Remove", partial(edits.remove, ids=[node.id]))
            what = "Nothing reaches it and nothing leaves it: wire it in, or remove it."
            yield Problem(node.id, place(node), what, "advice", (removal,))


def _classes(document: Document, built: Built) -> Iterator[Problem]:
    """A prediction with another number of outputs than the data has classes."""
    for loss in built.losses:
        node = document.nodes[loss.node]
        count = _class_count(document, node.id)
        width = loss.prediction.shape[channel_axis(loss.prediction)]
        if count and loss.decision == "argmax" and width != count:
            what = f"its prediction has {width} outputs and the data has {count} classes: give the last Dense {count} units."
            yield Problem(node.id, place(node), what, repairs=_set_units(document, built, node.id, count))
        if count > 2 and loss.decision in ("threshold", "sign"):
            what = f"one output tells 2 classes apart, and the data has {count}: use {count} outputs, or one class against all."
            yield Problem(node.id, place(node), what, repairs=_set_units(document, built, node.id, count))


def _data(document: Document, built: Built) -> Iterator[Problem]:
    """A folder of pictures that is gone: what was learnt from it still works."""
    for node in document.nodes.values():
        layer = b.layer if (b := built.nodes.get(node.id)) else None
        if isinstance(layer, Dataset) and node.id in built.nodes and built.nodes[node.id].outputs and layer.missing:
            what = f"{layer.missing.rstrip('.')}; predicting and exporting work without it, training needs it."
            yield Problem(node.id, place(node), what, "advice")


def _targets(document: Document, built: Built) -> Iterator[Problem]:
    """A loss that compares the prediction with itself, or with another layer's output where the data has labels."""
    for loss in built.losses:
        if loss.target == loss.prediction:
            node = document.nodes[loss.node]
            labels = [(i, "label") for i, b in built.nodes.items() if "label" in b.outputs]
            wires = [Wire(i, port, node.id, "target") for i, port in labels]
            fixes = [Repair(f"Connect {document.nodes[w.source].name}’s label", partial(edits.connect, wire=w)) for w in wires]
            what = "its target is its own prediction, so it is always content: wire a dataset's label into ‘target’."
            yield Problem(node.id, place(node), what, repairs=tuple(fixes[:1]))


def _weightless(document: Document, built: Built) -> Iterator[Problem]:
    """Losses that count nothing in their sum: there is nothing to lower."""
    if built.losses and not document.recipe.stages[0].updates[0].loss and not any(loss.weight for loss in built.losses):
        node = document.nodes[built.losses[0].node]
        fix = Repair("Set its weight to 1", partial(edits.set_setting, id=node.id, name="weight", value=1.0))
        which = "its weight is 0" if len(built.losses) == 1 else "the weights of all losses are 0"
        yield Problem(node.id, place(node), f"{which}, so nothing would be learnt: set it to 1.", repairs=(fix,))


def _class_count(document: Document, loss: str) -> int:
    """How many classes the label has that is wired to this loss's target; 0 when there is none."""
    for wire in document.wires_into[loss]:
        source = document.nodes[wire.source]
        if wire.source_port == "label" and source.type == "Dataset":
            return _classes_of(source)
    return 0


def _classes_of(dataset: Node) -> int:
    try:
        layer = dataset.layer()
        assert isinstance(layer, Dataset)
        return len(layer.classes)
    except NetwrightError:
        return 0


def _set_units(document: Document, built: Built, loss: str, count: int) -> tuple[Repair, ...]:
    id = loss
    while True:
        before = [w.source for w in document.wires_into[id] if w.target_port in ("x", "prediction")]
        if not before:
            return ()
        id = before[0]
        if document.nodes[id].type == "Dense":
            edit = partial(edits.set_setting, id=id, name="units", value=count)
            return (Repair(f"Set {document.nodes[id].name} to {count} units", edit),)


def _duplicate_names(document: Document, built: Built) -> Iterator[Problem]:
    seen: set[str] = set()
    for node in document.nodes.values():
        if node.name and node.name in seen:
            drawn = built.plain.drawing.node(node.id)
            free = edits.free_name(built.plain.drawing, drawn.name, parent=drawn.parent)
            fix = Repair(f"Rename to ‘{free}’", partial(edits.rename, id=node.id, name=free))
            yield Problem(node.id, place(node), "another layer has the same name: rename one.", "advice", (fix,))
        seen.add(node.name)


RULES: tuple[Check, ...] = (
    _wires, _needs, _lonely, _classes, _data, _targets, _weightless, recipe, batches, room, _duplicate_names, without_slope,
)  # fmt: skip
