"""Texts as data: windows, vocabularies, splits; and what is said of files that are none."""

from __future__ import annotations

import bz2
from pathlib import Path

import numpy as np
import pytest

from resources import datasets
from runtime import data
from runtime.data.characters import UNKNOWN, encode, unseen, vocabulary
from runtime.errors import DataError

PLAIN = "".join(chr(97 + i % 7) for i in range(1000))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(PLAIN, encoding="utf-8")
    return path


def test_every_step_is_labelled_with_the_next_character_in_contiguous_parts(file: Path) -> None:
    found = data.load(f"{file}:length=9")
    symbols = found.info.symbols
    assert symbols == tuple("abcdefg") == found.info.classes
    parts = PLAIN[100:900], PLAIN[:100], PLAIN[900:]
    for split, part in zip((found.train, found.validation, found.test), parts, strict=True):
        assert split.samples.shape == split.labels.shape == ((len(part) - 1) // 9, 9)
        spoken = "".join(symbols[int(i)] for i in split.samples.ravel())
        following = "".join(symbols[i] for i in split.labels.ravel())
        assert part.startswith(spoken) and part[1:].startswith(following) and len(part) - len(spoken) <= 9
    assert (found.info.train_size, found.info.test_size) == (len(found.train), len(found.test))


def test_characters_that_training_lacks_are_one_class(file: Path) -> None:
    file.write_text("Zoë\r\n" * 200 + "xyz" * 100, encoding="utf-8")  # a newline is one character
    found = data.load(f"{file}:length=5")
    assert found.info.symbols == ("\n", "Z", "o", "x", "y", "z", "ë")
    file.write_text("abc" * 300 + "q" * 100, encoding="utf-8")
    found = data.load(f"{file}:length=5")
    assert found.info.symbols == ("a", "b", "c", UNKNOWN) and found.info.classes[-1] == UNKNOWN
    assert set(found.test.samples.ravel()) == {3.0} and 3.0 not in found.train.samples


def test_encoding_is_what_a_dictionary_says() -> None:
    symbols = vocabulary("hello wörld 😀", "")
    numbers = {c: i for i, c in enumerate(symbols)}
    assert encode("low 😀ö", symbols).tolist() == [numbers[c] for c in "low 😀ö"]
    assert unseen("zebra hew", symbols) == "zba"
    with pytest.raises(ValueError, match="not in tuple"):
        encode("z", symbols)


@pytest.mark.parametrize(("content", "words"), [
    (b"abc\xff\xfe" * 300, "is no text in UTF-8 \\(byte 4\\): save it as UTF-8."),
    (b"", "is empty: give a text to learn from."),
    (b"a" * 1000, "holds nothing but the character ‘a’: give a text to learn from."),
    (b"abc" * 30, "it holds 90 characters, and its last tenth must hold a sequence of 64 and the character after it: give a "
                  "text of at least 650, or a smaller length."),
])  # fmt: skip
def test_files_that_are_no_use_are_refused_in_a_sentence(file: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    with pytest.raises(DataError, match=words):
        data.load(str(file))


def test_a_text_that_is_not_there() -> None:
    with pytest.raises(DataError, match=r"There is no file .*no\.txt: check the name"):
        data.describe("no.txt")


def test_shakespeare_is_built_in_and_its_script_makes_it_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from resources.datasets import make_shakespeare
    from runtime.data.sets import text

    packed = datasets.read(text.FILE)
    assert len(packed) < 500_000
    plain = tmp_path / "plain.txt"
    plain.write_bytes(bz2.decompress(packed))
    made = tmp_path / "made.bz2"
    monkeypatch.setattr("sys.argv", ["make", str(plain), "--output", str(made)])
    make_shakespeare.main()
    assert made.read_bytes() == packed
    info = data.describe("shakespeare:length=100")
    assert len(info.symbols) == 65 and "↵" in info.classes and info.sample_shape == info.target_shape == (100,)
    assert data.load("shakespeare:length=100").train.samples.dtype == np.float32


def test_a_damaged_built_in_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.data.sets import text

    monkeypatch.setattr(datasets, "read", lambda name: b"not it")
    text.shakespeare.cache_clear()
    with pytest.raises(DataError, match=r"shakespeare\.txt\.bz2 is damaged: install Netwright again"):
        data.describe("shakespeare")
    text.shakespeare.cache_clear()


def test_what_is_remembered_of_a_text_has_its_vocabulary(file: Path) -> None:
    note = data.remembered(str(file))
    found = data.recalled(note, str(file))
    assert found is not None and found.symbols == tuple("abcdefg") and found.sample_shape == (64,)
