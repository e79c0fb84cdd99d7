"""If and Loop, whose bodies are Graphs. They run; they have no gradient rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph
from runtime.ops.registry import kernel
from runtime.ops.walk import run_body

#: A Loop that is given no number of rounds, and runs longer than this, is taken for one that never ends.
MOST_ROUNDS = 100_000
#: Operators that a Loop may run in all its rounds, those of Loops within it counted too: minutes of work.
MOST_RUNS = 5_000_000

#: Operators run so far in the outermost Loop that is running.
_runs: ContextVar[list[int] | None] = ContextVar("runs", default=None)


@kernel("If")
def if_kernel(
    condition: Array, then_branch: Graph, else_branch: Graph, outside: Mapping[str, Array]
) -> tuple[Array, ...]:
    """The outputs of one of the two bodies."""
    return tuple(run_body(then_branch if condition.item() else else_branch, [], outside))


@kernel("Loop")
def loop_kernel(
    rounds: Array | None, condition: Array | None, *carried: Array, body: Graph, outside: Mapping[str, Array]
) -> tuple[Array, ...]:
    """The body again and again, `rounds` times or until its condition is false: what it carries, then what it stacks."""
    most = None if rounds is None else int(rounds.item())
    goes_on = True if condition is None else bool(condition.item())
    held, states, done = len(carried), list(carried), 0
    stacks: list[list[Array]] = [[] for _ in body.outputs[1 + held :]]
    with _counted() as runs:
        while goes_on and (most is None or done < most):
            _require_end(runs, done, len(body.ops), most)
            found = run_body(body, [np.array(done, np.int64), np.array(goes_on), *states], outside)
            goes_on, states = bool(found[0].item()), found[1 : 1 + held]
            for stack, array in zip(stacks, found[1 + held :], strict=True):
                stack.append(array)
            done += 1
    return (*states, *(_stacked(body, held + 1 + i, s) for i, s in enumerate(stacks)))


@contextmanager
def _counted() -> Iterator[list[int]]:
    """The count of the outermost Loop: a new one if this is it."""
    runs = _runs.get()
    if runs is not None:
        yield runs
        return
    token = _runs.set([0])
    try:
        yield _runs.get() or [0]
    finally:
        _runs.reset(token)


def _require_end(runs: list[int], done: int, operators: int, most: int | None) -> None:
    """Count one round more. Raises `GraphError` where there were too many, or too many operators ran in them."""
    runs[0] += operators + 1
    if done >= MOST_ROUNDS and (most is None or most > MOST_RUNS):
        raise GraphError(f"A Loop has not ended after {MOST_ROUNDS:,} rounds: give it a number of rounds.")
    if runs[0] > MOST_RUNS:
        raise GraphError(f"A Loop has not ended after {MOST_RUNS:,} operators: give it fewer rounds.")


def _stacked(body: Graph, index: int, stack: list[Array]) -> Array:
    """One round a row; after no round at all, nothing in the shape that the body states."""
    stated = body.outputs[index]
    empty = np.empty((0, *(d if isinstance(d, int) else 0 for d in stated.shape)), np.float32)
    return np.stack(stack) if stack else empty.astype(stated.dtype if stated.dtype.kind != "V" else np.float32)
