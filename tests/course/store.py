"""What was measured: one small file per row and seed, so that an interrupted course goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.atomic import write
from tests.course.row import Place, Row

FOLDER = Path(__file__).resolve().parents[2] / "build" / "course"


@dataclass(frozen=True)
class Measured:
    """The numbers of one seed, the minutes of two cores that they took, and the day."""

    seed: int
    numbers: dict[str, float]
    minutes: float
    day: str


def place(row: Row, seed: int, threads: int = 1) -> Place:
    """Where `row` is at work. A row that was changed works elsewhere: nothing older is gone on with, or told."""
    return Place(FOLDER / f"{row.name}-{row.fingerprint}", row.name, seed, threads)


def kept(row: Row, seed: int) -> Measured | None:
    """What was measured of the row as it is now; None if nothing was."""
    path = place(row, seed).file(".json")
    return Measured(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def keep(row: Row, measured: Measured) -> None:
    write(place(row, measured.seed).file(".json"), (json.dumps(asdict(measured), indent=1) + "\n").encode())


def drawn(row: Row) -> list[Path]:
    """The pictures, curves and texts that the row's first seed left beside its numbers."""
    at = place(row, row.seeds[0])
    return [path for ending in (".png", ".svg", ".csv", ".txt") if (path := at.file(ending)).is_file()]


def forget(row: Row) -> None:
    """All that was measured and half trained of `row`, as it is now and as it was."""
    for seed in row.seeds:
        for path in FOLDER.glob(f"{row.name}-*/{row.name}-{seed}[.-]*"):
            path.unlink()
