"""Pictures for what bars do not tell, by the name that an example gives as its `picture`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import atan2, cos, hypot, pi, sin

from nodes.drawing import FAINT, NEGATIVE, POSITIVE, SECOND, TEXT, Box, Disc, Ink, Mark, Path, Pixels, Words, arrow
from nodes.portrait.frame import MIDDLE, WIDTH
from nodes.portrait.unrolled import unrolled

CENTRE = WIDTH / 2


def _corners(signs: str) -> list[Mark]:
    """The four corners of a logical function in a frame, from the top left: circles are true, squares are not."""
    width, height = 116.0, 60.0
    marks: list[Mark] = [Box(CENTRE - width / 2, MIDDLE - height / 2, width, height, line=FAINT, radius=3.0)]
    for sign, (x, y) in zip(signs, ((-1, -1), (1, -1), (-1, 1), (1, 1)), strict=True):
        cx, cy = CENTRE + x * 36.0, MIDDLE + y * 16.5
        marks.append(Disc(cx, cy, 4.5, fill=POSITIVE) if sign == "1" else Box(cx - 4, cy - 4, 8, 8, fill=NEGATIVE))
    return marks


def line() -> list[Mark]:
    """AND, and the line that parts it."""
    return [*_corners("0100"), Path(((CENTRE - 10, MIDDLE - 30), (CENTRE + 58, MIDDLE + 8)), TEXT, width=2.0)]


def xor() -> list[Mark]:
    """XOR: no line parts it."""
    return _corners("1001")


# -- a decision --------------------------------------------------------------------------------------------------------
def _arms(x: float, y: float) -> float:
    """Which of the two arms of the playground's spiral is nearer, from −1 to 1; x and y from −1 to 1."""
    return sin(atan2(y, x) - 7.5 * hypot(x, y))


def _map(left: float, top: float, side: float, count: int, decide: Callable[[float, float], float]) -> Pixels:
    at = [(2 * k + 1) / count - 1 for k in range(count)]
    return Pixels(left, top, side, tuple(tuple(1.0 if decide(x, -y) > 0 else -1.0 for x in at) for y in at))


def spiral() -> list[Mark]:
    """The maps of four neurons, and what comes of them."""
    ways: tuple[Callable[[float, float], float], ...] = (
        lambda x, y: x + 0.6 * y - 0.1, lambda x, y: y - 0.5 * sin(3 * x),
        lambda x, y: x * y + 0.1, lambda x, y: 0.5 - hypot(x, y),
    )  # fmt: skip
    marks: list[Mark] = [
        _map(40.0 + 36 * (k % 2), MIDDLE - 34 + 36 * (k // 2), 2.0, 16, way) for k, way in enumerate(ways)
    ]
    return [*marks, *arrow((118, MIDDLE), (132, MIDDLE)), _map(140.0, MIDDLE - 34, 2.0, 34, _arms)]


# -- points ------------------------------------------------------------------------------------------------------------
def _cloud(x: float, y: float, ink: Ink, count: int = 22, spread: float = 12.0) -> list[Mark]:
    """Points about (x, y), on a sunflower's spiral: even, and never the same."""
    golden = pi * (3 - 5**0.5)
    found: list[Mark] = []
    for k in range(count):
        radius = spread * ((k + 0.5) / count) ** 0.7 * (1 + 0.35 * sin(9.0 * k + x))
        found.append(Disc(x + 1.3 * radius * cos(k * golden + y), y + radius * sin(k * golden + y), 1.5, fill=ink))
    return found


def clouds() -> list[Mark]:
    """Codes of five classes on a plane."""
    places = (("normalise", 74, 24), ("activation", 122, 18), ("core", 168, 42), ("pooling", 82, 62), ("convolution", 128, 64))
    return [mark for hue, x, y in places for mark in _cloud(x, y, Ink(hue))]


# -- and others --------------------------------------------------------------------------------------------------------
def pyramid() -> list[Mark]:
    """Layers of units, each trained on the one below."""
    marks: list[Mark] = []
    for row, count in enumerate((3, 5, 7, 9)):
        hue = "data" if row == 3 else "core"
        xs = (CENTRE + (k - (count - 1) / 2) * 17 for k in range(count))
        marks += [Disc(x, 12 + 20.0 * row, 4.0, fill=Ink(hue)) for x in xs]
    return marks


def text() -> list[Mark]:
    """A text being written."""
    lines = ("First Citizen:", "Before we proceed", "any further, hear")
    inks = (SECOND, SECOND, TEXT)
    words = [
        Words(52.0, MIDDLE + 18.0 * (k - 1), told, inks[k], 11.5, 0.0, True) for k, told in enumerate(lines)
    ]
    return [*words, Box(180.0, MIDDLE + 11.0, 6.5, 14.0, fill=Ink("accent"))]


PICTURES: Mapping[str, Callable[[], list[Mark]]] = {
    "line": line, "xor": xor, "spiral": spiral, "clouds": clouds, "pyramid": pyramid, "text": text,
    "one-to-one": partial(unrolled, "1", "1"), "one-to-many": partial(unrolled, "1000", "1111"),
    "many-to-one": partial(unrolled, "1111", "0001"), "encoder-decoder": partial(unrolled, "11100", "00111"),
    "in-step": partial(unrolled, "1111", "1111"),
}  # fmt: skip
