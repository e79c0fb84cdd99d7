"""Repairs: what is offered for a wire or a node that does not fit, and that none is offered which would be refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import new
from nodes.grouping import group
from nodes.layer import layer_type, layer_types, sample_shape
from nodes.problems import Refusal, Repair
from runtime.errors import NetwrightError
from tests.nodes.checks.chains import conv, dense, id_of, inputs, joined, network, of_kind, said


def refused(document: Document, wire: Wire) -> Refusal:
    with pytest.raises(Refusal) as found:
        edits.connect(document, wire)
    return found.value


def offered(repairs: tuple[Repair, ...]) -> list[tuple[str, str]]:
    return [(r.title, r.result) for r in repairs]


#: The shape that comes, the layer it does not fit, what is offered and the shape that it gives.
MISFITS = [
    ((16, 5, 5), "Dense", [("Insert Flatten", "400"), ("Insert GlobalAveragePool", "16")]),
    ((1, 28, 28), "Dense", [("Insert Flatten", "784")]),
    ((4, 6, 6, 6), "Dense", [("Insert Flatten", "864"), ("Insert GlobalAveragePool", "4")]),
    ((784,), "Conv2D", [("Insert Reshape", "1×28×28")]),
    ((3072,), "Conv2D", [("Insert Reshape", "3×32×32")]),
    ((1, 28, 28), "LSTM", [("Insert Reshape", "28×28")]),
    ((8, 6, 7), "GRU", [("Insert Permute and Reshape", "42×8")]),
    ((20,), "LSTM", [("Insert Reshape", "20×1")]),
    ((12, 9), "Conv2D", [("Insert Reshape", "1×12×9")]),
    ((4, 8, 9), "Conv3D", [("Insert Reshape", "1×4×8×9")]),
    ((2, 3, 8, 9), "MaxPool2D", [("Insert Reshape", "6×8×9")]),
    ((12, 9), "RBF", [("Insert Flatten", "108"), ("Insert GlobalAveragePool", "9")]),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "type", "wanted"), MISFITS, ids=[f"{c[1]}-{len(c[0])}" for c in MISFITS])
def test_a_wire_that_does_not_fit(shape: tuple[int, ...], type: str, wanted: list[tuple[str, str]]) -> None:
    document, (source,) = inputs(shape)
    document, target = edits.add(document, type, (600.0, 0.0))
    refusal = refused(document, Wire(source, "y", target, "x"))
    assert offered(refusal.repairs) == wanted
    drawn = joined(document, (source, target, "x"))
    at_node = next(p for p in check(drawn).errors if p.node == target)
    assert offered(at_node.repairs) == wanted and at_node.page == type
    for repair in (*refusal.repairs, *at_node.repairs):
        for start in (document, drawn):
            after = repair.edit(start)
            built = build(after, "training")
            assert not built.problems and built.nodes[target].output is not None
            (wire,) = after.wires_into[target]
            given = built.nodes[wire.source].output
            assert given is not None and sample_shape(given) == repair.result
            (x, _), (u, _) = after.nodes[source].position, after.nodes[wire.source].position
            assert x < u < after.nodes[target].position[0], "between the ends of the wire"


#: Two shapes, the layer that joins them, and the first repair that makes them alike.
UNLIKE = [
    ((16, 8, 8), (32, 8, 8), "Add", "Insert 1×1 Conv2D (32 filters)"),
    ((16, 8, 8), (32, 4, 4), "Add", "Insert 1×1 Conv2D (32 filters, stride 2)"),
    ((16, 56, 56), (64, 28, 14), "Subtract", "Insert 1×1 Conv2D (64 filters, stride 2×4)"),
    ((16, 7, 7), (16, 4, 4), "Maximum", "Insert 1×1 Conv2D (16 filters, stride 2)"),
    ((20,), (30,), "Multiply", "Insert Dense (30 units)"),
    ((5, 20), (5, 30), "Average", "Insert Dense (30 units)"),
    ((5, 20), (20, 5), "Add", "Insert Permute"),
    ((4, 6, 5), (4, 30), "Add", "Insert Reshape"),
    ((16,), (16, 8, 8), "Multiply", "Insert Reshape"),
    ((16, 8, 8), (24, 4, 4), "Concatenate", "Insert 1×1 Conv2D (24 filters, stride 2)"),
]


@pytest.mark.parametrize(("a", "b", "type", "title"), UNLIKE, ids=[f"{c[2]}-{i}" for i, c in enumerate(UNLIKE)])
def test_inputs_that_are_not_alike(a: tuple[int, ...], b: tuple[int, ...], type: str, title: str) -> None:
    document, (first, second) = inputs(a, b)
    document, target = edits.add(document, type, (600.0, 0.0))
    ports = [p.name for p in layer_type(type).inputs]
    document = edits.connect(document, Wire(second, "y", target, ports[-1]))
    refusal = refused(document, Wire(first, "y", target, ports[0]))
    assert refusal.repairs[0].title == title
    drawn = joined(document, (first, target, ports[0]))
    at_node = next(p for p in check(drawn).errors if p.node == target)
    assert title in [r.title for r in at_node.repairs] and len(at_node.repairs) <= 3
    for start, repairs in ((document, refusal.repairs), (drawn, at_node.repairs)):
        for repair in repairs:
            built = build(repair.edit(start), "training")
            assert not built.problems and built.nodes[target].output is not None


def test_the_shortcut_is_what_is_projected() -> None:
    """In a residual block whose main way halves the picture and doubles the channels."""
    main = (conv(16, 3, padding="same"), conv(32, 3, padding="same", stride=(2, 2)), "ReLU")
    document = network(*main, "Add", "Flatten", dense(10))
    trunk, add = id_of(document, "Conv2D"), id_of(document, "Add")
    document = joined(document, (trunk, add, "x"))
    repair = next(p for p in check(document).errors if p.node == add).repairs[0]
    assert repair.title == "Insert 1×1 Conv2D (32 filters, stride 2)" and repair.layer == "Conv2D"
    after = repair.edit(document)
    assert said(after) == []
    new_one = next(i for i in after.nodes if i not in document.nodes)
    assert after.wires_into[new_one][0].source == trunk


def test_the_order_of_inputs_stays() -> None:
    document, (a, b) = inputs((4, 8, 8), (6, 4, 4))
    document, target = edits.add(document, "Concatenate", (600.0, 0.0))
    document = joined(document, (a, target, "x"), (b, target, "x"))
    repair = next(p for p in check(document).errors if p.node == target).repairs[0]
    after = repair.edit(document)
    first, second = after.wires_into[target]
    assert first.source not in (a, b) and second.source == b


@pytest.mark.parametrize(("before", "title", "type", "setting"), [
    ((("Flatten"), dense(7)), "Set fc1 to 10 units", "Dense", ("units", 10)),
    ((("Flatten"), dense(7), "Dropout", "Softmax"), "Set fc1 to 10 units", "Dense", ("units", 10)),
    ((conv(7, 3), "GlobalAveragePool"), "Set conv1 to 10 filters", "Conv2D", ("filters", 10)),
    (("Flatten",), "Insert Dense (10 units)", "Dense", ("units", 10)),
    ((conv(7, 3), "Flatten"), "Insert Dense (10 units)", "Dense", ("units", 10)),
])  # fmt: skip
def test_as_many_outputs_as_classes(before: tuple[str, ...], title: str, type: str, setting: tuple[str, int]) -> None:
    document = network(*before)
    (repair,) = of_kind(document, "classes").repairs
    after = repair.edit(document)
    assert repair.title == title and said(after) == []
    assert after.nodes[id_of(after, type)].settings[setting[0]] == setting[1]


def test_a_free_target_takes_the_label() -> None:
    document = network("Flatten", dense(10))
    bare = edits.disconnect(document, [w for w in document.wires if w.target_port == "target"])
    (problem,) = check(bare).errors
    assert [r.title for r in problem.repairs] == ["Connect data’s label"]
    assert said(problem.repairs[0].edit(bare)) == []


def test_a_dead_branch_is_removed() -> None:
    document = network("Flatten", dense(30), "ReLU", dense(10))
    hidden = id_of(document, "ReLU")
    branch, dead = edits.add(document, "Dense")
    branch, behind = edits.add(edits.connect(branch, Wire(hidden, "y", dead, "x")), "Tanh")
    branch = edits.connect(branch, Wire(dead, "y", behind, "x"))
    problem = of_kind(branch, "dead_branches")
    assert problem.node == dead and problem.repairs[0].title == "Remove these 2 layers"
    assert problem.repairs[0].edit(branch).nodes == document.nodes
    shown, output = edits.add(branch, "Output")
    assert said(edits.connect(shown, Wire(behind, "y", output, "x"))) == []


def test_a_duplicate_name_gets_a_free_one() -> None:
    document = network("Flatten", dense(10), dense(10))
    same = document.changed(nodes={
        i: n if n.type != "Dense" else type(n)(n.id, n.type, "fc", n.position, n.settings) for i, n in document.nodes.items()
    })  # fmt: skip
    assert said(of_kind(same, "duplicate_names").repairs[0].edit(same)) == []


def test_a_window_larger_than_its_image() -> None:
    document = network(*["MaxPool2D"] * 5, "Flatten", dense(10))
    (problem,) = check(document).errors
    assert [r.title for r in problem.repairs] == ["Pad with zeros (same)", "Take pool5 out"]
    assert said(problem.repairs[1].edit(document)) == []


def test_nothing_is_offered_that_cannot_help() -> None:
    document, (a, b) = inputs((16, 7, 7), (8, 5, 5))
    document, add = edits.add(document, "Add")
    document = joined(document, (a, add, "x"), (b, add, "x"))
    assert next(p for p in check(document).errors if p.node == add).repairs == ()


def test_every_repair_of_broken_networks_is_taken() -> None:
    """Layers of all types in a row, wired without a look: whatever is offered is taken."""
    rng, count = np.random.default_rng(5), 0
    types = [t for t, c in layer_types().items() if c.inputs and c.outputs]
    for _ in range(100):
        document = new(str(rng.choice(["mlp", "lenet", "playground"])))
        made = [next(iter(document.nodes))]
        for type in rng.choice(types, 4):
            document, id = edits.add(document, str(type), (300.0 * len(made), 700.0))
            made.append(id)
        for a, b in pairwise(made):
            source = layer_type(document.nodes[a].type)
            document = document.changed(
                wires=(*document.wires, Wire(a, source.outputs[0], b, layer_type(document.nodes[b].type).inputs[0].name))
            )
        for problem in check(document).all:
            for repair in problem.repairs:
                count += 1
                try:
                    assert repair.edit(document) != document
                except NetwrightError as error:
                    pytest.fail(f"{problem.sentence} {repair.title}: {error}")
    assert count > 100


def test_repairs_inside_of_a_block() -> None:
    """Rules look at the plain document, where a layer in a block has a path; its repair finds the drawing."""
    document = network("Flatten", dense(30), "BatchNormalization", "ReLU", dense(10), "Softmax")
    inner = [id_of(document, "Dense"), id_of(document, "BatchNormalization"), id_of(document, "ReLU")]
    document, block = group(document, inner)
    problem = of_kind(document, "bias_before_normalization")
    assert problem.node == f"{block}/0/{inner[0]}"
    assert said(problem.repairs[0].edit(document)) == []


def test_a_wire_inside_of_a_block_is_repaired_there() -> None:
    document = network(conv(4, 3, padding="same"), "ReLU", conv(4, 3, padding="same"), "ReLU", "Flatten", dense(10))
    document, block = group(document, [id_of(document, "Conv2D"), id_of(document, "ReLU"), id_of(document, "Conv2D", 1)])
    document, add = edits.add(document, "Add", (900.0, 300.0), parent=block)
    first = id_of(document, "Conv2D")
    small = edits.set_setting(document, id_of(document, "Conv2D", 1), "filters", 7)
    small = joined(small, (first, add, "x"), (id_of(document, "Conv2D", 1), add, "x"))
    problem = next(p for p in check(small).errors if p.node.endswith(add))
    after = problem.repairs[0].edit(small)
    made = next(n for n in after.nodes.values() if n.id not in small.nodes)
    assert problem.repairs[0].title == "Insert 1×1 Conv2D (7 filters)" and made.parent == block
    assert not [p for p in check(after).errors if p.node.endswith(add)]
