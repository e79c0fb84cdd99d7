"""Dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from nodes.layer import Catalogue, Layer, LayerError, Port, layer, setting
from runtime import data
from runtime.errors import DataError
from runtime.graph import BATCH, STEPS, Array, Graph, Value


@layer("Dataset", category="Data", short="data", synonyms=("data", "digits", "mnist", "images", "input"))
class Dataset(Layer):
    """Where the network's data comes from: samples and their labels, one batch at a time.

    Shapes: `sample` is (N, *shape) float32 in [0, 1] (2-D sets: coordinates); `label` is (N,) class numbers, (N, H, W)
    where every pixel has a class, or (N, k) targets of a regression. A text gives (N, steps) whole numbers that count its
    characters, and the next one at each step.
    Source: the digits: LeCun, Cortes, Burges, MNIST, 1998; the points: Smilkov and Carter, TensorFlow Playground, 2016.
    """

    name: str = setting("digits", help="A dataset, with options (spiral:noise=0), a folder of pictures, a .txt or .npz file.")
    positive: str = setting("", help="One class against the rest: label 1 is this class, 0 every other. Empty: all classes.")

    remembered: str = setting("", help="What a folder or file held when it was chosen: models work without it.", hidden=True)

    inputs: ClassVar[tuple[Port, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ("sample", "label")

    @property
    def info(self) -> data.DatasetInfo:
        """What the dataset is, without loading it; of a folder or file that is gone, and of a text that has other characters
        by now, what is remembered.

        Raises `LayerError` for a name nobody knows.
        """
        kept = data.recalled(self.remembered, self.name)
        try:
            found = data.describe(self.name)
        except DataError as error:
            if kept is not None:
                return kept
            raise LayerError(_without_place(str(error))) from None
        return kept if kept and kept.symbols != found.symbols else found

    @property
    def missing(self) -> str:
        """Why the dataset cannot be loaded any more, in words; empty when it can."""
        try:
            now = data.describe(self.name).symbols
        except DataError as error:
            return _without_place(str(error))
        then = self.info.symbols
        if now == then:
            return ""
        counts = f"{len(then)} then, {len(now)} now" if len(then) != len(now) else f"{len(now)} of them, not the same"
        return f"‘{self.name}’ has other characters than when it was chosen ({counts}): choose it anew and train anew."

    @classmethod
    def completed(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        rest = {k: v for k, v in settings.items() if k != "remembered"}
        try:
            note = data.remembered(rest.get("name", ""))
        except DataError:
            return rest
        return {**rest, "remembered": note} if note else rest

    @classmethod
    def catalogue(cls) -> Catalogue:
        own = ("a folder’s path", "pictures, one subfolder a class"), ("a path to .npz", "the arrays samples and labels")
        listed = [(group, tuple((i.name, i.title) for i in infos)) for group, infos in data.grouped().items()]
        return (*listed, ("Your own", own))

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes that `label` counts; empty for a regression."""
        names = self.info.classes
        if not self.positive:
            return names
        if self.positive not in names:
            known = " or ".join(names)
            raise LayerError(f"{self.name} has no class ‘{self.positive}’: make {known} its positive class, or none.")
        return (f"not {self.positive}", self.positive)

    def labels(self, labels: Array) -> Array:
        """The dataset's own labels as this node gives them."""
        if not self.positive:
            return labels
        return np.asarray(labels == self.info.classes.index(self.positive)).astype(np.int64)

    def emit(self, g: Graph, *inputs: Any) -> tuple[Value, Value]:
        info = self.info
        kinds = [np.dtype(np.int64) if named else g.dtype for named in (info.symbols, self.classes)]
        shape = (STEPS,) if info.symbols and g.any_length else info.sample_shape
        batch = g.streams or BATCH
        sample = g.input("sample", kinds[0], (batch, *shape), role="sample")
        return sample, g.input("label", kinds[1], (batch, *info.target_shape), role="label")

    def summary(self) -> str:
        return self.name


def _without_place(sentence: str) -> str:
    """Less its ``Dataset ‘spiral’: ``, since the layer's own name is put before it."""
    place, colon, rest = sentence.partition("’: ")
    return rest if colon and place.startswith("Dataset ‘") else sentence
