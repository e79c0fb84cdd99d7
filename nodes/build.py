"""Document -> Graph: layers emit operators, in order, each tagged with the node it came from. Problems are collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nodes.document import Document, Node, own
from nodes.emission import Emission, Mark, emission
from nodes.layer import KIND_WORDS, NUMBER, Layer, LayerError, LossLayer, Port, kind_of, sample_shape
from nodes.problems import Problem, Repair
from nodes.sharing import Sharing
from nodes.unfold import Unfolded
from runtime.errors import GraphError, NetwrightError
from runtime.graph import LEARNED, Graph, Parameter, Value
from runtime.randomness import key

MODES = ("inference", "evaluation", "training")
#: How the problem of an input without a wire is told from others.
FREE = "is not connected"
Tick = Callable[[], None]


@dataclass(frozen=True)
class NodeBuilt:
    """What became of one node: its layer, the values at its ports, its parameter and multiply-add counts."""

    layer: Layer | None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    parameters: int = 0
    multiply_adds: int = 0

    @property
    def output(self) -> Value | None:
        return next(iter(self.outputs.values()), None)


@dataclass(frozen=True)
class Loss:
    """A loss that was built: its node, its value, what it compares (if it `compares` an answer with what it should be), how
    much it counts in the sum of all, and whether it sums over a batch."""

    node: str
    value: Value
    prediction: Value
    target: Value
    decision: str
    weight: float = 1.0
    summed: bool = False
    compares: bool = True


def first_judged(losses: Sequence[Loss]) -> Loss | None:
    """Of several losses the one off whose prediction answers are read: one that decides, else one that compares."""
    return max(losses, key=lambda loss: (loss.decision != "none", loss.compares), default=None)


@dataclass(frozen=True)
class Built:
    """The graph of a document in one mode, what each node gave, and what stood in the way.

    `loss` is what training lowers: the weighted sum of all `losses` (None: there are none in this mode). `nodes` are those of
    the `plain` document, by their paths (see `nodes.unfold`).
    """

    plain: Unfolded
    graph: Graph
    mode: str
    nodes: Mapping[str, NodeBuilt]
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...]
    outputs: tuple[Value, ...]
    loss: Value | None = None
    #: What of it a build of a later document can take over, by node.
    emitted: Mapping[str, Emission] = field(default_factory=dict, repr=False, compare=False)

    @property
    def judged(self) -> Loss | None:
        """The loss whose prediction is judged right or wrong; the first one if none of them decides anything. Where the
        recipe's last stage names one, that is what the network is for."""
        named = goal(self.plain.document)
        losses = [loss for loss in self.losses if not named.isdisjoint((loss.node, own(loss.node)))] or list(self.losses)
        return first_judged(losses)

    def at(self, path: str) -> NodeBuilt | None:
        """What became of any node, blocks and their ends among them, by its path (`Document.path`)."""
        if path in self.nodes:
            return self.nodes[path]
        ports = self.plain.ports.get(path, ())
        drawing, id = self.plain.drawing, own(path)
        prefix = path[: -len(id)]
        inputs = {w.target_port: self.value(prefix + w.source, w.source_port) for w in drawing.wires_into.get(id, ())}
        outputs = {port: value for port in ports if (value := self.value(path, port)) is not None}
        inside = [self.nodes[id] for id in self.plain.members.get(path, ()) if id in self.nodes]
        if not ports and not inside and not inputs:
            return None
        counts = sum(n.parameters for n in inside), sum(n.multiply_adds for n in inside)
        return NodeBuilt(None, inputs, outputs, *counts)

    def value(self, path: str, port: str) -> Value | None:
        """What flows out of any node's output."""
        source = self.plain.output(path, port)
        found = self.nodes.get(source[0]) if source else None
        return found.outputs.get(source[1]) if source and found else None

    def outside(self, value: Value) -> tuple[str, str] | None:
        """The output, (node, port), that shows `value` outside of all blocks; None for what stays inside one."""
        drawing = self.plain.drawing
        outputs = ((id, port) for id in drawing.children[""] if drawing.nodes[id].known for port in drawing.outputs(id))
        return next((found for found in outputs if self.value(*found) == value), None)

    @property
    def parameter_count(self) -> int:
        return self.graph.parameter_count

    @property
    def multiply_adds(self) -> int:
        return sum(n.multiply_adds for n in self.nodes.values())


