"""What the onnxruntime engine makes of a step: the same numbers to rounding, bit for bit when it is switched off or grouped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from runtime.engines.grouping import GROUP
from runtime.engines.lowering import PASSES, lowered
from runtime.engines.lowering.folding import fold, specialised
from runtime.engines.lowering.packing import pack, packed, unpack
from runtime.engines.numpy_engine import NumpyEngine
from runtime.engines.ort import OrtEngine
from runtime.engines.protocol import Stepper
from runtime.graph import Array, Graph, Value
from runtime.initializers import draw
from runtime.recipe import Update
from runtime.training_step import StepGraph, training_step
from tests.runtime.nets import mlp

Net = Callable[[Any], tuple[Graph, Value, Value]]


def conv(dtype: Any = np.float32) -> tuple[Graph, Value, Value]:
    """Two convolutions with ReLU and pooling on 12×12, the second with enough channels for every pass; squared error."""
    g = Graph("conv", dtype, True)
    x, target = g.input("sample", dtype, ("N", 1, 12, 12)), g.input("label", dtype, ("N", 3))
    for i, (ins, outs) in enumerate(((1, 16), (16, 32))):
        with g.scope(f"n{i}", f"conv{i}"):
            w = g.parameter("weight", (outs, ins, 3, 3), "he_normal")
            x = g.Relu(g.Conv(x, w, g.parameter("bias", (outs,)), kernel_shape=[3, 3], pads=[i, i, i, i]))
    x = g.Flatten(g.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2]))
    with g.scope("n3", "dense"):
        y = g.Add(g.MatMul(x, g.parameter("weight", (800, 3), "glorot_uniform")), g.parameter("bias", (3,)))
    error = g.Sub(y, target)
    return g, g.ReduceMean(g.Mul(error, error), keepdims=0), y


def tiny(dtype: Any = np.float32) -> tuple[Graph, Value, Value]:
    return mlp(dtype=dtype)


NETS = pytest.mark.parametrize("net", [tiny, conv])
OPTIMIZERS = pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "Adam"])


def step_of(net: Net, optimizer: str, dtype: Any = np.float32) -> StepGraph:
    graph, loss, output = net(dtype)
    return training_step(graph, loss, Update(optimizer=optimizer), [output])


def start(step: StepGraph) -> dict[str, Array]:
    drawn = {n: draw(p, 0, np.dtype(np.float32)).astype(step.graph.dtype) for n, p in step.graph.parameters.items()}
    return {**drawn, **{n: np.zeros(s.shape, step.graph.dtype) for n, s in step.slots.items()}}


def feeds(step: StepGraph, sizes: list[int]) -> list[dict[str, Any]]:
    rng, found = np.random.default_rng(0), []
    for t, n in enumerate(sizes, start=1):
        shapes = {name: (n, *step.graph.values[name].shape[1:]) for name in step.data}
        data = {name: rng.standard_normal(shape).astype("f").astype(step.graph.dtype) for name, shape in shapes.items()}
        found.append({**data, step.rate: 0.01, step.step: t})
    return found


def run(stepper: Stepper, given: list[dict[str, Any]]) -> dict[str, Array]:
    for f in given:
        stepper.step(f)
    return stepper.state()


def distance(one: dict[str, Array], other: dict[str, Array]) -> float:
    """The largest relative difference of a tensor, leaving slots out, which may be all but zero."""
    return max(float(np.linalg.norm(one[n] - a) / np.linalg.norm(a)) for n, a in other.items() if n.count(".") == 1)


def same(one: dict[str, Array], other: dict[str, Array]) -> None:
    assert one.keys() == other.keys()
    assert all(one[n].tobytes() == other[n].tobytes() for n in one)


@NETS
@OPTIMIZERS
def test_lowered_equals_plain_to_rounding_and_both_float64(net: Net, optimizer: str) -> None:
    step, exact = step_of(net, optimizer), step_of(net, optimizer, np.float64)
    given = feeds(step, [8] * 9 + [3])
    fast, plain = (run(OrtEngine("cpu", 2, lowering=on).stepper(step, start(step)), given) for on in (True, False))
    truth = run(NumpyEngine().stepper(exact, start(exact)), feeds(exact, [8] * 9 + [3]))
    assert fast.keys() == plain.keys()
    assert distance(fast, plain) < 3e-5
    assert distance(fast, truth) < 3e-5 and distance(plain, truth) < 3e-5


@NETS
@OPTIMIZERS
def test_each_pass_alone_changes_nothing_but_rounding(net: Net, optimizer: str) -> None:
    step = step_of(net, optimizer)
    given = feeds(step, [4, 4])
    from runtime.engines.ort import ort

    for chosen in PASSES:
        graph = lowered(step.graph, {"N": 4}, (chosen,))
        session = OrtEngine("cpu", 1).session(graph, {}, ort.GraphOptimizationLevel.ORT_ENABLE_BASIC)
        names = [step.loss, *step.state.values()]
        fed = {n: np.asarray(a, step.graph.values[n].dtype) for n, a in {**start(step), **given[0]}.items()}
        found = dict(zip(names, session.run(names, {i.name: fed[i.name] for i in session.get_inputs()}), strict=True))
        plain = OrtEngine("cpu", 1, lowering=False).stepper(step, start(step))
        assert plain.step(given[0])[step.loss].item() == pytest.approx(found[step.loss].item(), rel=1e-6), chosen.__name__
        state = plain.state()
        assert distance({n: found[o] for n, o in step.state.items()}, state) < 1e-5, chosen.__name__


@OPTIMIZERS
@pytest.mark.parametrize("lowering", [True, False])
def test_a_group_is_its_single_steps_bit_for_bit(optimizer: str, lowering: bool) -> None:
    step = step_of(tiny, optimizer)
    given = feeds(step, [10] * (GROUP + 3) + [7] * 2)
    one, many = (OrtEngine("cpu", 2, lowering=lowering).stepper(step, start(step)) for _ in range(2))
    singles = [one.step(f) for f in given]
    groups = many.steps(given)
    assert many.group == GROUP
    assert [s[step.loss].tobytes() for s in singles] == [g[step.loss].tobytes() for g in groups]
    assert all(np.array_equal(s[step.outputs[0]], g[step.outputs[0]]) for s, g in zip(singles, groups, strict=True))
    same(one.state(), many.state())


@pytest.mark.parametrize("back", [0, 1, 5, 7])
def test_the_state_inside_a_group_can_be_asked_for_and_going_on_does_not_notice(back: int) -> None:
    step = step_of(tiny, "Adam")
    given = feeds(step, [10] * 16)
    one, many = (OrtEngine("cpu", 1).stepper(step, start(step)) for _ in range(2))
    many.steps(given[:8])
    same(run(one, given[: 8 - back]), many.state(back))
    same(many.state(back), many.state(back))
    many.steps(given[8:])
    same(run(one, given[8 - back :]), many.state())


def test_off_is_the_step_as_it_was_built() -> None:
    """Operators and names of the session are those of the saved step."""
    step = step_of(conv, "SGD")
    assert specialised(step.graph, {}).ops == step.graph.ops
    given = feeds(step, [4] * 3)
    off = OrtEngine("cpu", 1, lowering=False).stepper(step, start(step))
    session_state = run(off, given)
    again = OrtEngine("cpu", 1, lowering=False).stepper(step, start(step))
    same(session_state, run(again, given))


def test_packing_there_and_back() -> None:
    step = step_of(tiny, "Adam")
    together, packing = packed(step)
    state = start(step)
    assert len(together.state) == 3 and len(packing) == 3
    assert len(together.graph.ops) < len(step.graph.ops) - 30
    same(unpack(packing, pack(packing, state)), state)
    assert packed(step_of(tiny, "SGD"))[1] == {}, "two operators a parameter are not worth it"


def test_as_many_parameters_as_a_deep_network_has_are_packed() -> None:
    """More than shape inference reads of most inputs: a ResNet-50 has some 160."""
    step = step_of(lambda dtype: mlp([2] * 81, dtype=dtype), "Momentum")
    together, packing = packed(step)
    assert [len(op.outputs) for op in together.graph.ops if op.type == "Split"] == [160]
    assert all(len(places) == 160 for places in packing.values())


def test_equal_maxima_send_the_gradient_to_the_first_only() -> None:
    """A constant map: every window is full of equal maxima."""
    g = Graph("pool", np.float32, True)
    x = g.input("sample", np.float32, ("N", 1, 4, 6))
    w = g.parameter("weight", (1, 1, 4, 6), "ones")
    loss = g.ReduceSum(g.MaxPool(g.Mul(x, w), kernel_shape=[2, 3], strides=[2, 3]), keepdims=0)
    step = training_step(g, loss, Update(optimizer="SGD"))
    given = [{"sample": np.ones((2, 1, 4, 6), "f"), step.rate: 1.0, step.step: 1}]
    fast, plain = (run(OrtEngine("cpu", 1, lowering=on).stepper(step, start(step)), given) for on in (True, False))
    same(fast, plain)
    assert not any(op.type == "MaxUnpool" for op in lowered(step.graph).ops)


def test_what_follows_from_a_known_batch_folds_away() -> None:
    step = step_of(tiny, "SGD")
    folded, changed = fold(specialised(step.graph, {"N": 4}))
    kinds = {op.type for op in folded.ops}
    assert changed and not kinds & {"Size", "Shape", "Expand", "CastLike"}


def test_without_blocked_operators_the_plain_ones_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from runtime.engines.lowering import blocks

    monkeypatch.setattr(blocks, "_width", lambda: 1 / 0)
    blocks.block.cache_clear()
    try:
        step = step_of(conv, "SGD")
        kinds = {op.domain for op in lowered(step.graph).ops}
    finally:
        blocks.block.cache_clear()
    assert blocks.NCHWC not in kinds
    assert caplog.messages == ["Blocked convolutions are not used: division by zero"]
