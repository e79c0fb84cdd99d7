"""A drawing as a list of marks: no toolkit, no colours. The window paints it, the reference writes it as SVG.

Lengths are logical pixels. An ink names a role of the look (``text2``, ``positive``; ``hue`` is the layer's category, and
``core``, ``pooling`` … are those categories' own) and how much of it lies over the ground, so that one drawing serves light and
dark.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]
#: One size for all layers' pictures, so that pages look alike.
WIDTH, HEIGHT = 480.0, 172.0


@dataclass(frozen=True)
class Ink:
    """A role of the look, and its share over the ground."""

    role: str
    share: float = 1.0


TEXT, SECOND, QUIET, FAINT = Ink("text"), Ink("text2"), Ink("ctl"), Ink("line2")
HUE, TINT = Ink("hue"), Ink("hue", 0.28)
POSITIVE, NEGATIVE = Ink("positive"), Ink("negative")


@dataclass(frozen=True)
class Path:
    """Straight pieces through `points`. `smooth` has two points: a wire, horizontal at both ends."""

    points: tuple[Point, ...]
    line: Ink | None = None
    fill: Ink | None = None
    width: float = 1.5
    dashed: bool = False
    closed: bool = False
    smooth: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle, its corners rounded."""

    x: float
    y: float
    width: float
    height: float
    line: Ink | None = None
    fill: Ink | None = None
    stroke: float = 1.0
    radius: float = 0.0
    dashed: bool = False


@dataclass(frozen=True)
class Disc:
    """A circle about (x, y)."""

    x: float
    y: float
    radius: float
    line: Ink | None = None
    fill: Ink | None = None
    width: float = 1.5


@dataclass(frozen=True)
class Words:
    """One line of text whose middle stands at `y`. `align`: 0 begins at x, 0.5 is centred there, 1 ends there."""

    x: float
    y: float
    text: str
    ink: Ink = SECOND
    size: float = 11.0
    align: float = 0.5
    mono: bool = False


@dataclass(frozen=True)
class Pixels:
    """Squares of `side` without gaps, row by row: −1 … 1, negative and positive in their inks (or grey: `ink`)."""

    x: float
    y: float
    side: float
    rows: tuple[tuple[float, ...], ...]
    ink: Ink | None = None

    @property
    def width(self) -> float:
        return self.side * len(self.rows[0])

    @property
    def height(self) -> float:
        return self.side * len(self.rows)

    def ink_of(self, value: float) -> Ink:
        """What a pixel of that value is painted with."""
        role = self.ink.role if self.ink else ("positive" if value > 0 else "negative")
        return Ink(role, abs(value))


Mark = Path | Box | Disc | Words | Pixels


@dataclass(frozen=True)
class Drawing:
    """Marks in the order in which they are painted, and what they show, in words, for who cannot see them."""

    marks: tuple[Mark, ...]
    alt: str
    width: float = WIDTH
    height: float = HEIGHT


def drawing(alt: str, *parts: Iterable[Mark], height: float = HEIGHT) -> Drawing:
    """Everything in these lists, one over the other."""
    return Drawing(tuple(mark for part in parts for mark in part), alt, height=height)


def arrow(start: Point, end: Point, ink: Ink = QUIET, width: float = 1.5, dashed: bool = False) -> list[Mark]:
    """A line with a head at its end."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    back, side = 6.0, 3.5
    left = (x1 - back * dx - side * dy, y1 - back * dy + side * dx)
    right = (x1 - back * dx + side * dy, y1 - back * dy - side * dx)
    shaft = Path((start, (x1 - back * dx, y1 - back * dy)), ink, width=width, dashed=dashed)
    return [shaft, Path((left, end, right), fill=ink, closed=True)]
