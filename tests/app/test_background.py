"""Long work in a thread: the window paints meanwhile, takes no input, and errors arrive where they belong."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtCore import QTimer

from app.background import in_background


def test_quick_work_is_done_at_once(qapp):
    assert in_background(lambda: 3) == 3


def test_the_window_lives_while_it_waits(qapp):
    go, ticks = threading.Event(), []
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: ticks.append(1) or (len(ticks) > 5 and go.set()))
    timer.start()
    before = sys.getswitchinterval()
    assert in_background(lambda: go.wait(30) and threading.current_thread().name) == "netwright background"
    assert len(ticks) > 5 and sys.getswitchinterval() == before


def test_what_it_raises_is_raised_here(qapp):
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_background(fail)
