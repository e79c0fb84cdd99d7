"""Small drawings of networks: from the document, inside their frame, thinned so that they can be told apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.document import Document
from nodes.drawing import Box, Disc, Mark, Path, Pixels, Words
from nodes.example import Sketch, examples, new
from nodes.portrait.bars import bars
from nodes.portrait.columns import columns
from nodes.portrait.dots import layers_of_dots
from nodes.portrait.drawn import portrait
from nodes.portrait.frame import HEIGHT, MIDDLE, WIDTH
from nodes.portrait.outline import Cell, Outline, outline
from nodes.portrait.special import PICTURES
from nodes.portrait.thinning import MOST, bridged
from runtime.recipe import Recipe


def sketch(shape: tuple[int, ...] = (3, 32, 32)) -> Sketch:
    made = Sketch("Test", Recipe())
    made.add("Input", shape=shape)
    return made


def inception(s: Sketch) -> None:
    source, ends = s.last, []
    for sizes in ((1,), (1, 3), (1, 5), (3, 1)):
        s.branch(source)
        for size in sizes:
            s.add("Conv2D", filters=8, kernel_size=(size, size), padding="same")
            s.add("ReLU")
        ends.append(s.last)
    s.join("Concatenate", *ends)


def residual(s: Sketch, filters: int, repeat: int, *, wider: bool) -> None:
    with s.block("block", repeat):
        source = s.last
        for _ in range(2):
            s.add("Conv2D", filters=filters, kernel_size=(3, 3), padding="same")
            s.add("BatchNormalization")
            s.add("ReLU")
        end = s.last
        if wider:
            s.branch(source)
            source = s.add("Conv2D", filters=filters, kernel_size=(1, 1))
        s.join("Add", end, source)


def resnet() -> Document:
    s = sketch()
    for filters in (8, 16, 32, 64, 128, 256):
        residual(s, filters, 1, wider=True)
        residual(s, filters, 5, wider=False)
    s.add("GlobalAveragePool")
    s.add("Dense", units=10)
    return s.document


def extent(mark: Mark) -> Iterator[tuple[float, float]]:
    if isinstance(mark, Path):
        yield from mark.points
    elif isinstance(mark, (Box, Pixels)):
        yield from ((mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height))
    elif isinstance(mark, Disc):
        yield from ((mark.x - mark.radius, mark.y - mark.radius), (mark.x + mark.radius, mark.y + mark.radius))
    else:
        assert isinstance(mark, Words)
        yield mark.x, mark.y


@pytest.mark.parametrize("name", [*PICTURES, *(f"example {n}" for n in examples()), "resnet"])
def test_every_portrait_stays_in_its_frame(name):
    if name in PICTURES:
        drawn = portrait(Outline(), name)
    else:
        drawn = portrait(outline(resnet() if name == "resnet" else new(name.removeprefix("example "))))
    assert len(drawn.marks) >= 3
    points = [point for mark in drawn.marks for point in extent(mark)]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert max(y for _, y in points) - min(y for _, y in points) > 15, "it is something to look at"


def test_the_arrangements_of_sequences_are_told_apart():
    kinds = ("one-to-one", "one-to-many", "many-to-one", "encoder-decoder", "in-step")
    assert all(examples()[f"rnn-{kind}"].picture == kind for kind in kinds)


def test_an_example_names_a_picture_that_there_is():
    assert {e.picture for e in examples().values()} <= {"", *PICTURES}


def test_lenet_is_a_row_of_its_layers_in_their_hues():
    found = outline(new("lenet"))
    assert found.parameters == 44_426
    assert found.is_chain and [c.category for c in found.cells][:4] == ["data", "convolution", "activation", "pooling"]
    assert found.cells[1].shape == (6, 24, 24) and found.cells[-2].shape == (10,)
    assert set(found.types) == {"Dataset", "Conv2D", "ReLU", "MaxPool2D", "Flatten", "Dense", "Softmax", "CrossEntropy"}
    boxes = [m for m in portrait(found).marks if isinstance(m, Box)]
    assert [b.fill.role for b in boxes] == [c.category for c in found.cells]
    assert [b.x for b in boxes] == sorted(b.x for b in boxes)
    assert boxes[1].height > boxes[4].height > boxes[2].height, "large maps are high, what only bends is a bead"


def test_the_label_is_no_step_of_the_network():
    found = outline(new("lenet"))
    assert (0, len(found.cells) - 1) not in found.wires


def test_dense_networks_are_dots_each_one_where_there_are_few():
    layers = layers_of_dots(outline(new("playground")))
    assert [n for n, _ in layers] == [2, 8, 8, 1]
    marks = portrait(outline(new("playground"))).marks
    assert sum(isinstance(m, Disc) for m in marks) == 2 + 8 + 8 + 1
    assert sum(isinstance(m, Path) for m in marks) == 2 * 8 + 8 * 8 + 8 * 1
    assert not layers_of_dots(outline(new("lenet")))


def test_a_recurrent_network_is_unfolded():
    s = sketch((12, 4))
    s.add("LSTM")
    s.add("Dense", units=2)
    squares = [m for m in portrait(outline(s.document)).marks if isinstance(m, Box)]
    assert len(squares) == 4 and len({b.y for b in squares}) == 1


def test_ways_beside_each_other_keep_their_lanes():
    s = sketch()
    inception(s)
    found = outline(s.document)
    where = columns(found)
    lanes = {where.lane[i] for i, cell in enumerate(found.cells) if cell.type == "Conv2D"}
    assert lanes == {-3.0, -1.0, 1.0, 3.0} and not where.skips
    for a, b in found.wires:
        if found.cells[a].type == found.cells[b].type == "Conv2D":
            assert where.lane[a] == where.lane[b]
    boxes = [m for m in bars(found) if isinstance(m, Box)]
    assert not any(
        a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height
        for i, a in enumerate(boxes) for b in boxes[i + 1 :]
    )  # fmt: skip


def test_what_is_reused_is_shown_once():
    s = sketch()
    for _ in range(9):
        inception(s)
    found = outline(s.document)
    assert [c.type for c in found.cells].count("Concatenate") == 1 and len(found.cells) == 9
    assert found.types == ("Input", "Conv2D", "ReLU", "Concatenate"), "a search finds what is not drawn, too"


def test_a_deep_residual_network_is_thinned_and_keeps_its_arcs():
    found = outline(resnet())
    assert len(found.cells) <= MOST
    where = columns(found)
    assert len(where.skips) >= 3 and not any(where.lane)
    assert found.cells[0].category == "data" and found.cells[-1].type == "Dense"
    arcs = [m for m in bars(found) if isinstance(m, Path) and min(y for _, y in m.points) < MIDDLE - 10]
    assert len(arcs) == len(where.skips)


def test_what_is_left_out_is_bridged():
    paths, links = list("abcde"), [("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("d", "e")]
    assert bridged(paths, links, "abde") == [("a", "b"), ("b", "d"), ("d", "e")]
    assert bridged(paths, links, "ae") == [("a", "e")]
    assert bridged(paths, links, "bd") == [("b", "d")]


def test_a_document_that_is_not_finished_has_an_outline():
    assert outline(Document()) == Outline()
    assert portrait(Outline()).marks == ()
    s = sketch()
    s.add("Dense", units=3)  # of maps: refused, and so without a shape
    assert [c.shape for c in outline(s.document).cells] == [(3, 32, 32), ()]
    assert portrait(outline(s.document)).marks
    assert Outline((Cell("Dense", "core"),)).is_chain


def test_every_special_picture_is_some_examples() -> None:
    assert set(PICTURES) == {example.picture for example in examples().values() if example.picture}
