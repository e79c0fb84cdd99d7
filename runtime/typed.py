"""Plain data from a file as a dataclass: every number, text and switch of the type that its field declares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", type(None): "null"}
#: Whole numbers from here on are no floating-point numbers.
TOO_LARGE = 10**300


class Damage(TypeError):
    """What in a file's data cannot be right, as a part of a sentence."""


def typed(cls: type[T], data: Mapping[str, Any], **ready: Any) -> T:
    """`cls` from `data`, with the fields that are `ready` already. Raises `Damage` naming the field that cannot be right."""
    kinds = _kinds(cls)  # type: ignore[arg-type]  # mypy takes the instances' __hash__ for the class's
    for name, value in data.items():
        if name not in kinds:
            raise Damage(f"it has a field ‘{name}’ that nobody knows")
        if name not in ready and kinds[name] and not _is(value, kinds[name]):
            wanted = " or ".join(_WORDS[k] for k in kinds[name])
            raise Damage(f"{name} is {_shown(value)} and must be {wanted}")
    return cls(**{**data, **ready})


@cache
def _kinds(cls: type[Any]) -> dict[str, tuple[type, ...]]:
    """The plain types that each field takes; () for one of another kind."""
    hints = get_type_hints(cls).items()
    kinds = {name: get_args(hint) if get_origin(hint) is UnionType else (hint,) for name, hint in hints}
    return {name: each if all(k in _WORDS for k in each) else () for name, each in kinds.items()}


def _is(value: Any, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    if isinstance(value, int):
        return int in kinds or (float in kinds and abs(value) < TOO_LARGE)
    return isinstance(value, kinds)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]} …"
