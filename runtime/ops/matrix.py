"""Det, the determinant of square matrices."""

from __future__ import annotations

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, gradient, ints, kernel


@kernel("Det")
def det(x: Array) -> Array:
    return np.asarray(np.linalg.det(x), x.dtype)


@gradient("Det")
def det_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · cofactors: the determinants of the matrix without row i and column j, signs alternating (Jacobi)."""
    x, size = at.x, at.x.shape[-1]
    if not isinstance(size, int):
        raise GraphError(f"The gradient of Det must know the size of its matrix, and it is given {x}: fix its shape.")
    scale = g.Unsqueeze(dy, ints(g, [-2, -1]))
    if size == 1:
        return (g.Mul(scale, g.constant(np.ones((1, 1)), x.dtype, "one")),)
    rest = np.array([[k for k in range(size) if k != i] for i in range(size)])
    places = rest[:, None, :, None] * size + rest[None, :, None, :]
    flat = g.Reshape(x, ints(g, [*[0] * (x.rank - 2), size * size], "shape"))
    minors = g.Det(g.Gather(flat, g.constant(places, "int64", "places"), axis=-1))
    signs = g.constant((-1.0) ** np.add.outer(np.arange(size), np.arange(size)), x.dtype, "signs")
    return (g.Mul(scale, g.Mul(minors, signs)),)
