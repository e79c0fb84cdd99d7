"""Conformance of every registered layer: it builds, differentiates, agrees between engines, round-trips, refuses in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.files import load, save, to_onnx
from nodes.layer import (
    CATEGORIES,
    INDICES,
    MAPS,
    SEQUENCE,
    VECTOR,
    VOLUME,
    LayerError,
    LossLayer,
    Trial,
    layer_type,
    layer_types,
    make,
)
from nodes.plan import initial_weights
from runtime.autodiff import gradients
from runtime.engines import engine
from runtime.graph import Graph, prune
from runtime.training_step import copied

SHAPES = {INDICES: (3,), VECTOR: (6,), SEQUENCE: (3, 4), MAPS: (4, 7, 6), VOLUME: (2, 3, 4, 5)}
TYPES = list(layer_types())
INNER = [t for t in TYPES if layer_type(t).inputs and not issubclass(layer_type(t), LossLayer)]


def _cases() -> Iterator[Any]:
    """(type, kind of the first input, trial); where a trial gives the first input's shape, that decides the kind."""
    for type in INNER:
        port = layer_type(type).inputs[0]
        for trial in layer_type(type).trials:
            for kind in port.accepts[:1] if port.name in trial.shapes else port.accepts:
                yield pytest.param(type, kind, trial, id="-".join([type, kind, *map(str, trial.settings.values())]))


CASES = list(_cases())


def drawn(type: str, kind: str, trial: Trial) -> tuple[Document, str]:
    """One Input per port (two into a port that takes many) -> the layer."""
    document, id = edits.add(Document(), type, settings=dict(trial.settings))
    for port in layer_type(type).inputs:
        if port.name in trial.before:
            document = _behind(document, *trial.before[port.name], Wire("", "", id, port.name))
            continue
        if port.optional and port.name not in trial.shapes:
            continue
        fitting = kind if kind in port.accepts else port.accepts[0]
        shape = trial.shapes.get(port.name, SHAPES[fitting])
        for _ in range(2 if port.many else 1):
            values = "class numbers" if port.accepts == (INDICES,) else "numbers"
            document, source = edits.add(document, "Input", settings={"shape": shape, "values": values})
            document = edits.connect(document, Wire(source, "y", id, port.name))
    return document, id


def _behind(document: Document, type: str, output: str, wire: Wire) -> Document:
    """Input -> a layer of `type` -> the port that `wire` ends at."""
    document, source = edits.add(document, "Input", settings={"shape": SHAPES[layer_type(type).inputs[0].accepts[0]]})
    document, middle = edits.add(document, type)
    document = edits.connect(document, Wire(source, "y", middle, layer_type(type).inputs[0].name))
    return edits.connect(document, Wire(middle, output, wire.target, wire.target_port))


def probed(document: Document, mode: str = "training") -> tuple[Graph, Any]:
    """The float64 graph with a scalar made of everything the last layer gives."""
    built = build(document, mode, np.float64)
    assert not built.problems
    graph = copied(built.graph)
    values = [v for v in list(built.nodes.values())[-1].outputs.values() if v.dtype.kind == "f"]
    assert values
    parts = [graph.ReduceSum(graph.Mul(value, value), keepdims=0) for value in values]
    return graph, graph.Sum(*parts)


def feeds(graph: Graph, document: Document, seed: int = 3) -> dict[str, np.ndarray]:
    """Two samples for every input, parameters as drawn, with some noise where they start as zeros."""
    rng = np.random.default_rng(seed)
    result = {}
    for value in graph.inputs:
        if value.name == "step":
            result["step"] = np.int64(5)
        elif value.dtype.kind == "i":
            result[value.name] = rng.integers(0, 4, [2 if isinstance(d, str) else d for d in value.shape])
        else:
            result[value.name] = rng.standard_normal([2 if isinstance(d, str) else d for d in value.shape])
    for name, array in initial_weights(document, graph).items():
        result[name] = array + 0.1 + 0.05 * rng.random(array.shape)
    return {n: np.asarray(a, graph.values[n].dtype) for n, a in result.items()}


