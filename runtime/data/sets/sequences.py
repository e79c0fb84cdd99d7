"""Toy tasks with sequences, drawn from formulas: what must be remembered is known, and so is what chance reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import Dataset, DatasetInfo, Split, assemble
from runtime.data.naming import Option, Reference
from runtime.data.registry import SEQUENCES, Family, register
from runtime.randomness import generator

Array = npt.NDArray[Any]
Draw = Callable[[np.random.Generator, int, int], tuple[Array, Array]]

LETTERS = tuple("abcdefgh")
BLANK, GO = "·", "?"
WORD = 5  # letters that the copying task keeps in mind
SHARE = 10  # one validation and one test sequence for so many training sequences


@dataclass(frozen=True)
class Form:
    """What one sequence is: the shapes of sample and label, the names of classes and of symbols; see `DatasetInfo`."""

    sample: tuple[int, ...]
    target: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


class Toy(Family):
    """One task. `form(length)` says what a sequence is, `draw(random, count, length)` gives samples and labels."""

    group = SEQUENCES

    def __init__(self, name: str, title: str, help: str, length: Option, form: Callable[[int], Form], draw: Draw) -> None:
        self.name, self.title, self.help, self.form, self.draw = name, title, help, form, draw
        count = Option("count", 10_000, 100, 1_000_000, "Training sequences; a tenth as many each validate and test.")
        self.options = (length, count, Option("seed", 0, 0, 2**31 - 1, "Draws the sequences."))

    def describe(self, reference: Reference) -> DatasetInfo:
        count, form = reference.options["count"], self.form(reference.options["length"])
        return DatasetInfo(
            name=reference.name,
            title=self.title,
            sample_shape=form.sample,
            classes=form.classes,
            target_shape=form.target,
            train_size=count,
            validation_size=count // SHARE,
            test_size=count // SHARE,
            help=self.help,
            source="Formula",
            licence="Generated: free of any",
            symbols=form.symbols,
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        options = reference.options
        count, held = options["count"], options["count"] // SHARE
        random = generator(options["seed"], "sequences", self.name)
        samples, labels = self.draw(random, count + 2 * held, options["length"])
        whole = Split(samples.astype(np.float32), labels.astype(np.float32 if labels.dtype.kind == "f" else np.int64))
        cuts = np.split(np.arange(len(whole)), [count, count + held])
        return assemble(self.describe(reference), *(whole.take(cut) for cut in cuts))


def toy(
    name: str, title: str, help: str, form: Callable[[int], Form], length: int = 20, low: int = 1, meaning: str = "Steps."
) -> Callable[[Draw], Draw]:
    """Decorator: the function draws the task called `name`; `meaning` says what the option length counts."""

    def decorate(draw: Draw) -> Draw:
        register(Toy(name, title, help, Option("length", length, low, 2000, meaning), form, draw))
        return draw

    return decorate


@toy(
    "adding", "Adding problem", "Add the two marked numbers: one is marked in each half. Always answering 1 has a squared "
    "error of 1/6 = 0.167.", lambda steps: Form((steps, 2), (1,)), length=100, low=2,
)  # fmt: skip
def adding(random: np.random.Generator, count: int, steps: int) -> tuple[Array, Array]:
    """Hochreiter and Schmidhuber, 1997: values from [0, 1) and marks 0 or 1, side by side."""
    values, marks, rows = random.random((count, steps)), np.zeros((count, steps)), np.arange(count)
    marks[rows, random.integers(0, steps // 2, count)] = 1
    marks[rows, random.integers(steps // 2, steps, count)] = 1
    return np.stack([values, marks], axis=2), (values * marks).sum(axis=1, keepdims=True)


@toy(
    "copying", "Copying", "Five letters of eight, a wait, a “?”: then say them again. Who knows only when to speak, and not "
    "what, is right in 1 of 8 letters.",
    lambda wait: Form((wait + 2 * WORD,), (wait + 2 * WORD,), (*LETTERS, BLANK), (*LETTERS, BLANK, GO)),
    meaning="Steps between the letters and their copy.",
)  # fmt: skip
def copying(random: np.random.Generator, count: int, wait: int) -> tuple[Array, Array]:
    """Hochreiter and Schmidhuber, 1997; Arjovsky, Shah, Bengio, 2016."""
    word = random.integers(0, len(LETTERS), (count, WORD))
    blank = np.full((count, wait + 2 * WORD), len(LETTERS))
    heard, said = blank.copy(), blank.copy()
    heard[:, :WORD], heard[:, wait + WORD - 1] = word, len(LETTERS) + 1
    said[:, -WORD:] = word
    return heard, said


@toy(
    "recall", "Recall the first letter", "Which of eight letters came first? Guessing is right in 12.5 %.",
    lambda steps: Form((steps,), (), LETTERS, LETTERS),
)  # fmt: skip
def recall(random: np.random.Generator, count: int, steps: int) -> tuple[Array, Array]:
    """Everything behind the first letter only disturbs."""
    letters = random.integers(0, len(LETTERS), (count, steps))
    return letters, letters[:, 0]


@toy(
    "parity", "Running parity", "At every step: was the number of ones so far odd? Guessing is right in 50 %.",
    lambda steps: Form((steps, 1), (steps,), ("even", "odd")),
)  # fmt: skip
def parity(random: np.random.Generator, count: int, steps: int) -> tuple[Array, Array]:
    """One bit of memory, turned over by every one."""
    bits = random.integers(0, 2, (count, steps))
    return bits[..., None], bits.cumsum(axis=1) % 2


WAVES = ("sine", "square", "triangle", "sawtooth")


@toy(
    "waves", "Waves", "Which of four wave forms is this, in noise? Guessing is right in 25 %.",
    lambda steps: Form((steps, 1), (), WAVES), length=40, low=8,
)  # fmt: skip
def waves(random: np.random.Generator, count: int, steps: int) -> tuple[Array, Array]:
    """One to three periods of any phase, and noise of deviation 0.2."""
    kinds = random.integers(0, len(WAVES), count)
    periods, phase = random.uniform(1, 3, (count, 1)), random.random((count, 1))
    at = (phase + periods * np.arange(steps) / steps) % 1
    forms = np.stack([np.sin(2 * np.pi * at), np.where(at < 0.5, 1, -1), 4 * np.abs(at - 0.5) - 1, 2 * at - 1])
    return (forms[kinds, np.arange(count)] + random.normal(0, 0.2, (count, steps)))[..., None], kinds


@toy(
    "reverse", "Reversed letters", "Say the letters again, the last one first. Guessing is right in 1 of 8 letters.",
    lambda steps: Form((steps,), (steps,), LETTERS, LETTERS), length=6,
)  # fmt: skip
def reverse(random: np.random.Generator, count: int, steps: int) -> tuple[Array, Array]:
    """Nothing can be said before all is heard: the state between encoder and decoder holds the whole word."""
    letters = random.integers(0, len(LETTERS), (count, steps))
    return letters, letters[:, ::-1]
