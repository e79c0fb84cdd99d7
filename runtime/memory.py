"""How much memory a training step takes, known from its graph before anything is allocated."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import TrainingError
from runtime.graph import Dim, Graph, Op, Value

if TYPE_CHECKING:
    from runtime.training_step import StepGraph

#: Operators whose output is their input's memory under another shape.
SAME_MEMORY = {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"}
#: Copies of the carried state that an engine holds: it reads one and writes the other.
BANKS = 2


@dataclass(frozen=True)
class Need:
    """Bytes of one training step: what it carries (weights, optimizer state), what lives at its fullest moment besides, and
    the largest single tensor with the layer it belongs to."""

    state: int
    activations: int
    largest: int
    layer: str

    @property
    def total(self) -> int:
        return self.state + self.activations


def estimated(forward: Graph, slots: int, batch: int) -> Need:
    """What training `forward` will take, without building its step: the backward pass reads what the forward one made, so
    all of that is alive at once, and two tensors as large as the largest are under work. Within a third of `needed` for
    networks that are not tiny.
    """
    sizes = {name: size_of(value, batch) for name, value in forward.values.items()}
    weights = sum(sizes[name] for name in forward.parameters)
    made = _made(forward)
    largest = max(made, key=lambda n: sizes[n], default="")
    activations = sum(sizes[n] for n in made) + 2 * sizes.get(largest, 0) + sum(sizes[v.name] for v in forward.inputs)
    return Need(weights * _held(slots), activations, sizes.get(largest, 0), made.get(largest, ""))


def _made(forward: Graph) -> dict[str, str]:
    """The layer of every value that has memory of its own."""
    owner = _owners(forward.ops)
    return {n: op.layer for op in forward.ops for n in op.outputs if n and n not in owner}


def _held(slots: int) -> int:
    """How many tensors of its shape an engine holds for a weight: itself and its slots in each bank, and its gradient."""
    return BANKS * (1 + slots) + 1


def by_layer(forward: Graph, slots: int, batch: int) -> dict[str, tuple[int, int]]:
    """What each layer has in `estimated`: bytes of what it makes, and bytes of its weights with all that training adds."""
    shares: dict[str, tuple[int, int]] = {}
    for name, layer in _made(forward).items():
        made, state = shares.get(layer, (0, 0))
        shares[layer] = made + size_of(forward.values[name], batch), state
    for name, parameter in forward.parameters.items():
        layer = parameter.key.rpartition("/")[0]
        made, state = shares.get(layer, (0, 0))
        shares[layer] = made, state + size_of(forward.values[name], batch) * _held(slots)
    return shares


def needed(step: StepGraph, batch: int) -> Need:
    """What `step` takes with `batch` samples. Values of unknown size count nothing, so this is a lower bound."""
    graph = step.graph
    sizes = {name: size_of(value, batch) for name, value in graph.values.items()}
    carried = sum(sizes[n] for n in step.state) * BANKS + sum(sizes[n] for n in step.held)
    peak = _peak(graph, sizes, kept={*step.state.values(), *step.state, *step.held, *graph.constants})
    layers = {n: op.layer for op in graph.ops for n in op.outputs} | {
        p.name: p.key.rpartition("/")[0] for p in graph.parameters.values()
    }
    largest = max(sizes, key=lambda n: sizes[n], default="")
    return Need(carried, peak, sizes.get(largest, 0), layers.get(largest, ""))


def graph_needs(graph: Graph) -> int:
    """Bytes of a graph's weights and constants, and of what lives at its fullest moment besides; a lower bound, as above."""
    sizes = {name: size_of(value, 1) for name, value in graph.values.items()}
    kept = {*graph.parameters, *graph.constants}
    return sum(sizes[n] for n in kept) + _peak(graph, sizes, kept)


def size_of(value: Value, batch: int) -> int:
    """Bytes of one tensor with `batch` samples; 0 where a side is unknown."""
    sides = [_side(d, batch) for d in value.shape]
    return 0 if None in sides else math.prod(s for s in sides if s is not None) * value.dtype.itemsize


def _side(dim: Dim, batch: int) -> int | None:
    return batch if isinstance(dim, str) else dim


def _peak(graph: Graph, sizes: Mapping[str, int], kept: set[str]) -> int:
    """The most that lives at once: a value lives from the operator that makes it to the last one that reads it."""
    owner = _owners(graph.ops)
    last = {owner.get(n, n): i for i, op in enumerate(graph.ops) for n in (*op.reads, *op.outputs)}
    ends = {owner.get(v.name, v.name) for v in graph.outputs}
    dying: dict[int, list[str]] = {}
    for name, index in last.items():
        if name not in kept and name not in ends:
            dying.setdefault(index, []).append(name)
    living = sum(sizes.get(v.name, 0) for v in graph.inputs if v.name not in kept)
    most = living
    for index, op in enumerate(graph.ops):
        living += sum(sizes.get(n, 0) for n in op.outputs if n not in kept and n not in owner)
        most = max(most, living)
        living -= sum(sizes.get(n, 0) for n in dying.get(index, ()))
    return most


def _owners(ops: list[Op]) -> dict[str, str]:
    """Whose memory a value lies in, for values that are another's under a new shape."""
    owner: dict[str, str] = {}
    for op in ops:
        if op.type in SAME_MEMORY:
            owner[op.outputs[0]] = owner.get(op.inputs[0], op.inputs[0])
    return owner


# -- is there so much? -----------------------------------------------------------------------------------------------------
def physical() -> int | None:
    """Bytes of memory that this process may use: the machine's, or its container's; None where nobody tells."""
    limits = []
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            limits.append(int(Path(file).read_text()))
    return min(limits, default=None)


def require(step: StepGraph, batch: int) -> None:
    """Raises `TrainingError` if the step does not fit into this machine's memory at all."""
    need, there = needed(step, batch), physical()
    if there is not None and need.total > there:
        raise TrainingError(too_large(need, there, batch))


def too_large(need: Need, there: int, batch: int) -> str:
    cure = "make its layers smaller" if need.state > need.activations else "make its batches or its layers smaller"
    return (
        f"Training needs at least {in_words(need.total)} of memory with batches of {batch:,}, and this machine has "
        f"{in_words(there)}: {cure}."
    )


def in_words(count: int) -> str:
    """``6.6 MB``; powers of 1,000, as disks count."""
    units = ("bytes", "kB", "MB", "GB", "TB", "PB")
    power = min(len(str(count)) - 1, 17) // 3
    size = count / 1000**power
    return f"{size:,.0f} {units[power]}" if power == 0 or size >= 100 else f"{size:.1f} {units[power]}"
