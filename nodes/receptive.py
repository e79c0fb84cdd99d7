"""Receptive fields: how much of the input picture (or sequence) one place of a layer's output can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from nodes.build import Built, NodeBuilt
from nodes.document import Document
from nodes.layer import Seen


@dataclass(frozen=True)
class Field:
    """Along each axis: how many places of the input are seen, and how far the next output's field lies from it."""

    sizes: tuple[Fraction, ...]
    steps: tuple[Fraction, ...]

    @property
    def whole(self) -> tuple[int, ...]:
        """The sizes as whole places (between enlarged pixels a field may end in the middle of one)."""
        return tuple(ceil(s) for s in self.sizes)

    def through(self, seen: Seen) -> Field:
        """The field behind something that slides: r + (span − 1)·step, and the step times its stride.

        For l layers k×k at stride 1 that is l·(k − 1) + 1; a dilated kernel spans d·(k − 1) + 1. Source: Araujo, Norris, Sim,
        Computing receptive fields of convolutional neural networks, 2019.
        """
        axes = list(zip(self.sizes, self.steps, seen, strict=True))
        return Field(tuple(r + (span - 1) * j for r, j, (span, _) in axes), tuple(j * step for _, j, (_, step) in axes))


def receptive_fields(document: Document, built: Built) -> dict[str, Field]:
    """The field of every layer that has places and of which it is known, by node id. Where ways join, the largest counts."""
    fields: dict[str, Field] = {}
    for id, info in built.nodes.items():
        axes = _axes(info)
        if not axes or info.layer is None:
            continue
        if not info.layer.inputs:
            fields[id] = Field((Fraction(1),) * axes, (Fraction(1),) * axes)
            continue
        sources = [fields.get(w.source) for w in document.wires_into[id]]
        known = [f for f in sources if f is not None and len(f.sizes) == axes]
        seen = () if document.nodes[id].bypassed else info.layer.sees()
        if seen is None or not known or len(known) < len(sources) or len(seen) not in (0, axes):
            continue
        joined = _joined(known)
        fields[id] = joined.through(seen) if seen else joined
    return fields


def _axes(info: NodeBuilt) -> int:
    """Over how many axes its output has places: one for a sequence, two for maps, three for a volume."""
    return 0 if info.output is None else {3: 1, 4: 2, 5: 3}.get(info.output.rank, 0)


def _joined(fields: Sequence[Field]) -> Field:
    sizes = tuple(max(f.sizes[i] for f in fields) for i in range(len(fields[0].sizes)))
    return Field(sizes, tuple(max(f.steps[i] for f in fields) for i in range(len(sizes))))
