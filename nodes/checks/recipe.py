"""What check says about a recipe: numbers out of range, batches that do not fit the data or a layer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from math import sqrt
from typing import Any

from nodes import edits
from nodes.aims import misnamed
from nodes.build import Built, place
from nodes.document import Document, own
from nodes.layers.dataset import Dataset
from nodes.problems import Problem, Repair
from nodes.recipes import TINY, advice, checked
from nodes.rule import rule
from nodes.staging import aimed, aims_on_offer, datasets, learns_alone
from runtime.errors import NetwrightError
from runtime.optimizers import OPTIMIZERS
from runtime.recipe import Recipe, Update
from runtime.stages import mark

#: So far beyond the usual range a learning rate is hardly meant.
FAR = 10.0
#: More other names for what a stage misnames are no help.
MOST = 3


@rule("the recipe")
def recipe(document: Document, built: Built) -> Iterator[Problem]:
    try:
        checked(document.recipe)
    except NetwrightError as error:
        yield Problem("", "Recipe", str(error))
    else:
        if what := advice(document.recipe):
            yield Problem("", "Recipe", what, "advice")
    there = datasets(document)
    for index, stage in enumerate(document.recipe.stages):
        if stage.data and stage.data not in there:
            what = f"it trains on the layer ‘{stage.data}’, which is no Dataset here: name another one."
            fixes = [Repair(f"Train on {name}", partial(edits.set_recipe, stage=index, data=id)) for id, name in there.items()]
            yield Problem("", "Recipe", what, repairs=tuple(fixes[:MOST]))


@rule("what a stage names")
def stages(document: Document, built: Built) -> Iterator[Problem]:
    """A stage whose loss, layer or parameter is not there, or whose updates move the same parameter."""
    for index, stage in enumerate(document.recipe.stages if not built.problems else ()):
        if what := misnamed(built, stage):
            sentence = mark(document.recipe.stages, index).sentence(what)
            yield Problem("", "Recipe", sentence, repairs=tuple(islice(_namings(document, built, index, what), MOST)))


def _namings(document: Document, built: Built, index: int, wrong: str) -> Iterator[Repair]:
    """Other names for what a stage misnames: those that are left of several, all, or one of those that there are."""
    recipe = document.recipe
    for at, update in enumerate(recipe.stages[index].updates):
        for title, changes in (*_other_losses(document, update), *_other_layers(document, built, update)):
            after = recipe.with_stage(index, at, **changes).stages[index]
            if after != recipe.stages[index] and misnamed(built, after) != wrong:
                yield Repair(title, partial(edits.set_recipe, stage=index, update=at, **changes))


def _other_losses(document: Document, update: Update) -> Iterator[tuple[str, dict[str, Any]]]:
    offered, names = aims_on_offer(document), update.loss.split("+")
    left = [name for name in names if own(name) in offered]
    if not update.loss or len(left) == len(names):
        return
    if left:
        yield "Leave it out", {"loss": "+".join(left)}
    for id, name in offered.items():
        yield f"Lower {name}", aimed(document, update, id)
    if any(not learns_alone(document, id) for id in offered):
        yield "Lower all losses", {"loss": ""}


def _other_layers(document: Document, built: Built, update: Update) -> Iterator[tuple[str, dict[str, Any]]]:
    if update.parameters is None:
        return
    keys = {p.key for p in built.graph.parameters.values() if p.kind == "trained"}
    left = tuple(n for n in update.parameters if n in keys or any(n in key.split("/")[:-1] for key in keys))
    if left and left != update.parameters:
        yield "Leave it out", {"parameters": left}
    yield "Train all that its loss depends on", {"parameters": None}


@rule("the learning rate")
def learning_rate(document: Document, built: Built) -> Iterator[Problem]:
    """A rate ten times beyond what an optimizer usually learns at."""
    for index, stage in enumerate(document.recipe.stages):
        for update in stage.updates:
            yield from _rate(document.recipe, index, update, stage.learning_rate * update.rate)


def _rate(recipe: Recipe, index: int, update: Update, rate: float) -> Iterator[Problem]:
    chosen = OPTIMIZERS.get(update.optimizer)
    if chosen is None or update.rule != "backpropagation" or not rate >= TINY:
        return
    low, high = chosen.usual
    why = (
        "so small a step hardly moves the weights" if rate < low / FAR else
        "so large a step jumps over the minimum, and ReLUs die of it" if rate > high * FAR else ""
    )  # fmt: skip
    if why:
        better = float(f"{sqrt(low * high):.1g}")
        fix = Repair(f"Set the learning rate to {better:g}", partial(edits.set_recipe, stage=index, learning_rate=better))
        which = f"in stage {index + 1} " if len(recipe.stages) > 1 else ""
        usual = f"{chosen.name} usually learns at {low:g} to {high:g}"
        what = f"{which}the learning rate is {rate:g}, and {usual}: {why}. Try {better:g}."
        yield Problem("", "Recipe", what, "advice", (fix,) if update.rate == 1 else ())


@rule("the batch size")
def batches(document: Document, built: Built) -> Iterator[Problem]:
    """A batch larger than the data; a layer that needs more samples than the smallest batch of an epoch has
    (BatchNormalization: 2)."""
    for index, stage in enumerate(document.recipe.stages):
        yield from _batches(document, built, index, stage.batch_size, _train_size(document, stage.data))


def _batches(document: Document, built: Built, index: int, size: int, count: int) -> Iterator[Problem]:
    if count and size > count:
        whole = Repair("Take all samples at once", partial(edits.set_recipe, stage=index, batch_size=0))
        yield Problem("", "Recipe", _lower(larger_than_the_data(size, count)), "advice", (whole,))
        size = count
    least = _smallest_batch(size, count)
    for id, info in built.nodes.items():
        need = info.layer.smallest_batch(info.inputs) if info.layer and info.outputs else 1
        if not least or need <= least:
            continue
        last = f"the last batch of an epoch has {least} ({count:,} in batches of {size:,})"
        found = f"the recipe's batches have {least}" if least == size else last
        better = _nearest(size, count, need)
        repair = Repair(f"Set the batch size to {better}", partial(edits.set_recipe, stage=index, batch_size=better))
        what = f"it takes at least {need} samples at a time, and {found}: make the batch size {better}."
        yield Problem(id, place(document.nodes[id]), what, repairs=(repair,))


def _nearest(size: int, count: int, need: int) -> int:
    """The batch size nearest to `size` whose smallest batch has what a layer needs; of two as near, the larger."""
    fitting = (b for b in range(need, count + 1) if _smallest_batch(b, count) >= need)
    return min(fitting, key=lambda b: (abs(b - size), -b), default=need)


def larger_than_the_data(size: int, count: int) -> str:
    return f"The batch size is {size:,}, and there are {count:,} training samples: set {count:,} or less, or 0 for all at once."


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _smallest_batch(size: int, count: int) -> int:
    """The least samples in a batch of an epoch; 0 if that is not known. A `size` of 0 takes all `count` at once."""
    return (count % size or size) if count and size else (size or count)


def _train_size(document: Document, data: str) -> int:
    """How many training samples the dataset of a stage has (its node's id, or "" for the only one); 0 if that is not known."""
    try:
        layers = [n.layer() for n in document.nodes.values() if n.type == "Dataset" and data in ("", n.id)]
        return next((layer.info.train_size or 0 for layer in layers if isinstance(layer, Dataset)), 0)
    except NetwrightError:
        return 0
