"""Words, letter by letter: the names of digits as captions of their pictures, and numbers as they are spoken."""

from __future__ import annotations

import numpy as np

from runtime.data.characters import Codes
from runtime.data.dataset import Dataset, DatasetInfo, Split, assemble
from runtime.data.naming import Reference
from runtime.data.registry import SEQUENCES, Family, dataset, load
from runtime.data.registry import describe as describe_set
from runtime.randomness import generator

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
#: Ends a word and fills the steps behind it.
END = "·"
HELD = 100  # numbers that validate, and as many that test


def spoken(number: int) -> str:
    """A number below a thousand in English: ``four hundred forty two``."""
    if number >= 100:
        rest = number % 100
        return f"{UNITS[number // 100]} hundred" + (f" {spoken(rest)}" if rest else "")
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (f" {UNITS[number % 10]}" if number % 10 else "")


def spelt(words: tuple[str, ...]) -> tuple[Codes, tuple[str, ...]]:
    """Words as numbers of their letters, (words, letters of the longest and an end), and what the numbers mean."""
    letters = (END, *sorted(set("".join(words))))
    length = max(map(len, words)) + 1
    return np.array([[letters.index(c) for c in word.ljust(length, END)] for word in words]), letters


@dataset
class Captions(Family):
    """A picture in, a word out: what image captioning is, as small as can be."""

    name = "captions"
    group = SEQUENCES

    def describe(self, reference: Reference) -> DatasetInfo:
        table, letters = spelt(UNITS[:10])
        digits = describe_set("digits")
        return DatasetInfo(
            name=reference.name,
            title="Digits and their names",
            sample_shape=digits.sample_shape,
            classes=letters,
            target_shape=(table.shape[1],),
            train_size=digits.train_size,
            validation_size=digits.validation_size,
            test_size=digits.test_size,
            help="Pictures of digits; the label is the digit’s name, a letter a step, filled up with ‘·’. Always spelling the "
            "same best word is right in 48 % of the steps.",
            source=digits.source,
            licence=digits.licence,
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        table = spelt(UNITS[:10])[0]
        found = load("digits", seed)
        parts = (Split(split.samples, table[split.labels]) for split in (found.train, found.validation, found.test))
        return assemble(self.describe(reference), *parts)


@dataset
class Numbers(Family):
    """Three digits in, their words out: a translation whose sentences are longer than what they translate."""

    name = "numbers"
    group = SEQUENCES

    def describe(self, reference: Reference) -> DatasetInfo:
        table, letters = spelt(tuple(map(spoken, range(1000))))
        return DatasetInfo(
            name=reference.name,
            title="Numbers in words",
            sample_shape=(3,),
            classes=letters,
            target_shape=(table.shape[1],),
            train_size=1000 - 2 * HELD,
            validation_size=HELD,
            test_size=HELD,
            help="The three digits of a number; the label is the number in words, a letter a step, filled up with ‘·’.",
            source="English",
            licence="Generated: free of any",
            symbols=tuple("0123456789"),
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        """Which numbers are held out is the same for every seed."""
        table = spelt(tuple(map(spoken, range(1000))))[0]
        mixed = generator(0, "numbers").permutation(1000)
        digits = np.stack([mixed // 100, mixed // 10 % 10, mixed % 10], axis=1).astype(np.float32)
        whole = Split(digits, table[mixed])
        cuts = np.split(np.arange(1000), [1000 - 2 * HELD, 1000 - HELD])
        return assemble(self.describe(reference), *(whole.take(cut) for cut in cuts))
