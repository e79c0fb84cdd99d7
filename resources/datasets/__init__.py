"""The datasets that come with Netwright, as files beside this one; README.md names their sources and licences."""

from __future__ import annotations

from importlib.resources import files


def read(name: str) -> bytes:
    """The bytes of the file `name`, wherever Netwright is installed."""
    return files(__name__).joinpath(name).read_bytes()
