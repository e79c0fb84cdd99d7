"""What was measured: one small file per row and seed, so that an interrupted course goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.atomic import write
from tests.course.row import Row

FOLDER = Path(__file__).resolve().parents[2] / "build" / "course"


@dataclass(frozen=True)
class Measured:
    """The numbers of one seed, the minutes of two cores that they took, and the day."""

    fingerprint: str
    seed: int
    numbers: dict[str, float]
    minutes: float
    day: str


def _path(row: Row, seed: int) -> Path:
    return FOLDER / f"{row.name}-{seed}.json"


def kept(row: Row, seed: int) -> Measured | None:
    """What was measured of the row as it is now; None if nothing was."""
    path = _path(row, seed)
    if not path.is_file():
        return None
    found = Measured(**json.loads(path.read_text(encoding="utf-8")))
    return found if found.fingerprint == row.fingerprint else None


def keep(row: Row, measured: Measured) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    write(_path(row, measured.seed), (json.dumps(asdict(measured), indent=1) + "\n").encode())


def forget(row: Row) -> None:
    """All that was measured and half trained of `row`."""
    for seed in row.seeds:
        for path in FOLDER.glob(f"{row.name}-{seed}[.-]*"):
            path.unlink()
