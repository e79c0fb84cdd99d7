"""What each layer costs and sees: parameters, multiply-adds, memory, receptive field, and its share of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nodes import memory
from nodes.build import Built, NodeBuilt
from nodes.document import Document
from nodes.receptive import receptive_fields
from runtime.memory import by_layer, size_of


@dataclass(frozen=True)
class Numbers:
    """One layer's: counts, bytes for a batch of the recipe's size, and shares of the network's total (0 to 1).

    `activations` is what it makes going forward, all of which training keeps for the way back; `training` adds its weights,
    their gradients and the optimizer's state. `field` is the receptive field along each axis, None where there are no places
    or nobody can say; a vector behind places sees `everything`. Running means and variances are no parameters.
    """

    parameters: int = 0
    multiply_adds: int = 0
    activations: int = 0
    training: int = 0
    field: tuple[int, ...] | None = None
    everything: bool = False
    computation: float = 0.0
    space: float = 0.0


@dataclass(frozen=True)
class Table:
    """The numbers of every layer by its path, and the network's; a block's are the sums of its `members`. The total of training
    is more than the sum of its layers: two tensors as large as the largest are under work besides."""

    layers: Mapping[str, Numbers]
    total: Numbers
    batch: int
    members: Mapping[str, tuple[str, ...]]

    def at(self, path: str) -> Numbers | None:
        """The numbers of a layer, or of all that a block has inside it, by its path."""
        if path in self.layers or path not in self.members:
            return self.layers.get(path)
        inside = [self.layers[i] for i in self.members[path] if i in self.layers]
        return Numbers(
            sum(n.parameters for n in inside), sum(n.multiply_adds for n in inside), sum(n.activations for n in inside),
            sum(n.training for n in inside), None, False, sum(n.computation for n in inside), sum(n.space for n in inside),
        )  # fmt: skip


def table(document: Document, built: Built) -> Table:
    """The numbers of a document and its training-mode build."""
    document = built.plain.document
    batch = memory.batch(document, built)
    shares = by_layer(built.graph, memory.slots(document), batch)
    fields = receptive_fields(document, built)
    computation, space, given = built.multiply_adds, built.parameter_count, {v.name for v in built.graph.inputs}
    layers: dict[str, Numbers] = {}
    for id, info in built.nodes.items():
        made, state = shares.get(id, (0, 0))
        made += _given(given, info, batch)
        field = fields[id].whole if id in fields else None
        sources = [w.source for w in document.wires_into[id]]
        behind = any(s in fields or (s in layers and layers[s].everything) for s in sources)
        layers[id] = Numbers(
            info.parameters, info.multiply_adds, made, made + state, field, behind and _is_vector(info),
            _share(info.multiply_adds, computation), _share(info.parameters, space),
        )  # fmt: skip
    made = sum(n.activations for n in layers.values())
    needed = memory.to_train(document, built).total
    return Table(layers, Numbers(space, computation, made, needed, None, False, 1.0, 1.0), batch, built.plain.members)


def _is_vector(info: NodeBuilt) -> bool:
    return info.output is not None and info.output.rank == 2


def _given(inputs: set[str], info: NodeBuilt, batch: int) -> int:
    """Bytes of what comes into the network here: nothing makes it, and it takes its room."""
    return sum(size_of(v, batch) for v in info.outputs.values() if v.name in inputs) if not info.inputs else 0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
