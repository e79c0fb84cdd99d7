"""``dev.py bench``: each row of issue 4's table beside PyTorch, and the table for the README.

Every contestant runs in a process of its own and the processes take turns: a round is some tenths of a second of steps by
each, one after the other. Two threads that wait for each other are slowed tenfold by a third process on two cores, so the
contestants come first where that is allowed (for root), more rounds are run than asked for while others use the machine, and
the least disturbed ones count. Told are medians over these,
the ratio of each round's times, and its quartiles. PyTorch is what the fastest of its ways gives.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.contestant import OURS
from tests.benchmarks.rows import ROWS, Row

ROOT = Path(__file__).resolve().parents[2]
#: Seconds of steps in one contestant's turn, and how much slower than the best a way of PyTorch may be to stay in.
TURN, TOO_SLOW = 0.3, 1.25
#: A round is calm if the contestants' threads waited for a processor in less than this share of it.
CALM = 0.1
#: Rounds tried for each one asked for, at most.
TRIES = 6
BEGIN, END = "<!-- bench: written by `dev.py bench --readme` -->", "<!-- /bench -->"


class Contestant:
    """A child process that runs steps when told to."""

    def __init__(self, row: Row, way: str, threads: int) -> None:
        self.way = way
        command = [sys.executable, "-m", "tests.benchmarks.contestant", row.name, way, str(threads)]
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the child)
        self._child = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True
        )
        self._count = 1
        self._best = 1e9
        self.created = 0.0
        self.memory = 0.0

    def ready(self) -> bool:
        """Wait for the first steps to be done; False if this way does not work here."""
        told = self._told()
        if not told and self.way == OURS:
            self._fail("in its first steps")
        self.created = told.get("created", 0.0)
        for _ in range(3 if told else 0):
            self.turn()
        return bool(told)

    def turn(self) -> tuple[float, float]:
        """Seconds of one step, over as many as fill a turn, and how disturbed it was."""
        assert self._child.stdin
        self._child.stdin.write(f"{self._count}\n")
        self._child.stdin.flush()
        told = self._told()
        if not told:
            self._fail("in its measurement")
        self.memory = told["memory"]
        seconds = told["seconds"] / self._count
        self._best = min(self._best, seconds)
        self._count = max(1, round(TURN / self._best))
        return seconds, told["disturbed"]

    def _told(self) -> dict[str, float]:
        assert self._child.stdout
        line = self._child.stdout.readline()
        found: dict[str, float] = json.loads(line) if line else {}
        return found

    def _fail(self, when: str) -> None:
        self._said.seek(0)
        raise SystemExit(f"{self.way} failed {when}:\n{self._said.read()}")

    def close(self) -> None:
        assert self._child.stdin
        self._child.stdin.close()
        self._child.wait()
        self._said.close()


@dataclass(frozen=True)
class Result:
    """What came of one row: seconds per step, PyTorch's fastest way, ratios by round, MiB, seconds of creation."""

    row: Row
    ours: float
    torch: float
    way: str
    ratios: Sequence[float]
    memory: tuple[float, float]
    created: float
    disturbed: float
    all_ways: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    def line(self) -> str:
        low, _, high = quantiles(self.ratios, n=4)
        ours, theirs = self.memory
        verdict = "" if self.ratio >= self.row.goal else " ✗"
        return (
            f"| {self.row.title} | {1 / self.ours:,.0f} | {1 / self.torch:,.0f} ({self.way}) "
            f"| **{self.ratio:.2f}** ({low:.2f}–{high:.2f}){verdict} | {self.row.goal:g} / {self.row.stretch:g} "
            f"| {ours:.0f} / {theirs:.0f} | {self.created * 1e3:.0f} |"
        )


HEAD = (
    "| row | ours, steps/s | PyTorch, steps/s | ratio (quartiles) | goal / stretch | peak MiB | session, ms |\n"
    "|---|---|---|---|---|---|---|"
)


