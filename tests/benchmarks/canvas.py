"""``dev.py bench canvas``: how fast the window is, on the offscreen platform (raster, 1400×900), beside issue 5's goals.

Each row is measured in a process of its own, which comes first where that is allowed. Told are medians (of stalls the
longest), and the ratio goal / measured: 1 and more is as fast as asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZE = (1400, 900)
BEGIN, END = "<!-- bench canvas: written by `dev.py bench canvas --readme` -->", "<!-- /bench canvas -->"
HEAD = "| the window | measured | goal | goal / measured |\n|---|---|---|---|"


@dataclass(frozen=True)
class Goal:
    """What is measured under a name, and the seconds to reach."""

    key: str
    title: str
    seconds: float


@dataclass(frozen=True)
class Part:
    """What one process measures: goals, and the function that gives a time for each."""

    name: str
    goals: tuple[Goal, ...]
    measure: Callable[[], dict[str, float]]


def timed(work: Callable[[], Any], times: int = 7) -> float:
    """Median of the seconds that `work` takes."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return median(found)


# -- the canvas ----------------------------------------------------------------------------------------------------------
def application() -> Any:
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.background import TURN
    from app.garbage import look_rarely

    look_rarely()
    sys.setswitchinterval(TURN)
    app = QApplication.instance() or QApplication([])
    theme.apply(app, "dark")  # type: ignore[arg-type]
    return app


def drawing(count: int) -> dict[str, float]:
    """A canvas of `count` nodes: build its scene, drag one node at 100 %, repaint everything."""
    from app import theme
    from app.canvas.scene import CanvasScene
    from app.canvas.view import CanvasView
    from app.session import Session
    from tests.benchmarks.drawings import stack

    app = application()
    session = Session(stack(count))
    session.verdict  # noqa: B018 (what the build takes is a row of its own)
    session.verdicts.wait()
    view = CanvasView(session, theme.current())
    view.resize(*SIZE)
    view.show()
    view.canvas.complete()
    app.processEvents()
    view.fit_all()
    app.processEvents()
    fit = timed(view.viewport().repaint)
    drag = _drag_frame(app, view)
    scene = timed(lambda: CanvasScene(session, theme.current()).complete(), 5)  # last: each goes on following the session
    return {f"scene {count}": scene, f"drag {count}": drag, f"fit {count}": fit}


def _drag_frame(app: Any, view: Any) -> float:
    """A node in the middle, moved step by step by the mouse: the pointer's move and the repaint it asks for."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent

    boxes = [item for item in view.canvas.nodes.values() if item.look.type == "Conv2D"]
    item = boxes[len(boxes) // 2]
    view.reset_zoom()
    view.centerOn(item.scene_body().center())
    app.processEvents()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    start = QPointF(view.mapFromScene(item.scenePos() + QPointF(60, 14)))

    def send(kind: QEvent.Type, x: float) -> None:
        at = start + QPointF(x, x / 2)
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
        app.sendEvent(view.viewport(), QMouseEvent(kind, at, view.viewport().mapToGlobal(at), left, held, none))
        app.processEvents()

    send(QEvent.Type.MouseButtonPress, 0)
    steps = iter(range(20, 2020, 20))
    send(QEvent.Type.MouseMove, 10)
    seconds = timed(lambda: send(QEvent.Type.MouseMove, next(steps) % 400), 40)
    send(QEvent.Type.MouseButtonRelease, 0)
    return seconds


# -- editing -------------------------------------------------------------------------------------------------------------
def editing() -> dict[str, float]:
    """In a 500-node network one setting changes back and forth: the edit, the check, the canvas that follows. One change
    reaches two layers, the other breaks a sum and takes the shapes from half of the network, and back.
    """
    from app import theme
    from app.canvas.view import CanvasView
    from app.session import Session
    from nodes import edits
    from tests.benchmarks.drawings import stack

    app = application()
    session = Session(stack(500))
    view = CanvasView(session, theme.current())
    view.resize(*SIZE)
    view.show()
    app.processEvents()
    inside, last = [n.id for n in session.document.nodes.values() if n.type == "Conv2D"][61:63]
    widths = iter(range(1000))

    def edit(id: str) -> None:
        width = 8 + next(widths) % 2
        session.do("Set", lambda d: edits.set_setting(d, id, "filters", width))
        session.checked  # noqa: B018
        app.processEvents()

    edit(inside)
    found = {"edit": timed(lambda: edit(inside), 9)}
    return {**found, "edit half": timed(lambda: edit(last), 10)}


# -- files ---------------------------------------------------------------------------------------------------------------
def resnet() -> dict[str, float]:
    """ResNet-152 from its file (the drawing, no weights) to the painted window, and the longest time it stood still."""
    from tests.benchmarks.drawings import resnet152

    window, seconds, longest = _opened(resnet152())
    _leave(window)
    return {"open": seconds, "open stall": longest}


def huge() -> dict[str, float]:
    """20,000 nodes: opened, one setting changed, undone: until everything is shown, and how long it stood still."""
    from nodes import edits
    from tests.benchmarks.drawings import stack

    window, seconds, longest = _opened(stack(20_000))
    found = {"huge open": seconds, "huge open stall": longest}
    id = [n.id for n in window.session.document.nodes.values() if n.type == "Conv2D"][61]
    stalls, began = Stalls(), time.perf_counter()
    window.session.do("Set", lambda d: edits.set_setting(d, id, "filters", 9))
    window.canvas.viewport().repaint()
    found["huge seen"] = time.perf_counter() - began
    _settle(window)
    found["huge edit"], found["huge edit stall"] = time.perf_counter() - began, stalls.longest()
    _leave(window)
    return found


def _settle(window: Any) -> None:
    """Until all is checked and drawn."""
    from PySide6.QtWidgets import QApplication

    while window.session.checking or window.canvas.canvas.busy:
        QApplication.processEvents()
    QApplication.processEvents()


def _opened(document: Any) -> tuple[Any, float, float]:
    """A window that opened this document from a file; the seconds that took, and the longest standstill."""
    import tempfile
    from unittest import mock

    from nodes.files import to_onnx

    app = application()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        with mock.patch("nodes.files._room", lambda: 0):  # as a drawing is saved whose weights no file holds
            path.write_bytes(to_onnx(document).SerializeToString())
        window = _window()
        stalls = Stalls()
        began = time.perf_counter()
        window.filing.load(path)
        while window.session.path != path or not window.canvas.canvas.nodes:
            app.processEvents()
        _settle(window)
        return window, time.perf_counter() - began, stalls.longest()


def _window() -> Any:
    import tempfile

    from PySide6.QtCore import QSettings

    from app.window import MainWindow

    window = MainWindow(settings=QSettings(tempfile.mkdtemp() + "/x.ini", QSettings.Format.IniFormat))
    window.resize(*SIZE)
    window.show()
    application().processEvents()
    return window


def _leave(window: Any) -> None:
    window.client.stop()
    window.session.history.mark_clean()
    window.close()


class Stalls:
    """A timer that should fire every 5 ms: how much later than that it ever came."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._last, self._longest = time.perf_counter(), 0.0
        self._timer = QTimer(interval=5)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._came)
        self._timer.start()

    def _came(self) -> None:
        now = time.perf_counter()
        self._longest = max(self._longest, now - self._last - 0.005)
        self._last = now

    def longest(self) -> float:
        self._came()
        return self._longest


