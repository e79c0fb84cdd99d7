"""Printing: results and JSON on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


def say(text: str) -> None:
    """A sentence for the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def result(text: str) -> None:
    print(text, flush=True)


def result_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False), flush=True)
