"""What check says of symbols, the characters of a text: a table has a row for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes import edits
from nodes.build import Built, place
from nodes.document import Document
from nodes.layers.dataset import Dataset
from nodes.layers.embedding import Embedding
from nodes.problems import Problem, Repair
from nodes.rule import rule
from nodes.walk import before, layer_of


@rule("symbols and tables", page="Embedding")
def rows(document: Document, built: Built) -> Iterator[Problem]:
    """An Embedding with fewer rows than the data counts symbols: the last of them would have none."""
    for node in document.nodes.values():
        layer = layer_of(built, node.id)
        source = layer_of(built, before(document, node.id)) if isinstance(layer, Embedding) else None
        if not isinstance(layer, Embedding) or not isinstance(source, Dataset) or not built.nodes[node.id].outputs:
            continue
        count = len(source.info.symbols)
        if layer.classes < count:
            what = f"its table has {layer.classes} rows and the data counts {count} symbols: give it {count} classes."
            widened = partial(edits.set_setting, id=node.id, name="classes", value=count)
            fix = Repair(f"Set {node.name} to {count} classes", widened)
            yield Problem(node.id, place(node), what, repairs=(fix,))
