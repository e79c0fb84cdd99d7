"""The library of blocks: kept, taken, replaced; damaged and newer files are listed with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nodes import edits, library
from nodes.build import build
from nodes.document import Wire
from nodes.example import new
from nodes.grouping import group
from nodes.problems import Refusal
from nodes.promotions import promote, set_repeat
from runtime.errors import FileError


def kept(folder: Path) -> library.Entry:
    document, block = group(new("lenet"), ["n2", "n3", "n4"], "stage")
    document = set_repeat(promote(document, "n2", "filters"), block, 2)
    library.keep(document, block, folder)
    (entry,) = library.entries(folder)
    return entry


def test_a_block_is_kept_and_taken_into_another_network(tmp_path: Path) -> None:
    assert library.entries(tmp_path / "nowhere") == []
    entry = kept(tmp_path / "deep" / "library")
    assert (entry.name, entry.problem) == ("stage", "")
    document, data = edits.add(new("mlp"), "Input", settings={"shape": (3, 40, 40)})
    document, first = library.take(document, entry, (0.0, 400.0))
    document, second = library.take(document, entry, (300.0, 400.0))
    assert document.nodes[second].name == "stage1" and not set(document.inside(first)) & set(document.inside(second))
    wire = Wire(data, "y", first, document.inputs(first)[0].name)
    document = edits.set_setting(edits.connect(document, wire), first, "filters", 5)
    assert build(document).at(first).output.shape[1:] == (5, 7, 7)  # type: ignore[union-attr]
    library.forget(entry)
    assert library.entries(entry.path.parent) == []


def test_the_same_name_is_asked_about(tmp_path: Path) -> None:
    kept(tmp_path)
    document, block = group(new("lenet"), ["n8"], "stage")
    with pytest.raises(Refusal, match="has a block called ‘stage’ already") as refused:
        library.keep(document, block, tmp_path)
    assert refused.value.repairs[0].edit(document) is document
    assert len(library.entries(tmp_path)[0].nodes) == 4 - 2 + 2


@pytest.mark.parametrize(("text", "words"), [
    ("", "is damaged"), ("[]", "is damaged"), ("{", "is damaged"), ('{"kind": "x"}', "it holds something else"),
    (json.dumps({"kind": library.KIND, "version": 7}), "was written by a newer Netwright \\(library version 7\\): update"),
    (json.dumps({"kind": library.KIND, "version": 1, "name": "a", "nodes": [], "wires": []}), "it holds no single block"),
])  # fmt: skip
def test_bad_files_are_listed_with_the_reason(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / f"bad{library.SUFFIX}").write_text(text)
    (entry,) = library.entries(tmp_path)
    assert entry.name == "bad"
    with pytest.raises(Refusal, match=words):
        library.take(new("mlp"), entry, (0.0, 0.0))


def test_a_block_that_contains_itself_is_refused(tmp_path: Path) -> None:
    entry = kept(tmp_path)
    data = json.loads(entry.path.read_text())
    for node in data["nodes"]:
        node["parent"] = entry.block.id
    entry.path.write_text(json.dumps(data))
    (bad,) = library.entries(tmp_path)
    assert "a block that contains itself" in bad.problem


def test_what_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="conv1 is no block"):
        library.keep(new("lenet"), "n2", tmp_path)
    tied = edits.share(edits.set_setting(new("mlp"), "n3", "units", 10), "n5", "bias", "n3")
    document, block = group(tied, ["n5"])
    with pytest.raises(Refusal, match="shares weights with a layer outside"):
        library.keep(document, block, tmp_path)
    document, block = group(new("lenet"), ["n8"], "stage")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be made"):
        library.keep(document, block, tmp_path / "file" / "folder")
