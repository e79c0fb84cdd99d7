"""Shared parameters: a node uses another's tensor in place of one of its own, as it is or transposed; gradients add."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from nodes.document import Document, Share, frozen, own
from nodes.layer import LayerError
from runtime.graph import Array, Graph, Value, describe_shape


class Sharing:
    """Finds, while a document is built into `graph`, the tensor that a parameter points at."""

    def __init__(self, document: Document, graph: Graph) -> None:
        self._document, self._graph = document, graph
        self._pointed: dict[str, Value] = {}

    def tensor(self, key: str, shape: tuple[int, ...]) -> Value | None:
        """What stands for the parameter `key`; None if it is the node's own. Raises `LayerError` where it does not fit."""
        id, _, name = key.rpartition("/")
        share = self._document.nodes[id].shared.get(name) if id in self._document.nodes else None
        if share is None:
            return None
        value = self._owned(share, name)
        if share.transposed:
            value = self._graph.Transpose(value, perm=[1, 0, *range(2, value.rank)], name=name)
        if value.shape != shape:
            raise LayerError(self._mismatch(name, shape, share, value.shape))
        self._pointed[key] = value
        return value

    def _owned(self, share: Share, name: str) -> Value:
        key = f"{share.node}/{share.parameter}"
        own = next((p.name for p in self._graph.parameters.values() if p.key == key), "")
        found = self._graph.values.get(own) or self._pointed.get(key)
        if found is None:
            raise LayerError(
                f"its {name} is the {share.parameter} of {self._name(share.node)}, which has none before it: share it the "
                "other way round, or give it its own."
            )
        if share.transposed and found.rank < 2:
            raise LayerError(f"its {name} is shared transposed, and {found} has one axis: share it as it is.")
        return found

    def _mismatch(self, name: str, shape: tuple[int, ...], share: Share, found: tuple[Any, ...]) -> str:
        turned = len(found) > 1 and (found[1], found[0], *found[2:]) == shape
        other = "share it as it is" if share.transposed else "share it transposed"
        return (
            f"its {name} is {describe_shape(shape)}, and the {share.parameter} of {self._name(share.node)} that it shares is "
            f"{describe_shape(found)}{' transposed' * share.transposed}: {other if turned else 'make their sizes equal'}, "
            "or give it its own."
        )

    def _name(self, id: str) -> str:
        return f"‘{self._document.nodes[id].name}’" if id in self._document.nodes else "a layer that is gone"


def unshare(document: Document, id: str, parameter: str) -> Document:
    """Give a node its own parameter again, with the numbers that it had from the other (in each repetition of its block)."""
    node, plain = document.node(id), document.unfolded.document
    found = {path: numbers_behind(plain, path, parameter) for path in plain.nodes if own(path) == node.id}
    alone = replace(node, shared={k: s for k, s in node.shared.items() if k != parameter})
    weights = {f"{path}/{parameter}": numbers for path, numbers in found.items() if numbers is not None}
    return document.changed(nodes={**document.nodes, node.id: alone}, weights={**document.weights, **weights})


def numbers_behind(plain: Document, path: str, parameter: str, depth: int = 0) -> Array | None:
    """The weights behind a parameter, wherever they are kept; None if there are none yet."""
    found = plain.nodes[path].shared.get(parameter) if path in plain.nodes else None
    if found is None or depth > len(plain.nodes):
        return plain.weights.get(f"{path}/{parameter}")
    numbers = numbers_behind(plain, found.node, found.parameter, depth + 1)
    return frozen(np.swapaxes(numbers, 0, 1)) if numbers is not None and found.transposed else numbers


def shared_words(document: Document, id: str) -> dict[str, str]:
    """What a node has from others: ``{"weight": "enc: weight, transposed"}``."""
    found = {}
    for name, share in document.nodes[id].shared.items():
        owner = document.nodes[share.node].name if share.node in document.nodes else share.node
        found[name] = f"{owner}: {share.parameter}{', transposed' * share.transposed}"
    return found
