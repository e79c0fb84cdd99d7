"""A document whose numbers lie in a second file: valid for everybody, lossless, and whole whenever saving is cut short."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from nodes import edits
from nodes.document import Document
from nodes.example import new
from nodes.files import load, open_file, save, to_onnx
from nodes.training import Run, trained
from runtime import atomic, external_data, model_file
from runtime.errors import FileError
from runtime.model_file import Arrays, write_model

TINY = 1000


def learnt(epochs: int = 1, document: Document | None = None, **recipe: Any) -> Document:
    run = Run(document or edits.set_recipe(new("mlp"), batch_size=3600, **recipe), threads=2)
    for _ in run.events(epochs):
        pass
    return run.document()


@pytest.fixture(scope="module")
def one() -> Document:
    return learnt()


@pytest.fixture(scope="module")
def two(one: Document) -> Document:
    return learnt(document=one)


def data_files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.suffix == ".data")


def test_it_is_valid_and_runs_and_reopens_equal(one: Document, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    save(one, path, limit=TINY)
    (data,) = data_files(tmp_path)
    digest = hashlib.sha1((tmp_path / data).read_bytes()).hexdigest()
    assert data == f"net.onnx.{digest[:16]}.data" and path.stat().st_size < 60_000 < (tmp_path / data).stat().st_size
    onnx.checker.check_model(str(path), full_check=True)
    again = open_file(path)
    assert again.document == one and again.notices == () and one.training.slots
    x = np.random.default_rng(0).random((3, 1, 28, 28), np.float32)
    inside, outside = (ort.InferenceSession(m) for m in (to_onnx(one).SerializeToString(), path))
    feeds = {inside.get_inputs()[0].name: x}
    np.testing.assert_array_equal(inside.run(None, feeds)[0], outside.run(None, feeds)[0])


def test_onnx_finds_every_number_where_the_model_says(one: Document, tmp_path: Path) -> None:
    """Read by hand, by the rules of the specification: the optimizer's state too, which onnx's own reader passes over."""
    save(one, tmp_path / "net.onnx", limit=TINY)
    inside = {t.name: t.raw_data for t in external_data.tensors(to_onnx(one))}
    training = 0
    model = onnx.load(tmp_path / "net.onnx", load_external_data=False)
    for tensor in external_data.tensors(model):
        if external_data.is_external(tensor):
            said = {e.key: e.value for e in tensor.external_data}
            at, length = int(said["offset"]), int(said["length"])
            content = (tmp_path / said["location"]).read_bytes()
            assert content[at : at + length] == inside[tensor.name] and at % 4096 == 0
            training += tensor.name not in {t.name for t in model.graph.initializer}
    assert training >= 4, "two slots of two weights"


def test_training_goes_on_exactly(one: Document, two: Document, tmp_path: Path) -> None:
    save(one, tmp_path / "net.onnx", limit=TINY)
    assert learnt(document=load(tmp_path / "net.onnx")) == two


def test_what_has_no_place_in_the_graph_is_outside_too(one: Document, tmp_path: Path) -> None:
    cut = edits.disconnect(one, [one.wires[2]])
    save(cut, tmp_path / "net.onnx", limit=TINY)
    assert load(tmp_path / "net.onnx") == cut and len(data_files(tmp_path)) == 1


def test_saving_again_leaves_one_data_file(one: Document, two: Document, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    names = []
    for document in (one, two, two, one):
        stamp = save(document, path, open_file(path).stamp if path.exists() else None, limit=TINY)
        assert load(path) == document and stamp == atomic.stamp(path)
        names += data_files(tmp_path)
    assert len(names) == 4 and names[0] == names[3] != names[1] == names[2]
    save(one, path)
    assert load(path) == one and os.listdir(tmp_path) == ["net.onnx"]


def test_elsewhere_and_through_a_link(one: Document, two: Document, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    save(one, tmp_path / "net.onnx", limit=TINY)
    save(two, tmp_path / "b" / "net.onnx", limit=TINY)
    assert load(tmp_path / "net.onnx") == one and load(tmp_path / "b" / "net.onnx") == two
    (tmp_path / "link.onnx").symlink_to(tmp_path / "b" / "net.onnx")
    save(one, tmp_path / "link.onnx", limit=TINY)
    assert load(tmp_path / "link.onnx") == load(tmp_path / "b" / "net.onnx") == one
    assert len(data_files(tmp_path)) == len(data_files(tmp_path / "b")) == 1
    shutil.move(tmp_path / "b", tmp_path / "c")
    assert load(tmp_path / "c" / "net.onnx") == one, "a folder may be moved"


def test_a_copy_of_the_model_keeps_its_data(one: Document, two: Document, tmp_path: Path) -> None:
    save(one, tmp_path / "net.onnx", limit=TINY)
    shutil.copy(tmp_path / "net.onnx", tmp_path / "before.onnx")
    save(two, tmp_path / "net.onnx", limit=TINY)
    assert load(tmp_path / "before.onnx") == one and load(tmp_path / "net.onnx") == two


def test_data_that_is_not_ours_is_left_alone(one: Document, two: Document, tmp_path: Path) -> None:
    others = [tmp_path / n for n in ("net.onnx.data", "net.onnx.0123456789abcdef.data", "other.onnx.0123456789abcdef.data")]
    for other in others:
        other.write_bytes(b"theirs")
    for document in (one, two):
        save(document, tmp_path / "net.onnx", limit=TINY)
    assert all(o.exists() for o in others) and len(data_files(tmp_path)) == 4


def test_the_data_is_as_private_as_the_model(one: Document, tmp_path: Path) -> None:
    save(new("mlp"), tmp_path / "net.onnx")
    (tmp_path / "net.onnx").chmod(0o600)
    save(one, tmp_path / "net.onnx", limit=TINY)
    assert {p.stat().st_mode & 0o777 for p in tmp_path.iterdir()} == {0o600}


# -- cut short -----------------------------------------------------------------------------------------------------------
class Crash(BaseException):
    """The power fails: nothing of ours runs any more but what cleans up, and that may fail too."""


STEPS = ("mkstemp", "fsync", "chmod", "replace", "unlink")


def crash_after(count: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> Callable[[], int]:
    """Every call that changes the disk is counted; after the one of that number, all fail."""
    done = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*words: Any, **more: Any) -> Any:
            nonlocal done
            if done >= count:
                raise error
            done += 1
            return call(*words, **more)

        return wrapped

    monkeypatch.setattr(tempfile, "mkstemp", counted(tempfile.mkstemp))
    for name in STEPS[1:]:
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    return lambda: done


@pytest.mark.parametrize("error", [Crash(), OSError(28, "No space left on device")], ids=["crash", "full"])
@pytest.mark.parametrize("limits", [(TINY, TINY), (None, TINY), (TINY, None)], ids=["2to2", "1to2", "2to1"])
def test_a_failure_after_any_step_leaves_the_old_file_or_the_new_one(
    limits: tuple[int | None, int | None], error: BaseException, one: Document, two: Document, tmp_path: Path
) -> None:
    seen, count, finished = set(), 0, False
    while not finished:
        folder = tmp_path / str(count)
        folder.mkdir()
        path = folder / "net.onnx"
        save(one, path, limit=limits[0])
        with pytest.MonkeyPatch.context() as patched:
            done = crash_after(count, patched, error)
            with suppress(Crash, FileError):
                save(two, path, limit=limits[1])
            finished = done() < count
        found = load(path)
        assert found in (one, two), f"after step {count}"
        onnx.checker.check_model(str(path), full_check=True)
        seen.add(trained(found) and found == two)
        save(two, path, limit=TINY)
        assert load(path) == two, "and it can be saved once more"
        count += 1
    assert seen == {False, True} and count > 6


def test_a_full_disk_leaves_nothing_of_the_new(
    one: Document, two: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.onnx"
    save(one, path, limit=TINY)
    before = sorted(os.listdir(tmp_path))
    replace, calls = os.replace, []

    def full(source: str, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:  # the data stands; the model does not
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FileError, match=r"net\.onnx could not be written to .*no space left on the disk"):
        save(two, path, limit=TINY)
    assert calls[0].suffix == ".data" and sorted(os.listdir(tmp_path)) == before and load(path) == one


def test_what_cannot_be_replaced_is_said_before_the_data_is_written(
    one: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.onnx").mkdir()
    monkeypatch.setattr(model_file, "write", lambda *_, **__: pytest.fail("written"))
    with pytest.raises(FileError, match="is a folder"):
        save(one, tmp_path / "net.onnx", limit=TINY)
    with pytest.raises(FileError, match="the folder does not exist"):
        save(one, tmp_path / "no" / "net.onnx", limit=TINY)


# -- damaged -------------------------------------------------------------------------------------------------------------
def test_a_document_without_its_data_says_where_it_belongs(one: Document, tmp_path: Path) -> None:
    save(one, tmp_path / "net.onnx", limit=TINY)
    (name,) = data_files(tmp_path)
    shutil.move(tmp_path / name, tmp_path / "kept")
    with pytest.raises(FileError, match=f"lie in {name}, which is not there: put that file beside net.onnx, in {tmp_path}"):
        load(tmp_path / "net.onnx")
    content = bytearray((tmp_path / "kept").read_bytes())
    content[5] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=f"^{name} is damaged"):
        load(tmp_path / "net.onnx")
    (tmp_path / name).write_bytes(content[:-5000])
    with pytest.raises(FileError, match="it is cut off or another one"):
        load(tmp_path / "net.onnx")


def test_flipped_bytes_of_the_model_never_give_a_traceback(one: Document, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    save(one, path, limit=TINY)
    data = path.read_bytes()
    places = [i for i in range(len(data)) if data.startswith((b"location", b"offset", b"length", b"checksum"), i)]
    rng = np.random.default_rng(1)
    for position in [p + int(d) for p in places for d in rng.integers(-6, 60, 6)]:
        damaged = bytearray(data)
        damaged[position % len(data)] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            load(path)
        except FileError as error:
            assert str(error).endswith(".")


def test_a_small_tensor_stays_inside_and_a_large_one_is_not_copied(tmp_path: Path) -> None:
    kept = Arrays()
    small, large = np.zeros(3, np.float32), np.ones((64, 64), np.float32)
    tensors = [kept.tensor(a, n) for n, a in (("small", small), ("large", large))]
    graph = onnx.helper.make_graph([], "g", [], [], tensors)
    model = onnx.helper.make_model(graph)
    assert [a is large for _, a in kept.of(model)] == [True]
    write_model(tmp_path / "m.onnx", model, kept, limit=large.nbytes - 1)
    assert model.graph.initializer[0].raw_data and not model.graph.initializer[1].raw_data
    assert len(data_files(tmp_path)) == 1
