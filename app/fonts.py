"""The two bundled families and the sizes in which the window uses them.

Inter's outlines are its own, written as TrueType (quadratic curves within half a thousandth of an em): Qt darkens the stems of
PostScript outlines with FreeType, and a weight of 400 then looks like 500.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

import resources

SANS = ("Inter", "Segoe UI", "Noto Sans", "DejaVu Sans")
#: Inter last: it has the raised and lowered letters of formulas that the others lack.
MONO = ("JetBrains Mono", "Cascadia Mono", "DejaVu Sans Mono", "Inter")


class Role(NamedTuple):
    """One entry of the type scale, in pixels at 100 %."""

    size: float
    line: int
    weight: QFont.Weight = QFont.Weight.Normal
    families: tuple[str, ...] = SANS


SEMIBOLD = QFont.Weight.DemiBold

ROLES = {
    "start": Role(28, 36, SEMIBOLD),
    "title": Role(20, 28, SEMIBOLD),
    "section": Role(15, 20, SEMIBOLD),
    "body": Role(13, 16),
    "strong": Role(13, 16, SEMIBOLD),
    "dense": Role(12, 16),
    "dense-strong": Role(12, 16, SEMIBOLD),
    "caption": Role(11, 16),
    "caption-strong": Role(11, 16, SEMIBOLD),
    "number20": Role(20, 28, families=MONO),
    "number17": Role(17, 20, families=MONO),
    "number": Role(12, 16, families=MONO),
    "number-strong": Role(12, 16, QFont.Weight.Bold, MONO),
    "mono": Role(12, 16, families=MONO),
    "mono-body": Role(13, 16, families=MONO),
    "mono-caption": Role(11, 16, families=MONO),
    "smallest": Role(10.5, 14, families=MONO),
    "smallest-strong": Role(10.5, 14, QFont.Weight.Medium, MONO),
}


def load_fonts() -> list[str]:
    """Make the bundled families known to Qt (once a process) and name those it took."""
    if SANS[0] in QFontDatabase.families() and MONO[0] in QFontDatabase.families():
        return [SANS[0], MONO[0]]
    taken: set[str] = set()
    for file in sorted(resources.path("fonts").iterdir()):
        if file.suffix in (".otf", ".ttf"):
            taken.update(QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file))))
    _font.cache_clear()
    return sorted(taken)


def font(role: str) -> QFont:
    """The font of a role of the type scale. A copy: change it freely."""
    return QFont(_font(role))


@lru_cache(maxsize=64)
def _font(role: str) -> QFont:
    chosen = ROLES[role]
    made = QFont()
    made.setFamilies(list(chosen.families))
    made.setWeight(chosen.weight)
    _set_pixels(made, chosen.size)
    # Digits of one width, so that numbers which change do not dance; no ligatures in formulas (-> stays two signs).
    # The same for both families, because a style sheet that names another family keeps the features.
    for tag, value in {"tnum": 1, "calt": 0, "liga": 0}.items():
        made.setFeature(QFont.Tag(tag), value)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def _set_pixels(made: QFont, size: float) -> None:
    """Qt takes whole pixels only; half a pixel must go by way of points."""
    if size == int(size):
        made.setPixelSize(int(size))
        return
    screen = QGuiApplication.primaryScreen()
    dots_per_inch = screen.logicalDotsPerInchY() if screen else 96.0
    made.setPointSizeF(size * 72.0 / dots_per_inch)
