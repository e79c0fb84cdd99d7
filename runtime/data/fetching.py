"""Fetching a file over HTTP: resumed where it broke off, checked by its SHA-256, and there only when it is whole.

Python's own client and not a library of downloads: pooch, the best kept one, begins a broken download anew.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import ssl
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from runtime import atomic
from runtime.data.owned import Download
from runtime.errors import DataError

CHUNK = 1 << 16
PATIENCE = 30.0  # seconds without a byte
Progress = Callable[[int], None]


def fetch(file: Download, folder: Path, base: str = "", progress: Progress = lambda done: None) -> Path:
    """`file` in `folder`: what a broken download left is gone on with. `base` is another address under which the file lies;
    `progress` hears how many bytes there are. Raises `DataError`."""
    target, part = folder / file.name, folder / f"{file.name}.part"
    url = f"{base.rstrip('/')}/{file.name}" if base else file.url
    if urlsplit(url).scheme not in ("http", "https"):
        raise DataError(f"‘{base}’ is no address to fetch from: give one that begins with http:// or https://.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _whole(part, file):
            _receive(url, part, file, progress)
        _verify(url, part, file)
        if target.is_file():  # another file of that name: somebody may want it
            target.replace(atomic.aside(target))
        part.replace(target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {atomic.words(error)}.") from error
    return target


def damaged(files: Sequence[Download], folder: Path) -> list[Download]:
    """Those of `files` in whose place stands something that cannot be unpacked."""
    there = (file for file in files if (folder / file.name).is_file())
    return [file for file in there if not _unpacks(folder / file.name)]


def _unpacks(path: Path) -> bool:
    try:
        with gzip.open(path) as stream:
            while stream.read(CHUNK):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def _whole(part: Path, file: Download) -> bool:
    return part.is_file() and part.stat().st_size == file.size


def _receive(url: str, part: Path, file: Download, progress: Progress) -> None:
    """Add to `part` what it lacks; what came stays, whatever goes wrong."""
    have = part.stat().st_size if part.is_file() else 0
    have = have if have < file.size else 0
    with _answer(url, have) as answer:
        # a server that does not know ranges sends all of it
        resumed = answer.status == 206 and (answer.headers["Content-Range"] or "").startswith(f"bytes {have}-")
        done = have if resumed else 0
        with open(part, "ab" if resumed else "wb") as stream:
            while chunk := _next(answer, url, done, file):
                stream.write(chunk[: file.size + 1 - done])  # one byte too many is enough to tell
                done += len(chunk)
                progress(done)
                if done > file.size:
                    break
    if done < file.size:
        raise _broken(url, done, file)


def _answer(url: str, have: int) -> http.client.HTTPResponse:
    """The server's answer, from byte `have` on if it can."""
    headers = {"User-Agent": "netwright", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        answer: http.client.HTTPResponse = urlopen(Request(url, headers=headers), timeout=PATIENCE)
        return answer
    except HTTPError as error:
        error.close()
        if error.code == 416 and have:  # it has no such byte: what is here began as something else
            return _answer(url, 0)
        gone = "is not there" if error.code in (404, 410) else "was refused"
        other = "give another address with --from, or put the file there yourself"
        raise DataError(f"{url} {gone} ({error.code} {error.reason}): {other}.") from error
    except (URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise DataError(f"{url} cannot be reached ({_why(error)}): {_cure(error)}.") from error


def _next(answer: http.client.HTTPResponse, url: str, done: int, file: Download) -> bytes:
    try:
        return answer.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _broken(url, done, file) from error


def _broken(url: str, done: int, file: Download) -> DataError:
    came = f"broke off after {done:,} of {file.size:,} bytes"
    return DataError(f"The download of {url} {came}: fetch it again, and it goes on from there.")


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer in {PATIENCE:.0f} seconds"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _cure(error: Exception) -> str:
    if isinstance(getattr(error, "reason", None), ssl.SSLError):
        return "this Python finds no certificates to trust: install them, or give another address with --from"
    return "check the connection, or give another address with --from"


def _verify(url: str, part: Path, file: Download) -> None:
    """The official file, byte for byte; another one is thrown away, since going on with it would never mend it."""
    with open(part, "rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != file.sha256:
        part.unlink()
        what = f"has the checksum {found[:12]}…, and {file.name} has {file.sha256[:12]}…"
        raise DataError(f"What came from {url} {what}: it was thrown away; fetch it again, or from elsewhere with --from.")
