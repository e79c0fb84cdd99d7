"""Pictures for what bars do not tell, by the name that an example gives as its `picture`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import atan2, cos, exp, hypot, pi, sin

from nodes.drawing import FAINT, NEGATIVE, POSITIVE, QUIET, SECOND, TEXT, Box, Disc, Ink, Mark, Path, Pixels, Words, arrow
from nodes.portrait.frame import HEIGHT, MIDDLE, WIDTH
from nodes.portrait.unrolled import unrolled

CENTRE = WIDTH / 2
LEFT, RIGHT, BASE = 20.0, WIDTH - 20.0, HEIGHT - 10.0


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


# -- curves ------------------------------------------------------------------------------------------------------------
def _curve(height: Callable[[float], float], ink: Ink, width: float = 1.5) -> Path:
    points = tuple((LEFT + (RIGHT - LEFT) * k / 80, BASE - 62 * height(k / 80)) for k in range(81))
    return Path(points, ink, width=width)


def _bump(middle: float, high: float) -> Callable[[float], float]:
    return lambda t: high * exp(-(((t - middle) / 0.075) ** 2))


def bumps() -> list[Mark]:
    """A curve, and the bumps of which it is built."""
    blue = Ink("positive")
    whole = _curve(lambda t: 0.5 + 0.42 * sin(7 * t + 0.6) * (1.1 - 0.5 * t), QUIET)
    return [whole, *(_curve(_bump(m, h), blue) for m, h in ((0.12, 0.9), (0.28, 0.72), (0.5, 0.28), (0.7, 0.2), (0.9, 0.52)))]


def fading() -> list[Mark]:
    """Gradients from the first layer to the last."""
    marks: list[Mark] = [Path(((LEFT, BASE), (RIGHT, BASE)), FAINT)]
    for k in range(7):
        height = 56 * 0.6 ** (6 - k)
        marks.append(Box(36.0 + 25 * k, BASE - height, 14, height, fill=Ink("activation"), radius=1.5))
    return marks


def descent() -> list[Mark]:
    """Two ways down one valley."""
    rings: list[Mark] = []
    for k in range(1, 5):
        ring = tuple((CENTRE + 20 + 23 * k * cos(2 * pi * t / 48), MIDDLE + 9 * k * sin(2 * pi * t / 48)) for t in range(49))
        rings.append(Path(ring, FAINT, width=1.0))
    zigzag = Path(((44, 12), (66, 66), (88, 22), (108, 56), (126, 34), (140, 46), (CENTRE + 20, MIDDLE)), NEGATIVE, width=1.75)
    smooth = Path(((44, 12), (60, 34), (84, 48), (112, 50), (136, 46), (CENTRE + 20, MIDDLE)), POSITIVE, width=1.75)
    return [*rings, zigzag, smooth, Disc(CENTRE + 20, MIDDLE, 3, fill=TEXT)]


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


def whitening() -> list[Mark]:
    """A long cloud, and the round one that comes of it."""
    long: list[Mark] = []
    for mark in _cloud(0.0, 0.0, NEGATIVE, 44, 12.0):
        assert isinstance(mark, Disc)
        long.append(Disc(68 + 2.2 * mark.x + 0.2 * mark.y, MIDDLE - 1.2 * mark.x + 0.45 * mark.y, 1.5, fill=NEGATIVE))
    return [*long, *arrow((116, MIDDLE), (132, MIDDLE)), *_cloud(176.0, MIDDLE, POSITIVE, 44, 22.0)]


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


def kernel() -> list[Mark]:
    """A filter on an image, and the one pixel that it gives."""
    marks: list[Mark] = []
    for count, left, lit in ((5, 58.0, (1, 2, 3)), (3, 154.0, (1,))):
        for r in range(count):
            for c in range(count):
                top = MIDDLE + (r - count / 2) * 13
                ink = Ink("convolution") if r in lit and c in lit else FAINT
                marks.append(Box(left + 13 * c, top, 11.5, 11.5, fill=ink, radius=1.5))
    return [*marks, *arrow((128, MIDDLE), (148, MIDDLE))]


PICTURES: Mapping[str, Callable[[], list[Mark]]] = {
    "line": line, "xor": xor, "spiral": spiral, "bumps": bumps, "fading": fading, "descent": descent, "clouds": clouds,
    "whitening": whitening, "pyramid": pyramid, "text": text, "kernel": kernel,
    "one-to-one": partial(unrolled, "1", "1"), "one-to-many": partial(unrolled, "1000", "1111"),
    "many-to-one": partial(unrolled, "1111", "0001"), "encoder-decoder": partial(unrolled, "11100", "00111"),
    "in-step": partial(unrolled, "1111", "1111"),
}  # fmt: skip
