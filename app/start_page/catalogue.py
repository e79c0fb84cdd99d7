"""The examples as the start page shows them: in groups, found by what is typed. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from app.panels.fuzzy import score
from nodes.example import GROUPS, Example
from nodes.portrait.outline import Outline

NO_OUTLINE = Outline()


@dataclass(frozen=True)
class Section:
    """A group of examples under its title."""

    key: str
    title: str
    examples: tuple[Example, ...]

    @property
    def lectures(self) -> str:
        """``lectures 000, 001``: every lecture that one of its examples belongs to."""
        found = sorted({lecture for example in self.examples for lecture in example.lectures})
        if not found:
            return "beyond the lectures"
        return f"lecture{'s' * (len(found) > 1)} {', '.join(found)}"


def sections(found: Iterable[Example]) -> list[Section]:
    """In the order of the groups; in each, by the first lecture that tells of it, what goes beyond them last."""
    order = sorted(found, key=lambda e: (min(e.lectures, default="~"), e.name))
    made = [Section(key, title, tuple(e for e in order if e.group == key)) for key, title in GROUPS.items()]
    return [section for section in made if section.examples]


def matches(query: str, example: Example, outline: Outline = NO_OUTLINE) -> bool:
    """Whether every word that is typed is in its texts, its lectures or the types of its layers, or like its name."""
    lectures = [f"lecture {number}" for number in example.lectures]
    texts = (example.title, example.name, example.help, example.number, GROUPS[example.group], *lectures, *outline.types)
    told = "\n".join(texts).lower()
    return all(
        word in told or score(word, example.title) > 0 or score(word, example.name) > 0 for word in query.lower().split()
    )


def nearest(query: str, found: Mapping[str, Example]) -> Example:
    """The example that was perhaps meant."""
    names = {text.lower(): e for e in found.values() for text in (e.title, e.name)}
    return names[get_close_matches(query.lower(), names, n=1, cutoff=0.0)[0]]


def spoken(example: Example, line: str) -> str:
    """What a card says to accessibility tools beside its title."""
    lectures = f"lecture {', '.join(example.lectures)}" if example.lectures else "beyond the lectures"
    return ", ".join(part for part in (example.help.rstrip("."), line, lectures) if part)


def fact(example: Example, outline: Outline) -> str:
    """The last line of a card: how many parameters it has, or what it comes to."""
    return f"{outline.parameters:,} parameter{'s' * (outline.parameters != 1)}" if outline.parameters else example.number
