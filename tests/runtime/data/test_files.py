"""Samples from the user's files: what is read, what is said, what is refused."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from runtime.data import arrays, read_samples
from runtime.errors import DataError

IMAGE = (1, 28, 28)


def refusal(path: Path, shape: tuple[int, ...]) -> str:
    with pytest.raises(DataError) as refused:
        read_samples(path, shape)
    return str(refused.value)


def saved(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def declare(path: Path, shape: tuple[int, ...], descr: str = "<f4") -> Path:
    """A .npy that declares `shape` and holds nothing."""
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape!r}, }}".encode().ljust(117) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head)
    return path


@pytest.mark.parametrize("given_shape", [(3, 1, 28, 28), (3, 28, 28), (1, 28, 28), (28, 28), (3, 784), (784,)])
def test_batch_and_channel_axes_are_added(tmp_path: Path, given_shape: tuple[int, ...]) -> None:
    samples, said = read_samples(saved(tmp_path / "x.npy", np.full(given_shape, 0.5)), IMAGE)
    assert samples.shape == (3 if given_shape[0] == 3 else 1, 1, 28, 28)
    assert samples.dtype == np.float32 and said == []


def test_points_one_or_many(tmp_path: Path) -> None:
    assert read_samples(saved(tmp_path / "x.npy", np.array([1, 2])), (2,))[0].tolist() == [[1, 2]]
    assert read_samples(saved(tmp_path / "x.npy", np.eye(2)), (2,))[0].tolist() == [[1, 0], [0, 1]]
    assert read_samples(str(saved(tmp_path / "x.npy", np.array(3.0))), ())[0].tolist() == [3]


def test_bytes_are_scaled_and_other_numbers_are_not(tmp_path: Path) -> None:
    samples, said = read_samples(saved(tmp_path / "x.npy", np.full(IMAGE, 51, np.uint8)), IMAGE)
    assert samples.max() == np.float32(0.2) and said == ["x.npy: its bytes 0 to 255 were scaled to 0 to 1."]
    samples, said = read_samples(saved(tmp_path / "x.npy", np.full(IMAGE, 51)), IMAGE)
    assert samples.max() == 51
    assert said == ["x.npy: its values reach 51, where pictures have 0 to 1; they were left as they are."]


@pytest.mark.parametrize("key", ["x", "sample", "input"])
def test_archives_with_one_array_or_a_known_name(tmp_path: Path, key: str) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, anything=np.ones((4, 2)))
    assert read_samples(path, (2,))[0].shape == (4, 2)
    np.savez(path, allow_pickle=False, label=np.ones(3), **{key: np.zeros((5, 2))})
    assert read_samples(path, (2,))[0].shape == (5, 2)


def test_archives_that_leave_the_choice_open(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, a=np.ones(2), b=np.ones(2))
    assert refusal(path, (2,)) == f"‘{path}’ holds the arrays a, b: give one array, or call the samples ‘x’."
    with zipfile.ZipFile(path, "w"):
        pass
    assert refusal(path, (2,)) == f"‘{path}’ holds no arrays: give one array, or call the samples ‘x’."


def test_wrong_shapes(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.npy", np.ones((3, 5)))
    wanted = "holds 3×5 numbers, and the model takes 1×28×28 per sample, or N×1×28×28: reshape it."
    assert refusal(path, IMAGE) == f"‘{path}’ {wanted}"
    wanted = "holds a single number, and the model takes 1×28×28 per sample, or N×1×28×28: reshape it."
    assert refusal(saved(path, np.ones(())), IMAGE) == f"‘{path}’ {wanted}"
    assert refusal(saved(path, np.ones((5, 2))), ()) == (
        f"‘{path}’ holds 5×2 numbers, and the model takes one number per sample: reshape it."
    )
    assert refusal(saved(path, np.ones((0, 2))), (2,)) == f"‘{path}’ holds no samples: give at least one."


TOO_LARGE = "1e+300, more than float32 can hold (3.4e+38): scale the values."


@pytest.mark.parametrize(("bad", "what"), [
    (np.nan, "NaN or infinity: replace the value."), (np.inf, "NaN or infinity: replace the value."), (1e300, TOO_LARGE),
])  # fmt: skip
def test_numbers_that_are_none(tmp_path: Path, bad: float, what: str) -> None:
    path = saved(tmp_path / "x.npy", np.array([[0, 1], [0, bad]]))
    assert refusal(path, (2,)) == f"‘{path}’: sample 2 of 2 holds {what}"
    path = tmp_path / "x.csv"
    path.write_text(f"0,1\n0,{bad}\n")
    assert refusal(path, (2,)) == f"‘{path}’: sample 2 of 2 holds {what}"


def test_types_that_are_no_real_numbers(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.npy", np.array([1j, 2]))
    assert refusal(path, (2,)) == f"‘{path}’ holds values of type complex128: give real numbers."
    np.save(path, np.array([{}, {}], object), allow_pickle=True)
    assert refusal(path, (2,)) == f"‘{path}’ holds values of type object: give real numbers."
    archive = tmp_path / "x.npz"
    np.savez(archive, x=np.array(["a"]))
    assert refusal(archive, (2,)) == f"‘{archive}, x’ holds values of type <U1: give real numbers."


def test_declared_sizes_are_bounded_before_reading(tmp_path: Path) -> None:
    path = declare(tmp_path / "x.npy", (10**12, 2))
    wanted = "declares 1000000000000×2 values, more than 2048 MiB: give fewer samples."
    assert refusal(path, (2,)) == f"‘{path}’ {wanted}"
    archive = tmp_path / "x.npz"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(path, "x.npy")
    assert refusal(archive, (2,)) == f"‘{archive}, x’ {wanted}"


def test_large_tables_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "LIMIT", 1 << 20)
    path = tmp_path / "x.csv"
    path.write_bytes(b"0" * (1 << 20) + b"\n")
    assert refusal(path, (2,)) == f"‘{path}’ is larger than 1 MiB: give fewer samples."


def test_damaged_arrays(tmp_path: Path) -> None:
    path = declare(tmp_path / "x.npy", (10, 2))
    end = "it is damaged, incomplete, or of another kind: write it anew."
    assert refusal(path, (2,)) == f"‘{path}’ cannot be read as a NumPy array (.npy): {end}"
    assert refusal(declare(path, (-4, -5)), (2,)) == f"‘{path}’ cannot be read as a NumPy array (.npy): {end}"
    archive = tmp_path / "x.npz"
    archive.write_bytes(b"PK no")
    assert refusal(archive, (2,)) == f"‘{archive}’ cannot be read as NumPy arrays (.npz): {end}"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_damage_gives_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from([".npy", ".npz", ".csv", ".png"]))
    path = tmp_path / f"x{suffix}"
    if suffix == ".npz":
        np.savez_compressed(path, x=np.ones((2, 2)))
    elif suffix == ".npy":
        np.save(path, np.ones((2, 2)))
    elif suffix == ".csv":
        path.write_text("a,b\n1,2\n")
    else:
        Image.new("L", (2, 2)).save(path)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        samples, _ = read_samples(path, (1, 2, 2) if suffix == ".png" else (2,))
    except DataError:
        return
    assert samples.dtype == np.float32 and np.isfinite(samples).all()


@pytest.mark.parametrize(
    "text", ["0,1\n2,3\n", "x,y\n0,1\n2,3\n", "\ufeff0, 1\r\n\r\n2 ,3", '"x","y"\n"0","1"\n"2",3\n']
)
def test_tables_with_and_without_a_header(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    assert read_samples(path, (2,))[0].tolist() == [[0, 1], [2, 3]]
    assert read_samples(path, (1, 1, 2))[0].shape == (2, 1, 1, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"0,1\n2,x\n", "‘{}’, row 2: ‘x’ is not a number: write numbers split by commas."),
        (b"0;1\n2;3\n", "‘{}’, row 2: ‘2;3’ is not a number: write numbers split by commas."),
        (b"x,y\n\n0\n", "‘{}’, row 3: 1 value was found, and a sample has 2."),
        (b"\n", "‘{}’ holds no samples: give at least one."),
        (b"x,y\n", "‘{}’ holds a header and no samples: give at least one."),
        (b"0,y\n", "‘{}’, row 1: ‘y’ is not a number: write numbers split by commas."),
        (b"\xff\xfe0", "‘{}’ cannot be read as a table: save it as CSV in UTF-8."),
    ],
)
def test_tables_that_are_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert refusal(path, (2,)) == sentence.format(path)


def test_what_is_done_to_a_picture_is_said(tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    photo = Image.new("RGB", (100, 120), "white")
    photo.paste("black", (40, 20, 60, 100))
    photo.save(path)
    samples, said = read_samples(path, IMAGE)
    assert samples.shape == (1, *IMAGE) and samples[0, 0, 0, 0] == 0 and samples[0, 0, 14, 14] == 1
    assert said == [
        "seven.png: made grey.",
        "seven.png: resized from 100×120 to 28×28.",
        "seven.png: inverted (dark ink on white paper became light on black).",
    ]
    assert read_samples(path, IMAGE, invert=False)[0][0, 0, 0, 0] == 1
    assert read_samples(path, (3, 120, 100))[1] == []


def test_a_picture_that_fits_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.JPG"
    Image.new("L", (28, 28), 0).save(path)
    samples, said = read_samples(path, IMAGE)
    assert said == [] and samples.max() == 0
    assert read_samples(path, IMAGE, invert=True)[0].min() == 1


def test_pictures_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"no")
    assert refusal(path, (2,)) == f"‘{path}’ is a picture, and the model takes 2: give .npy, .npz, .csv."
    assert refusal(path, IMAGE) == f"‘{path}’ cannot be read as a picture: replace it or remove it."


def test_files_that_are_missing_or_of_no_known_kind(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    assert refusal(path, (2,)) == f"There is no file {path}: check the name and the folder."
    kinds = "samples are read from .npy, .npz, .csv, .png, .jpg, .jpeg, not from"
    assert refusal(tmp_path / "x.bmp", (2,)) == f"‘{tmp_path / 'x.bmp'}’: {kinds} ‘.bmp’ files."
    assert refusal(tmp_path / "x", (2,)) == f"‘{tmp_path / 'x'}’: {kinds} files without a suffix."
