"""Folders of pictures: classes, sizes, colours, splits, and what is said of folders that will not do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from runtime.data import describe, load, pictures
from runtime.data.sets import folder
from runtime.errors import DataError
from runtime.randomness import generator


def paint(path: Path, mode: str = "L", size: tuple[int, int] = (6, 4), value: int = 51) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode in ("L", "I;16") else (value,) * len(mode)).save(path)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two classes of ten grey pictures, 6 wide and 4 high."""
    root = tmp_path / "pets"
    for name, value in (("cat", 51), ("dog", 204)):
        for index in range(10):
            paint(root / name / f"{index}.png", value=value)
    return root


def refusal(name: str | Path) -> str:
    with pytest.raises(DataError) as refused:
        load(str(name))
    return str(refused.value)


def test_subfolders_are_classes(place: Path) -> None:
    (place / "cat" / "Thumbs.db").write_bytes(b"")
    (place / ".git").mkdir()
    (place / "readme.txt").write_text("hello")
    info, found = describe(str(place)), load(str(place))
    assert info.classes == ("cat", "dog") and info.sample_shape == (1, 4, 6) and info.title == "pets"
    assert (info.train_size, info.validation_size, info.test_size) == (14, 2, 4)
    assert found.info == info
    for split, each in ((found.train, 7), (found.validation, 1), (found.test, 2)):
        assert np.bincount(split.labels).tolist() == [each, each]
        np.testing.assert_allclose(split.samples[:, 0, 0, 0], np.where(split.labels == 0, 0.2, 0.8), atol=1e-6)


def test_the_test_split_does_not_depend_on_the_seed(place: Path) -> None:
    for index in range(10):
        paint(place / "cat" / f"{index}.png", value=index)
    found = [load(str(place), seed) for seed in range(6)]
    assert len({each.test.samples.tobytes() for each in found}) == 1
    assert len({each.validation.samples.tobytes() for each in found}) > 1


def test_one_coloured_picture_makes_all_rgb(place: Path) -> None:
    paint(place / "dog" / "9.png", "RGB")
    assert describe(str(place)).sample_shape == (3, 4, 6)
    assert load(str(place)).train.samples.shape == (14, 3, 4, 6)


def test_sizes_follow_the_first_picture_or_the_option(place: Path) -> None:
    paint(place / "dog" / "0.png", size=(30, 20))
    assert load(str(place)).train.samples.shape == (14, 1, 4, 6)
    info = describe(f"{place}:size=8")
    assert info.sample_shape == (1, 8, 8) and info.name == f"{place}:size=8"
    assert load(f"{place}:size=8").test.samples.shape == (4, 1, 8, 8)


def test_descriptions_and_data_follow_changes(place: Path) -> None:
    before = load(str(place))
    assert load(str(place)) is before
    first = paint(place / "cat" / "0.png", size=(5, 5))
    os.utime(first, ns=(1, 1))
    assert describe(str(place)).sample_shape == (1, 5, 5)
    assert load(str(place)) is not before
    paint(place / "eel" / "0.png")
    os.utime(place, ns=(1, 1))
    assert describe(str(place)).classes == ("cat", "dog", "eel")


def test_describing_opens_only_headers(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("pixels were read")

    monkeypatch.setattr(pictures, "pixels", never)
    paint(place / "cat" / "0.png", "RGB")
    (place / "dog" / "9.png").write_bytes(b"broken")  # not looked at: the first one settles size and colour
    assert describe(str(place)).sample_shape == (3, 4, 6)


def test_a_relative_folder_with_a_plain_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.parent)
    assert describe("pets:size=3").name == "pets:size=3"
    assert describe("pets").sample_shape == (1, 4, 6)
    (place.parent / "digits").mkdir()  # built-in names win, or a document would mean another set in another folder
    assert describe("digits").sample_shape == (1, 28, 28)


def test_a_folder_whose_name_holds_a_colon(place: Path) -> None:
    if os.name == "nt":
        pytest.skip("Windows allows no colon in a name")
    odd = place.rename(place.with_name("a:size=3"))
    assert describe(str(odd)).sample_shape == (1, 4, 6)


def test_folders_that_will_not_do(place: Path, tmp_path: Path) -> None:
    assert refusal(tmp_path / "no") == f"The folder ‘{tmp_path / 'no'}’ does not exist: check its name."
    bare = place / "cat"
    assert refusal(bare) == f"The folder ‘{bare}’ has no subfolders: put the pictures in one subfolder a class."
    file = place / "cat" / "0.png"
    assert refusal(file) == f"‘{file}’ cannot be read as a folder: give a folder with one subfolder a class."
    (place / "eel").mkdir()
    kinds = "PNG, JPEG, BMP, GIF, WebP, TIFF"
    wanted = f"The class folder ‘{place / 'eel'}’ holds no pictures ({kinds}): put some in it, or remove it."
    assert refusal(place) == wanted


def test_too_few_pictures(tmp_path: Path) -> None:
    for name in "abcde":
        paint(tmp_path / "few" / name / "0.png")
    few = tmp_path / "few"
    assert refusal(few) == f"The folder ‘{few}’ holds 5 pictures, and three splits need 6 at least: add some."
    paint(few / "f" / "0.png")
    os.utime(few, ns=(1, 1))
    assert refusal(few) == f"The folder ‘{few}’ has too few pictures a class to hold some out: add some."


@pytest.mark.parametrize("content", [b"", b"no picture", "cut"])
def test_unreadable_pictures_are_named(place: Path, content: bytes | str) -> None:
    path = place / "dog" / "3.png"
    Image.fromarray(generator(0).integers(0, 256, (40, 60), np.uint8)).save(path)
    path.write_bytes(content if isinstance(content, bytes) else path.read_bytes()[:1000])
    assert refusal(place) == f"‘{path}’ cannot be read as a picture: replace it or remove it."


def test_a_dangling_link_is_named(place: Path) -> None:
    link = place / "cat" / "00.png"
    try:
        link.symlink_to(place / "nowhere.png")
    except OSError:
        pytest.skip("this system lets us make no links")
    assert refusal(place) == f"The picture ‘{link}’ does not exist: check its name."


def test_memory_is_bounded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LIMIT", 1 << 28)
    wanted = (
        "20 pictures of 4000×4000 take 1.2 GiB, more than the 0.2 GiB allowed: add ‘:size=64’ to the folder’s name."
    )
    assert refusal(f"{place}:size=4000") == wanted
    monkeypatch.setattr(pictures, "LIMIT", 20)
    path = place / "cat" / "0.png"
    os.utime(path, ns=(2, 2))
    assert refusal(place) == f"‘{path}’ has 6×4 pixels, more than the 20 allowed: make it smaller."