def build(
    document: Document, mode: str = "inference", dtype: DTypeLike = np.float32, only: Iterable[str] | None = None,
    tick: Tick = lambda: None, before: Built | None = None,
) -> Built:  # fmt: skip
    """Emit every node that can be emitted. `only` limits it to these nodes (and those before them). `tick` is called before
    each node: what it raises ends the build. Of `before`, a build of an earlier document in the same mode, what still holds is
    taken over; the graph is the same as without it."""
    plain = document.unfolded
    wanted = None if only is None else _ancestors(plain.document, _meant(plain, only))
    builder = _Builder(plain, mode, dtype, wanted)
    if before is not None and _alike(before, builder):
        builder.kept = before.emitted
    return builder.run(tick)


def _alike(before: Built, now: _Builder) -> bool:
    """Whether what one layer emits could be the same."""
    g, other = before.graph, now.graph
    same = g.dtype == other.dtype and g.training == other.training and before.mode == now.mode
    seeds = before.plain.document.recipe.seed, now.document.recipe.seed
    return same and seeds[0] == seeds[1] and g.streams == other.streams


def _meant(plain: Unfolded, ids: Iterable[str]) -> list[str]:
    """The layers that these nodes are, or have inside them, or that stand behind their outputs."""
    wanted = {own(id) for id in ids}
    layers = [path for path in plain.document.nodes if not wanted.isdisjoint(path.split("/")[::2])]
    return layers + [source[0] for (path, _), source in plain.ends.items() if source and own(path) in wanted]


def _ancestors(document: Document, ids: Iterable[str]) -> set[str]:
    """Every node that these need: what feeds them, and whose parameters they share."""
    found: set[str] = set()
    todo = list(ids)
    while todo:
        new = document.upstream(todo.pop()) - found
        found |= new
        todo += [s.node for n in new for s in document.nodes[n].shared.values() if s.node in document.nodes]
    return found


def goal(document: Document) -> set[str]:
    """The losses that the recipe's last stage names: what the network is for."""
    return {name for update in document.recipe.stages[-1].updates[:1] for name in update.loss.split("+")}


def weighted(g: Graph, parts: Iterable[tuple[Value, float]]) -> Value:
    """Σ weight · loss over (loss, weight)."""
    with g.scope(layer="", label="losses"):
        terms = [loss if weight == 1 else g.Mul(loss, weight) for loss, weight in parts]
        return reduce(g.Add, terms)


def place(node: Node) -> str:
    """How a sentence names a node: ``Dense ‘fc2’``."""
    return f"{node.type} ‘{node.name}’" if node.name else node.type


def labels(document: Document) -> dict[str, str]:
    """A readable name for each node, unique and made of plain characters, for operators and initializers."""
    taken: set[str] = set()
    result = {}
    for node in document.nodes.values():
        base = re.sub(r"[^0-9A-Za-z_]+", "_", node.name or node.type).strip("_") or node.id
        name, count = base, 2
        while name in taken:
            name, count = f"{base}_{count}", count + 1
        taken.add(name)
        result[node.id] = name
    return result


