from __future__ import annotations

import math

import pytest

from runtime.errors import TrainingError
from runtime.schedules import SCHEDULES, rate


def test_constant() -> None:
    assert [rate("constant", 0.1, step, 3) for step in range(5)] == [0.1] * 5


def test_cosine_falls_and_holds_its_last_rate_above_zero() -> None:
    rates = [rate("cosine", 1.0, step, 10) for step in range(15)]
    assert rates[:10] == [0.5 * (1 + math.cos(math.pi * t / 10)) for t in range(10)]
    assert rates[9] > 0 and set(rates[9:]) == {rates[9]}


@pytest.mark.parametrize("name", SCHEDULES)
def test_begins_at_the_base_rate_and_stays_above_zero(name: str) -> None:
    assert rate(name, 0.3, 0, 100) == pytest.approx(0.3)
    assert all(rate(name, 0.3, step, planned) > 0 for planned in (0, 1, 7) for step in range(20))


def test_unknown_name_in_words() -> None:
    with pytest.raises(TrainingError, match=r"There is no schedule called ‘cosin’: did you mean ‘cosine’\?"):
        rate("cosin", 1.0, 0, 1)
