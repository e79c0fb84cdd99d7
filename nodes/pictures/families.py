"""The picture on a layer's page: one considered drawing for each family of layers, made from what the layer is and does.

Which family draws it follows from its category and ports. A layer that no family does justice says `picture` itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from nodes.drawing import Drawing
from nodes.layer import MAPS, Layer, LossLayer, layer_type
from nodes.pictures.curves import activation_picture, loss_picture
from nodes.pictures.digits import augmentation_picture, changes_pictures, data_picture
from nodes.pictures.grids import join_picture, shape_picture, window_picture
from nodes.pictures.loops import recurrent_picture
from nodes.pictures.statistics import cloud_picture, statistics_picture
from nodes.pictures.units import joined_picture, plain_picture
from nodes.recurrent import Recurrent

Draws = Callable[[type[Layer]], Drawing]


@cache
def picture(type: str) -> Drawing:
    """The drawing of a layer. Raises `LayerError` for a type that nobody knows."""
    cls = layer_type(type)
    return cls.picture() or _family(cls)(cls)


def _family(cls: type[Layer]) -> Draws:
    if issubclass(cls, LossLayer):
        return loss_picture
    if issubclass(cls, Recurrent):
        return recurrent_picture
    if cls.category == "Shape & combine":
        return _combining(cls)
    if cls.category.startswith("Normalise"):
        return _normalising(cls)
    families: dict[str, Draws] = {
        "Data": data_picture, "Core": joined_picture, "Convolution": window_picture, "Pooling": window_picture,
        "Activation": activation_picture,
    }  # fmt: skip
    return families.get(cls.category, plain_picture)


def _combining(cls: type[Layer]) -> Draws:
    if len(cls.inputs) > 1 or cls.inputs[0].many:
        return join_picture
    return window_picture if cls.inputs[0].accepts == (MAPS,) else shape_picture


def _normalising(cls: type[Layer]) -> Draws:
    if hasattr(cls, "fit"):
        return cloud_picture
    return augmentation_picture if changes_pictures(cls) else statistics_picture