class _Builder:
    """One build: walks the nodes in order and keeps what each gave."""

    def __init__(self, plain: Unfolded, mode: str, dtype: DTypeLike, only: set[str] | None) -> None:
        self.plain, self.mode, self.only = plain, mode, only
        document = self.document = plain.document
        self.graph = Graph(document.title, dtype, training=mode == "training")
        self.graph.finished = mode == "inference"
        carries = any(n.settings.get("carries") for n in document.nodes.values())
        self.graph.streams = document.recipe.stages[0].batch_size if carries and mode == "training" else 0
        self.graph.any_length = carries and mode == "inference"
        self.graph.random_key = lambda path: key(document.recipe.seed, path) | 1
        self.graph.share = Sharing(document, self.graph).tensor
        self.labels = labels(document)
        self.nodes: dict[str, NodeBuilt] = {}
        self.problems: list[Problem] = []
        self.losses: list[Loss] = []
        #: By node, what an earlier build has of it, and what a later one can have of this.
        self.kept: Mapping[str, Emission] = {}
        self.emitted: dict[str, Emission] = {}

    def run(self, tick: Tick) -> Built:
        for id in self.document.order():
            tick()
            if self.only is None or id in self.only:
                self._node(self.document.nodes[id])
        for id in self.document.cycle():
            if self.only is None or id in self.only:
                self._cycle(self.document.nodes[id])
        outputs = tuple(self._outputs())
        for value in (*outputs, *(self.graph.states.values() if self.mode == "inference" else ())):
            self.graph.output(value)
        total, problems, losses = self._total(), tuple(self.problems), tuple(self.losses)
        return Built(self.plain, self.graph, self.mode, self.nodes, problems, losses, outputs, total, self.emitted)

    def _total(self) -> Value | None:
        """Σ weight · loss; a single loss of weight 1 is its own sum."""
        return weighted(self.graph, [(loss.value, loss.weight) for loss in self.losses]) if self.losses else None

    # -- one node ------------------------------------------------------------------------------------------------------
    def _node(self, node: Node) -> None:
        label, wires = self.labels[node.id], self.document.wires_into[node.id]
        brought = tuple([self._value(w.source, w.source_port) for w in wires])
        kept = self.kept.get(node.id)
        if kept is not None and kept.holds(node, label, wires, brought, self.graph):
            kept.put(self.graph)
            self.nodes[node.id], self.emitted[node.id] = kept.built, kept
            return
        since, told = Mark.of(self.graph), len(self.problems)
        self._make(node)
        found = emission(node, label, wires, brought, self.graph, since, self.nodes[node.id])
        if found is not None and len(self.problems) == told:
            self.emitted[node.id] = found

    def _make(self, node: Node) -> None:
        try:
            layer = node.layer()
        except NetwrightError as error:
            self._refuse(node, None, str(error))
            return
        inputs = self._gather(node, layer)
        if inputs is None:
            self.nodes[node.id] = NodeBuilt(layer)
            return
        self._emit(node, layer, inputs)

    def _emit(self, node: Node, layer: Layer, inputs: dict[str, Any]) -> None:
        before, ops = len(self.graph.parameters), len(self.graph.ops)
        ins = len(self.graph.inputs)
        try:
            with self.graph.scope(layer=node.id, label=self.labels[node.id], phase="forward"):
                result = self._call(node, layer, inputs)
        except (LayerError, GraphError) as error:
            self._forget(ops, before, ins)
            self._refuse(node, layer, _without_place(str(error), self.labels[node.id]), inputs)
            return
        values = result if isinstance(result, tuple) else (result,)
        outputs = dict(zip(layer.outputs, values, strict=False)) if result is not None else {}
        added = list(islice(reversed(self.graph.parameters.values()), len(self.graph.parameters) - before))[::-1]
        count = sum(p.size for p in added if p.kind in LEARNED)
        self.graph.parameters.update((p.name, _as_set(p, node)) for p in added)
        # What is bypassed emits nothing, and costs nothing.
        cost = layer.multiply_adds(inputs, values[0]) if outputs and len(self.graph.ops) > ops else 0
        self.nodes[node.id] = NodeBuilt(layer, inputs, outputs, count, cost)
        if isinstance(layer, LossLayer) and outputs and not node.bypassed:
            x, target = list(inputs.values())[:2]
            how = layer.decision(self.graph, x, target)
            summed = layer.reduction == "sum"
            self.losses.append(Loss(node.id, values[0], x, target, how, float(layer.weight), summed, layer.compares))

    def _call(self, node: Node, layer: Layer, inputs: dict[str, Any]) -> Any:
        passed = node.bypassed or (layer.passes_inference and self.mode == "inference")
        if isinstance(layer, LossLayer) and self.mode == "inference":
            return None
        if passed and inputs:
            first = next(iter(inputs.values()))
            return first[0] if isinstance(first, list) else first  # of a sum, what was wired first
        before = self.graph.training
        self.graph.training = before and not node.frozen
        try:
            return layer.emit(self.graph, *inputs.values())
        finally:
            self.graph.training = before

    def _forget(self, ops: int, parameters: int, inputs: int) -> None:
        """Take back what a layer emitted before it failed."""
        del self.graph.ops[ops:]
        del self.graph.inputs[inputs:]
        for name in list(self.graph.parameters)[parameters:]:
            del self.graph.parameters[name]

    # -- its inputs ----------------------------------------------------------------------------------------------------
    def _gather(self, node: Node, layer: Layer) -> dict[str, Any] | None:
        """The values at the input ports, or None when one is missing or does not fit (the problem is noted)."""
        result: dict[str, Any] = {}
        for port in layer.inputs:
            wires = [w for w in self.document.wires_into[node.id] if w.target_port == port.name]
            values = [self._value(w.source, w.source_port) for w in wires]
            if not wires and not port.optional:
                self._missing(node, layer, port)
                return None
            if any(v is None for v in values):
                return None
            if not all(v is not None and self._fits(node, layer, port, v) for v in values):
                return None
            result[port.name] = values if port.many else (values[0] if values else None)
        return result

    def _value(self, source: str, port: str) -> Value | None:
        built = self.nodes.get(source)
        return built.outputs.get(port) if built else None

    def _fits(self, node: Node, layer: Layer, port: Port, value: Value) -> bool:
        sentence = misfit(layer, port, value)
        if sentence:
            self._refuse(node, layer, sentence, {port.name: value})
        return not sentence

    # -- problems ------------------------------------------------------------------------------------------------------
    def _missing(self, node: Node, layer: Layer, port: Port) -> None:
        takes = " or ".join(KIND_WORDS[k] for k in port.accepts) if port.accepts else "a value"
        takes = "values of any shape" if len(port.accepts) > 3 else takes
        source = "the data’s label" if port.name == "target" else "a layer"
        what = f"its input ‘{port.name}’ {FREE}, and it takes {takes}: wire {source} into it."
        self.problems.append(Problem(node.id, place(node), what))

    def _refuse(self, node: Node, layer: Layer | None, what: str, inputs: Mapping[str, Any] | None = None) -> None:
        self.nodes[node.id] = NodeBuilt(layer, inputs or {})
        self.problems.append(Problem(node.id, place(node), what))

    def _cycle(self, node: Node) -> None:
        self.nodes[node.id] = NodeBuilt(None)
        what = "it stands on or behind a loop of wires, and data must flow one way: cut one wire of the loop."
        self.problems.append(Problem(node.id, place(node), what))

    # -- the model's outputs -------------------------------------------------------------------------------------------
    def _outputs(self) -> Iterable[Value]:
        """What Output nodes show; else what feeds the last stage's loss, or any; else every loose end."""
        shown = self._of_type("Output") or ([self.document.output] if self.document.output else [])
        values = [v for n in shown if n in self.nodes and (v := self.nodes[n].output)]
        losses, named = self._loss_nodes(), goal(self.document)
        losses = [n for n in losses if not named.isdisjoint((n, own(n)))] or losses
        values = values or [v for n in losses if isinstance(v := self._loss_input(n), Value)]
        return list(dict.fromkeys(values)) or self._loose_ends()

    def _of_type(self, type: str) -> list[str]:
        return [n.id for n in self.document.nodes.values() if n.type == type]

    def _loss_nodes(self) -> list[str]:
        return [i for i, b in self.nodes.items() if isinstance(b.layer, LossLayer)]

    def _loss_input(self, id: str) -> Any:
        return next(iter(self.nodes[id].inputs.values()), None)

    def _loose_ends(self) -> list[Value]:
        result = []
        for id, built in self.nodes.items():
            if built.layer is not None and built.layer.category != "Data" and not self.document.wires_out_of[id]:
                given = {i.name for i in self.graph.inputs}
                result += [v for v in built.outputs.values() if kind_of(v) != INDICES_KIND and v.name not in given]
        return result


