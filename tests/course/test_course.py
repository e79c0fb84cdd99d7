"""The course's own machinery: what is measured is kept, gone on with, and told as it is."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing import active_children
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from nodes.example import examples, new
from tests.benchmarks.bench import machine
from tests.course import row as row_module
from tests.course import store, training, work
from tests.course.__main__ import table
from tests.course.row import Number, Numbers, Place, Row, rows
from tests.course.store import Measured, forget, keep, kept
from tests.course.table import line
from tests.course.training import prepared, trained
from tests.course.work import train

ROW = Row("toy", "a toy", "0.95 %", (Number("error", "% wrong", 2, 0.9, 0.8),), lambda place: {"error": 1.0}, epochs="2")


def measured(*errors: float) -> list[Measured]:
    return [Measured(i + 1, {"error": e}, 0.5, "2026-11-21") for i, e in enumerate(errors)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    return Place(tmp_path, "toy", 1)


@pytest.mark.parametrize(
    ("errors", "told"),
    [((0.7, 0.8), "**0.75** (0.70–0.80) ✓✓"), ((0.85,), "**0.85** ✓"), ((0.9, 1.0), "**0.95** (0.90–1.00) ✗")],
)
def test_a_row_tells_mean_spread_and_whether_its_goal_is_reached(errors: tuple[float, ...], told: str) -> None:
    assert f"% wrong {told} |" in line(ROW, measured(*errors))
    assert "| 0.95 % | % wrong ≤ 0.9, stretch 0.8 |" in line(ROW, measured(*errors))


def test_an_exact_number_is_met_in_every_printed_digit() -> None:
    exact = replace(ROW, numbers=(Number("error", "E", 4, exact=0.29837),))
    assert "| every printed digit | E **0.2984** ✓ |" in line(exact, measured(0.29841))
    assert "E **0.2985** ✗" in line(exact, measured(0.29846))


def test_what_was_measured_in_another_way_does_not_count(place: Place) -> None:
    (found,) = measured(0.7)
    keep(ROW, found)
    assert kept(ROW, 1) == found
    assert kept(ROW, 2) is None
    assert kept(replace(ROW, title="in other words"), 1) == found
    assert kept(replace(ROW, measure=rows()["lee"].measure), 1) is None


def test_what_an_example_teaches_is_part_of_its_rows_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before, whole = rows()["mlp-1000"].fingerprint, new("mlp-1000")
    monkeypatch.setattr(row_module, "new", lambda name: replace(whole, frames=(), title="in other words"))
    assert rows()["mlp-1000"].fingerprint == before
    monkeypatch.setattr(row_module, "new", lambda name: whole.changed(recipe=whole.recipe.with_stage(epochs=1)))
    assert rows()["mlp-1000"].fingerprint != before


def test_only_what_was_run_is_in_the_table(place: Place) -> None:
    assert "`toy`" not in table([ROW])
    keep(ROW, *measured(0.7))
    assert "`toy`" in table([ROW])


def test_a_row_that_was_not_run_here_keeps_its_line(place: Place) -> None:
    keep(ROW, *measured(0.7))
    before, others = table([ROW]), replace(ROW, name="other")
    forget(ROW)
    assert table([ROW, others], before) == before
    assert table([ROW], before.replace(machine(), "another machine")) == table([])
    assert table([replace(ROW, measure=rows()["lee"].measure)], before) == table([])
    keep(ROW, *measured(0.8))
    assert "**0.80**" in table([ROW], before)


def test_an_interrupted_training_goes_on_to_the_same_weights(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    document = prepared("mazur", 1, epochs=4)
    whole = trained(document, place, "-whole")
    told: list[str] = []

    def interrupted(sentence: str) -> None:
        told.append(sentence)
        if len(told) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "EVERY", -1.0)
    monkeypatch.setattr(training, "told", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained(document, place)
    found = trained(document, place)
    assert [s.split(",")[0].split()[-1] for s in told] == ["1", "2", "3", "3", "4"]
    assert all((found.weights[key] == array).all() for key, array in whole.weights.items())


def test_rows_are_named_after_examples_or_say_what_they_compare() -> None:
    comparisons = {"nearest-neighbour", "relu-tanh", "parts"}
    assert {name for name in rows() if name not in examples()} == comparisons


def test_lees_row_gives_the_slides_numbers(place: Place) -> None:
    found: Numbers = rows()["lee"].measure(place)
    assert list(found.values()) == pytest.approx([0.6177, 0.8291, 0.5118, 0.8544], abs=5e-5)


def test_seeds_are_trained_in_processes_of_their_own(place: Place) -> None:
    train([rows()["lee"], rows()["temperature"]])
    found = kept(rows()["lee"], 1), kept(rows()["temperature"], 1)
    assert all(found) and not active_children()
    assert found[1] is not None and found[1].numbers["loss"] == pytest.approx(8317.44)


def test_a_training_that_is_asked_to_stop_stops_all(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, row = work._begun, rows()["dilated"]
    started: list[BaseProcess] = []

    def begun_and_asked(name: str, seed: int, threads: int) -> SpawnProcess:
        started.append(process := begun(name, seed, threads))
        if len(started) == 2:
            started[0].terminate()
        return process

    monkeypatch.setattr(work, "_begun", begun_and_asked)
    with pytest.raises(KeyboardInterrupt):
        train([row])
    assert len(started) == 2 and not active_children() and not any(kept(row, seed) for seed in row.seeds)


def test_what_an_interrupted_training_took_counts(place: Place) -> None:
    """Two minutes of one core before are one of both."""

    def interrupted(at: Place) -> Numbers:
        raise KeyboardInterrupt

    row = replace(ROW, measure=interrupted)
    clock = store.place(row, 1).file(".seconds")
    clock.write_text("120")
    with pytest.raises(KeyboardInterrupt):
        work._measured(row, 1, 1)
    assert 120 <= float(clock.read_text()) < 121
    store.place(ROW, 1).file(".seconds").write_text("120")
    assert 1 <= work._measured(ROW, 1, 1).minutes < 1.1
