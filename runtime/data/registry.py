"""The datasets by name. A family of datasets is one file in `runtime/data/sets`, found by scanning that folder."""

from __future__ import annotations

import json
import pkgutil
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import asdict
from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any, TypeVar

from runtime.data.dataset import Dataset, DatasetInfo
from runtime.data.naming import Option, Reference, canonical, read_options, split_name
from runtime.errors import DataError, unknown

#: Under which heading a dataset stands in lists, in this order; families may name others, which come after these.
PICTURES, FETCHED, PLANE, LESSONS = "Pictures", "Pictures to fetch once", "Points in the plane", "From the lectures"
SEQUENCES = "Sequences"
GROUPS = (PICTURES, FETCHED, PLANE, LESSONS, SEQUENCES)


class Family(ABC):
    """One kind of dataset: how to describe it at once, and how to load it."""

    name: str
    group: str = PICTURES
    options: tuple[Option, ...] = ()
    listed: bool = True  # whether it has a name of its own; folders have their paths

    def claims(self, base: str) -> bool:
        """Whether a dataset called `base` is one of this family."""
        return base == self.name

    @abstractmethod
    def describe(self, reference: Reference) -> DatasetInfo:
        """What is known without loading; asked at every edit of a document, so it must be quick."""

    @abstractmethod
    def load(self, reference: Reference, seed: int) -> Dataset:
        """All of it; `seed` draws the validation split."""

    def fingerprint(self, reference: Reference) -> Hashable:
        """Changes whenever the files behind the dataset do; a loaded dataset is kept as long as it stays the same."""
        return ()


_families: list[Family] = []
F = TypeVar("F", bound=type[Any])


def register(family: Family) -> None:
    """Make `family` known. Two of one name are a mistake in the program."""
    if any(family.name == other.name for other in _families):
        raise ValueError(f"two datasets are called {family.name}")
    _families.append(family)


def dataset(family: F) -> F:
    """Class decorator: this family is one of ours."""
    register(family())
    return family


@cache
def families() -> tuple[Family, ...]:
    """Every family, those with a name of their own first, by group, in the order of the files whoever imported them first."""
    package = import_module("runtime.data.sets")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        import_module(f"{package.__name__}.{module}")
    found = sorted(_families, key=lambda family: (not family.listed, type(family).__module__))
    groups = list(dict.fromkeys([*GROUPS, *(family.group for family in found)]))
    return tuple(sorted(found, key=lambda family: (not family.listed, groups.index(family.group))))


def resolve(name: str) -> tuple[Family, Reference]:
    """The family and the complete reference that `name` means, or a sentence."""
    base, text = split_name(name.strip())
    family = next((family for family in families() if family.claims(base)), None)
    if family is None:
        raise DataError(unknown("dataset", base, names()))
    options = read_options(base, text, family.options)
    return family, Reference(base, options, canonical(base, options, family.options))


def names() -> tuple[str, ...]:
    """The built-in names."""
    return tuple(family.name for family in families() if family.listed)


def catalogue() -> list[DatasetInfo]:
    """The descriptions of the built-in datasets, for lists and menus."""
    return [describe(name) for name in names()]


def grouped() -> dict[str, list[DatasetInfo]]:
    """The same descriptions under their headings."""
    found: dict[str, list[DatasetInfo]] = {}
    for family in families():
        if family.listed:
            found.setdefault(family.group, []).append(describe(family.name))
    return found


def parse(name: str) -> tuple[str, dict[str, int]]:
    """(base, options with their defaults) of a name such as ``spiral:noise=10,seed=1`` or a path."""
    reference = resolve(name)[1]
    return reference.base, dict(reference.options)


def describe(name: str) -> DatasetInfo:
    """What is known of a dataset without loading it."""
    family, reference = resolve(name)
    return family.describe(reference)


def remembered(name: str) -> str:
    """A note of what a folder holds, by which `recalled` describes it when it is gone; empty for sets with a name."""
    family, reference = resolve(name)
    return "" if family.listed else json.dumps({"of": name, "info": asdict(family.describe(reference))}, ensure_ascii=False)


def recalled(note: str, name: str) -> DatasetInfo | None:
    """What `note` says of the dataset `name`; None if it says nothing."""
    try:
        data = json.loads(note)
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data["info"].items()}
        return DatasetInfo(**fields) if data["of"] == name else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def load(name: str, seed: int = 0) -> Dataset:
    """The dataset, its validation split drawn by `seed`. The last few are kept."""
    family, reference = resolve(name)
    mark = (reference.name, seed, family.fingerprint(reference))
    found = _loaded.get(mark)
    if found is None:
        found = family.load(reference, seed)
        _loaded.put(mark, found)
    return found


class _Loaded:
    """The last few datasets, within a bound on memory; the newest one always stays."""

    def __init__(self, count: int, nbytes: int) -> None:
        self._count, self._nbytes = count, nbytes
        self._kept: OrderedDict[Hashable, Dataset] = OrderedDict()
        self._lock = Lock()  # the window loads in a thread

    def get(self, mark: Hashable) -> Dataset | None:
        with self._lock:
            if mark in self._kept:
                self._kept.move_to_end(mark)
            return self._kept.get(mark)

    def put(self, mark: Hashable, loaded: Dataset) -> None:
        with self._lock:
            self._kept[mark] = loaded
            while len(self._kept) > 1 and self._too_much():
                self._kept.popitem(last=False)

    def _too_much(self) -> bool:
        return len(self._kept) > self._count or sum(d.nbytes for d in self._kept.values()) > self._nbytes


_loaded = _Loaded(count=4, nbytes=1 << 29)
