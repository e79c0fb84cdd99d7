"""Differences of documents: whatever an edit did, the JSON of the next document comes out of them, and they are small."""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes import edits
from nodes.difference import difference, documents, patched, spliced
from nodes.document import Document, Frame, Node, Training, Wire
from nodes.document_json import PARTS, from_json, to_data, to_json
from nodes.example import new


def as_read(document: Document) -> dict:
    return json.loads(to_json(document))


def step(document: Document, random: Random) -> Document:
    """A random edit; some of them touch everything."""
    ids = list(document.nodes)
    match random.randrange(11):
        case 0:
            return edits.add(document, "Dense", (random.random(), 2.0), {"units": random.randrange(1, 99)})[0]
        case 1 if ids:
            return edits.remove(document, random.sample(ids, min(len(ids), 2)))
        case 2 if ids:
            return edits.move(document, {random.choice(ids): (random.random(), 1.0)})
        case 3:
            return edits.retitle(document, f"title {random.random()}")
        case 4:
            shuffled = random.sample(list(document.nodes.items()), len(document.nodes))
            return document.changed(nodes=dict(shuffled), wires=tuple(random.sample(document.wires, len(document.wires))))
        case 5:
            return edits.set_recipe(document, epochs=random.randrange(1, 99))
        case 6:
            frames = (*document.frames, Frame(f"f{len(document.frames)}", "why", "text", (0.0, 1.0, 2.0, 3.0)))
            return document.changed(frames=frames[random.randrange(2) :])
        case 7:
            epochs = random.randrange(9)
            progress = {"epoch": epochs, "trail": [str(n) for n in range(epochs)]}
            return document.changed(training=Training(progress=progress if epochs else {}))
        case 8 if document.wires:
            return document.changed(bends={random.choice(document.wires): ((random.random(), 2.0), (3.0, 4.0))})
        case 9:
            return document.changed(silenced=("doubled softmax",) if not document.silenced else ())
    return document.changed(notes=f"{random.random()}")


@pytest.mark.parametrize("seed", range(4))
def test_a_chain_of_differences_gives_every_document(seed):
    random = Random(seed)
    chain = [new("lenet")]
    for _ in range(60):
        chain.append(step(chain[-1], random))
    told = [as_read(chain[0])]
    for old, newer in pairwise(chain):
        told.append(patched(told[-1], json.loads(json.dumps(difference(old, newer)))))
        assert told[-1] == as_read(newer)
    assert [d.same_drawing(from_json(to_json(c))) for d, c in zip(documents(told, "x"), chain, strict=True)] == [True] * 61


@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 3), max_size=8))
def test_a_splice_is_what_is_between(old, newer):
    start, count, items = spliced(old, newer)
    assert old[:start] + items + old[start + count :] == newer
    assert not items or not count or (items[0] != old[start] and items[-1] != old[start + count - 1])


def test_every_field_of_a_document_has_its_part():
    """Another field must be in the file and in the journal, or it is lost."""
    assert {f.name for f in fields(Document)} - {"weights", "training"} | {"progress"} == set(PARTS)


def test_an_edit_of_a_large_network_is_a_few_words_and_shares_the_rest():
    nodes = {f"n{i}": Node(f"n{i}", "Dense", f"dense{i}", (i * 9.0, 0.0), {"units": 10}) for i in range(500)}
    document = Document(nodes=nodes, wires=tuple(Wire(f"n{i}", "y", f"n{i + 1}", "x") for i in range(499)), serial=501)
    moved = edits.move(document, {"n250": (1.0, 2.0)})
    assert len(json.dumps(difference(document, moved))) < 400 < len(to_json(document)) / 100
    first = to_data(document)
    one, other = documents([first, patched(first, difference(document, moved))], "x")
    assert sum(one.nodes[i] is not other.nodes[i] for i in nodes) == 1 and other == moved
