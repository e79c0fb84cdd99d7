"""The columns of the table of layers: in the window and in ``netwright summary``, one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from nodes.build import Built
from nodes.document import Document
from nodes.numbers import Numbers, Table
from nodes.sharing import shared_words
from runtime.graph import describe_shape
from runtime.memory import in_words

Data = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its head, the cell of a layer, what it is sorted by, and when a narrow terminal goes without (0: never, the
    largest first)."""

    head: str
    cell: Callable[[Data], str]
    order: Callable[[Data], Any]
    dispensable: int = 0
    right: bool = True


def _count(key: str) -> Callable[[Data], str]:
    return lambda row: f"{row[key]:,}" if row[key] else "–"


def _bytes(key: str) -> Callable[[Data], str]:
    return lambda row: in_words(row[key]) if row[key] else "–"


def _share(key: str) -> Callable[[Data], str]:
    return lambda row: f"{row[key]:.1%}".replace("%", " %") if row[key] else "–"


def _output(row: Data) -> str:
    return "?" if row["output_shape"] is None else describe_shape(row["output_shape"])


def _sees(row: Data) -> str:
    field = row["receptive_field"]
    return field if isinstance(field, str) else describe_shape(field) if field else "–"


def _kind(row: Data) -> str:
    """In few words, for there are more columns; ``--json`` says which parameter is whose."""
    owners = dict.fromkeys(words.rpartition(": ")[0] for words in row.get("shared", {}).values())
    shared = [f"shares {', '.join(owners)}"] if owners else []
    return " · ".join([row["type"], *(["frozen"] if "frozen" in row else []), *shared])


def _size(shape: Sequence[int | None] | str | None) -> float:
    return float("inf") if isinstance(shape, str) else prod(d or 1 for d in shape) if shape is not None else -1


COLUMNS = (
    Column("layer", lambda r: str(r["name"]), lambda r: r["name"].lower(), right=False),
    Column("type", _kind, lambda r: r["type"], 1, right=False),
    Column("output", _output, lambda r: _size(r["output_shape"]), right=False),
    Column("parameters", _count("parameters"), lambda r: r["parameters"]),
    Column("multiply-adds", _count("multiply_adds"), lambda r: r["multiply_adds"], 2),
    Column("computation", _share("computation"), lambda r: r["computation"], 6),
    Column("space", _share("space"), lambda r: r["space"], 7),
    Column("sees", _sees, lambda r: _size(r["receptive_field"]), 3),
    Column("activations", _bytes("activation_bytes"), lambda r: r["activation_bytes"], 4),
    Column("training", _bytes("training_bytes"), lambda r: r["training_bytes"], 5),
)
HEAD = tuple(c.head for c in COLUMNS)


def sorted_rows(rows: Sequence[Data], head: str) -> list[Data]:
    """By a column: numbers from the largest down, words from A to Z."""
    column = COLUMNS[HEAD.index(head)]
    return sorted(rows, key=column.order, reverse=column.right or head == "output")


def rows_of(document: Document, built: Built, numbers: Table) -> list[Data]:
    """A row a layer, in order: name, type, output_shape without the batch (None: not known), parameters (its own),
    multiply_adds; bytes of activations and of training for a batch; receptive_field (None: not known, or no places; ``all`` of
    them); its shares of computation and space; where it is so, that it is `frozen`, and what it has `shared` from others."""
    document = built.plain.document
    rows = []
    for id in [*document.order(), *document.cycle()]:
        node, found = document.nodes[id], built.nodes.get(id)
        value = found.output if found else None
        shape = None if value is None else [d if isinstance(d, int) else None for d in value.shape[1:]]
        rows.append({
            "name": node.name, "type": node.type, "output_shape": shape, **counts_of(numbers.layers.get(id, Numbers())),
            **({"frozen": True} if node.frozen else {}), **({"shared": shared_words(document, id)} if node.shared else {}),
        })  # fmt: skip
    return rows


def counts_of(numbers: Numbers) -> Data:
    """The counts of a layer, or of the network, under the names that ``summary --json`` gives them."""
    return {
        "parameters": numbers.parameters, "multiply_adds": numbers.multiply_adds, "activation_bytes": numbers.activations,
        "training_bytes": numbers.training, "computation": round(numbers.computation, 6), "space": round(numbers.space, 6),
        "receptive_field": "all" if numbers.everything else list(numbers.field) if numbers.field else None,
    }  # fmt: skip
