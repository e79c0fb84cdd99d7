"""MNIST from the user's own files, and what is said when they are not right."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from runtime.data import describe, idx, load
from runtime.data import idx_set as mnist
from runtime.data.sets.mnist import Mnist
from runtime.errors import DataError

ALL = "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz"


def write_idx(path: Path, array: np.ndarray, magic: int | None = None, shape: tuple[int, ...] | None = None) -> None:
    sizes = shape or array.shape
    head = struct.pack(f">I{len(sizes)}I", 0x800 + array.ndim if magic is None else magic, *sizes)
    path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with 40 training and 20 test images."""
    monkeypatch.setenv("NETWRIGHT_DATA", str(tmp_path))
    folder = tmp_path / "mnist"
    folder.mkdir()
    for names, count in ((mnist.TRAINING, 40), (mnist.TEST, 20)):
        write_idx(folder / names[0], np.arange(count)[:, None, None] + np.zeros((1, 28, 28)))
        write_idx(folder / names[1], np.arange(count) % 10)
    return folder


def refusal() -> str:
    with pytest.raises(DataError) as refused:
        load("mnist")
    return str(refused.value)


def test_splits_come_from_the_files(place: Path) -> None:
    found = load("mnist")
    assert (len(found.train), len(found.validation), len(found.test)) == (36, 4, 20)
    assert (found.info.train_size, found.info.validation_size, found.info.test_size) == (36, 4, 20)
    assert found.test.samples.shape == (20, 1, 28, 28)
    assert found.test.samples[7, 0, 3, 3] == np.float32(7 / 255)
    assert load("mnist") is found


def test_more_may_train_and_fewer_judge(place: Path) -> None:
    found = load("mnist:validation=20")
    assert (len(found.train), len(found.validation), len(found.test)) == (38, 2, 20)
    info = describe("mnist:validation=60")
    assert (info.train_size, info.validation_size) == (59_000, 1_000)
    few = load("mnist:train=10,validation=20")
    assert (len(few.train), len(few.validation)) == (10, 2)


def test_changed_files_are_read_again(place: Path) -> None:
    before = load("mnist")
    write_idx(place / mnist.TEST[0], np.full((20, 28, 28), 255))
    after = load("mnist")
    assert after is not before and after.test.samples.min() == 1


def test_it_is_described_without_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DATA", str(tmp_path))
    info = describe("mnist")
    assert (info.sample_shape, info.train_size, info.validation_size) == ((1, 28, 28), 54_000, 6_000)
    assert refusal() == (
        f"Dataset ‘mnist’: the folder ‘{tmp_path / 'mnist'}’ does not exist: "
        f"put MNIST’s {ALL} there, fetch them (netwright data fetch mnist), or use ‘digits’, which is built in."
    )


def test_the_users_data_folder_is_the_usual_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETWRIGHT_DATA", raising=False)
    assert Mnist().folder().name == "mnist" and Mnist().folder().parent.name == "netwright"


def test_missing_files_are_named(place: Path) -> None:
    (place / mnist.TEST[0]).unlink()
    assert refusal() == (
        f"Dataset ‘mnist’: the folder ‘{place}’ lacks t10k-images-idx3-ubyte.gz: "
        "put them there, fetch them (netwright data fetch mnist), or use ‘digits’, which is built in."
    )


@pytest.mark.parametrize("cut", [0, 5, 12, 60])
def test_truncated_files(place: Path, cut: int) -> None:
    path = place / mnist.TRAINING[0]
    path.write_bytes(path.read_bytes()[:cut])
    wanted = "is damaged or incomplete: download it again."
    if cut == 0:  # gzip reads an empty file as no bytes
        wanted = "begins with nothing, not with IDX's 00000803: download it again."
    assert refusal() == f"‘{path}’ {wanted}"


def test_files_that_are_no_gzip_or_damaged(place: Path) -> None:
    path = place / mnist.TRAINING[1]
    path.write_bytes(b"<html>not found</html>")
    assert refusal() == f"‘{path}’ is damaged or incomplete: download it again."
    data = bytearray(gzip.compress(struct.pack(">II", 0x801, 40) + bytes(range(40))))
    data[15] ^= 0xFF
    path.write_bytes(data)
    assert refusal().startswith(f"‘{path}’ ")


def test_files_of_another_kind(place: Path) -> None:
    path = place / mnist.TRAINING[0]
    write_idx(path, np.zeros((40, 28, 28)), magic=0x801)
    assert refusal() == f"‘{path}’ begins with 00000801, not with IDX's 00000803: download it again."
    write_idx(path, np.zeros((40, 14, 14)))
    assert refusal() == f"‘{path}’: its images are 14×14, not 28×28: download it again."
    write_idx(path, np.zeros((39, 28, 28)))
    both = "holds 39 images, and ‘train-labels-idx1-ubyte.gz’ 40 labels: download both again."
    assert refusal() == f"‘{path}’ {both}"


def test_labels_that_are_no_digits(place: Path) -> None:
    path = place / mnist.TRAINING[1]
    write_idx(path, np.arange(40))
    assert refusal() == f"‘{path}’ holds the label 39, not classes from 0 to 9: download it again."
    write_idx(path, np.zeros(0))
    write_idx(place / mnist.TRAINING[0], np.zeros((0, 28, 28)))
    assert refusal() == f"‘{path}’ holds no labels, not classes from 0 to 9: download it again."


def test_sizes_that_the_bytes_do_not_fill_or_overfill(place: Path) -> None:
    path = place / mnist.TEST[1]
    write_idx(path, np.zeros(20), shape=(21,))
    assert refusal() == f"‘{path}’ declares 21 bytes, and 20 were found: download it again."
    write_idx(path, np.zeros(20), shape=(19,))
    assert refusal() == f"‘{path}’ declares 19 bytes, and more were found: download it again."


def test_declared_sizes_are_bounded_before_inflating(place: Path) -> None:
    path = place / mnist.TRAINING[0]
    write_idx(path, np.zeros((1, 1, 1)), shape=(2**32 - 1, 28, 28))
    size = idx.LIMIT >> 20
    wanted = f"declares 4294967295×28×28 bytes, more than the {size} MiB allowed: download it again."
    assert refusal() == f"‘{path}’ {wanted}"
