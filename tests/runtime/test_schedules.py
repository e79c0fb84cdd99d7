from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from runtime.errors import TrainingError
from runtime.recipe import Stage
from runtime.schedules import SCHEDULES, course


def rates(name: str, epochs: int, per_epoch: int, watched: Sequence[float] = (), **changes: Any) -> list[float]:
    """The rate of each step, to half as long again as was planned; the base rate is 1."""
    rate = course(Stage(schedule=name, epochs=epochs, **{"learning_rate": 1.0, **changes}), per_epoch, watched)
    return [rate(step) for step in range(epochs * per_epoch * 3 // 2)]


def test_constant() -> None:
    assert rates("constant", 2, 2, learning_rate=0.1) == [0.1] * 6


def test_cosine_falls_and_holds_its_last_rate_above_zero() -> None:
    found = rates("cosine", 10, 1)
    assert found[:10] == [0.5 * (1 + math.cos(math.pi * t / 10)) for t in range(10)]
    assert found[9] > 0 and set(found[9:]) == {found[9]}


def test_stairstep_halves_every_ten_epochs() -> None:
    found = rates("stairstep", 30, 3)
    assert found[:90] == [1.0] * 30 + [0.5] * 30 + [0.25] * 30 and set(found[90:]) == {0.25}
    assert rates("stairstep", 4, 1, schedule_settings={"factor": 0.1, "every": 2})[:4] == [1, 1, 0.1, 0.1]


def test_exponential_counts_steps() -> None:
    found = rates("exponential", 2, 5, learning_rate=0.3, schedule_settings={"k": 0.01})
    np.testing.assert_allclose(found[:10], 0.3 * np.exp(-0.01 * np.arange(10)), rtol=1e-14)


def test_linear_over_the_last_quarter() -> None:
    found = rates("linear", 8, 1, schedule_settings={"hold": 0.75})
    assert found == [1.0] * 7 + [0.5] * 5


def test_one_cycle() -> None:
    found = rates("one-cycle", 10, 10, schedule_settings={"start": 0.1, "rise": 0.2})
    assert found[0] == pytest.approx(0.1) and found[10] == pytest.approx(0.55)
    assert found[20] == 1.0 == max(found) and found[60] == pytest.approx(0.5)
    assert 0 < found[99] < 1e-3 and set(found[99:]) == {found[99]}


def test_plateau_follows_the_losses() -> None:
    settings = {"factor": 0.5, "patience": 1}
    losses = [3.0, 2.0, 2.0, 1.0, 1.5, 1.0, 1.2, 1.2, 0.9]
    found = [rates("plateau", 1, 2, losses[:n], schedule_settings=settings)[0] for n in range(len(losses) + 1)]
    assert found == [1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]
    least = {**settings, "least_change": 5.0}
    assert rates("plateau", 1, 1, losses[:3], schedule_settings=least) == [0.5]


@pytest.mark.parametrize("name", ["cosine", "stairstep", "plateau"])
def test_warm_up_is_a_line_to_the_first_rate_and_then_the_schedule(name: str) -> None:
    watched = [9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]
    found = rates(name, 30, 4, watched, warm_up=2.5)
    np.testing.assert_allclose(found[:10], np.arange(1, 11) / 10 * found[10])
    plain = course(Stage(schedule=name, learning_rate=1.0, epochs=110), 1)
    if name == "cosine":
        np.testing.assert_allclose(found[10:120], [plain(step) for step in range(110)])
    if name == "stairstep":
        assert found[49] == 1.0 and found[50] == 0.5
    if name == "plateau":
        assert found[10] == 1.0, "epochs of the warm-up do not count"


@pytest.mark.parametrize("name", SCHEDULES)
def test_stays_above_zero_and_under_the_base_rate(name: str) -> None:
    for epochs in (1, 7):
        found = rates(name, epochs, 3, learning_rate=0.3, warm_up=0.5)
        assert all(0 < r <= 0.3 for r in found)


@pytest.mark.parametrize("name", SCHEDULES)
def test_declared_settings_have_defaults_in_range_and_help(name: str) -> None:
    assert SCHEDULES[name].help
    assert all(s.low <= s.default <= s.high and s.help for s in SCHEDULES[name].settings)


@pytest.mark.parametrize(("stage", "words"), [
    (Stage(schedule="cosin"), "There is no schedule called ‘cosin’: did you mean ‘cosine’?"),
    (Stage(schedule="plateau", schedule_settings={"factor": 2.0}), "Schedule plateau: factor is 2: set it between 0 and 1."),
    (Stage(schedule="cosine", schedule_settings={"k": 2.0}),
     "Schedule cosine: it has no settings, and ‘k’ was given: leave it out."),
])
def test_bad_schedules_in_words(stage: Stage, words: str) -> None:
    with pytest.raises(TrainingError) as error:
        course(stage, 1)
    assert str(error.value) == words
