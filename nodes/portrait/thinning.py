"""Thinning: which of a network's layers a drawing the size of a thumb shows. What is left out is bridged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

Links = list[tuple[str, str]]
#: So many layers can be told apart in a row; more are thinned, first of what says least.
MOST = 26
#: Where even that is too much, the beginning is shown, and so many at the end.
TAIL = 4
QUIET = frozenset({"activation"})
QUIETER = frozenset({"activation", "normalise"})
#: From so many ways beside each other on, a network is told by the first place where it branches.
WIDE = 3


def thinned(paths: list[str], links: Links, category: Callable[[str], str]) -> tuple[list[str], Links]:
    """Those that are drawn, in their order, and what leads from which to which then."""
    steps: tuple[Callable[[str], bool], ...] = (
        lambda id: True,
        lambda id: category(id) not in QUIET,
        lambda id: category(id) not in QUIETER,
        lambda id: category(id) not in QUIETER and is_first(id),
    )
    for keeps in steps:
        kept = [id for id in paths if keeps(id)]
        if len(kept) <= MOST:
            return kept, bridged(paths, links, kept)
    links = bridged(paths, links, kept)
    inside = _branching(kept, links)
    if inside:
        return inside, [(a, b) for a, b in links if {a, b} <= set(inside)]
    plain = [id for id in kept if not _is_shortcut(id, links)]
    links = bridged(kept, links, plain)
    ends = plain if len(plain) <= MOST else _ends(plain, links)
    return ends, bridged(plain, links, ends)


def _ends(row: list[str], links: Links) -> list[str]:
    """The beginning and the end of a long row, cut where one layer alone leads on."""
    at = {id: i for i, id in enumerate(row)}
    cuts = [i for i in range(1, len(row)) if len({a for a, b in links if at[a] < i <= at[b]}) == 1]
    head = max((i for i in cuts if i <= MOST - TAIL), default=0)
    tail = min((i for i in cuts if i >= max(head, len(row) - TAIL)), default=len(row))
    return [*row[:head], *row[tail:]] if head else row


def _is_shortcut(id: str, links: Links) -> bool:
    """Whether it stands alone on a way beside a longer one: what a residual block has where its two ends differ in size."""
    before, behind = [a for a, b in links if b == id], [b for a, b in links if a == id]
    if len(before) != 1 or len(behind) != 1 or sum(b == behind[0] for _, b in links) != 2:
        return False
    beside = [b for a, b in links if a == before[0] and b != id]
    return len(beside) == 1 and beside[0] != behind[0] and (beside[0], behind[0]) not in links


def is_first(path: str) -> bool:
    """Whether it stands in the first repetition of every block around it (``n7/0/n12``: see `nodes.unfold`)."""
    return all(repetition == "0" for repetition in path.split("/")[1::2])


def bridged(paths: Iterable[str], links: Links, kept: Iterable[str]) -> Links:
    """The links among those kept: where one was left out, from what stood before it to what stood behind it."""
    keeps = set(kept)
    sources: dict[str, list[str]] = {}
    for a, b in links:
        sources.setdefault(b, []).append(a)
    origins: dict[str, list[str]] = {}
    made: Links = []
    for id in paths:
        found = list(dict.fromkeys(o for s in sources.get(id, ()) for o in origins.get(s, ())))
        origins[id] = [id] if id in keeps else found
        made += [(o, id) for o in found] if id in keeps else []
    return made


def _branching(kept: list[str], links: Links) -> list[str]:
    """What stands in the first part of the network that goes `WIDE` ways at once: from where it parts to where it joins."""
    out = Counter(a for a, _ in links)
    into = Counter(b for _, b in links)
    parting = next((i for i, id in enumerate(kept) if out[id] >= WIDE), None)
    if parting is None:
        return []
    joining = next((i for i, id in enumerate(kept) if i > parting and into[id] >= WIDE), None)
    return [] if joining is None else kept[parting : joining + 1]
