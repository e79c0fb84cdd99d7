"""Layers put between others: in line, nothing covered, frames as wide as what stands in them."""

from nodes import edits
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import new
from nodes.frames import add_frame
from nodes.grouping import group
from nodes.places import settled

CARD, BEAD = 160.0, 36.0


def _three(gap: float) -> tuple[Document, list[str]]:
    """Digits, Conv2D and Dense in a row, the last two not wired."""
    document, data = edits.add(Document(), "Dataset", (0.0, 0.0))
    document, conv = edits.add(document, "Conv2D", (CARD + gap, 0.0))
    document, dense = edits.add(document, "Dense", (2 * (CARD + gap), 0.0))
    return edits.connect(document, Wire(data, "sample", conv, "x")), [data, conv, dense]


def _repaired(document: Document, title: str) -> Document:
    repairs = [r for p in check(document).problems for r in p.repairs]
    return next(r for r in repairs if r.title.startswith(title)).edit(document)


def test_a_repair_makes_room_for_the_layer_it_inserts():
    document, (_, conv, dense) = _three(60.0)
    document = _repaired(document, "Insert Flatten")
    flatten = next(n for n in document.nodes.values() if n.type == "Flatten")
    assert document.nodes[conv].position == (CARD + 60, 0.0), "what stands left of it stays"
    left, right = document.nodes[conv].position[0] + CARD, document.nodes[dense].position[0]
    assert left + 60 <= flatten.position[0] and flatten.position[0] + BEAD + 60 <= right
    assert flatten.position[1] == 0.0


def test_where_there_is_room_nothing_moves():
    document, (_, _, dense) = _three(300.0)
    before = document.nodes[dense].position
    assert _repaired(document, "Insert Flatten").nodes[dense].position == before


def test_only_its_row_moves_and_its_frame_grows():
    document, (_, conv, dense) = _three(20.0)
    document, below = edits.add(document, "ReLU", (600.0, 400.0))
    document, _ = add_frame(document, "All", (-20.0, -40.0, 600.0, 200.0))
    document, new_one = edits.add(document, "ReLU", (0.0, 0.0))
    after = settled(document, conv, new_one, dense)
    far = after.nodes[dense].position[0] - document.nodes[dense].position[0]
    assert far > 0 and after.nodes[below].position == (600.0, 400.0)
    assert after.frames[0].rect == (-20.0, -40.0, 600.0 + far, 200.0)


def test_around_a_corner_a_layer_stays_where_it_was_put():
    document, (_, conv, dense) = _three(60.0)
    document = edits.move(document, {dense: (0.0, 500.0)})
    document, bead = edits.add(document, "ReLU", (90.0, 250.0))
    assert settled(document, conv, bead, dense).nodes[bead].position == (90.0, 250.0)


def test_a_lone_layer_is_one_problem_with_both_ways_out():
    document, (_, _, dense) = _three(60.0)
    said = [p for p in check(document).problems if p.node == dense]
    assert [p.level for p in said] == ["error"]
    titles = [r.title for r in said[0].repairs]
    assert titles[0] == "Insert Flatten and connect conv1" and titles[-1] == "Remove"


def test_what_a_block_gives_is_offered_to_a_free_input():
    document = new("lenet")
    ids = {n.name: n.id for n in document.nodes.values()}
    document, block = group(document, [ids["conv2"], ids["relu2"], ids["pool2"]])
    document = edits.remove(document, [ids["flatten1"]])
    problem = next(p for p in check(document).problems if p.node == ids["fc1"])
    assert problem.repairs[0].title == f"Insert Flatten and connect {document.nodes[block].name}"
    mended = problem.repairs[0].edit(document)
    assert not check(mended).errors and check(mended).built.parameter_count == check(new("lenet")).built.parameter_count
