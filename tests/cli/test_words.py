"""What the words of a command may be: names of files that are none, datasets and folders, upper and lower case."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.headless.documents import dataset_name
from nodes.example import new
from nodes.files import load, save
from runtime.errors import NetwrightError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", ""), "It is empty: give the name of a file."),
        (("new", "mlp", "-o", ""), "It is empty: give the name of a file."),
        (("new", "mlp", "-o", "-"), "‘-’ is no file, and nothing is read from a pipe or written to one: give a name."),
        (("train", "m.onnx", "--epochs", "1.5"), "It takes a whole number from 1 to 1,000,000, and ‘1.5’ was given."),
        (("train", "m.onnx", "--seed", "-1"), "It takes a whole number of at least 0, and ‘-1’ was given."),
        (("train", "m.onnx", "--learning-rate", "x"), "'x' is not a valid number."),
        (("train", "m.onnx", "--engine", "numpi"), "There is no engine called ‘numpi’: did you mean ‘numpy’?"),
        (("evaluate", "m.onnx", "--split", "tset"), "There is no split called ‘tset’: did you mean ‘test’?"),
    ],
)
def test_wrong_usage_is_told_in_words(run: Any, words: tuple[str, ...], sentence: str) -> None:
    result = run(*words)
    assert result.code == 2 and result.err.splitlines()[-1].endswith(f": {sentence}")
    assert not list(Path(".").iterdir())


@POSIX
@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("folder", "{here}/folder is a folder: give the name of a file."),
        ("loop", "loop could not be written to {here}: it is a link that leads back to itself: choose another name."),
        ("pipe", "{here}/pipe is a device and not a file: choose another name."),
        ("locked", "{here}/locked is read-only, so writing to it is not permitted: allow it, or choose another name."),
        ("nowhere/x", "x could not be written to {here}/nowhere: the folder does not exist: make it, or save somewhere else."),
        ("locked/x", "x could not be written to {here}/locked: its folder is a file: save it somewhere else."),
    ],
)
def test_places_where_nothing_can_be_written(run: Any, tmp_path: Path, place: str, sentence: str) -> None:
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    os.mkfifo("pipe")
    Path("locked").touch(0o444)
    result = run("new", "mlp", "-o", place)
    assert (result.code, result.err) == (1, sentence.format(here=tmp_path.resolve()) + "\n")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux has /proc")
def test_a_folder_that_takes_no_files(run: Any) -> None:
    wanted = "x.onnx could not be written to /proc: no file can be made in that folder: save somewhere else.\n"
    assert run("new", "mlp", "-o", "/proc/x.onnx").err == wanted


@POSIX
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder", "folder is a folder: give the name of an .onnx file in it."),
        ("loop", "loop cannot be read: it is a link that leads back to itself: give the file itself."),
        ("pipe", "pipe is a pipe or a device and not a file: give the name of an .onnx file."),
        ("nothing", "There is no file nothing: check the name and the folder."),
        ("m.onnx/x", "m.onnx/x cannot be read: its folder is a file: check the name."),
    ],
)
def test_what_cannot_be_read(run: Any, small: Path, name: str, sentence: str) -> None:
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    os.mkfifo("pipe")
    for command in ("check", "train"):
        assert (run(command, name).err, run(command, name).code) == (f"{sentence}\n", 1)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(run: Any, small: Path) -> None:
    small.chmod(0)
    wanted = "m.onnx cannot be read: reading it is not permitted: change its permissions, or those of its folder.\n"
    assert (run("train", "m.onnx").err, run("train", "m.onnx").code) == (wanted, 1)


def test_reading_that_is_not_permitted_speaks_of_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime import obstacles

    def refused(path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(obstacles.os, "stat", refused)
    sentence = obstacles.obstacle(Path("closed/m.onnx"), "an .onnx file")
    monkeypatch.undo()
    assert sentence.startswith("closed/m.onnx cannot be read: reading it is not permitted: change its permissions")


def test_upper_and_lower_case_are_one_where_that_is_clear(run: Any, tmp_path: Path) -> None:
    assert run("new", "MLP", "-o", "a.onnx").code == 0
    run("train", "a.onnx", "--optimizer", "ADAM", "--batch-size", 0, "--epochs", 1, "--engine", "NumPy")
    assert load("a.onnx").recipe.stages[0].updates[0].optimizer == "Adam"
    assert run("export", "a.onnx", "--to", "ONNX", "-o", "b.onnx").code == 0
    assert "did you mean ‘Adam’?" in run("train", "a.onnx", "--optimizer", "ADM").err


def test_a_built_in_dataset_comes_before_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spiral").mkdir()
    Path("pictures").mkdir()
    assert dataset_name("SPIRAL:noise=5") == "spiral:noise=5"
    capsys.readouterr()
    assert dataset_name("spiral") == "spiral"
    assert capsys.readouterr().err == "‘spiral’ is the built-in dataset here; the folder of that name is ./spiral.\n"
    assert dataset_name("./spiral") == str(tmp_path / "spiral")
    assert dataset_name("pictures:size=32") == f"{tmp_path / 'pictures'}:size=32"
    assert dataset_name("nothing") == "nothing"


def test_a_dataset_without_a_name(run: Any, tmp_path: Path) -> None:
    save(new("playground"), tmp_path / "p.onnx")
    result = run("train", "p.onnx", "--data", " ")
    wanted = "give the name of a dataset, a folder of pictures, a .txt text or an .npz file."
    assert (result.code, result.err) == (1, f"--data is empty: {wanted}\n")


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_a_folder_whose_name_no_file_can_hold(tmp_path: Path) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/pictures\xff")
    os.mkdir(folder)
    with pytest.raises(NetwrightError, match="is not UTF-8, so no file can refer to it: rename it"):
        dataset_name(folder)


def test_a_place_is_named_once(run: Any, tmp_path: Path) -> None:
    save(new("playground"), tmp_path / "p.onnx")
    result = run("train", "p.onnx", "--data", "spiral:noise=60")
    assert result.code == 1 and result.err.count("Dataset") == 1
    assert result.err.endswith(": noise is ‘60’, and it takes a whole number from 0 to 50.\n")


def test_a_rate_is_told_without_the_noise_of_float32(run: Any, small: Path) -> None:
    words = ("--learning-rate", "1e30", "--optimizer", "SGD", "--schedule", "constant")
    assert "(at this step it is 1e+30)" in run("train", small, *words).err
