from __future__ import annotations

import numpy as np
import onnx
import pytest

from runtime.engines.numpy_engine import interpret
from runtime.errors import FileError, GraphError, TrainingError
from runtime.graph import Graph
from runtime.onnx_model import LAYER, PHASE, from_model, to_model, weights
from runtime.recipe import Update
from runtime.training_step import training_step
from tests.runtime.nets import mlp, numbers


def test_is_checked_plain_onnx() -> None:
    graph, loss, output = mlp()
    step = training_step(graph, loss, Update(weight_decay=1e-4, clip_norm=1.0), [output])
    model = to_model(step.graph)
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8 and [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    assert {n.domain for n in model.graph.node} == {""}
    assert [o.name for o in model.graph.output] == [loss.name, output.name, *step.state.values()]
    assert {i.name for i in model.graph.input} == {*step.data, *step.state, "learning_rate", "step"}


def test_leaves_the_forward_graph_alone() -> None:
    graph, loss, _ = mlp()
    before = len(graph.ops), len(graph.values), len(graph.inputs), len(graph.constants)
    training_step(graph, loss, Update())
    assert before == (len(graph.ops), len(graph.values), len(graph.inputs), len(graph.constants))


def test_operators_are_tagged_with_layer_and_phase() -> None:
    graph, loss, _ = mlp()
    model = to_model(training_step(graph, loss, Update()).graph)
    tags = [{p.key: p.value for p in n.metadata_props} for n in model.graph.node]
    assert {(t.get(LAYER, ""), t.get(PHASE, "forward")) for t in tags} >= {
        (layer, phase) for layer in ("n0", "n1", "n2") for phase in ("forward", "backward", "update")
    }


def test_slots_and_held_parameters() -> None:
    graph, loss, _ = mlp()
    step = training_step(graph, loss, Update(parameters=("n2/weight", "n2/bias"), optimizer="Momentum"))
    assert set(step.slots) == {"Dense_2.weight.velocity", "Dense_2.bias.velocity"}
    slot = step.slots["Dense_2.weight.velocity"]
    assert (slot.parameter, slot.name, slot.shape) == ("Dense_2.weight", "velocity", (8, 1))
    assert set(step.state) == {"Dense_2.weight", "Dense_2.bias", *step.slots}
    assert step.held == ("Dense_0.weight", "Dense_0.bias", "Dense_1.weight", "Dense_1.bias")


def test_reuses_the_step_input_and_carries_what_the_graph_computes() -> None:
    g = Graph("counting", training=True)
    count, w = g.input("step", np.int64, ()), g.parameter("w", (1,))
    seen = g.parameter("seen", (1,), kind="fitted")
    loss = g.ReduceSum(g.Mul(w, g.Cast(count, to=onnx.TensorProto.FLOAT)), keepdims=0)
    step = training_step(g, loss, Update(optimizer="SGD"), carry={"seen": g.Add(seen, 1.0)})
    assert [v.name for v in step.graph.inputs] == ["step", "learning_rate"] and step.data == ()
    feeds = {"step": np.array(3), "learning_rate": np.float32(0.5), "w": np.zeros(1, "f"), "seen": np.ones(1, "f")}
    results = interpret(step.graph, feeds)
    assert results[step.state["w"]] == -1.5 and results[step.state["seen"]] == 2


@pytest.mark.parametrize(("update", "words"), [
    (Update(rule="hebbian"),
     "There is no learning rule called ‘hebbian’: there are: backpropagation, contrastive divergence, perceptron."),
    (Update(parameters=("n2/weigth",)),
     "The recipe's update: There is no trained parameter called ‘n2/weigth’: did you mean ‘n2/weight’?"),
    (Update(parameters=()), "The update has no parameters to train: add a layer with weights, or unfreeze one."),
])
def test_bad_updates_in_words(update: Update, words: str) -> None:
    graph, loss, _ = mlp()
    with pytest.raises(TrainingError) as error:
        training_step(graph, loss, update)
    assert str(error.value) == words


def test_model_and_back() -> None:
    graph, loss, output = mlp(training=False)
    graph.outputs = [loss, output]
    given = numbers(graph)
    model = to_model(graph, given)
    back = from_model(model)
    assert back.ops == graph.ops and back.outputs == graph.outputs and set(back.parameters) == set(graph.parameters)
    assert all(np.array_equal(a, given[n]) for n, a in weights(model).items())
    assert to_model(back, weights(model)).graph == model.graph


def test_step_model_and_back() -> None:
    graph, loss, _ = mlp()
    step = training_step(graph, loss, Update(clip_norm=1.0))
    back = from_model(to_model(step.graph))
    folded = [op for op in step.graph.ops if op.outputs[0] in back.constants]
    assert [op.type for op in folded] == ["Size"]
    assert back.ops == [op for op in step.graph.ops if op not in folded]


def test_foreign_models_that_are_refused() -> None:
    graph, loss, _ = mlp()
    graph.outputs = [loss]
    model = to_model(graph)
    model.graph.node[0].op_type = "Hardmix"
    with pytest.raises(GraphError, match=r"‘Dense_0\.matmul’: Netwright does not know the operator Hardmix: remove it\."):
        from_model(model)
    model.opset_import[0].version = 25
    with pytest.raises(FileError, match=r"The model uses opset 25: export it again with opset 13 to 24\."):
        from_model(model)
    with pytest.raises(GraphError, match=r"Dense_0.bias 8: its numbers are \(3,\): give an array"):
        to_model(graph, {"Dense_0.bias": np.zeros(3)})
