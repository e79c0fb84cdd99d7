"""CIFAR-10 from the user's own files, in both versions, and what is said when they are not right."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.data import cifar, describe, load
from runtime.data.registry import resolve
from runtime.data.sets.cifar10 import ARCHIVE, BINARY, PARTS, Cifar10
from runtime.errors import DataError

COUNT = 20
RANDOM = np.random.default_rng(1)
IMAGES = RANDOM.integers(0, 256, (6, COUNT, 3072)).astype(np.uint8)
LABELS = np.tile(np.arange(10), (6, 2)).astype(np.uint8)


class Old(pickle._Pickler):
    """Pickles as Python 2 wrote them, where bytes were the strings."""

    dispatch: ClassVar[dict[Any, Any]] = {**pickle._Pickler.dispatch}

    def _bytes(self, data: bytes) -> None:
        self.write(b"T" + struct.pack("<I", len(data)) + data)

    dispatch[bytes] = _bytes


def pickled(content: Any) -> bytes:
    stream = io.BytesIO()
    Old(stream, 2).dump(content)
    return stream.getvalue().replace(b"cnumpy._core.multiarray", b"cnumpy.core.multiarray")


def batch(index: int) -> dict[bytes, Any]:
    return {b"data": IMAGES[index], b"labels": LABELS[index].tolist(), b"batch_label": b"training batch"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cifar, "RECORDS", COUNT)
    monkeypatch.setenv("NETWRIGHT_DATA", str(tmp_path))
    (tmp_path / "cifar10").mkdir()
    return tmp_path / "cifar10"


def binary(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for index, name in enumerate(BINARY):
        (folder / name).write_bytes(np.concatenate([LABELS[index][:, None], IMAGES[index]], axis=1).tobytes())


def python(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for index, name in enumerate(PARTS):
        (folder / name).write_bytes(pickled(batch(index)))


def refusal() -> str:
    with pytest.raises(DataError) as refused:
        load("cifar10")
    return str(refused.value)


@pytest.mark.parametrize("write", [binary, python])
@pytest.mark.parametrize("inner", ["", "cifar-10-batches-bin", "cifar-10-batches-py"])
def test_both_versions_give_the_same_pictures(place: Path, write: Any, inner: str) -> None:
    write(place / inner)
    found = load("cifar10")
    assert (len(found.train), len(found.validation), len(found.test)) == (90, 10, 20)
    np.testing.assert_array_equal(found.test.samples, IMAGES[5].reshape(-1, 3, 32, 32).astype(np.float32) / np.float32(255))
    assert found.test.labels.tolist() == LABELS[5].tolist()
    assert found.info.classes[:3] == ("airplane", "automobile", "bird")
    every = np.concatenate([found.train.samples, found.validation.samples]).astype(np.float64).sum()
    assert every == pytest.approx(IMAGES[:5].sum() / 255, rel=1e-6)


def test_it_is_described_without_its_files(place: Path) -> None:
    assert describe("cifar10").sample_shape == (3, 32, 32)
    missing = ", ".join(BINARY)
    how = "put CIFAR-10’s binary version there, or fetch it (netwright data fetch cifar10)."
    assert refusal() == f"Dataset ‘cifar10’: the folder ‘{place}’ lacks {missing}: {how}"
    binary(place)
    (place / BINARY[2]).unlink()
    assert refusal() == f"Dataset ‘cifar10’: the folder ‘{place}’ lacks data_batch_3.bin: {how}"


def test_a_file_cut_short_is_not_half_read(place: Path) -> None:
    binary(place)
    path = place / BINARY[1]
    path.write_bytes(path.read_bytes()[: 3073 * 19])
    assert refusal() == f"‘{path}’ holds 58,387 bytes, and 20 pictures take 61,460: download it again."


def test_labels_that_are_no_classes(place: Path) -> None:
    binary(place)
    data = bytearray((place / BINARY[0]).read_bytes())
    data[3073] = 17
    (place / BINARY[0]).write_bytes(data)
    assert refusal() == f"‘{place / BINARY[0]}’ holds the label 17, not classes from 0 to 9: download it again."


def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(place: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "ran"),)

    python(place)
    (place / PARTS[0]).write_bytes(pickled({b"data": Evil(), b"labels": []}))
    asks = "asks to run posix.mkdir" if os.name == "posix" else "asks to run nt.mkdir"
    wanted = f"‘{place / PARTS[0]}’ {asks}, which no file of CIFAR-10 does: delete it, and take another copy."
    assert refusal() == wanted and not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [
    b"", b"no pickle", pickle.dumps([1, 2], 2), pickled({b"labels": [1]}), pickled({**batch(0), b"data": 7}),
    pickled({**batch(0), b"data": IMAGES[0].astype(np.float32)}), pickled({**batch(0), b"data": np.asfortranarray(IMAGES[0])}),
    b"\x80\x02r\xff\xff\xff\xff.", pickled(batch(0))[:-5000],
])  # fmt: skip
def test_damaged_pickles(place: Path, content: bytes) -> None:
    python(place)
    (place / PARTS[0]).write_bytes(content)
    assert refusal() == f"‘{place / PARTS[0]}’ is damaged, or no file of CIFAR-10: download it again."


def test_pickles_with_too_few_pictures(place: Path) -> None:
    python(place)
    (place / PARTS[0]).write_bytes(pickled({b"data": IMAGES[0][:3], b"labels": [1, 2]}))
    wanted = "holds 3 pictures and 2 labels, and 20 of each were expected: download it again."
    assert refusal() == f"‘{place / PARTS[0]}’ {wanted}"


def test_files_too_large_to_be_of_cifar_are_not_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary(place)
    monkeypatch.setattr(cifar, "LIMIT", 1 << 10)
    assert refusal() == f"‘{place / BINARY[0]}’ is larger than 0 MiB, and no file of CIFAR-10 is: download it again."


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_gives_a_traceback(place: Path, data: st.DataObject) -> None:
    content = bytearray(pickled(batch(0)))
    at = data.draw(st.one_of(st.integers(0, 300), st.integers(0, len(content) - 1)))
    content[at] = data.draw(st.integers(0, 255))
    (path := place / PARTS[0]).write_bytes(content)
    with suppress(DataError):
        assert cifar.read_python(path).images.shape == (COUNT, 3, 32, 32)


def test_the_archive_is_unpacked_to_its_six_files_and_goes(place: Path, tmp_path: Path) -> None:
    binary(source := tmp_path / "source")
    (source / "readme.html").write_text("hello")
    family = resolve("cifar10")[0]
    assert isinstance(family, Cifar10) and family.missing() == [ARCHIVE]
    with tarfile.open(place / ARCHIVE.name, "w:gz") as packed:
        packed.add(source, "cifar-10-batches-bin")
        evil = tarfile.TarInfo("../../outside.bin")
        packed.addfile(evil, io.BytesIO(b""))
    family.unpack()
    assert sorted(path.name for path in place.iterdir()) == sorted(BINARY) and family.missing() == []
    assert not (tmp_path / "outside.bin").exists()
    assert len(load("cifar10").test) == COUNT


def test_a_damaged_archive(place: Path) -> None:
    (place / ARCHIVE.name).write_bytes(b"no archive")
    with pytest.raises(DataError) as refused:
        Cifar10().unpack()
    assert str(refused.value) == f"‘{place / ARCHIVE.name}’ is damaged: remove it, and fetch it again."
