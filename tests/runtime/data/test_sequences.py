"""Toy tasks: every label follows from its sequence, and chance is what the help says."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.data import describe, load
from runtime.data.dataset import Dataset


def few(name: str, options: str = "") -> Dataset:
    return load(f"{name}:{options}count=400")


def test_adding_marks_one_number_in_each_half() -> None:
    split = few("adding", "length=11,").train
    values, marks = split.samples[..., 0], split.samples[..., 1]
    assert set(np.unique(marks)) == {0.0, 1.0} and split.labels.shape == (400, 1)
    assert (marks[:, :5].sum(axis=1) == 1).all() and (marks[:, 5:].sum(axis=1) == 1).all()
    np.testing.assert_allclose(split.labels[:, 0], (values * marks).sum(axis=1), rtol=1e-6)
    assert np.mean((load("adding").train.labels - 1) ** 2) == pytest.approx(1 / 6, abs=0.01)


def test_copying_says_the_letters_again_after_the_wait() -> None:
    found = few("copying", "length=7,")
    symbols, classes = found.info.symbols, found.info.classes
    heard = ["".join(symbols[int(i)] for i in row) for row in found.train.samples]
    said = ["".join(classes[i] for i in row) for row in found.train.labels]
    assert len(heard[0]) == len(said[0]) == 17
    for question, answer in zip(heard, said, strict=True):
        assert question[5:] == "·" * 6 + "?" + "·" * 5 and answer == "·" * 12 + question[:5]


def test_recall_parity_reverse() -> None:
    recall, parity, reverse = few("recall").train, few("parity").train, few("reverse").train
    assert (recall.samples[:, 0] == recall.labels).all() and recall.samples.shape == (400, 20)
    ones = [[sum(row[: i + 1]) % 2 for i in range(len(row))] for row in parity.samples[..., 0].astype(int).tolist()]
    assert parity.labels.tolist() == ones
    assert (reverse.samples[:, ::-1] == reverse.labels).all()


def test_waves_are_told_apart_by_their_steps() -> None:
    """A square has steps of 2, a sawtooth falls by 2 at once, a sine and a triangle never leap."""
    found = load("waves:count=2000").train
    leaps = np.diff(found.samples[..., 0], axis=1)
    falls, rises = leaps.min(axis=1), leaps.max(axis=1)
    kinds = {name: found.labels == k for k, name in enumerate(describe("waves").classes)}
    means = {name: (rises[here].mean(), -falls[here].mean()) for name, here in kinds.items()}
    assert means["square"][0] > 1.8 and means["square"][1] > 1.8
    assert means["sawtooth"][0] < 1.3 and means["sawtooth"][1] > 1.6
    assert max(*means["sine"], *means["triangle"]) < 1.3


@pytest.mark.parametrize(("number", "words"), [
    (0, "zero"), (7, "seven"), (13, "thirteen"), (40, "forty"), (85, "eighty five"), (100, "one hundred"),
    (412, "four hundred twelve"), (999, "nine hundred ninety nine"),
])  # fmt: skip
def test_numbers_in_words(number: int, words: str) -> None:
    found = load("numbers")
    said = {}
    for split in (found.train, found.validation, found.test):
        for digits, letters in zip(split.samples.astype(int), split.labels, strict=True):
            said[int("".join(map(str, digits)))] = "".join(found.info.classes[i] for i in letters)
    assert len(said) == 1000 and said[number] == words.ljust(28, "·")


def test_captions_spell_the_digits() -> None:
    captions, digits = load("captions", seed=3), load("digits", seed=3)
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    for row, label in zip(captions.test.labels, digits.test.labels, strict=True):
        assert "".join(captions.info.classes[i] for i in row) == names[label].ljust(6, "·")
    assert (captions.train.samples == digits.train.samples).all()


@pytest.mark.parametrize(("name", "chance"), [("captions", 0.48), ("numbers", 0.38), ("parity", 0.5), ("reverse", 1 / 8)])
def test_the_chance_level_is_what_the_help_says(name: str, chance: float) -> None:
    found = load(name)
    best = [np.bincount(column).argmax() for column in found.train.labels.T]
    assert (found.test.labels == best).mean() == pytest.approx(chance, abs=0.02)


def test_a_seed_draws_other_sequences() -> None:
    assert (few("recall").train.samples != few("recall", "seed=1,").train.samples).any()
    assert (few("recall").train.samples[:100] != few("recall").test.samples[:40].repeat(3, 0)[:100]).any()
