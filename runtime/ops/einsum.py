"""Einsum: any sum of products over named axes."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, expand_like, gradient, ints, kernel


@kernel("Einsum")
def einsum(*inputs: Array, equation: str) -> Array:
    """Σ over every letter that is not in the output, of the product of the inputs."""
    return np.asarray(np.einsum(equation.replace(" ", ""), *inputs))


@gradient("Einsum")
def einsum_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """For each input the Einsum of dy with all others, to the letters of that input."""
    inputs = [at.input(i) for i in range(len(at.inputs))]
    terms, out = _letters(str(at.attribute("equation")), [v.rank for v in inputs], dy.rank)
    return tuple(
        _by_input(g, inputs, terms, i, out, dy) if v.name in at.active else None for i, v in enumerate(inputs)
    )


def _by_input(g: Graph, inputs: Sequence[Value], terms: Sequence[str], index: int, out: str, dy: Value) -> Value:
    """A letter that only this input has was summed alone: repeated. An axis of one that others made longer: summed."""
    x, term = inputs[index], terms[index]
    others = [i for i in range(len(inputs)) if i != index]
    parts, texts = [dy, *(inputs[i] for i in others)], [out, *(terms[i] for i in others)]
    own, parts, texts = _without_diagonals(g, x, term, parts, texts)
    long = _lengths(inputs, terms)
    kept = [c for c, d in zip(own, x.shape, strict=True) if any(c in t for t in texts) and not (d == 1 and long.get(c) != 1)]
    dx = g.Einsum(*parts, equation=f"{','.join(texts)}->{''.join(kept)}")
    missing = [i for i, c in enumerate(own) if c not in kept]
    dx = g.Unsqueeze(dx, ints(g, missing)) if missing else dx
    return expand_like(g, dx, x) if any(x.shape[i] != 1 for i in missing) else dx


def _without_diagonals(
    g: Graph, x: Value, term: str, parts: list[Value], texts: list[str]
) -> tuple[str, list[Value], list[str]]:
    """``ii`` reads the diagonal: the second i gets a letter of its own, and an identity matrix that ties the two."""
    free = iter(c for c in ascii_letters if c not in term + "".join(texts))
    own = ""
    for axis, letter in enumerate(term):
        if letter in own:
            size = x.shape[axis]
            if not isinstance(size, int):
                raise GraphError(f"The gradient of Einsum over a diagonal must know its length, and it is given {x}.")
            other = next(free)
            parts, texts = [*parts, g.constant(np.eye(size), x.dtype, "eye")], [*texts, letter + other]
            letter = other
        own += letter
    return own, parts, texts


def _lengths(inputs: Sequence[Value], terms: Sequence[str]) -> dict[str, object]:
    """The length of each letter's axis; where inputs broadcast, the longer one."""
    found: dict[str, object] = {}
    for value, term in zip(inputs, terms, strict=True):
        found.update((c, d) for c, d in zip(term, value.shape, strict=True) if found.get(c, 1) == 1)
    return found


def _letters(equation: str, ranks: Sequence[int], out_rank: int) -> tuple[list[str], str]:
    """The terms of an equation with letters in place of dots, and its output, which may be left unsaid."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    free = [c for c in ascii_letters if c not in equation]
    widest = max((rank - len(t) + 3 for t, rank in zip(terms, ranks, strict=True) if "..." in t), default=0)
    dots = "".join(free[:widest])
    full = [t.replace("...", dots[len(dots) - (rank - len(t) + 3) :]) for t, rank in zip(terms, ranks, strict=True)]
    if arrow:
        return full, right.replace("...", dots)
    once = sorted(c for c in set(left) - {",", "."} if left.count(c) == 1)
    return full, dots + "".join(once)
