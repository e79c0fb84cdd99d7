"""RBF units: distances to codes, and the ten digits' codes as a classifier."""

from __future__ import annotations

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.example import Sketch
from nodes.layer import LayerError
from nodes.layers.rbf import RBF, digit_codes
from nodes.training import Run
from runtime.engines import engine
from runtime.events import StepDone
from runtime.graph import Array, Graph
from runtime.metrics import correct
from runtime.recipe import Recipe, Stage, Update


def run(layer: RBF, x: Array, code: Array | None = None) -> Array:
    g = Graph(dtype=np.float64)
    y = g.output(layer.emit(g, g.input("x", np.float64, ("N", x.shape[1]))))
    weights = {} if code is None else dict.fromkeys(g.parameters, code)
    return engine("numpy").load(g, weights).run({"x": x})[y.name]


@pytest.mark.parametrize(("output", "sign"), [("distances", 1), ("negative distances", -1)])
def test_it_gives_the_squared_distances(output: str, sign: int) -> None:
    rng = np.random.default_rng(0)
    x, code = rng.standard_normal((4, 5)), rng.standard_normal((3, 5))
    expected = sign * np.array([[((a - b) ** 2).sum() for b in code] for a in x])
    np.testing.assert_allclose(run(RBF(units=3, output=output), x, code), expected)


def test_the_digits_codes_are_ten_pictures_far_enough_apart() -> None:
    codes = digit_codes()
    assert codes.shape == (10, 7 * 12)
    assert set(np.unique(codes)) == {-1.0, 1.0}
    different = (codes[:, None] != codes[None]).sum(axis=2)
    assert different[~np.eye(10, dtype=bool)].min() >= 11


def test_the_nearest_code_wins_for_accuracy() -> None:
    """Each code with a few pixels turned over is nearest to itself; the distance is 4 a pixel."""
    rng = np.random.default_rng(1)
    x = digit_codes()
    for row in x:
        row[rng.choice(84, 5, replace=False)] *= -1
    y = run(RBF(codes="digits"), x)
    np.testing.assert_allclose(np.diag(y), -20)
    assert correct(y, np.arange(10), "argmax") == 10
    assert correct(run(RBF(codes="digits", output="distances"), x), np.arange(10), "argmax") == 0


def test_fixed_codes_are_no_parameters_and_stand_in_the_graph() -> None:
    document, id = edits.add(Document(), "RBF", settings={"codes": "digits"})
    document, source = edits.add(document, "Input", settings={"shape": (84,)})
    built = build(edits.connect(document, Wire(source, "y", id, "x")))
    assert built.parameter_count == 0
    assert any(a.shape == (10, 84) for a in built.graph.constants.values())


def test_it_learns_digits_behind_a_tanh() -> None:
    stage = Stage(epochs=1, batch_size=100, learning_rate=0.003, updates=(Update(optimizer="Adam"),))
    s = Sketch("RBF", Recipe((stage,)))
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    s.add("Dense", units=84)
    s.add("Tanh")
    s.add("RBF", codes="digits")
    s.loss("CrossEntropy", data)
    losses = [e.loss for e in Run(s.document, threads=2).events(2) if isinstance(e, StepDone)]
    assert np.mean(losses[-5:]) < 0.2 * np.mean(losses[:3])


def test_digits_codes_of_another_size_are_refused() -> None:
    g = Graph()
    with pytest.raises(LayerError) as caught:
        RBF(units=12, codes="digits").emit(g, g.input("x", np.float32, ("N", 120)))
    assert str(caught.value) == (
        "it has 12 units and its input 120 numbers per sample, and the digits' codes are 10 of 84: choose 10 units and put a "
        "Dense with 84 units before it, or learned codes."
    )
