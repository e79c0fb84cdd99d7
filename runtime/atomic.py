"""Files written whole or not at all: temporary file in the same folder, fsync, replace. And whether a file has changed."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from runtime.errors import FileError

_WORDS = {
    errno.ENOSPC: "there is no space left on the disk: free some, or save somewhere else",
    errno.EDQUOT: "your disk quota is used up: free some space, or save somewhere else",
    errno.EACCES: "writing there is not permitted: save it in a folder of your own",
    errno.EPERM: "writing there is not permitted: save it in a folder of your own",
    errno.EROFS: "the disk is read-only: save it somewhere else",
    errno.ENOENT: "the folder does not exist: make it, or save somewhere else",
    errno.ENOTDIR: "its folder is a file: save it somewhere else",
    errno.ELOOP: "it is a link that leads back to itself: choose another name",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


def words(error: OSError) -> str:
    """What an error of the file system means, and what to do."""
    return _WORDS.get(error.errno or 0, f"{(error.strerror or str(error)).lower()}: try another folder")


@dataclass(frozen=True)
class Stamp:
    """How a file looked when it was last read or written: to notice that another program has changed it."""

    modified: int
    size: int
    inode: int


def stamp(path: Path) -> Stamp | None:
    """The file's stamp, None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


def write(path: Path, data: bytes | Iterable[memoryview], like: Path | None = None) -> Stamp | None:
    """Replace `path` by `data`, whole or in parts, in one step; a failure leaves what was there. It gets the permissions of
    `like` (None: those that `path` has). Raises `FileError` in words."""
    path = real(path)
    temporary = None
    try:
        _refuse_irreplaceable(path)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(like or path))
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        if not isinstance(error, OSError):
            raise
        raise _refusal(path, error) from None
    return stamp(path)


def require_writable(path: Path) -> None:
    """Raises `FileError` now if `write` to `path` could not even begin: before an hour of training, not after it."""
    path = real(path)
    try:
        _refuse_irreplaceable(path)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _refusal(path, error) from None


def real(path: Path) -> Path:
    """Where links lead. (`Path.resolve` fails at one that leads back to itself.)"""
    return Path(os.path.realpath(path))


def _refusal(path: Path, error: OSError) -> FileError:
    made_up = error.errno == errno.ENOENT and path.parent.is_dir()  # such as /proc
    why = "no file can be made in that folder: save somewhere else" if made_up else words(error)
    return FileError(f"{path.name} could not be written to {path.parent}: {why}.")


def _refuse_irreplaceable(path: Path) -> None:
    """What must not be replaced although its folder would let us: a folder, a device, what its owner made read-only."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise FileError(f"{path} is a folder: give the name of a file.")
    if not stat.S_ISREG(mode):
        raise FileError(f"{path} is a device and not a file: choose another name.")
    if not mode & stat.S_IWUSR:
        raise FileError(f"{path} is read-only, so writing to it is not permitted: allow it, or choose another name.")


def _mode(path: Path) -> int:
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """The new name itself must reach the disk; Windows cannot open folders and needs no such thing."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def aside(path: Path) -> Path:
    """A free name beside `path`, for what is there and is to be kept: ``net.old1.onnx``."""
    numbered = (path.with_stem(f"{path.stem}.old{number}") for number in count(1))
    return next(other for other in numbered if not other.exists())
