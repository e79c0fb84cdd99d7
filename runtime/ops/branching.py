"""If and Loop, whose bodies are Graphs. They run; they have no gradient rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph
from runtime.ops.registry import kernel
from runtime.ops.walk import run_body

#: A Loop that runs longer than this is taken for one that never ends.
MOST_ROUNDS = 1_000_000


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
    while goes_on and (most is None or done < most):
        if done >= MOST_ROUNDS:
            raise GraphError(f"A Loop has not ended after {MOST_ROUNDS:,} rounds: give it a number of rounds.")
        found = run_body(body, [np.array(done, np.int64), np.array(goes_on), *states], outside)
        goes_on, states = bool(found[0].item()), found[1 : 1 + held]
        for stack, array in zip(stacks, found[1 + held :], strict=True):
            stack.append(array)
        done += 1
    return (*states, *(_stacked(body, held + 1 + i, s) for i, s in enumerate(stacks)))


def _stacked(body: Graph, index: int, stack: list[Array]) -> Array:
    """One round a row; after no round at all, nothing in the shape that the body states."""
    stated = body.outputs[index]
    empty = np.empty((0, *(d if isinstance(d, int) else 0 for d in stated.shape)), np.float32)
    return np.stack(stack) if stack else empty.astype(stated.dtype if stated.dtype.kind != "V" else np.float32)
