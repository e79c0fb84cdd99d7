"""``netwright check``: every problem of a network, and the repairs that are offered, made if asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.headless.documents import opened, with_data
from app.headless.say import command, result, result_json, say
from nodes.check import check as checked
from nodes.document import Document
from nodes.files import save, without_weights
from nodes.plan import NotReady
from nodes.problems import Problem
from runtime.errors import FileError, NetwrightError, TrainingError

#: Repairs in one go: a repair may bring the next problem to light.
MOST = 100


def check(file: Path, data: str | None, repair: bool, everything: bool, as_json: bool) -> int:
    """Print every problem; returns 1 if one of them is an error. Other data that `repair` cannot make fit are not saved."""
    try:
        found = opened(file)
    except FileError as error:
        if as_json:
            result_json([{"where": file.name, "what": str(error), "repair": "", "level": "error"}])
        raise
    document = with_data(found.document, data)
    if repair:
        document, done = repaired(document)
        if document != found.document and (done or not checked(document).errors):
            save(document, file, found.stamp)
            for notice in filter(None, [without_weights(document)]):
                say(notice)
        for line in done:
            say(f"Repaired: {line}")
    found_now = checked(document)
    return _told(found_now.all if everything else found_now.problems, 0 if everything else len(found_now.silenced), as_json)


def repaired(document: Document) -> tuple[Document, list[str]]:
    """`document` with the first repair of every error that has one, and what was done."""
    done: list[str] = []
    while len(done) < MOST:
        step = next(_steps(document, done), None)
        if step is None:
            break
        document, line = step
        done.append(line)
    return document, done


def _steps(document: Document, done: Sequence[str]) -> Iterator[tuple[Document, str]]:
    """What could be done next: nothing twice, and nothing that is refused."""
    for problem in checked(document).errors:
        for repair in problem.repairs[:1]:
            line = f"{problem.where}: {repair.title}."
            if line not in done:
                try:
                    yield repair.edit(document), line
                except NetwrightError:
                    continue


def _told(problems: Sequence[Problem], silenced: int, as_json: bool) -> int:
    errors = [p for p in problems if p.level == "error"]
    if as_json:
        result_json([_as_json(p) for p in problems])
        if errors:
            say(errors[0].sentence)
        return 1 if errors else 0
    for p in problems:
        result(f"{'✗' if p.level == 'error' else '!'} {p.sentence}" + "".join(f"\n    {r.title}" for r in p.repairs))
    if not problems:
        result("Nothing is wrong. Train is ready.")
    if silenced:
        result(f"{silenced} silenced; --all shows {'it' if silenced == 1 else 'them'}.")
    return 1 if errors else 0


def _as_json(problem: Problem) -> dict[str, str]:
    repair = problem.repairs[0].title if problem.repairs else ""
    return {"where": problem.where, "what": problem.what, "repair": repair, "level": problem.level, "kind": problem.kind}


@contextmanager
def way_out(file: Path, data: str | None) -> Iterator[None]:
    """A network that is not ready is told with the command that repairs it, where there is one."""
    try:
        yield
    except NotReady as error:
        if not error.problem.repairs:
            raise
        words = ("check", file, *(("--data", data) if data else ()), "--repair")
        done = f"{error.problem.repairs[0].title}: {command(*words)} does it."
        raise TrainingError(f"{error.problem.sentence} ({done})") from None
