"""Fuzzy search: letters in order, with a bonus for beginnings of words and runs."""

from __future__ import annotations

from difflib import get_close_matches

from app.shelf import Item
from nodes.layer import layer_types


def score(query: str, text: str) -> float:
    """0 when the letters of `query` do not appear in order in `text`; more is better."""
    query, text = query.lower().replace(" ", ""), text.lower()
    if not query:
        return 1.0
    if query in text.replace(" ", ""):
        return 100.0 + (50.0 if text.startswith(query) else 0.0) + len(query) / len(text)
    found, last = 0.0, -2
    at = 0
    for letter in query:
        at = text.find(letter, at)
        if at < 0:
            return 0.0
        found += 3.0 if at == last + 1 else (2.0 if at == 0 or text[at - 1] in " -·" else 0.3)
        last, at = at, at + 1
    return found / len(text) if found >= 1.5 * len(query) else 0.0


def layer_score(query: str, cls: Item) -> float:
    """The best of a layer's name and its synonyms (“linear”, “fully connected”)."""
    return max([score(query, cls.type), *(0.9 * score(query, s) for s in cls.synonyms)])


def nearest_layer(query: str) -> str:
    """The layer that was perhaps meant."""
    names = {n.lower(): n for n in layer_types()}
    found = get_close_matches(query.lower(), names, n=1, cutoff=0.0)
    return names[found[0]] if found else "Dense"
