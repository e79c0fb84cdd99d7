"""`python -m app.reference` writes docs/; with ``--check`` it only says what is stale, and the command that mends it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from app.reference import command_line, keys, layers

ROOT = Path(__file__).resolve().parents[2]
MEND = "python3 dev.py docs"


def pages() -> dict[str, str]:
    """Every file of the reference by its path from the root."""
    return {**layers.files(), "docs/commands.md": command_line.text(), "docs/keys.md": keys.text()}


def stale(wanted: Mapping[str, str], root: Path = ROOT) -> list[str]:
    """What is missing, different, or there for a layer that is gone."""
    differing = [name for name, text in wanted.items() if not _is(root / name, text)]
    return sorted([*differing, *(name for name in _written(root) if name not in wanted)])


def write(wanted: Mapping[str, str], root: Path = ROOT) -> list[str]:
    """Write what is stale and take away what is not wanted any more; returns the paths."""
    changed = stale(wanted, root)
    for name in changed:
        path = root / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], encoding="utf-8", newline="\n")
    return changed


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _written(root: Path) -> list[str]:
    """What the folder of layers holds: all of it is ours."""
    return [path.relative_to(root).as_posix() for path in (root / layers.FOLDER).rglob("*") if path.is_file()]


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("dev.py docs takes no arguments.", file=sys.stderr)
        return 2
    wanted = pages()
    if not arguments:
        changed = write(wanted)
        print(f"docs: {len(changed)} of {len(wanted)} files written.")
        return 0
    found = stale(wanted)
    if found:
        rest = f" and {len(found) - 3} more" if len(found) > 3 else ""
        print(f"docs: stale: {', '.join(found[:3])}{rest}. Run {MEND}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
