"""``templates``, ``new``, ``summary``, ``export``: commands that look at a document or write one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import exporters
from app.headless.documents import opened
from app.headless.places import make_way, same
from app.headless.say import command, result, result_json, say
from app.headless.table import sorted_rows, table
from nodes.build import build
from nodes.document import Document
from nodes.example import examples
from nodes.example import new as new_document
from nodes.files import save
from nodes.numbers import Numbers, Table
from nodes.numbers import table as numbers_of
from nodes.sharing import shared_words
from runtime.errors import FileError


def templates(as_json: bool) -> None:
    found = examples().values()
    if as_json:
        result_json([{"name": e.name, "title": e.title, "help": e.help, "number": e.number} for e in found])
        return
    width = max(len(e.name) for e in found)
    for e in found:
        result(f"{e.name.ljust(width)}  {e.help} ({e.number})")


def new(template: str, output: Path | None) -> None:
    """Write a template's document; a trained network that stood there is kept beside it."""
    document = new_document(template)
    path = output or Path(f"{template}.onnx")
    make_way(path)
    save(document, path)
    say(f"{document.title} is in {path}. To train it: {command('train', path)}")


def summary(file: Path, as_json: bool, sort: str | None = None) -> None:
    document = opened(file).document
    numbers = numbers_of(document, build(document, "training"))
    rows = summary_rows(document, numbers)
    rows = sorted_rows(rows, sort) if sort else rows
    total = _counts(numbers.total)
    if as_json:
        still = sum(r["parameters"] for r in rows if "frozen" in r)
        more = {"frozen_parameters": still} if still else {}
        totals = {k: total[k] for k in ("parameters", "multiply_adds", "activation_bytes", "training_bytes")}
        result_json({"title": document.title, "layers": rows, **totals, "batch_size": numbers.batch, **more})
        return
    result(table(document.title, rows, total, sort))


def summary_rows(document: Document, numbers: Table | None = None) -> list[dict[str, Any]]:
    """A row a layer: name, type, output_shape without the batch (None: not known), parameters (its own), multiply_adds; bytes
    of activations and of training for a batch; receptive_field (None: not known, or no places; ``all`` of them); its shares of
    computation and space; where it is so, that it is `frozen`, and what it has `shared` from other layers."""
    built = build(document, "training")
    numbers = numbers or numbers_of(document, built)
    rows = []
    for id in [*document.order(), *document.cycle()]:
        node, found = document.nodes[id], built.nodes.get(id)
        value = found.output if found else None
        shape = None if value is None else [d if isinstance(d, int) else None for d in value.shape[1:]]
        rows.append({
            "name": node.name, "type": node.type, "output_shape": shape, **_counts(numbers.layers.get(id, Numbers())),
            **({"frozen": True} if node.frozen else {}), **({"shared": shared_words(document, id)} if node.shared else {}),
        })  # fmt: skip
    return rows


def _counts(numbers: Numbers) -> dict[str, Any]:
    return {
        "parameters": numbers.parameters, "multiply_adds": numbers.multiply_adds, "activation_bytes": numbers.activations,
        "training_bytes": numbers.training, "computation": round(numbers.computation, 6), "space": round(numbers.space, 6),
        "receptive_field": "all" if numbers.everything else list(numbers.field) if numbers.field else None,
    }  # fmt: skip


def export(file: Path, target: str, output: Path) -> None:
    """Write `file` in another form to `output`, which must be another file."""
    exporter = exporters.target(target)
    if same(file, output):
        raise FileError(f"{output} holds the network itself, and an export has no drawing in it: choose another name.")
    make_way(output)
    exporter.write(opened(file).document, output)
    say(f"{exporter.title}: {output}")