def measure(row: Row, rounds: int, threads: int, compiled: bool) -> Result:
    from tests.benchmarks.torch_networks import ways

    names = [OURS, *(w for w in ways(row) if compiled or "compiled" not in w)]
    contestants = _kept([c for c in (Contestant(row, name, threads) for name in names) if c.ready()])
    played = _played(contestants, rounds)
    for contestant in contestants:
        contestant.close()
    times = {c.way: [r.seconds[i] for r in played] for i, c in enumerate(contestants)}
    ours = times.pop(OURS)
    fastest = min(times, key=lambda way: median(times[way]))
    ratios = [t / o for t, o in zip(times[fastest], ours, strict=True)]
    return Result(
        row, median(ours), median(times[fastest]), fastest, ratios,
        (contestants[0].memory, min(c.memory for c in contestants[1:])), contestants[0].created,
        max(r.disturbed for r in played), {way: median(found) for way, found in times.items()},
    )


@dataclass(frozen=True)
class Round:
    """Seconds per step of each contestant, and the share of the time in which one of its threads waited for a processor."""

    seconds: tuple[float, ...]
    disturbed: float


def _played(contestants: Sequence[Contestant], wanted: int) -> list[Round]:
    """The calmest of the rounds: `wanted` of them, from more if need be."""
    found: list[Round] = []
    while sum(r.disturbed < CALM for r in found) < wanted and len(found) < TRIES * wanted:
        turns = [c.turn() for c in contestants]
        found.append(Round(tuple(s for s, _ in turns), max(d for _, d in turns)))
    return sorted(found, key=lambda r: r.disturbed)[:wanted]


def _kept(contestants: list[Contestant]) -> list[Contestant]:
    """Ours, and what of PyTorch may still turn out to be the fastest, by the best of three calm-as-can-be rounds."""
    rounds = _played(contestants, 3)
    best = [min(r.seconds[i] for r in rounds) for i in range(len(contestants))]
    limit = TOO_SLOW * min(best[1:])
    kept = [c for c, t in zip(contestants, best, strict=True) if c.way == OURS or t <= limit]
    for contestant in contestants:
        if contestant not in kept:
            contestant.close()
    return kept


def machine() -> str:
    """The processor by name where Linux tells it, and what ours was measured with."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{processor}, Python {platform.python_version()}, onnxruntime {version('onnxruntime')}"


def in_readme(begin: str, end: str) -> str:
    """What stands between the marks now."""
    return (ROOT / "README.md").read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]


def write_readme(table: str, begin: str = BEGIN, end: str = END) -> None:
    """Put `table` between its marks in the README's section on speed."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    readme.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="dev.py bench", description="Training steps beside PyTorch's. `bench canvas` measures the window instead."
    )
    parser.add_argument("rows", nargs="*", help="rows to measure (default: all): " + ", ".join(r.name for r in ROWS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out (it takes a minute a row)")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    asked = parser.parse_args()
    print(HEAD, flush=True)
    results = []
    for row in ROWS:
        if not asked.rows or row.name in asked.rows:
            results.append(measure(row, asked.rounds, asked.threads, not asked.no_compile))
            print(results[-1].line(), flush=True)
            others = ", ".join(f"{way} {t * 1e3:.3f} ms" for way, t in results[-1].all_ways.items())
            print(f"  {others}; disturbed {results[-1].disturbed:.0%}", file=sys.stderr, flush=True)
    short = [f"- {r.row.title}: {r.row.note}" for r in results if r.ratio < r.row.goal and r.row.note]
    notes = ["Where a goal is missed (✗), what the time goes into:", "", *short, ""] if short else []
    noise = max(r.disturbed for r in results)
    said = (
        f"{asked.threads} threads, float32, {date.today().isoformat()}: {machine()}, torch {version('torch')}. "
        "Denormals off for both, in turn, "
        f"medians of {asked.rounds} rounds; threads waited for a processor in up to {noise:.0%} of the time."
    )
    print(said)
    if asked.readme:
        write_readme("\n".join([HEAD, *(r.line() for r in results), "", *notes, said]))


if __name__ == "__main__":
    main()
