"""check: everything that is wrong with a network or could be better, in words, each with edits that repair it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from nodes import edits
from nodes.build import Built, build, place
from nodes.channels import channel_axis
from nodes.document import Document, Node, Wire
from nodes.layer import LossLayer, kind_of, layer_type
from nodes.layers.dataset import Dataset
from nodes.problems import Problem, Repair
from nodes.recipes import checked
from nodes.slopes import without_slope
from runtime.errors import NetwrightError
from runtime.graph import Value
from runtime.preflight import batch_too_large

Check = Callable[[Document, Built], Iterator[Problem]]


@dataclass(frozen=True)
class Checked:
    """A document's training-mode build and all problems, errors first."""

    built: Built
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.level == "error")


def check(document: Document) -> Checked:
    built = build(document, "training")
    problems = [_with_repairs(document, built, p) for p in built.problems]
    for rule in (_needs, _lonely, _classes, _recipe, _batches, _duplicate_names, without_slope):
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
            via = edits.repairs_for(wire, port, value)
            if via:
                yield Repair(f"Insert Flatten and connect {source.name}", via[0].edit, "Flatten", via[0].result)
            elif kind_of(value) in port.accepts:
                yield Repair(f"Connect {source.name}’s {source_port}", partial(edits.connect, wire=wire))
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
    """CrossEntropy behind the last loose vector, its target on the dataset's label."""
    data = next((n for n in document.nodes.values() if n.type == "Dataset"), None)
    ends = [v for v in built.outputs if v.rank == 2]
    if data is None or not ends:
        return ()
    end = next((i for i, b in built.nodes.items() if b.output == ends[-1]), None)

    def edit(d: Document) -> Document:
        assert end is not None
        x, y = d.nodes[end].position
        d, id = edits.add(d, "CrossEntropy", (x + edits.GAP, y))
        d = edits.connect(d, Wire(data.id, "label", id, "target"))
        return edits.connect(d, Wire(end, next(iter(built.nodes[end].outputs)), id, "prediction"))

    return (Repair("Add CrossEntropy", edit, "CrossEntropy"),) if end else ()


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


def _class_count(document: Document, loss: str) -> int:
    """How many classes the label has that is wired to this loss's target; 0 when there is none."""
    for wire in document.wires_into[loss]:
        source = document.nodes[wire.source]
        if wire.source_port == "label" and source.type == "Dataset":
            try:
                layer = source.layer()
                assert isinstance(layer, Dataset)
                return len(layer.classes)
            except NetwrightError:
                return 0
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


def _recipe(document: Document, built: Built) -> Iterator[Problem]:
    try:
        checked(document.recipe)
    except NetwrightError as error:
        yield Problem("", "Recipe", str(error))


def _batches(document: Document, built: Built) -> Iterator[Problem]:
    """A batch larger than the data; a layer that needs more samples than the smallest batch of an epoch has
    (BatchNormalization: 2)."""
    size, count = document.recipe.stages[0].batch_size, _train_size(document)
    if count and size > count:
        whole = Repair("Take all samples at once", partial(edits.set_recipe, batch_size=0))
        yield Problem("", "Recipe", _lower(batch_too_large(size, count)), repairs=(whole,))
        return
    least = _smallest_batch(size, count)
    for id, info in built.nodes.items():
        need = info.layer.smallest_batch(info.inputs) if info.layer and info.outputs else 1
        if not least or need <= least:
            continue
        last = f"the last batch of an epoch has {least} ({count:,} in batches of {size:,})"
        found = f"the recipe's batches have {least}" if least == size else last
        sizes = range(max(size, need), count or need + 1)
        better = next((b for b in sizes if _smallest_batch(b, count) >= need), need)
        repair = Repair(f"Set the batch size to {better}", partial(edits.set_recipe, batch_size=better))
        what = f"it takes at least {need} samples at a time, and {found}: make the batch size {better}."
        yield Problem(id, place(document.nodes[id]), what, repairs=(repair,))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _smallest_batch(size: int, count: int) -> int:
    """The least samples in a batch of an epoch; 0 if that is not known. A `size` of 0 takes all `count` at once."""
    return (count % size or size) if count and size else (size or count)


def _train_size(document: Document) -> int:
    """How many training samples the document's dataset has; 0 if that is not known."""
    try:
        layers = [n.layer() for n in document.nodes.values() if n.type == "Dataset"]
        return next((layer.info.train_size or 0 for layer in layers if isinstance(layer, Dataset)), 0)
    except NetwrightError:
        return 0


def _duplicate_names(document: Document, built: Built) -> Iterator[Problem]:
    seen: set[str] = set()
    for node in document.nodes.values():
        if node.name and node.name in seen:
            free = edits.free_name(document, node.name)
            fix = Repair(f"Rename to ‘{free}’", partial(edits.rename, id=node.id, name=free))
            yield Problem(node.id, place(node), "another layer has the same name: rename one.", "advice", (fix,))
        seen.add(node.name)
