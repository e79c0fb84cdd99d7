"""Fashion-MNIST: MNIST's files in a folder of its own, gzipped or unpacked."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from runtime.data import describe, load
from runtime.data.idx_set import TEST, TRAINING
from runtime.errors import DataError
from tests.runtime.data.test_mnist import ALL, write_idx


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETWRIGHT_DATA", str(tmp_path))
    (folder := tmp_path / "fashion-mnist").mkdir()
    for names, count in ((TRAINING, 40), (TEST, 20)):
        write_idx(folder / names[0], np.arange(count)[:, None, None] + np.zeros((1, 28, 28)))
        write_idx(folder / names[1], np.arange(count) % 10)
    return folder


def test_its_classes_are_clothes(place: Path) -> None:
    found = load("fashion-mnist")
    assert [len(found.train), len(found.validation), len(found.test)] == [36, 4, 20]
    assert [found.info.classes[i] for i in (0, 4, 7, 9)] == ["T-shirt/top", "Coat", "Sneaker", "Ankle boot"]
    assert describe("fashion-mnist").train_size == 54_000


def test_unpacked_files_are_read_too(place: Path) -> None:
    before = load("fashion-mnist").test.samples
    for path in list(place.iterdir()):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    after = load("fashion-mnist").test.samples
    assert after is not before and np.array_equal(after, before)
    (short := place / TEST[0].removesuffix(".gz")).write_bytes(short.read_bytes()[:100])
    with pytest.raises(DataError) as refusal:
        load("fashion-mnist")
    assert str(refusal.value) == f"‘{short}’ declares 20×28×28 bytes, and 84 were found: download it again."


def test_missing_files_are_named(place: Path) -> None:
    (place / TRAINING[1]).unlink()
    with pytest.raises(DataError) as refusal:
        load("fashion-mnist")
    how = "fetch them (netwright data fetch fashion-mnist), or use ‘digits’, which is built in."
    assert str(refusal.value) == f"Dataset ‘fashion-mnist’: the folder ‘{place}’ lacks {TRAINING[1]}: put them there, {how}"
    assert ALL.count(",") == 3
