"""RNN, GRU and LSTM with lengths, a clip, peepholes, a coupled forget gate, other activations, the batch first."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.autodiff import gradients
from runtime.ops.recurrent import ACTIVATIONS
from runtime.ops.recurrent_gradient import unfold
from tests.runtime.ops.cases_recurrent import FUNCTIONS, GATES, unusual
from tests.runtime.ops.support import Case, assemble, interpret, model, run_onnxruntime
from tests.runtime.ops.test_gradients import agrees_with_finite_differences, drawn, engines_agree
from tests.runtime.ops.test_recurrent import BOTH, OWN, SHARED, H, N, T, emitted

UNUSUAL = [*((o, s) for o in GATES for s in SHARED), *OWN]
EACH: list[tuple[str, dict[str, Any]]] = [("RNN", {"activations": [name]}) for name in FUNCTIONS]


def test_every_activation_is_tried() -> None:
    assert set(FUNCTIONS) == set(ACTIVATIONS)


@pytest.mark.parametrize("op_type", GATES)
def test_gradients_agree_with_finite_differences(op_type: str) -> None:
    @given(unusual(op_type), st.integers(0, 100))
    @drawn(30)
    def check(case: Case, seed: int) -> None:
        agrees_with_finite_differences(case, seed)

    check()


@pytest.mark.parametrize("op_type", GATES)
def test_engines_agree(op_type: str) -> None:
    """(ONNX Runtime has several of the activations in float32 only.)"""

    @given(unusual(op_type))
    @drawn(8)
    def check(case: Case) -> None:
        engines_agree(case, np.float32, 5e-5)

    check()


@pytest.mark.parametrize("symbols", [(T, N), ("T", "N")])
@pytest.mark.parametrize(("op_type", "settings"), UNUSUAL + EACH)
def test_written_out_it_gives_the_same(op_type: str, settings: dict[str, Any], symbols: tuple[Any, Any]) -> None:
    g, feed = emitted(op_type, symbols=symbols, **settings)
    expected = interpret(g, feed)
    unfold(g)
    assert op_type not in {op.type for op in g.ops}
    for run in (interpret, run_onnxruntime):
        for ours, theirs in zip(run(g, feed), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=5e-6)
    onnx.checker.check_model(model(g), full_check=True)


@pytest.mark.parametrize("op_type", GATES)
def test_nothing_flows_past_a_sequences_end(op_type: str) -> None:
    """The lengths are known at run time only."""
    g, feed = emitted(op_type, lengths=[4, 2, 1], dtype=np.float64, **BOTH)
    x = g.values["x"]
    found = gradients(g, g.ReduceSum(g.outputs[0], keepdims=0), [x])["x"]
    g.outputs = [found]
    (dx,) = interpret(g, feed)
    past = np.arange(T)[:, None] >= np.array([4, 2, 1])
    assert not dx[past].any()
    assert np.abs(dx[~past]).min() > 0


def test_the_forward_pass_is_computed_once_here_too() -> None:
    g, _ = emitted("LSTM", peepholes=True, clip=1.0)
    after = g.Tanh(g.outputs[0])
    gradients(g, g.ReduceSum(after, keepdims=0), [g.values["w"]])
    order = [op.type for op in g.ops]
    assert "LSTM" not in order
    assert order.count("Scan") == 2
    assert next(i for i, op in enumerate(g.ops) if g.outputs[0].name in op.outputs) < order.index("Tanh")


def test_one_value_as_both_first_states() -> None:
    """Exporters merge equal initializers: zeros for h and for c are one value, and its gradient is counted once."""
    rng = np.random.default_rng(2)
    shapes = [(3, 2, 2), (1, 4 * H, 2), (1, 4 * H, H), (1, 2, H), (1, 3 * H)]
    case = Case(
        [rng.standard_normal(s) for s in shapes],
        lambda g, x, w, r, h, p: g.LSTM(x, w, r, None, None, h, h, p, hidden_size=H),
    )
    assert len(assemble(case)[0].outputs) == 2 + len(shapes)
    agrees_with_finite_differences(case, 3)
