from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from runtime.engines import Stopped, engine
from runtime.engines.numpy_engine import walk
from runtime.errors import TrainingError
from runtime.graph import Array
from runtime.recipe import Update
from runtime.training_step import StepGraph, training_step
from tests.runtime.nets import mlp, numbers


def start(step: StepGraph) -> dict[str, Array]:
    zeros = {n: np.zeros(step.graph.values[n].shape, step.graph.dtype) for n in step.slots}
    return {**numbers(step.graph), **zeros}


def train(name: str, step: StepGraph, sizes: list[int]) -> tuple[list[float], dict[str, Array]]:
    """Losses and final state after one step per size of batch."""
    rng = np.random.default_rng(0)
    stepper = engine(name, "cpu").stepper(step, start(step))
    losses = []
    for t, n in enumerate(sizes, start=1):
        x, y = rng.standard_normal((n, 2)).astype("f"), rng.standard_normal((n, 1)).astype("f")
        found = stepper.step({"sample": x, "label": y, "learning_rate": 0.01, "step": t})
        losses.append(found[step.loss].item())
    return losses, stepper.state()


def test_numpy_does_not_take_cuda_in_silence() -> None:
    wanted = "CUDA was asked for, but the NumPy engine runs on the CPU alone: leave out --engine numpy."
    assert (engine("numpy", "cuda").notice, engine("numpy").notice) == (wanted, "")


@pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "Adam"])
def test_engines_agree_over_twenty_steps_with_short_batches(optimizer: str) -> None:
    graph, loss, output = mlp()
    step = training_step(graph, loss, Update(optimizer=optimizer, weight_decay=1e-3, clip_norm=1.0), [output])
    sizes = [16, 16, 16, 5] * 5
    fast, slow = train("onnxruntime", step, sizes), train("numpy", step, sizes)
    np.testing.assert_allclose(fast[0], slow[0], rtol=1e-6)
    for name, array in slow[1].items():
        assert np.linalg.norm(fast[1][name] - array) <= 1e-6 * np.linalg.norm(array) + 1e-12, name


def test_state_is_a_copy_and_held_parameters_do_not_move() -> None:
    graph, loss, output = mlp()
    step = training_step(graph, loss, Update(parameters=("n2/weight",), optimizer="SGD"), [output])
    for name in ("onnxruntime", "numpy"):
        stepper = engine(name, "cpu").stepper(step, start(step))
        feeds = {"sample": np.ones((3, 2), "f"), "label": np.ones((3, 1), "f"), "learning_rate": 0.1, "step": 1}
        before = stepper.state()
        first = stepper.step(feeds)
        assert set(before) == {"Dense_2.weight"}
        assert not np.array_equal(before["Dense_2.weight"], stepper.state()["Dense_2.weight"])
        kept = first[output.name].copy()
        stepper.step(feeds)
        np.testing.assert_array_equal(kept, first[output.name])
        stepper.close()


def test_numpy_walk_stops_between_any_two_operators() -> None:
    graph, _, _ = mlp()
    feeds = {**numbers(graph), "sample": np.ones((3, 2), "f"), "label": np.ones((3, 1), "f")}
    seen = []
    for op, found in walk(graph, feeds):
        seen.append((op.type, [a.shape for a in found.values()]))
        if op.type == "Tanh":
            break
    assert seen == [("MatMul", [(3, 8)]), ("Add", [(3, 8)]), ("Tanh", [(3, 8)])]


@pytest.mark.parametrize("name", ["onnxruntime", "numpy"])
def test_programs_run_with_weights_built_in_or_fed(name: str) -> None:
    graph, loss, output = mlp(training=False)
    graph.outputs = [loss, output]
    given, data = numbers(graph), {"sample": np.ones((3, 2), "f"), "label": np.ones((3, 1), "f")}
    here = engine(name, "cpu")
    built, fed = here.load(graph, given).run(data), here.load(graph).run({**data, **given})
    assert set(built) == {loss.name, output.name}
    np.testing.assert_allclose(built[output.name], fed[output.name], rtol=1e-6)


def test_terminate_from_another_thread_keeps_the_last_whole_state() -> None:
    graph, loss, _ = mlp((2, 2000, 2000, 1))
    step = training_step(graph, loss, Update(optimizer="SGD"))
    stepper = engine("onnxruntime", "cpu").stepper(step, start(step))
    feeds = {"sample": np.ones((4000, 2), "f"), "label": np.ones((4000, 1), "f"), "learning_rate": 0.0, "step": 1}
    threading.Timer(0.05, stepper.terminate).start()
    began = time.perf_counter()
    with pytest.raises(Stopped):
        for _ in range(200):
            stepper.step(feeds)
    assert time.perf_counter() - began < 5
    np.testing.assert_array_equal(stepper.state()["Dense_1.weight"], numbers(step.graph)["Dense_1.weight"])


def test_refusals_in_words() -> None:
    graph, loss, _ = mlp()
    step = training_step(graph, loss, Update())
    with pytest.raises(TrainingError, match=r"There is no engine called ‘onnx’: did you mean ‘onnxruntime’\?"):
        engine("onnx")
    with pytest.raises(TrainingError, match=r"There is no provider called ‘tpu’: there are: auto, cpu, cuda\."):
        engine(provider="tpu")
    stepper = engine(provider="cpu").stepper(step, start(step))
    feeds = {"sample": np.ones((3, 4), "f"), "label": np.ones((3, 1), "f"), "learning_rate": 0.1, "step": 1}
    with pytest.raises(TrainingError, match=r"The step's input sample N×2 was given \(3, 4\): feed batches"):
        stepper.step(feeds)
    with pytest.raises(TrainingError, match="ONNX Runtime cannot run the network: "):
        engine(provider="cpu").load(graph).run({"sample": np.ones((3, 4), "f")})


def test_cuda_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    asked = engine(provider="cuda")
    assert asked.provider == "CPU"
    assert asked.notice == (
        "CUDA was asked for, but this onnxruntime has none: training runs on the CPU; "
        "install onnxruntime-gpu in place of onnxruntime."
    )
    assert engine(provider="auto").notice == ""


@pytest.mark.parametrize("provider", ["auto", "cuda"])
def test_cuda_whose_libraries_are_missing_is_said(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without a GPU where onnxruntime-gpu is installed."""
    from runtime.engines import cuda

    monkeypatch.setattr(cuda, "offered", lambda: True)
    cuda.works.cache_clear()
    found = engine(provider=provider)
    assert found.provider == "CPU" and "no GPU or not its libraries could be found" in found.notice
    assert engine(provider="cpu").notice == ""


def test_no_session_lets_denormals_in() -> None:
    """The first session of a process decides for the thread that makes it: in a fresh one, after everything that is tried at
    start, denormals are zero."""
    code = (
        "import numpy as np; from runtime.engines.lowering.blocks import block; block()\n"
        "from runtime.engines import engine; from runtime.graph import Graph\n"
        "g = Graph(); x = g.input('x', np.float32, (1000,)); g.output(g.Mul(x, 0.5))\n"
        "tiny = np.full(1000, 1e-40, np.float32)\n"
        "found = engine('onnxruntime', threads=1).load(g).run({'x': tiny})\n"
        "print(max(abs(a).max() for a in found.values()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == 0
