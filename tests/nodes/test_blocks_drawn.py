"""What is drawn goes in and out of blocks with the layers: bends of wires, comment frames, notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nodes import edits, library
from nodes.bends import bend
from nodes.document import Document, Wire
from nodes.document_json import from_json, to_json
from nodes.example import new
from nodes.frames import add_frame
from nodes.grouping import group
from nodes.promotions import set_repeat
from nodes.ungrouping import ungroup
from tests.nodes.test_blocks import ids


def bent_chain() -> tuple[Document, dict[str, str], list[Wire]]:
    """LeNet with a bend in every wire from its data to its second convolution."""
    document = new("lenet")
    at = ids(document)
    chain = [w for name in ("conv1", "relu1", "pool1", "conv2") for w in document.wires_into[at[name]]]
    for number, wire in enumerate(chain):
        document, _ = bend(document, wire, (100.0 + 10 * number, -50.0))
    return document, at, chain


def test_bends_survive_making_a_block_and_dissolving_it() -> None:
    document, at, chain = bent_chain()
    grouped, block = group(document, [at[n] for n in ("conv1", "relu1", "pool1")])
    inside = {w: p for w, p in grouped.bends.items() if grouped.nodes[w.source].parent == block}
    assert inside.items() >= {w: document.bends[w] for w in chain[1:3]}.items()
    assert sorted(p for points in grouped.bends.values() for p in points) == sorted(p for w in chain for p in document.bends[w])
    plain, standing = ungroup(grouped, block)
    new_id = dict(zip((at[n] for n in ("conv1", "relu1", "pool1")), standing, strict=True))
    apart = {replace(w, source=new_id.get(w.source, w.source), target=new_id.get(w.target, w.target)) for w in chain}
    assert set(plain.bends) == apart and all(len(p) == 1 for p in plain.bends.values())
    dx = plain.nodes[standing[0]].position[0] - document.nodes[at["conv1"]].position[0]
    first = next(w for w in apart if {w.source, w.target} == {standing[0], standing[1]})
    assert plain.bends[first] == ((110.0 + dx, -50.0 + plain.nodes[standing[0]].position[1]),)


def test_every_repetition_has_the_bends_and_frames_of_the_block() -> None:
    document, at, _ = bent_chain()
    document, frame = add_frame(document, "stage", (200.0, -80.0, 600.0, 300.0))
    grouped, block = group(document, [at[n] for n in ("relu1", "pool1")], frames=[frame])
    assert [f.parent for f in grouped.frames if f.id == frame] == [block]
    inner, outer = group(grouped, [block])
    for whole, name in ((grouped, block), (inner, outer)):
        plain, standing = ungroup(set_repeat(whole, name, 3), name)
        among = [w for w in plain.bends if w.source in plain.nodes and plain.nodes[w.target].type == "MaxPool2D"]
        assert len(among) >= (3 if name == block else 1)
        frames = [f for f in plain.frames if f.title == "stage"]
        assert len(frames) == 3 and len({f.rect for f in frames}) == (3 if name == block else 1)
        assert {f.parent for f in frames} == ({""} if name == block else set(standing))
        assert from_json(to_json(plain)).same_drawing(plain)


def test_a_block_that_goes_takes_its_frames_with_it() -> None:
    document, at, _ = bent_chain()
    grouped, block = group(document, [at["relu1"]])
    grouped, frame = add_frame(grouped, "inside", (0.0, 0.0, 90.0, 90.0), parent=block)
    left = edits.remove(grouped, [block])
    assert frame not in [f.id for f in left.frames]
    assert from_json(to_json(left)).same_drawing(left)


def test_a_block_of_the_library_has_its_notes_and_bends(tmp_path: Path) -> None:
    document, at, _ = bent_chain()
    grouped, block = group(document, [at["relu1"], at["pool1"]], "stage")
    grouped, _ = add_frame(grouped, "", (0.0, 0.0, 90.0, 90.0), "why", note=True, parent=block)
    library.keep(grouped, block, tmp_path)
    (entry,) = library.entries(tmp_path)
    taken, made = library.take(new("mlp"), entry, (0.0, 400.0))
    assert [(f.text, f.parent) for f in taken.frames if f.text == "why"] == [("why", made)]
    inner = [w for w in taken.wires if taken.nodes[w.target].parent == made]
    assert [taken.bends.get(w) for w in inner if w in taken.bends] == [p for w, p in grouped.bends.items() if w.target in
                                                                       grouped.inside(block)]  # fmt: skip