def misfit(layer: Layer, port: Port, value: Value) -> str:
    """Why `value` does not fit `port`, in words with its shape; empty when it fits."""
    kind = kind_of(value)
    if kind in port.accepts:
        return ""
    takes = " or ".join(KIND_WORDS[k] for k in port.accepts)
    if kind == NUMBER:
        return "its input is a loss, one number for the whole batch, and nothing comes after a loss: wire another layer there."
    if kind == INDICES_KIND:
        return f"its input is class numbers (a dataset's label), and {layer.type} takes {takes}: wire a sample there."
    remedy = "insert a Flatten before it" if kind == "maps" and "vector" in port.accepts else "wire another layer there"
    return f"its input is {sample_shape(value)} per sample, and {layer.type} takes {takes}: {remedy}."


def _as_set(parameter: Parameter, node: Node) -> Parameter:
    """With what the node says of its learning."""
    if not node.frozen and node.decay == parameter.decay:
        return parameter
    frozen = node.frozen and parameter.kind == "trained"
    return replace(parameter, kind="frozen" if frozen else parameter.kind, decay=node.decay)


INDICES_KIND = "indices"


def _without_place(sentence: str, label: str) -> str:
    return sentence.removeprefix(f"{label}: ")


RepairFactory = Callable[[Document, Problem], tuple[Repair, ...]]
