from __future__ import annotations

import numpy as np
import pytest

from runtime.errors import GraphError
from runtime.graph import Parameter
from runtime.initializers import INITIALIZERS, draw, fans, named

VARIANCES = {
    "zeros": 0.0, "ones": 0.0, "normal": 1e-4, "uniform": 0.05**2 / 3, "lecun_normal": 1 / 300,
    "constant": 0.0, "lecun_uniform": 1 / 300, "orthogonal": 1 / 300,
    "glorot_uniform": 2 / 500, "glorot_normal": 2 / 500, "he_normal": 2 / 300, "he_uniform": 2 / 300,
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_variance(name: str) -> None:
    array = draw(Parameter("w", "n1/weight", (300, 200), name), seed=1)
    assert array.dtype == np.float32 and array.shape == (300, 200)
    assert np.var(array) == pytest.approx(VARIANCES[name], rel=0.03)
    assert float(np.mean(array)) == pytest.approx({"ones": 1.0, "constant": 0.1}.get(name, 0.0), abs=0.002)


@pytest.mark.parametrize(("init", "deviation"), [("normal:0.3", 0.3), ("uniform:0.3", 0.3 / 3**0.5)])
def test_a_deviation_or_limit_of_ones_own(init: str, deviation: float) -> None:
    array = draw(Parameter("w", "w", (300, 200), init), seed=1)
    assert np.std(array) == pytest.approx(deviation, rel=0.01)
    usual = draw(Parameter("w", "w", (300, 200), init.split(":")[0]), seed=1)
    np.testing.assert_allclose(array / usual, np.full_like(usual, float((array / usual).flat[0])), rtol=1e-5)


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (16, 4, 3, 3), (8, 16, 3, 3)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    rows = draw(Parameter("w", "w", shape, "orthogonal:2.0"), 1, np.float64).reshape(shape[0], -1)
    rows = rows if rows.shape[0] <= rows.shape[1] else rows.T
    np.testing.assert_allclose(rows @ rows.T, 4 * np.eye(len(rows)), atol=1e-12)


def test_constant() -> None:
    assert set(draw(Parameter("w", "w", (3,), named("constant", -2.5)), 0).tolist()) == {-2.5}
    assert draw(Parameter("w", "w", (0, 3), "orthogonal"), 0).shape == (0, 3)


@pytest.mark.parametrize(("name", "number", "words"), [
    ("he_normal", 0.5, "the initializer he_normal takes no number, and 0.5 was given: set it to 0."),
    ("normal", -1.0, "the deviation of the initializer normal is -1: set it between 1e-12 and 1000, or to 0, the usual 0.01."),
])
def test_numbers_that_do_not_fit(name: str, number: float, words: str) -> None:
    with pytest.raises(GraphError) as error:
        named(name, number)
    assert str(error.value) == words
    assert named(name) == name and named("normal", 0.02) == "normal:0.02"


def test_fans() -> None:
    assert fans((300, 200)) == (300, 200)
    assert fans((16, 8, 3, 5)) == (8 * 15, 16 * 15)
    assert fans((7,)) == (7, 7) and fans(()) == (1, 1)


def test_same_numbers_for_same_seed_and_key_only() -> None:
    def numbers(key: str = "a", seed: int = 0, dtype: str = "float32") -> bytes:
        return draw(Parameter("w", key, (4, 4), "he_normal"), seed, dtype).astype(np.float32).tobytes()

    assert numbers() == numbers() == numbers(dtype="float64")
    assert len({numbers(), numbers("b"), numbers(seed=1)}) == 3


def test_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        draw(Parameter("w", "w", (2,)), 0)[0] = 1


def test_unknown_name_in_words() -> None:
    with pytest.raises(GraphError, match=r"There is no initializer called ‘he_norml’: did you mean ‘he_normal’\?"):
        draw(Parameter("w", "w", (2,), "he_norml"), 0)
