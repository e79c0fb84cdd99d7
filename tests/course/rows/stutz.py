"""The lecture's curve: error of a two-layer logistic perceptron over its hidden units."""

from __future__ import annotations

from io import StringIO

from nodes.edits import set_setting
from runtime.atomic import write
from tests.course.row import Number, Numbers, Place, row
from tests.course.training import error_on_test, prepared, trained

HIDDEN = (10, 25, 50, 100, 200, 400, 800)


@row(
    "stutz", "error over hidden units, 10 to 800", "a curve", *(Number(f"{n}", f"{n}:", 2) for n in HIDDEN), epochs="10",
    seeds=(1,),
)  # fmt: skip
def stutz(place: Place) -> Numbers:
    """The curve also as a picture and as CSV, beside the results."""
    found: dict[str, float] = {}
    for units in HIDDEN:
        document = prepared("stutz", place.seed, "mnist", epochs=10)
        hidden = next(n.id for n in document.nodes.values() if n.name == "hidden")
        found[str(units)] = error_on_test(trained(set_setting(document, hidden, "units", units), place, f"-{units}"))
    _write(place, found)
    return found


def _write(place: Place, found: dict[str, float]) -> None:
    lines = StringIO()
    lines.write("hidden units,% wrong\n")
    lines.writelines(f"{units},{error:.2f}\n" for units, error in found.items())
    write(place.file(".csv"), lines.getvalue().encode())
    write(place.file(".svg"), _curve([(int(units), error) for units, error in found.items()]).encode())


def _curve(points: list[tuple[int, float]]) -> str:
    """A line through the points, hidden units on a logarithmic axis, errors in percent."""
    from math import log

    left, right, bottom, top = 60, 620, 340, 30
    widest, least, most = log(points[-1][0]), log(points[0][0]), max(error for _, error in points)

    def at(units: int, error: float) -> tuple[float, float]:
        return left + (log(units) - least) / (widest - least) * (right - left), bottom - error / most * (bottom - top)

    places = [at(*point) for point in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#0055aa"/>' for x, y in places)
    words = "".join(
        f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{units}</text>'
        f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{error:.1f} %</text>'
        for (x, y), (units, error) in zip(places, points, strict=True)
    )
    axis = f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#888"/>'
    name = f'<text x="{(left + right) / 2}" y="{bottom + 40}" text-anchor="middle">hidden units</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="400" font-family="sans-serif" font-size="12">'
        f'<rect width="680" height="400" fill="#fff"/>{axis}'
        f'<polyline points="{line}" fill="none" stroke="#0055aa" stroke-width="2"/>{dots}{words}{name}</svg>\n'
    )
