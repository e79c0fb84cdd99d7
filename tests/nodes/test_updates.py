"""Updates of a stage, added and removed."""

from __future__ import annotations

import pytest

from nodes.build import build
from nodes.document import Document
from nodes.problems import Refusal
from nodes.updates import divided, removed
from tests.nodes.staged import belief_net, stacked


def test_an_update_is_divided_and_what_it_moves_is_parted() -> None:
    document = stacked()
    ids = {n.name: n.id for n in document.nodes.values()}
    built = build(document, "training")
    found = divided(document, built, 0, 0).recipe.stages[0].updates
    assert [u.parameters for u in found] == [(ids["encoder 1"],), (ids["decoder 1"],)] and found[0].loss == found[1].loss
    last = divided(document, built, 2, 0).recipe.stages[2].updates  # it names nothing: what its loss depends on
    assert [u.parameters for u in last] == [(ids["encoder 1"], ids["encoder 2"]), (ids["out"],)]
    assert removed(divided(document, built, 2, 0), 2, 1).recipe.stages[2].updates == last[:1]


def test_what_cannot_be_divided_says_why() -> None:
    document = belief_net()
    built = build(document, "training")
    with pytest.raises(Refusal, match="first learns by itself: add a stage for what else is to learn"):
        divided(document, built, 0, 0)
    with pytest.raises(Refusal, match="A stage needs an update: keep this one, or remove the stage"):
        removed(document, 0, 0)
    alone = document.changed(recipe=document.recipe.with_stage(2, parameters=("n5",)))
    with pytest.raises(Refusal, match="This update moves out, and another one needs a layer of its own"):
        divided(alone, built, 2, 0)
    empty = Document()
    with pytest.raises(Refusal, match="loss"):
        divided(empty, build(empty), 0, 0)
