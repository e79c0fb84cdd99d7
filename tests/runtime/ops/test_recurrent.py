"""RNN, GRU and LSTM: the kernels against ONNX Runtime, the expansion against the operator, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest

from runtime.autodiff import gradients
from runtime.errors import GraphError
from runtime.graph import Array, Dim, Graph, Op, Value
from runtime.ops.recurrent_gradient import unfold
from runtime.ops.registry import evaluate
from runtime.ops.rnn import rnn
from tests.runtime.ops.cases_recurrent import GATES
from tests.runtime.ops.support import interpret, model, run_onnxruntime

T, N, WIDE, H = 4, 3, 2, 5


def emitted(
    op_type: str, bias: bool = True, states: bool = True, lengths: list[int] | None = None, peepholes: bool = False,
    symbols: tuple[Dim, Dim] = (T, N), dtype: type = np.float32, **attributes: Any,
) -> tuple[Graph, dict[str, Array]]:
    """A graph of one operator with all its outputs, and numbers for its inputs."""
    g, rng, feed = Graph(dtype=dtype), np.random.default_rng(4), {}
    d, gates = 2 if attributes.get("direction") == "bidirectional" else 1, GATES[op_type]

    def given(name: str, *shape: Dim) -> Value:
        feed[name] = rng.standard_normal([{"T": T, "N": N}[s] if isinstance(s, str) else s for s in shape]).astype(dtype)
        return g.input(name, dtype, shape)

    inputs: list[Value | None] = [given("x", *symbols, WIDE), given("w", d, gates * H, WIDE), given("r", d, gates * H, H)]
    inputs += [given("b", d, 2 * gates * H) if bias else None]
    inputs += [g.input("lengths", np.int32, (symbols[1],)) if lengths else None]
    feed |= {"lengths": np.array(lengths, np.int32)} if lengths else {}
    inputs += [given(n, d, symbols[1], H) if states else None for n in ("h", "c")[: 2 if op_type == "LSTM" else 1]]
    inputs += [given("p", d, 3 * H)] if peepholes else []
    for value in g.emit(op_type, inputs, outputs=3 if op_type == "LSTM" else 2, hidden_size=H, **attributes):
        g.output(value)
    return g, feed


BOTH: dict[str, Any] = {"direction": "bidirectional"}
SHARED: list[dict[str, Any]] = [
    {}, BOTH, {"direction": "reverse"}, {"bias": False, "states": False}, {"clip": 0.5}, {"lengths": [4, 2, 1], **BOTH},
    {"lengths": [4, 2, 3], "direction": "reverse"},
]  # fmt: skip
OWN: list[tuple[str, dict[str, Any]]] = [
    ("LSTM", {"peepholes": True}), ("LSTM", {"peepholes": True, "clip": 0.7, **BOTH}), ("LSTM", {"input_forget": 1}),
    ("LSTM", {"activations": ["HardSigmoid", "Softsign", "Tanh"], "activation_alpha": [0.3], "activation_beta": [0.4]}),
    ("GRU", {"linear_before_reset": 1, **BOTH}), ("GRU", {"linear_before_reset": 1, "clip": 0.5}),
    ("RNN", {"activations": ["Relu", "Elu"], **BOTH}), ("RNN", {"activations": ["LeakyRelu"], "activation_alpha": [0.2]}),
]  # fmt: skip


@pytest.mark.parametrize(("op_type", "settings"), [(o, s) for o in GATES for s in SHARED] + OWN)
def test_kernel_agrees_with_onnxruntime(op_type: str, settings: dict[str, Any]) -> None:
    g, feed = emitted(op_type, **settings)
    for ours, theirs in zip(interpret(g, feed), run_onnxruntime(g, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=5e-6)


DIFFERENTIABLE: list[tuple[str, dict[str, Any]]] = [
    *((o, s) for o in GATES for s in ({}, {"direction": "reverse", "bias": False}, {"states": False, **BOTH})),
    ("GRU", {"linear_before_reset": 1}), ("RNN", {"activations": ["Relu"]}),
]  # fmt: skip


@pytest.mark.parametrize("symbols", [(T, N), (T, "N"), ("T", "N")])
@pytest.mark.parametrize(("op_type", "settings"), DIFFERENTIABLE)
def test_the_expansion_equals_the_operator(op_type: str, settings: dict[str, Any], symbols: tuple[Dim, Dim]) -> None:
    """The unfolded view: another form of the same outputs, under the same names, in both engines."""
    g, feed = emitted(op_type, symbols=symbols, dtype=np.float64, **settings)
    names, expected = [v.name for v in g.outputs], interpret(g, feed)
    unfold(g)
    assert op_type not in {op.type for op in g.ops}
    assert [n for op in g.ops for n in op.outputs if n in names] == names
    for run in (interpret, run_onnxruntime):
        for ours, theirs in zip(run(g, feed), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-12)
    onnx.checker.check_model(model(g), full_check=True)


@pytest.mark.parametrize("op_type", GATES)
def test_the_forward_pass_is_computed_once(op_type: str) -> None:
    """The expansion stands where the operator stood, before what reads it."""
    g, _ = emitted(op_type)
    y = g.outputs[0]
    after = g.Tanh(y)
    found = gradients(g, g.ReduceSum(after, keepdims=0), [g.values["w"]])
    order = [op.type for op in g.ops]
    assert op_type not in order
    assert order.count("Scan") == 2
    assert next(i for i, op in enumerate(g.ops) if y.name in op.outputs) < order.index("Tanh")
    assert found["w"].shape == g.values["w"].shape
    assert {op.phase for op in g.ops if op.type == "Scan"} == {"forward", "backward"}


@pytest.mark.parametrize("op_type", GATES)
def test_a_hidden_size_that_contradicts_the_weights(op_type: str) -> None:
    _, feed = emitted(op_type, states=False)
    sentence = f"{op_type} was given .* its hidden_size is 7 and its weights are made for 5, so set hidden_size to 5"
    with pytest.raises(GraphError, match=sentence):
        evaluate(Op(op_type, ("x", "w", "r"), ("y",), {"hidden_size": 7}), [feed[n] for n in "xwr"])
    g = Graph()
    values = [g.input(n, np.float32, feed[n].shape) for n in "xwr"]
    with pytest.raises(GraphError, match=sentence):
        g.emit(op_type, values, hidden_size=7)


def test_an_unknown_activation_is_refused_with_the_nearest() -> None:
    _, feed = emitted("RNN")
    with pytest.raises(GraphError, match="did you mean ‘Tanh’"):
        rnn(feed["x"], feed["w"], feed["r"], activations=["Tahn"])
    with pytest.raises(GraphError, match="1 activations are named: name 1 for each direction"):
        rnn(feed["x"], feed["w"], feed["r"], activations=["Tanh"], direction="bidirectional")


def test_outputs_nobody_asked_for() -> None:
    """As Keras exports it: the first output has no name."""
    g, rng = Graph(dtype=np.float64), np.random.default_rng(0)
    x, w, r = (g.input(n, g.dtype, s) for n, s in (("x", (T, N, WIDE)), ("w", (1, 4 * H, WIDE)), ("r", (1, 4 * H, H))))
    last = Value("last", g.dtype, (1, N, H))
    g.append(Op("LSTM", ("x", "w", "r"), ("", "last"), {"hidden_size": H}), [last])
    found = gradients(g, g.ReduceSum(g.Mul(last, last), keepdims=0), [x, w, r])
    g.outputs = [last, *found.values()]
    feed = {v.name: rng.standard_normal(v.shape) for v in (x, w, r)}  # type: ignore[arg-type]
    for ours, theirs in zip(interpret(g, feed), run_onnxruntime(g, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
