"""Matrix products: MatMul and Gemm."""

from __future__ import annotations

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, gradient, ints, kernel, reshape_like, unbroadcast


@kernel("MatMul")
def matmul(a: Array, b: Array) -> Array:
    """Products of matrices, the last two axes; axes before them are repeated to fit."""
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError("a single number is no matrix")
    _require_fit(a.shape[-1], b.shape[-2] if b.ndim > 1 else b.shape[0])
    return np.asarray(np.matmul(a, b))


def _require_fit(columns: int, rows: int) -> None:
    if columns != rows:
        raise ValueError(f"the first has {columns} columns, and the second {rows} rows")


@gradient("MatMul")
def matmul_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    """∂(a·b): dy·bᵀ for a, aᵀ·dy for b; sums over the batch axes along which one of them was repeated."""
    a, b = at.input(0), at.input(1)
    if a.rank == 2 and b.rank == 2:
        return g.Gemm(dy, b, transB=1), g.Gemm(a, dy, transA=1)
    left = g.Unsqueeze(a, ints(g, [0])) if a.rank == 1 else a
    right = g.Unsqueeze(b, ints(g, [1])) if b.rank == 1 else b
    if a.rank == 1:
        dy = g.Unsqueeze(dy, ints(g, [-1 if b.rank == 1 else -2]))
    if b.rank == 1:
        dy = g.Unsqueeze(dy, ints(g, [-1]))
    da = unbroadcast(g, g.MatMul(dy, _transposed(g, right)), left)
    db = _weight_gradient(g, left, dy, right)
    return da if a is left else reshape_like(g, da, a), db if b is right else reshape_like(g, db, b)


def _weight_gradient(g: Graph, a: Value, dy: Value, b: Value) -> Value:
    """aᵀ·dy. One matrix b for a whole batch is one long product over batch and rows, not many short ones and a sum."""
    inner, outer = b.shape[-2], b.shape[-1]
    if b.rank == 2 and isinstance(inner, int) and isinstance(outer, int):
        rows = g.Reshape(a, ints(g, [-1, inner], "shape"))
        result: Value = g.Gemm(rows, g.Reshape(dy, ints(g, [-1, outer], "shape")), transA=1)
        return result
    return unbroadcast(g, g.MatMul(_transposed(g, a), dy), b)


def _transposed(g: Graph, x: Value) -> Value:
    """The last two axes swapped."""
    result: Value = g.Transpose(x, perm=[*range(x.rank - 2), x.rank - 1, x.rank - 2])
    return result


@kernel("Gemm")
def gemm(
    a: Array, b: Array, c: Array | None = None, alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0
) -> Array:
    """alpha · A·B + beta · C, with A, B transposed if asked."""
    a, b = a.T if transA else a, b.T if transB else b
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError("its factors must be matrices")
    _require_fit(a.shape[1], b.shape[0])
    y = np.matmul(a, b)
    y = y if alpha == 1 else y * a.dtype.type(alpha)
    if c is None or beta == 0:
        return np.asarray(y)
    return np.asarray(y + (c if beta == 1 else c * a.dtype.type(beta)))


@gradient("Gemm")
def gemm_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """With A′, B′ as multiplied: dA′ = α·dy·B′ᵀ, dB′ = α·A′ᵀ·dy, dC = β·Σ dy; swapped factors transpose."""
    a, b, alpha = at.input(0), at.input(1), at.attribute("alpha", 1.0)
    ta, tb = at.attribute("transA", 0), at.attribute("transB", 0)
    da = g.Gemm(b, dy, alpha=alpha, transA=tb, transB=1) if ta else g.Gemm(dy, b, alpha=alpha, transB=1 - tb)
    db = g.Gemm(dy, a, alpha=alpha, transA=1, transB=ta) if tb else g.Gemm(a, dy, alpha=alpha, transA=1 - ta)
    if not at.has(2):
        return da, db
    dc, beta = unbroadcast(g, dy, at.input(2)), at.attribute("beta", 1.0)
    return da, db, dc if beta == 1 else g.Mul(dc, beta)