@pytest.mark.parametrize(("type", "kind", "trial"), CASES)
def test_gradients_agree_with_finite_differences(type: str, kind: str, trial: Trial) -> None:
    document, _ = drawn(type, kind, trial)
    graph, loss = probed(document)
    wanted = [v for v in graph.inputs if v.dtype.kind == "f"] + [graph.values[p] for p in graph.parameters]
    forward = copied(graph)
    forward.outputs = [loss]
    found = gradients(graph, loss, wanted)
    graph.outputs = [found[v.name] for v in wanted]
    given = feeds(graph, document)
    exact = engine("numpy").load(graph).run(given)
    program = engine("numpy").load(forward)
    for value in wanted:
        analytic = exact[found[value.name].name]
        assert analytic.shape == given[value.name].shape
        for index in _some(analytic.shape):
            slope = _slope(program, given, loss.name, value.name, index)
            assert analytic[index] == pytest.approx(slope, rel=1e-5, abs=1e-6), (value.name, index)


def _some(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Up to six places, spread over the array."""
    size = int(np.prod(shape))
    return [tuple(int(i) for i in np.unravel_index(k, shape)) for k in sorted({int(x) for x in np.linspace(0, size - 1, 6)})]


def _slope(program: Any, given: dict[str, np.ndarray], loss: str, name: str, index: tuple[int, ...]) -> float:
    results = []
    for sign in (1, -1):
        moved = given[name].copy()
        moved[index] += sign * 1e-5
        results.append(float(program.run({**given, name: moved})[loss]))
    return (results[0] - results[1]) / 2e-5


@pytest.mark.parametrize(("type", "kind", "trial"), CASES)
def test_engines_agree(type: str, kind: str, trial: Trial) -> None:
    document, _ = drawn(type, kind, trial)
    for mode in ("training", "evaluation"):
        built = build(document, mode)
        graph = copied(built.graph)
        graph.outputs = list(list(built.nodes.values())[-1].outputs.values())
        prune(graph)
        given = feeds(graph, document)
        fast = engine("onnxruntime", "cpu").load(graph).run(given)
        slow = engine("numpy").load(graph).run(given)
        for output in graph.outputs:
            np.testing.assert_allclose(fast[output.name], slow[output.name], rtol=1e-5, atol=1e-6)
            expected = tuple(2 if isinstance(d, str) else d for d in output.shape)
            assert fast[output.name].shape == expected


@pytest.mark.parametrize(("type", "kind", "trial"), CASES)
def test_round_trip_and_checker(type: str, kind: str, trial: Trial, tmp_path: Any) -> None:
    document, _ = drawn(type, kind, trial)
    onnx.checker.check_model(to_onnx(document), full_check=True)
    save(document, tmp_path / "a.onnx")
    assert load(tmp_path / "a.onnx") == document


@pytest.mark.parametrize("type", INNER)
def test_a_wrong_rank_is_refused_in_words(type: str) -> None:
    cls = layer_type(type)
    wrong = next((k for k in SHAPES if k != INDICES and k not in cls.inputs[0].accepts), None)
    source, port = "Input", "y"
    settings: dict[str, Any] = {"shape": SHAPES[wrong]} if wrong else {}
    if wrong is None:
        source, port, settings = "Dataset", "label", {}
    document, a = edits.add(Document(), source, settings=settings)
    document, b = edits.add(document, type)
    document = document.changed(wires=(Wire(a, port, b, cls.inputs[0].name),))
    problems = [p for p in build(document, "training").problems if p.node == b]
    assert len(problems) == 1
    assert f"{type} takes" in problems[0].sentence
    assert problems[0].sentence.endswith(".")


@pytest.mark.parametrize("type", TYPES)
def test_says_what_it_is(type: str) -> None:
    cls = layer_type(type)
    assert cls.category in CATEGORIES
    assert cls.doc().endswith((".", "”"))
    assert "Shape" in (cls.__doc__ or "")
    assert all(s.help.endswith((".", "?")) for s in cls.settings())
    assert isinstance(cls().summary(), str)


@pytest.mark.parametrize("type", TYPES)
def test_settings_refuse_what_is_out_of_range(type: str) -> None:
    for setting in layer_type(type).settings():
        assert setting.read(setting.default) == setting.default
        if setting.low is not None:
            with pytest.raises(LayerError, match=setting.name):
                make(type, {setting.name: setting.low - 1})
        if setting.choices:
            with pytest.raises(LayerError, match="one of"):
                make(type, {setting.name: "nonsense"})


def test_an_unknown_layer_names_the_nearest() -> None:
    with pytest.raises(LayerError, match="did you mean ‘Dense’"):
        make("Dence", {})
