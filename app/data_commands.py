"""The command line's ``data``: commands about datasets, thin like those of `app.cli`."""

from __future__ import annotations

import click

from app.arguments import JSON


@click.group()
def data() -> None:
    """List datasets, say what they are, and fetch them."""


@data.command("list")
@JSON
def list_(as_json: bool) -> None:
    """List the datasets that have a name."""
    from app.headless.data import list_

    list_(as_json)


@data.command()
@click.argument("name")
@JSON
def info(name: str, as_json: bool) -> None:
    """Say what the dataset NAME is: shapes, classes, sizes, options, files, source and licence."""
    from app.headless.data import info

    info(name, as_json)


@data.command()
@click.argument("name")
@click.option("--from", "base", metavar="URL", help="Another address under which the files lie, by their names.")
def fetch(name: str, base: str | None) -> None:
    """Fetch what is missing or damaged of the dataset NAME: mnist, fashion-mnist or cifar10.

    A download that broke off goes on where it stopped; a file is there only when it is whole and its checksum right.
    """
    from app.headless.data import fetch_

    fetch_(name, base)
