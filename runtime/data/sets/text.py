"""Texts: windows of characters, and at every step the character that comes next.

The last tenth of a text is the test split, the first tenth the validation split, what lies between trains: all three are whole
stretches, so that no test sentence lies between two training sentences. (With the tenth before the last to validate, the test
would be a tenth further away: 0.1 bits a character on Shakespeare.) The vocabulary is the characters of the training part.
"""

from __future__ import annotations

import bz2
import hashlib
import os
from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from resources import datasets
from runtime.data.characters import Codes, encode, shown, vocabulary
from runtime.data.dataset import Dataset, DatasetInfo, Split, assemble
from runtime.data.naming import Option, Reference
from runtime.data.registry import SEQUENCES, Family, dataset
from runtime.errors import DataError
from runtime.obstacles import obstacle

SUFFIX = ".txt"
LIMIT = 100 << 20  # bytes: a character takes twelve in memory
HELD_OUT = 10  # one character in so many is tested, and as many are validated on
FILE = "shakespeare.txt.bz2"
SHA256 = "1167258cfe426cf0bcf2967609a7fabd9162b8e65d72f26f417abca677c220da"


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text as numbers: `parts` are training, validation and test, int64 each, counted by `symbols`."""

    symbols: tuple[str, ...]
    parts: tuple[Codes, Codes, Codes]

    def windows(self, length: int) -> list[int]:
        """How many sequences of `length` each part holds, with the character behind the last."""
        return [max(0, len(part) - 1) // length for part in self.parts]


def corpus(text: str) -> Corpus:
    """The three parts of `text` and its vocabulary."""
    held = len(text) // HELD_OUT
    parts = text[held : len(text) - held], text[:held], text[len(text) - held :]
    symbols = vocabulary(parts[0], parts[1] + parts[2])
    train, validation, test = (encode(part, symbols) for part in parts)
    return Corpus(symbols, (train, validation, test))


def windows(codes: Codes, length: int) -> Split:
    """Sequences of `length` characters one behind the other, and each step's next character: (N, length) both."""
    count = max(0, len(codes) - 1) // length
    samples, labels = (codes[start : start + count * length].reshape(count, length) for start in (0, 1))
    return Split(samples.astype(np.float32), labels.astype(np.int64))


def is_text(base: str) -> bool:
    """Whether `base` means a text file."""
    return base.lower().endswith(SUFFIX) and not os.path.isdir(base)


class Texts(Family):
    """What all texts have in common."""

    group = SEQUENCES
    options = (Option("length", 64, 1, 10_000, "Characters in a sequence."),)

    @abstractmethod
    def corpus(self, reference: Reference) -> Corpus:
        """The text as numbers."""

    def described(self, reference: Reference, title: str, source: str, licence: str) -> DatasetInfo:
        found, length = self.corpus(reference), reference.options["length"]
        train, validation, test = found.windows(length)
        if not test:
            total = sum(map(len, found.parts))
            least = HELD_OUT * (length + 1)
            raise DataError(
                f"Dataset ‘{reference.base}’: it holds {total:,} characters, and its last tenth must hold a sequence of "
                f"{length} and the character after it: give a text of at least {least:,}, or a smaller length."
            )
        return DatasetInfo(
            name=reference.name,
            title=title,
            sample_shape=(length,),
            classes=shown(found.symbols),
            target_shape=(length,),
            train_size=train,
            validation_size=validation,
            test_size=test,
            help=f"Sequences of {length} characters, and at each the next one. The last tenth is the test, the first tenth "
            "the validation split; characters that the training part lacks are one class, ‘�’.",
            source=source,
            licence=licence,
            symbols=found.symbols,
            continues=True,
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        info = self.describe(reference)
        return assemble(info, *(windows(part, reference.options["length"]) for part in self.corpus(reference).parts))


@cache
def shakespeare() -> Corpus:
    """The built-in text. Raises `DataError` if its file is damaged."""
    packed = datasets.read(FILE)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise DataError(f"Dataset ‘shakespeare’: its file {FILE} is damaged: install Netwright again.")
    return corpus(bz2.decompress(packed).decode())


@dataset
class Shakespeare(Texts):
    """Scenes from the plays, 1.1 million characters."""

    name = "shakespeare"

    def corpus(self, reference: Reference) -> Corpus:
        return shakespeare()

    def describe(self, reference: Reference) -> DatasetInfo:
        source = "Plays of William Shakespeare, as gathered in “tiny Shakespeare”, by Andrej Karpathy, 2015"
        return self.described(reference, "Shakespeare (1.1 million characters)", source, "Public domain")


def read(path: str) -> str:
    """The text in the file, its lines ended by one character each. Raises `DataError` for a file that is no text."""
    if why := obstacle(Path(path), "a text file"):
        raise DataError(why)
    if os.path.getsize(path) > LIMIT:
        raise DataError(f"‘{path}’ is larger than {LIMIT >> 20} MiB: give a part of it.")
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"‘{path}’ is no text in UTF-8 (byte {error.start + 1:,}): save it as UTF-8.") from None
    if not text:
        raise DataError(f"‘{path}’ is empty: give a text to learn from.")
    if not text.strip(text[0]):
        raise DataError(f"‘{path}’ holds nothing but the character ‘{text[0]}’: give a text to learn from.")
    return text.replace("\r\n", "\n")


def stamp(path: str) -> tuple[int, int]:
    """Changes when the file does; (0, 0) where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _kept(path: str, when: tuple[int, int]) -> Corpus:
    return corpus(read(path))


@dataset
class TextFile(Texts):
    """Any path that ends in .txt is its name."""

    name = "text"
    listed = False

    def claims(self, base: str) -> bool:
        return is_text(base)

    def corpus(self, reference: Reference) -> Corpus:
        return _kept(os.path.abspath(reference.base), stamp(reference.base))

    def describe(self, reference: Reference) -> DatasetInfo:
        title = Path(os.path.abspath(reference.base)).name
        return self.described(reference, title, reference.base, "As the owner of the text gives it")

    def fingerprint(self, reference: Reference) -> Hashable:
        return os.path.abspath(reference.base), stamp(reference.base)
