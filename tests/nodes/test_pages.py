"""Every layer has a page: all its settings, a source, a picture that shows something, an example that opens and trains."""

from __future__ import annotations

import dataclasses
from pathlib import Path as FilePath

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.drawing import HEIGHT, WIDTH, Box, Disc, Drawing, Mark, Path, Pixels, Words
from nodes.example import new
from nodes.files import open_file, save
from nodes.layer import KIND_WORDS, LayerError, layer_type, layer_types
from nodes.page import layer_page, page_path, told
from nodes.page_example import sketch
from nodes.pictures.families import picture
from nodes.pictures.units import plain_picture
from nodes.pictures.worked import reached, run, slope, touched

TYPES = list(layer_types())


def points(mark: Mark) -> list[tuple[float, float]]:
    """The corners of what a mark covers; a letter is taken to be 0.62 of its size wide."""
    if isinstance(mark, Path):
        return list(mark.points)
    if isinstance(mark, (Box, Pixels)):
        return [(mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height)]
    if isinstance(mark, Disc):
        return [(mark.x - mark.radius, mark.y - mark.radius), (mark.x + mark.radius, mark.y + mark.radius)]
    wide = 0.62 * mark.size * len(mark.text)
    left = mark.x - mark.align * wide
    return [(left, mark.y - mark.size / 2), (left + wide, mark.y + mark.size / 2)]


@pytest.mark.parametrize("type", TYPES)
def test_a_page_tells_everything_of_its_layer(type: str) -> None:
    page, cls = layer_page(type), layer_type(type)
    assert [s.name for s in page.settings] == [s.name.replace("_", " ") for s in cls.settings()]
    assert all(s.help and s.takes and s.default for s in page.settings)
    assert page.about and page.about[0] == cls.doc()
    assert page.shapes and page.source.endswith(".")
    assert [name for name, _ in page.takes] == [p.name for p in cls.inputs]
    assert [name for name, _ in page.gives] == list(cls.outputs)
    assert page.numbers[0][0] == "shape" and all(result for _, _, result in page.numbers)
    assert page.formula or page.category == "Data"


@pytest.mark.parametrize("type", TYPES)
def test_a_picture_shows_something_inside_its_frame(type: str) -> None:
    drawing = picture(type)
    assert drawing.alt.startswith(f"{type}: ") and drawing.alt.endswith(".")
    assert len(drawing.marks) >= 4
    assert (drawing.width, drawing.height) == (WIDTH, HEIGHT)
    xs, ys = zip(*(point for mark in drawing.marks for point in points(mark)), strict=True)
    assert min(xs) >= 0 and max(xs) <= WIDTH and min(ys) >= 0 and max(ys) <= HEIGHT
    assert max(xs) - min(xs) > 200 and max(ys) - min(ys) > 50
    assert all(mark.size >= 10.5 for mark in drawing.marks if isinstance(mark, Words))


def test_no_two_layers_that_compute_different_things_look_the_same() -> None:
    seen: dict[tuple[Mark, ...], str] = {}
    for type in TYPES:
        marks = picture(type).marks
        assert seen.setdefault(marks, type) == type or {seen[marks], type} == ALIKE, (seen[marks], type)


#: Where the target is a class they are the same number.
ALIKE = {"CrossEntropy", "KullbackLeibler"}


@pytest.mark.parametrize("type", TYPES)
def test_the_example_opens_and_could_train(type: str, tmp_path: FilePath) -> None:
    document = sketch(type)
    node = next(n for n in document.nodes.values() if n.type == type)
    checked = check(document)
    assert not [p for p in checked.problems if p.node == node.id]
    assert not checked.built.problems and checked.built.nodes[node.id].outputs
    # Input is for data from outside: there is nothing here to train it with.
    assert bool(checked.errors) == (type == "Input")
    save(document, tmp_path / "example.onnx")
    opened = open_file(tmp_path / "example.onnx")
    assert opened.document.same_drawing(document) and not opened.notices


def test_examples_stand_apart_on_the_canvas() -> None:
    for type in TYPES:
        places = [n.position for n in sketch(type).nodes.values()]
        near = [(a, b) for a in places for b in places if a < b and abs(a[0] - b[0]) < 100 and abs(a[1] - b[1]) < 180]
        assert not near, type


# -- the words -----------------------------------------------------------------------------------------------------------
def test_the_page_of_a_convolution_in_words() -> None:
    page = layer_page("Conv2D")
    kernel = next(s for s in page.settings if s.name == "kernel size")
    assert (kernel.takes, kernel.default) == ("2 whole numbers from 1 to 511", "3 × 3")
    assert next(s for s in page.settings if s.name == "pads").counts == "if padding is numbers"
    assert page.shapes.startswith("(N, C, H, W) → (N, filters, H′, W′)")
    assert page.source == "Fukushima, Neocognitron, 1980; LeCun et al., 1989."
    # 16 filters of 1·3·3 weights and an offset over 28×28: 26×26 places.
    assert page.numbers[0] == ("shape", "1×28×28", "16×26×26")
    assert ("parameters", "16·(1·3·3 + 1)", "160") in page.numbers
    assert page.takes == (("x", KIND_WORDS["maps"]),)
    assert ("lenet", "LeNet") in page.templates


