"""``templates``, ``new``, ``summary``, ``export``: commands that look at a document or write one."""

from __future__ import annotations

from pathlib import Path

import exporters
from app.columns import counts_of, rows_of, sorted_rows
from app.headless.documents import opened
from app.headless.places import make_way, same
from app.headless.say import command, result, result_json, say
from app.headless.table import table
from nodes.build import build
from nodes.example import examples
from nodes.example import new as new_document
from nodes.files import save
from nodes.numbers import table as numbers_of
from runtime.errors import FileError


def templates(as_json: bool) -> None:
    found = examples().values()
    if as_json:
        result_json([{k: v for k, v in vars(e).items() if k != "make"} for e in found])
        return
    width = max(len(e.name) for e in found)
    for e in found:
        lectures = ", ".join(e.lectures) or "beyond the lectures"
        result(f"{e.name.ljust(width)}  {e.help} ({e.number}; {lectures})")


def new(template: str, output: Path | None) -> None:
    """Write a template's document; a trained network that stood there is kept beside it."""
    document = new_document(template)
    path = output or Path(f"{template}.onnx")
    make_way(path)
    save(document, path)
    say(f"{document.title} is in {path}. To train it: {command('train', path)}")


def summary(file: Path, as_json: bool, sort: str | None = None) -> None:
    document = opened(file).document
    built = build(document, "training")
    numbers = numbers_of(document, built)
    rows = rows_of(document, built, numbers)
    rows = sorted_rows(rows, sort) if sort else rows
    total = counts_of(numbers.total)
    if as_json:
        still = sum(r["parameters"] for r in rows if "frozen" in r)
        more = {"frozen_parameters": still} if still else {}
        totals = {k: total[k] for k in ("parameters", "multiply_adds", "activation_bytes", "training_bytes")}
        result_json({"title": document.title, "layers": rows, **totals, "batch_size": numbers.batch, **more})
        return
    result(table(document.title, rows, total, sort))


def export(file: Path, target: str, output: Path) -> None:
    """Write `file` in another form to `output`, which must be another file."""
    exporter = exporters.target(target)
    if same(file, output):
        raise FileError(f"{output} holds the network itself, and an export has no drawing in it: choose another name.")
    make_way(output)
    exporter.write(opened(file).document, output)
    say(f"{exporter.title}: {output}")
