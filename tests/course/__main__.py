"""``dev.py course [ROW …]``: train what is not measured yet, then print the table."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime.errors import NetwrightError, unknown
from tests.benchmarks.bench import in_readme, machine, write_readme
from tests.course.row import Row, rows
from tests.course.store import drawn, forget, kept
from tests.course.table import HEAD, line, standing
from tests.course.training import told
from tests.course.work import INTERRUPTED, heed_wishes_to_stop, train

BEGIN, END = "<!-- course: written by `dev.py course --readme` -->", "<!-- /course -->"
PICTURES = Path(__file__).resolve().parents[2] / "resources" / "pictures" / "course"


def table(chosen: Sequence[Row], before: str = "") -> str:
    """Only what was run is in it; of a row that was not run since, its line in the table `before`, if it is the same row."""
    here, lines = f"{machine()}.", {}
    found = standing(before, here)
    for row in chosen:
        measured = [m for seed in row.seeds if (m := kept(row, seed))]
        if measured:
            lines[row.name] = line(row, measured)
        elif row.fingerprint in found:
            lines[row.name] = found[row.fingerprint]
    return "\n".join([HEAD, *lines.values(), "", here])


def _show_pictures(chosen: Sequence[Row]) -> None:
    """Put what rows drew where the README shows it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for row in chosen:
        for path in drawn(row):
            shutil.copyfile(path, PICTURES / f"{row.name}{path.suffix}")


def _chosen(names: Sequence[str]) -> list[Row]:
    known = rows()
    for name in names:
        if name not in known:
            raise SystemExit(unknown("row", name, known))
    return [known[name] for name in names] or list(known.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.py course", description="Every row of the course, trained and judged.")
    parser.add_argument("rows", nargs="*", help="rows to run (default: all): " + ", ".join(rows()))
    parser.add_argument("--again", action="store_true", help="forget what was measured of these rows")
    parser.add_argument("--table", action="store_true", help="train nothing: print what was measured so far")
    parser.add_argument("--readme", action="store_true", help="write the table of all rows into the README")
    options = parser.parse_args()
    chosen = _chosen(options.rows)
    for row in chosen if options.again else ():
        forget(row)
    heed_wishes_to_stop()
    try:
        if not options.table:
            train(chosen)
    except NetwrightError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        told("Interrupted: the same command goes on from here.")
        sys.exit(INTERRUPTED)
    print(table(chosen))
    if options.readme:
        write_readme(table(list(rows().values()), in_readme(BEGIN, END)), BEGIN, END)
        _show_pictures(list(rows().values()))


if __name__ == "__main__":
    main()
