"""An .npz file as a dataset: what is taken for what, and what is refused."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.data import arrays, describe, load
from runtime.errors import DataError

RANDOM = np.random.default_rng(0)
POINTS, CLASSES = RANDOM.normal(size=(50, 2)), np.arange(50) % 3


def saved(path: Path, **arrays_: Any) -> str:
    np.savez(path, **arrays_)
    return str(path)


def refusal(name: str) -> str:
    with pytest.raises(DataError) as refused:
        load(name)
    return str(refused.value)


def test_samples_and_labels_are_split_without_overlap(tmp_path: Path) -> None:
    name = saved(tmp_path / "a.npz", samples=POINTS, labels=CLASSES)
    info, found = describe(name), load(name, seed=1)
    assert found.info == info and info.classes == ("0", "1", "2") and info.title == "a.npz"
    assert [len(found.train), len(found.validation), len(found.test)] == [36, 4, 10]
    every = np.concatenate([split.samples for split in (found.train, found.validation, found.test)])
    assert {tuple(row) for row in every.tolist()} == {tuple(row) for row in POINTS.astype(np.float32).tolist()}
    assert np.bincount(found.test.labels).max() - np.bincount(found.test.labels).min() <= 1
    assert load(name, seed=2).test.samples.tobytes() == found.test.samples.tobytes()  # the test never trains


def test_keras_files_with_a_test_set(tmp_path: Path) -> None:
    pictures = RANDOM.integers(0, 256, (30, 5, 4)).astype(np.uint8)
    name = saved(tmp_path / "mnist.npz", x_train=pictures, y_train=CLASSES[:30], x_test=pictures[:7], y_test=CLASSES[:7])
    found = load(name)
    assert found.info == describe(name) and found.info.sample_shape == (1, 5, 4)
    assert [len(found.train), len(found.validation), len(found.test)] == [27, 3, 7]
    np.testing.assert_array_equal(found.test.samples[:, 0], pictures[:7].astype(np.float32) / np.float32(255))


@pytest.mark.parametrize(("shape", "kind", "sample"), [
    ((9,), np.float64, (1,)), ((9, 4), np.int32, (4,)), ((9, 6, 5), np.uint8, (1, 6, 5)), ((9, 6, 5), np.float32, (6, 5)),
    ((9, 6, 5, 3), np.uint8, (3, 6, 5)), ((9, 3, 6, 5), np.float32, (3, 6, 5)), ((9, 2, 2, 2, 2), np.float32, (2, 2, 2, 2)),
])  # fmt: skip
def test_shapes_of_samples(tmp_path: Path, shape: tuple[int, ...], kind: Any, sample: tuple[int, ...]) -> None:
    given_ = RANDOM.integers(0, 100, shape).astype(kind)
    name = saved(tmp_path / "a.npz", x=given_, y=np.arange(9.0))
    found = load(name)
    assert describe(name).sample_shape == found.train.samples.shape[1:] == sample
    if kind != np.uint8:
        assert found.train.samples.max() > 1  # numbers are left as they are
    if shape == (9, 6, 5, 3):
        row = int(found.test.labels[0, 0])
        np.testing.assert_allclose(found.test.samples[0, 2], given_[row, :, :, 2] / 255, rtol=1e-6)


@pytest.mark.parametrize(("labels", "classes", "target"), [
    (CLASSES[:12], 3, ()), (CLASSES[:12, None], 3, ()), (CLASSES[:12] > 0, 2, ()), (np.arange(12.0), 0, (1,)),
    (np.ones((12, 2)), 0, (2,)), (np.ones((12, 2), int), 0, (2,)), (np.ones((12, 4, 4), int), 2, (4, 4)),
])  # fmt: skip
def test_shapes_of_labels(tmp_path: Path, labels: np.ndarray, classes: int, target: tuple[int, ...]) -> None:
    name = saved(tmp_path / "a.npz", samples=np.zeros((12, 4, 4), np.uint8), labels=labels)
    info, found = describe(name), load(name)
    assert len(info.classes) == classes and info.target_shape == found.train.labels.shape[1:] == target
    assert found.train.labels.dtype == (np.int64 if classes else np.float32) and found.info == info


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    name = saved(tmp_path / "a.npz", samples=POINTS, labels=CLASSES)
    assert describe(name).train_size == 36
    saved(tmp_path / "a.npz", samples=POINTS[:20], labels=CLASSES[:20])
    os.utime(name, ns=(1, 1))
    assert describe(name).train_size == 14 and len(load(name).train) == 14


X = {"samples": POINTS, "labels": CLASSES}


@pytest.mark.parametrize(("content", "sentence"), [
    ({}, "holds no arrays: call them x_train, y_train, x_test and y_test, or samples and labels."),
    ({"a": POINTS}, "holds the arrays a: call them x_train, y_train, x_test and y_test, or samples and labels."),
    ({**X, "labels": CLASSES[:9]}, "holds 50 samples in samples and 9 labels in labels: give every sample its label."),
    ({"samples": POINTS[:1], "labels": CLASSES[:1]}, "holds 1 sample in samples: give at least 2."),
    ({**X, "labels": CLASSES - 1}, "holds the label -1 in labels: count classes from 0, or give floats to predict."),
    ({**X, "labels": CLASSES + 9999}, "holds the label 10001 in labels: count classes to 9,999 at most, or "
     "give floats to predict."),
    ({**X, "labels": CLASSES * 0}, "holds one class, 0, and telling classes apart takes two: check its labels."),
    ({**X, "x_test": POINTS[:, :1], "y_test": CLASSES}, ": its samples are 2 in samples and 1 in x_test: give both one shape."),
    ({**X, "labels": CLASSES / 2, "x_test": POINTS, "y_test": POINTS},
     ": its labels for training and test have different shapes: give both one shape."),
])  # fmt: skip
def test_files_that_do_not_fit(tmp_path: Path, content: dict[str, Any], sentence: str) -> None:
    path = tmp_path / "a.npz"
    saved(path, **content)
    assert refusal(str(path)) == f"‘{path}’{'' if sentence[0] == ':' else ' '}{sentence}"


def test_numbers_that_are_none(tmp_path: Path) -> None:
    samples = POINTS.copy()
    samples[3, 1] = np.nan
    name = saved(tmp_path / "a.npz", samples=samples, labels=CLASSES)
    assert refusal(name) == f"‘{name}’: sample 4 of 50 holds NaN, infinity or too large a number: replace it."


def test_objects_are_refused_unread(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "ran"),)

    labels = np.empty(50, object)
    labels[:] = [Evil() for _ in range(50)]
    np.savez(tmp_path / "a.npz", allow_pickle=True, samples=POINTS, labels=labels)
    name = str(tmp_path / "a.npz")
    assert refusal(name) == f"‘{name}, labels’ holds values of type object: give real numbers."
    assert not (tmp_path / "ran").exists()


def test_files_that_are_missing_damaged_or_given_options(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert refusal(str(path)) == f"There is no file {path}: check the name and the folder."
    path.write_bytes(b"PK no")
    end = "it is damaged, incomplete, or of another kind: write it anew."
    assert refusal(str(path)) == f"‘{path}’ cannot be read as NumPy arrays (.npz): {end}"
    assert refusal(f"{path}:size=3") == f"Dataset ‘{path}’: it has no options, and ‘size=3’ was given: leave it out."
    (tmp_path / "folder.npz").mkdir()
    assert "has no subfolders" in refusal(str(tmp_path / "folder.npz"))


def test_declared_sizes_are_bounded_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = saved(tmp_path / "a.npz", samples=POINTS, labels=CLASSES)
    monkeypatch.setattr(arrays, "LIMIT", 500)
    assert refusal(name) == f"‘{name}, samples’ declares 50×2 values, more than 0 MiB: give fewer samples."


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_damage_gives_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, samples=POINTS, labels=CLASSES)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with suppress(DataError):
        assert load(str(path)).info == describe(str(path))
