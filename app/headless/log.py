"""Where faults of our own are written down: no traceback reaches a user, and none is lost."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path


def record(error: BaseException) -> Path:
    """Append the traceback to the log; returns the log's path."""
    from platformdirs import user_log_dir

    path = Path(user_log_dir("netwright", appauthor=False)) / "faults.log"
    text = "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{datetime.now().isoformat(timespec='seconds')}\n{text}")
    except OSError:
        return Path("(no log could be written)")
    return path
