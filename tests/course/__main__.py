"""``dev.py course [ROW …]``: train what is not measured yet, then print the table."""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Sequence
from datetime import date

from runtime.errors import NetwrightError, unknown
from tests.benchmarks.bench import machine, write_readme
from tests.course.row import Place, Row, rows
from tests.course.store import FOLDER, Measured, forget, keep, kept
from tests.course.table import HEAD, line
from tests.course.training import told

BEGIN, END = "<!-- course: written by `dev.py course --readme` -->", "<!-- /course -->"
CORES = 2


def _measured(row: Row, seed: int) -> Measured:
    """Train one seed. Minutes are those of two cores' work, so that a busy machine does not lengthen them; what an
    interrupted part of it took is kept in a file, and counts."""
    place = Place(FOLDER, row.name, seed)
    clock = place.file(".seconds")
    earlier, began = float(clock.read_text()) if clock.is_file() else 0.0, _worked()
    try:
        numbers = dict(row.measure(place))
    finally:
        seconds = earlier + _worked() - began
        clock.write_text(str(seconds))
    return Measured(row.fingerprint, seed, numbers, seconds / 60 / CORES, date.today().isoformat())


def _worked() -> float:
    """Seconds of processor time, children's included."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _train(chosen: Sequence[Row]) -> None:
    for row in chosen:
        for seed in row.seeds:
            if kept(row, seed) is None:
                told(f"{row.name}, seed {seed}")
                keep(row, _measured(row, seed))


def table(chosen: Sequence[Row]) -> str:
    """Only what was run is in it."""
    found = [(row, [m for seed in row.seeds if (m := kept(row, seed))]) for row in chosen]
    lines = [line(row, measured) for row, measured in found if measured]
    days = sorted({m.day for _, measured in found for m in measured})
    told_of = f"{machine()}, {' to '.join(dict.fromkeys((days[0], days[-1])))}." if days else ""
    return "\n".join([HEAD, *lines, "", told_of])


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
    try:
        if not options.table:
            _train(chosen)
    except NetwrightError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        told("Interrupted: the same command goes on from here.")
        sys.exit(130)
    print(table(chosen))
    if options.readme:
        write_readme(table(list(rows().values())), BEGIN, END)


if __name__ == "__main__":
    main()
