"""``dev.py course [ROW …]``: train what is not measured yet, then print the table."""

from __future__ import annotations

import argparse
import resource
import signal
import sys
from collections.abc import Sequence
from datetime import date

from runtime.errors import NetwrightError, unknown
from tests.benchmarks.bench import in_readme, machine, write_readme
from tests.course.row import Row, rows
from tests.course.store import Measured, forget, keep, kept, place
from tests.course.table import HEAD, line, standing
from tests.course.training import told

BEGIN, END = "<!-- course: written by `dev.py course --readme` -->", "<!-- /course -->"
CORES = 2


def _measured(row: Row, seed: int) -> Measured:
    """Train one seed. Minutes are those of two cores' work, so that a busy machine does not lengthen them; what an
    interrupted part of it took is kept in a file, and counts."""
    at = place(row, seed)
    clock = at.file(".seconds")
    earlier, began = float(clock.read_text()) if clock.is_file() else 0.0, _worked()
    try:
        numbers = dict(row.measure(at))
    finally:
        seconds = earlier + _worked() - began
        clock.write_text(str(seconds))
    return Measured(seed, numbers, seconds / 60 / CORES, date.today().isoformat())


def _worked() -> float:
    """Seconds of processor time, children's included."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _train(chosen: Sequence[Row]) -> None:
    for row in chosen:
        for seed in row.seeds:
            if kept(row, seed) is None:
                told(f"{row.name}, seed {seed}")
                keep(row, _measured(row, seed))


def table(chosen: Sequence[Row], before: str = "") -> str:
    """Only what was run is in it; of a row that was not run here, its line in the table `before`."""
    lines = standing(before)
    for row in chosen:
        measured = [m for seed in row.seeds if (m := kept(row, seed))]
        if measured:
            lines[row.name] = line(row, measured)
    return "\n".join([HEAD, *(lines[row.name] for row in chosen if row.name in lines), "", f"{machine()}."])


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
    for wish in (signal.SIGINT, signal.SIGTERM):  # (a shell's background commands are deaf to the first)
        signal.signal(wish, signal.default_int_handler)
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
        write_readme(table(list(rows().values()), in_readme(BEGIN, END)), BEGIN, END)


if __name__ == "__main__":
    main()
