"""Make shakespeare.txt.bz2, the text that comes with Netwright, from a text file.

    python resources/datasets/make_shakespeare.py TEXT [--output shakespeare.txt.bz2]

The text is kept as it is, its lines ended by one character each. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import bz2
import hashlib
from pathlib import Path

LIMIT = 500_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Make shakespeare.txt.bz2 from a text file in UTF-8.")
    parser.add_argument("text", type=Path)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("shakespeare.txt.bz2"))
    given = parser.parse_args()
    text = given.text.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    data = bz2.compress(text.encode(), 9)
    if len(data) > LIMIT:
        raise SystemExit(f"{given.text}: {len(data):,} bytes compressed, more than {LIMIT:,}: take a shorter text.")
    given.output.write_bytes(data)
    print(f"{given.output}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
