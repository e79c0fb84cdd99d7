"""``netwright data``: the datasets there are, what they are, and fetching those that are not built in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from app.headless.documents import dataset_name
from app.headless.say import result, result_json, say
from runtime import data
from runtime.data.dataset import DatasetInfo, times
from runtime.data.fetching import Progress, damaged, fetch
from runtime.data.naming import Option, Reference
from runtime.data.owned import Download, Owned
from runtime.data.registry import Family, resolve
from runtime.errors import DataError, counted

SHOWN = 20  # classes that are named


def list_(as_json: bool) -> None:
    """All datasets with a name, under their headings."""
    groups = data.grouped()
    if as_json:
        result_json([_known(info.name) for infos in groups.values() for info in infos])
        return
    every = [info for infos in groups.values() for info in infos]
    columns = [(info.name, times(info.sample_shape), _target(info), info.title) for info in every]
    widths = [max(map(len, column)) for column in zip(*columns, strict=True)]
    rows = iter(columns)
    for group, infos in groups.items():
        result(group)
        for _, row in zip(infos, rows, strict=False):
            result("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    result("A folder of pictures (a subfolder a class), a .txt and an .npz file are datasets by path.")


def info(name: str, as_json: bool) -> None:
    """All that is known of a dataset without loading it."""
    name = dataset_name(name, "NAME")
    if as_json:
        result_json(_known(name))
        return
    family, reference = resolve(name)
    for line in _lines(family, reference):
        result(line)


def _known(name: str) -> dict[str, Any]:
    """A dataset's description, options and files, as JSON has them."""
    family, reference = resolve(name)
    owned = family if isinstance(family, Owned) else None
    missing = owned.missing() if owned else []
    files = [{**asdict(file), "name": file.name, "missing": file in missing} for file in owned.downloads] if owned else []
    return {
        **asdict(family.describe(reference)), "group": family.group if family.listed else None,
        "options": [asdict(option) for option in family.options],
        "folder": str(owned.folder()) if owned else None, "files": files,
    }  # fmt: skip


def _lines(family: Family, reference: Reference) -> Iterator[str]:
    info = family.describe(reference)
    yield f"{info.name}: {info.title}"
    yield info.help
    yield f"sample    {times(info.sample_shape)}"
    place = f", one for each of {times(info.target_shape)} places" if info.classes and info.target_shape else ""
    named = ", ".join(info.classes[:SHOWN]) + (", …" if len(info.classes) > SHOWN else "")
    yield f"target    {_target(info)}{place}{': ' if named else ''}{named}"
    sizes = ((info.train_size, "training"), (info.validation_size, "validation"), (info.test_size, "test"))
    yield "sizes     " + ", ".join(f"{'unknown' if size is None else f'{size:,}'} {what}" for size, what in sizes)
    options = [_option(option, reference.options[option.name]) for option in family.options]
    yield from (f"{'' if i else 'options':<10}{line}" for i, line in enumerate(options))
    if isinstance(family, Owned):
        lacking = family.missing()
        what = f"lacks {', '.join(file.name for file in lacking)}; netwright data fetch {family.name}"
        yield f"folder    {family.folder()} ({what if lacking else 'no file missing'})"
    yield f"source    {info.source}"
    yield f"licence   {info.licence}"


def _target(info: DatasetInfo) -> str:
    """``10 classes``, ``1 number``."""
    if info.classes:
        return f"{len(info.classes):,} classes"
    return counted(info.target_shape[0], "number") if len(info.target_shape) == 1 else f"{times(info.target_shape)} numbers"


def _option(option: Option, value: int) -> str:
    return f"{option.name}={value}  {option.help} From {option.low} to {option.high:,}; at first {option.default}."


def fetch_(name: str, base: str | None) -> None:
    """Bring what is missing of a dataset, or damaged, into its folder."""
    family, _ = resolve(name)
    if not isinstance(family, Owned):
        known = ", ".join(other.name for other in map(_family, data.names()) if isinstance(other, Owned))
        raise DataError(f"Dataset ‘{name}’ needs no fetching: use it as it is (what can be fetched: {known}).")
    folder, broken = family.folder(), damaged(family.downloads, family.folder())
    wanted = [*family.missing(), *broken]
    if not wanted:
        say(f"All of {family.name} is in {folder} already; what you delete there is fetched again.")
        return
    for file in wanted:
        if file in broken:
            say(f"{file.name} is damaged: it is fetched again, and what is there now is kept beside it.")
        with _shown(file) as progress:
            fetch(file, folder, base or "", progress)
    family.unpack()
    say(f"{family.name} is in {folder}: {counted(len(wanted), 'file')} fetched, their checksums right.")


def _family(name: str) -> Family:
    return resolve(name)[0]


@contextmanager
def _shown(file: Download) -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a line when a file begins."""
    if not sys.stderr.isatty():
        say(f"Fetching {file.name} ({file.size / 1e6:,.1f} MB) …")
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(file.name, total=file.size)
        yield lambda done: bar.update(task, completed=done)
