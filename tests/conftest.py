"""What every test shares: user folders of its own, and hypothesis with fixed seeds."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("netwright", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("netwright")


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's own data, settings, logs or caches."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    return home


def pytest_collection_finish() -> None:
    """What stands in memory now stays to the end: the collector need not go through all of it at every full round."""
    gc.collect()
    gc.freeze()
