"""A drawing as SVG: one file for light and dark, by the reader's own preference, on the panel's colour."""

from __future__ import annotations

from html import escape
from itertools import groupby

from app.tokens import DARK, LIGHT, Tokens, mix
from nodes.drawing import Box, Disc, Drawing, Ink, Mark, Path, Pixels, Words

SANS = "Inter, Segoe UI, Noto Sans, DejaVu Sans, sans-serif"
ROUND = ".n { fill: none; } path, rect, circle { stroke-linecap: round; stroke-linejoin: round; }"
MONO = "JetBrains Mono, Cascadia Mono, DejaVu Sans Mono, monospace"


class _Inks:
    """The inks of one drawing, each a class with a colour in either theme."""

    def __init__(self, category: str) -> None:
        self._category = category
        self._names: dict[Ink, str] = {}

    def name(self, ink: Ink) -> str:
        return self._names.setdefault(ink, chr(97 + len(self._names) % 26) + str(len(self._names) // 26 or ""))

    def paint(self, line: Ink | None, fill: Ink | None) -> str:
        """The class attribute of a mark: ``f-x`` fills, ``l-x`` draws."""
        names = [f"f-{self.name(fill)}"] if fill else ["n"]
        return f'class="{" ".join([*names, f"l-{self.name(line)}"] if line else names)}"'

    def sheet(self) -> str:
        return f"{self._theme(LIGHT)} @media (prefers-color-scheme: dark) {{ {self._theme(DARK)} }}"

    def _theme(self, tokens: Tokens) -> str:
        rules = [f".ground {{ fill: {tokens.panel}; }}"]
        for ink, name in self._names.items():
            color = self._color(ink, tokens)
            rules.append(f".f-{name} {{ fill: {color}; }} .l-{name} {{ stroke: {color}; }}")
        return " ".join(rules)

    def _color(self, ink: Ink, tokens: Tokens) -> str:
        full = tokens.role(ink.role, self._category)
        return full if ink.share >= 1 else mix(full, tokens.panel, ink.share)


def svg(drawing: Drawing, category: str) -> str:
    """The text of the file."""
    inks = _Inks(category)
    marks = [_mark(mark, inks) for mark in drawing.marks]
    width, height = _n(drawing.width), _n(drawing.height)
    size = f'width="{width}" height="{height}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img">',
        f"<title>{escape(drawing.alt)}</title>",
        f"<style>{ROUND} {inks.sheet()}</style>",
        f'<rect class="ground" {size} rx="8"/>', *marks, "</svg>", "",
    ])  # fmt: skip


def _mark(mark: Mark, inks: _Inks) -> str:
    if isinstance(mark, Path):
        dash = ' stroke-dasharray="5 4"' if mark.dashed else ""
        return f'<path {inks.paint(mark.line, mark.fill)} d="{_line(mark)}" stroke-width="{_n(mark.width)}"{dash}/>'
    if isinstance(mark, Box):
        dash = ' stroke-dasharray="5 4"' if mark.dashed else ""
        place = f'x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}" height="{_n(mark.height)}" rx="{_n(mark.radius)}"'
        return f'<rect {inks.paint(mark.line, mark.fill)} {place} stroke-width="{_n(mark.stroke)}"{dash}/>'
    if isinstance(mark, Disc):
        place = f'cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.radius)}" stroke-width="{_n(mark.width)}"'
        return f"<circle {inks.paint(mark.line, mark.fill)} {place}/>"
    return _words(mark, inks) if isinstance(mark, Words) else _pixels(mark, inks)


def _line(mark: Path) -> str:
    points = [f"{_n(x)} {_n(y)}" for x, y in mark.points]
    if not mark.smooth:
        return f"M{' L'.join(points)}{' Z' if mark.closed else ''}"
    (x0, y0), (x1, y1) = mark.points
    middle = _n((x0 + x1) / 2)
    return f"M{points[0]} C{middle} {_n(y0)} {middle} {_n(y1)} {points[1]}"


def _words(mark: Words, inks: _Inks) -> str:
    anchor = {0.0: "start", 0.5: "middle", 1.0: "end"}[mark.align]
    # Letters stand on their line: a third of the size below their middle.
    place = f'x="{_n(mark.x)}" y="{_n(mark.y + 0.36 * mark.size)}" text-anchor="{anchor}" font-size="{_n(mark.size)}"'
    return f'<text {inks.paint(None, mark.ink)} {place} font-family="{MONO if mark.mono else SANS}">{escape(mark.text)}</text>'


def _pixels(mark: Pixels, inks: _Inks) -> str:
    """One path for each shade, a rectangle for each run of equal pixels."""
    paths: dict[Ink, list[str]] = {}
    for r, row in enumerate(mark.rows):
        at = 0
        for value, group in groupby(row):
            count = len(list(group))
            if value:
                left, top = _n(mark.x + at * mark.side), _n(mark.y + r * mark.side)
                run = f"M{left} {top}h{_n(count * mark.side)}v{_n(mark.side)}h{_n(-count * mark.side)}z"
                paths.setdefault(mark.ink_of(value), []).append(run)
            at += count
    return "\n".join(f'<path {inks.paint(None, ink)} d="{"".join(runs)}"/>' for ink, runs in paths.items())


def _n(value: float) -> str:
    """A length to a tenth of a pixel, written short."""
    return f"{round(value, 1) + 0.0:g}"
