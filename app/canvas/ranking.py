"""Ranking layers by what somebody typed: type, synonyms, letters in order. Pure; the layer palette uses it too."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from app.shelf import Item


def rank(query: str, types: Mapping[str, Item]) -> list[str]:
    """The types that answer to `query`, best first; all of them, in their order, when nothing is typed."""
    words = query.strip().lower()
    if not words:
        return list(types)
    scored = [(score, i, name) for i, (name, cls) in enumerate(types.items()) if (score := _score(words, name, cls)) < 90]
    return [name for _, _, name in sorted(scored)]


def _score(query: str, name: str, cls: Item) -> int:
    """How well a type answers: 0 is its name, 90 is not at all."""
    scores = [_match(query, name.lower())]
    scores += [_match(query, s.lower()) + 3 for s in cls.synonyms]
    scores.append(_match(query, cls.category.lower()) + 30)
    if len(query) > 1:
        letters = query.replace(" ", "")
        scores.append((50 if name.lower().startswith(letters[0]) else 60) if _in_order(letters, name.lower()) else 90)
    return min(scores)


def _match(query: str, text: str) -> int:
    if text == query:
        return 0
    if text.startswith(query):
        return 10
    if any(word.startswith(query) for word in text.replace("-", " ").split()):
        return 12
    return 20 if len(query) > 1 and query in text else 90


def _in_order(query: str, text: str) -> bool:
    """Whether the letters come in this order: ‘mxp’ finds MaxPool2D."""
    letters = iter(text)
    return all(letter in letters for letter in query)


def nearest(query: str, types: Mapping[str, Item]) -> str:
    """The type somebody may have meant."""
    names: dict[str, str] = {}
    for name, cls in types.items():
        names.setdefault(name.lower(), name)
        for synonym in cls.synonyms:
            names.setdefault(synonym.lower(), name)
    close = get_close_matches(query.strip().lower(), names, 1, 0.4)
    return names[close[0]] if close else ("Dense" if "Dense" in types else next(iter(types), ""))


def no_result(query: str, types: Mapping[str, Item]) -> str:
    """What an empty result says."""
    return f"No layer is called “{query.strip()}”. Did you mean {nearest(query, types)}?"
