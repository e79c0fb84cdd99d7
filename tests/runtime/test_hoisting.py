"""What a group of steps computes once in front of its loop."""

from __future__ import annotations

from dataclasses import replace

from runtime.engines.grouping import grouped
from runtime.engines.hoisting import hoisted
from runtime.engines.lowering import lowered
from runtime.training_step import StepGraph
from tests.runtime.test_lowering import step_of, tiny


def sized(optimizer: str) -> StepGraph:
    step = step_of(tiny, optimizer)
    return replace(step, graph=lowered(step.graph, {"N": 10}))


def test_adams_scalars_are_computed_for_all_steps_at_once() -> None:
    step = grouped(sized("Adam"))
    (loop,) = [op for op in step.graph.ops if op.type == "Scan"]
    inside = {op.type for op in loop.bodies[0].ops}
    assert not inside & {"Pow", "Cast"}
    assert {op.type for op in step.graph.ops} >= {"Pow", "Cast", "Scan"}


def test_nothing_that_reads_the_state_is_hoisted_and_no_operator_is_lost() -> None:
    step = sized("Adam")
    front, rest = hoisted(step)
    made = {n for op in front for n in op.outputs}
    known = {*step.data, step.rate, step.step, *step.graph.constants, *made}
    assert all(set(op.inputs) <= known for op in front)
    assert sorted(id(op) for op in [*front, *rest.ops]) == sorted(id(op) for op in step.graph.ops)