# -- start and training ----------------------------------------------------------------------------------------------------
def start() -> dict[str, float]:
    from tests.benchmarks.timings import window_times

    return {"start": window_times(5)[0]}


def training() -> dict[str, float]:
    """LeNet at full speed for some seconds, its plots on show."""
    import app.main as main

    app = application()
    window = _window()
    main.warm_up(window)
    _spend(app, 4)
    window.control.toggle()
    _spend(app, 3)  # the step is compiled, the plots are there
    stalls = Stalls()
    _spend(app, 6)
    longest = stalls.longest()
    _leave(window)
    return {"train": longest}


def _spend(app: Any, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        app.processEvents()
        time.sleep(0.0005)


def _drawing(count: int, scene: float, drag: float, fit: float) -> Part:
    goals = (
        Goal(f"scene {count}", f"{count:,} nodes: build the scene", scene),
        Goal(f"drag {count}", f"{count:,} nodes: one frame of a drag, at 100 %", drag),
        Goal(f"fit {count}", f"{count:,} nodes: repaint, all in view", fit),
    )
    return Part(str(count), goals, lambda: drawing(count))


PARTS = (
    _drawing(1000, 0.1, 0.002, 0.016),
    _drawing(5000, 0.5, 0.004, 0.030),
    _drawing(20_000, 2.0, 0.016, 0.050),
    Part("edit", (
        Goal("edit", "500 nodes: an edit until shapes and problems are shown", 0.05),
        Goal("edit half", "… one that changes half of the network", 0.05),
    ), editing),
    Part("resnet", (
        Goal("open", "ResNet-152 from file to picture", 0.5), Goal("open stall", "… the longest standstill", 0.05),
    ), resnet),
    Part("huge", (
        Goal("huge open", "20,000 nodes from file to the whole picture", 5.0),
        Goal("huge open stall", "… the longest standstill", 0.05),
        Goal("huge seen", "20,000 nodes: an edit until it is drawn", 0.05),
        Goal("huge edit", "… until its shapes and problems are shown", 5.0),
        Goal("huge edit stall", "… the longest standstill", 0.05),
    ), huge),
    Part("start", (Goal("start", "window visible from a warm start", 1.0),), start),
    Part("train", (Goal("train", "the longest standstill while LeNet trains", 0.05),), training),
)  # fmt: skip


# -- all of it -------------------------------------------------------------------------------------------------------------
def measured(part: Part) -> dict[str, float]:
    """`part`, by a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.benchmarks.canvas", "--inside", part.name]
    told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


def line(goal: Goal, seconds: float) -> str:
    ratio = goal.seconds / seconds
    return f"| {goal.title} | {words(seconds)} | {words(goal.seconds)} | **{ratio:.2f}**{'' if ratio >= 1 else ' ✗'} |"


def words(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1e3:.1f} ms"


def lines(names: Iterable[str]) -> Iterable[str]:
    for part in PARTS:
        if not names or part.name in names:
            found = measured(part)
            for goal in part.goals:
                yield line(goal, found[goal.key])


def said() -> str:
    """Under what conditions it was measured."""
    load = "" if os.name == "nt" else f", load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return f"Offscreen, {SIZE[0]}×{SIZE[1]}, medians, {date.today().isoformat()}{load}."


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="dev.py bench canvas", description="How fast the window is.")
    parser.add_argument("parts", nargs="*", help="what to measure (default: all): " + ", ".join(p.name for p in PARTS))
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.inside:
        from tests.benchmarks.contestant import come_first

        come_first()
        print(json.dumps(next(p for p in PARTS if p.name == asked.inside).measure()))
        return
    print(HEAD, flush=True)
    table = [HEAD]
    for row in lines(asked.parts):
        print(row, flush=True)
        table.append(row)
    if asked.readme:
        from tests.benchmarks.bench import write_readme

        write_readme("\n".join([*table, "", said()]), BEGIN, END)


if __name__ == "__main__":
    main()
