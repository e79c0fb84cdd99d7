from __future__ import annotations

import numpy as np
import pytest

from runtime.errors import GraphError
from runtime.graph import Parameter
from runtime.initializers import INITIALIZERS, draw, fans

VARIANCES = {
    "zeros": 0.0, "ones": 0.0, "normal": 1e-4, "uniform": 0.05**2 / 3, "lecun_normal": 1 / 300,
    "glorot_uniform": 2 / 500, "glorot_normal": 2 / 500, "he_normal": 2 / 300, "he_uniform": 2 / 300,
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_variance(name: str) -> None:
    array = draw(Parameter("w", "n1/weight", (300, 200), name), seed=1)
    assert array.dtype == np.float32 and array.shape == (300, 200)
    assert np.var(array) == pytest.approx(VARIANCES[name], rel=0.03)
    assert float(np.mean(array)) == pytest.approx(1.0 if name == "ones" else 0.0, abs=0.002)


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
