"""Why a file cannot be read, in words; asked before it is opened, since a pipe or a device may never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_WORDS = {
    errno.EACCES: "reading it is not permitted: change its permissions, or those of its folder",
    errno.EPERM: "reading it is not permitted: change its permissions, or those of its folder",
    errno.ELOOP: "it is a link that leads back to itself: give the file itself",
    errno.ENOTDIR: "its folder is a file: check the name",
    errno.ENAMETOOLONG: "the name is too long: check it",
    errno.EIO: "its disk has failed: take an older copy",
}


def words(error: OSError) -> str:
    """What an error of the file system means for a reader, and what to do."""
    return _WORDS.get(error.errno or 0, f"{(error.strerror or str(error)).lower()}: try a copy of it")


def obstacle(path: Path, kind: str) -> str:
    """The sentence that says why `path` cannot be read as a file of that kind; empty when it can be opened."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode):
            with open(path, "rb"):
                return ""
    except FileNotFoundError:
        return f"There is no file {path}: check the name and the folder."
    except OSError as error:
        return f"{path} cannot be read: {words(error)}."
    if stat.S_ISDIR(mode):
        return f"{path} is a folder: give the name of {kind} in it."
    return f"{path} is a pipe or a device and not a file: give the name of {kind}."