def test_small_numbers_and_signs_are_written_out() -> None:
    defaults = {s.name: s for s in layer_page("BatchNormalization").settings}
    assert defaults["epsilon"].default == "0.00001"
    assert "-" not in next(s for s in layer_page("Concatenate").settings if s.name == "axis").takes
    assert next(s for s in layer_page("Conv1D").settings if s.name == "stride").takes == "a whole number from 1 to 4,096"


def test_a_docstring_is_cut_at_its_labels() -> None:
    about, shapes, source = told(layer_type("RBF"))
    assert about[0].startswith("Radial basis") and "Source" not in " ".join((*about, shapes, source))
    about, shapes, source = told(layer_type("Whitening"))
    assert about[1].startswith("μ is the mean") and shapes.startswith("PCA (N") and source.startswith("Bell and Sejnowski")


def test_an_unknown_layer_is_refused_with_the_nearest() -> None:
    for ask in (layer_page, picture, sketch, page_path):
        with pytest.raises(LayerError, match="Conv2D"):
            ask("Conv2d_")


def test_one_function_says_where_the_reference_tells_of_a_layer() -> None:
    assert page_path("ReLU") == "docs/layers/activation.md#relu"
    assert page_path("Add") == "docs/layers/shape-combine.md#add"


# -- what the pictures measure ---------------------------------------------------------------------------------------------
def test_the_window_of_a_pool_and_the_number_that_wins() -> None:
    x = np.asarray([[3, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8], [9, 7, 9, 3]], float)[None, None]
    window = touched("MaxPool2D", x, (0, 0, 0, 0), 100.0)[0, 0]
    assert window.tolist() == [[True, True, False, False]] * 2 + [[False] * 4] * 2
    assert np.argwhere(touched("MaxPool2D", x, (0, 0, 0, 0))[0, 0]).tolist() == [[1, 1]]
    assert np.argwhere(reached("Upsample", x, (0, 0, 1, 1))[0, 0]).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]


@pytest.mark.parametrize(
    ("type", "axes"), [("BatchNormalization", (True, False, True)), ("LayerNormalization", (False, True, True)),
                       ("LocalResponseNormalization", (False, True, False))],
)  # fmt: skip
def test_what_a_normalisation_averages_is_measured(type: str, axes: tuple[bool, ...]) -> None:
    x = np.random.default_rng(7).standard_normal((3, 4, 3, 3))
    mask = touched(type, x, (1, 1, 1, 1), training=True)
    felt = mask.any((1, 2, 3)).sum() > 1, mask.any((0, 2, 3)).sum() > 1, mask.any((0, 1)).sum() > 1
    assert felt == axes


def test_the_drawn_slope_is_the_derivative() -> None:
    x = np.linspace(-3, 3, 13)[:, None]
    assert slope("Tanh", x) == pytest.approx(1 - np.tanh(x) ** 2)
    assert slope("ReLU", x[x != 0][:, None]).ravel() == pytest.approx((x[x != 0] > 0).astype(float))


def test_a_worked_layer_computes_what_its_formula_says() -> None:
    (y,) = run("Dot", np.asarray([[3.0, 1, 4]]), np.asarray([[1.0, 5, 2]]))
    assert y.tolist() == [[16]]
    (loss,) = run("Hinge", np.asarray([[0.25]]), np.asarray([1]))
    assert float(loss) == pytest.approx(0.75)


def test_a_layer_without_a_family_still_has_its_ports() -> None:
    drawing = plain_picture(layer_type("LSTM"))
    words = {m.text for m in drawing.marks if isinstance(m, Words)}
    assert words == {"LSTM", "x", "h", "c", "y"}


def test_a_layer_may_draw_its_own() -> None:
    cls = layer_type("Dropout")
    own = cls.picture()
    assert isinstance(own, Drawing) and picture("Dropout") == own
    assert layer_type("Dense").picture() is None


# -- sketches ------------------------------------------------------------------------------------------------------------
def test_a_branch_goes_on_beside_the_chain() -> None:
    document = sketch("Subtract")
    join = next(n for n in document.nodes.values() if n.type == "Subtract")
    sources = {w.target_port: document.nodes[w.source].name for w in document.wires_into[join.id]}
    assert sources == {"a": "a", "b": "b"}


def test_templates_are_found_by_what_is_in_them() -> None:
    for type in ("Dense", "Flatten"):
        for name, _ in layer_page(type).templates:
            assert type in {n.type for n in new(name).nodes.values()}


def test_the_worked_example_is_the_one_that_opens() -> None:
    document = sketch("Dense")
    node = next(n for n in document.nodes.values() if n.type == "Dense")
    built = build(document).nodes[node.id]
    assert f"{built.parameters:,}" in [result for name, _, result in layer_page("Dense").numbers if name == "parameters"]


def test_pages_do_not_change_under_a_reader() -> None:
    page = layer_page("Dense")
    with pytest.raises(dataclasses.FrozenInstanceError):
        page.type = "Conv2D"  # type: ignore[misc]
    assert edits.add(Document(), page.type)[1]
