"""Long random sequences of edits, blocks and repairs and training results among them: undo all gives the first document, redo
all the last, and what is saved at any moment opens equal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes import clipboard, edits, files
from nodes.check import check
from nodes.document import Document, Wire, frozen
from nodes.document_json import from_json, to_json
from nodes.example import new
from nodes.grouping import group
from nodes.history import History
from nodes.layout import Arrangement, arranged
from nodes.promotions import demote, promote, rename_face, set_face, set_repeat
from nodes.ungrouping import ungroup
from runtime.errors import NetwrightError

TYPES = ("Dense", "ReLU", "Conv2D", "Add", "Dropout", "Dataset", "CrossEntropy", "Flatten", "Concatenate", "BatchNormalization")
STEPS = st.lists(st.tuples(st.integers(0, 18), st.integers(0, 50), st.integers(0, 50)), max_size=25)


def pick(document: Document, k: int) -> str:
    ids = list(document.nodes) or ["none"]
    return ids[k % len(ids)]


def connect(d: Document, a: int, b: int) -> Document:
    source, target = pick(d, a), pick(d, b)
    outputs, inputs = d.outputs(source), d.inputs(target)
    if not outputs or not inputs:
        return d
    return edits.connect(d, Wire(source, outputs[a % len(outputs)], target, inputs[b % len(inputs)].name))


def insert(d: Document, a: int, b: int) -> Document:
    return edits.insert(d, d.wires[a % len(d.wires)], TYPES[b % len(TYPES)]) if d.wires else d


def make_block(d: Document, a: int, b: int) -> Document:
    return group(d, {pick(d, a), pick(d, a + 1), pick(d, b)})[0]


def a_block(d: Document, k: int) -> str:
    blocks = [n.id for n in d.nodes.values() if n.block is not None]
    return blocks[k % len(blocks)] if blocks else pick(d, k)


def repeated(d: Document, a: int, b: int) -> Document:
    block = a_block(d, a)
    return set_repeat(d, block, b % 4) if d.nodes[block].block else d


def promoted(d: Document, a: int, b: int) -> Document:
    inside = [n.id for n in d.nodes.values() if n.parent] or [pick(d, a)]
    node = d.nodes[inside[a % len(inside)]]
    names = [s.name for s in node.layer().settings()] or ["bypassed"]
    return promote(d, node.id, names[b % len(names)], factor=1 + a % 2)


def joined(d: Document, a: int, b: int) -> Document:
    """A setting that goes onto a face under a name that is there already; or which repetition has its own value."""
    faces = [n for n in d.nodes.values() if n.block and n.block.promotions]
    if not faces:
        return d
    face = faces[a % len(faces)]
    assert face.block is not None
    name = face.block.promotions[b % len(face.block.promotions)].name
    if a % 3 == 0:
        return rename_face(d, face.id, name, f"name{b % 3}")
    if a % 3 == 1:
        return set_face(d, face.id, name, b, repetition=b % face.block.repeat)
    inside = d.nodes[d.children[face.id][b % len(d.children[face.id])]]
    names = ["bypassed", *(s.name for s in inside.layer().settings())]
    return promote(d, inside.id, names[b % len(names)], name, factor=1 + b % 3)


def demoted(d: Document, a: int, b: int) -> Document:
    node = d.nodes[a_block(d, a)]
    return demote(d, node.id, node.block.promotions[0].name) if node.block and node.block.promotions else d


def set_number(d: Document, a: int, b: int) -> Document:
    id = pick(d, a)
    node = d.nodes[id]
    name = node.block.promotions[0].name if node.block and node.block.promotions else "units"
    return edits.set_setting(d, id, name, b)


def repaired(d: Document, a: int, b: int) -> Document:
    problems = [p for p in check(d).problems if p.repairs]
    if not problems:
        return d
    chosen = problems[a % len(problems)].repairs
    return chosen[b % len(chosen)].edit(d)


def laid_out(d: Document, a: int, b: int) -> Document:
    level = d.level(d.nodes[pick(d, a)].parent)
    edges = [(w.source, w.target) for w in level.wires]
    return edits.move(d, arranged(dict.fromkeys(level.nodes, (160.0, 184.0)), edges, Arrangement(down=bool(b % 2))))


def trained(d: Document, a: int, b: int) -> Document:
    """Weights as a run leaves them."""
    parameters = list(check(d).built.graph.parameters.values())
    return d.changed(weights={p.key: frozen(np.full(p.shape, a + b / 7, np.float32)) for p in parameters if p.size < 1e6})


EDITS: tuple[Callable[[Document, int, int], Document], ...] = (
    lambda d, a, b: edits.add(d, TYPES[a % len(TYPES)], parent=d.nodes[pick(d, b)].parent if d.nodes else "")[0],
    lambda d, a, b: edits.remove(d, [pick(d, a)]),
    connect,
    connect,
    insert,
    lambda d, a, b: edits.dissolve(d, pick(d, a)),
    lambda d, a, b: clipboard.paste(d, clipboard.copy(d, [pick(d, a), pick(d, b)]), keep_incoming=bool(a % 2))[0],
    set_number,
    lambda d, a, b: edits.move(d, {pick(d, a): (a, b)}),
    lambda d, a, b: edits.set_flags(d, [pick(d, a)], bypassed=bool(b % 2)),
    make_block,
    make_block,
    lambda d, a, b: ungroup(d, a_block(d, a))[0],
    repeated,
    promoted,
    joined,
    demoted,
    repaired,
    trained,
    laid_out,
)


def walked(steps: list[tuple[int, int, int]], each: Callable[[Document], None]) -> tuple[History, list[Document]]:
    history = History(new("mlp"))
    documents = [history.document]
    for kind, a, b in steps:
        try:
            document = EDITS[kind](history.document, a, b) if history.document.nodes or kind == 0 else history.document
        except NetwrightError:
            continue
        each(document)
        if document is not history.document:
            history.do("edit", document)
            documents.append(document)
    return history, documents


@given(STEPS)
def test_undo_all_gives_the_first_and_redo_all_the_last(steps: list[tuple[int, int, int]]) -> None:
    history, documents = walked(steps, lambda d: None)
    assert from_json(to_json(history.document)).same_drawing(history.document)
    for document in reversed(documents):
        assert history.document is document
        history.undo()
    assert history.document == new("mlp")
    for document in documents[1:]:
        history.redo()
        assert history.document is document


def saved_and_opened(document: Document, path: Path) -> None:
    """A valid model that opens equal, whatever state the drawing is in; what cannot run is said."""
    files.save(document, path)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert files.load(path) == document
    checked = check(document)
    assert checked.errors or checked.built.loss is not None


@given(STEPS)
@settings(max_examples=6)
def test_what_is_saved_after_any_edits_opens_equal(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("saved") / "network.onnx"
    history, _ = walked(steps, lambda d: None)
    saved_and_opened(history.document, path)


@pytest.mark.slow
@given(STEPS)
@settings(max_examples=150)
def test_what_is_saved_at_every_step_opens_equal(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("saved") / "network.onnx"
    walked(steps, lambda d: saved_and_opened(d, path))
