"""The README's small table: start to visible window, Train to first plotted point, steps a second. Medians of several runs.

The window is measured on the offscreen platform, in a fresh process each time, as a warm start (files in the page cache).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).parents[2]
WINDOW = """
import sys, time
from app.garbage import look_rarely
look_rarely()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import app.main as main
from app.window import MainWindow
began = float(sys.argv[1])
application = QApplication([])
main.theme.apply(application, "dark")
window = MainWindow()
window.resize(1440, 900)
window.show()
application.processEvents()
print(time.time() - began)
main.warm_up(window)
until = time.time() + 4
while time.time() < until:
    application.processEvents()
pressed = time.time()
plotted = []
window.client.steps.connect(lambda _: QTimer.singleShot(0, lambda: plotted.append(time.time())))
window.control.toggle()
while not plotted and time.time() < pressed + 60:
    application.processEvents()
print(plotted[0] - pressed)
window.client.stop()
window.session.history.mark_clean()
window.close()
"""


def window_times(runs: int) -> tuple[float, float]:
    """Medians, in seconds: process start to a painted window; Train to the first points in the plot (worker warm)."""
    import tempfile
    import time

    found = []
    with tempfile.TemporaryDirectory() as compiled:
        # Warm means that Python has compiled the modules once, as it has on every start but the first.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": compiled}
        for _ in range(runs + 1):
            command = [sys.executable, "-c", WINDOW, str(time.time())]
            out = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=True).stdout
            found.append([float(line) for line in out.split()])
    return median(f[0] for f in found[1:]), median(f[1] for f in found[1:])


def steps_per_second(name: str, count: int, runs: int) -> float:
    from nodes.example import new
    from nodes.training import Run
    from runtime.events import StepDone

    rates = []
    for _ in range(runs):
        steps, began = 0, 0.0
        for event in Run(new(name)).events(1_000_000):
            steps += isinstance(event, StepDone)
            if steps == 20 and not began:
                began = perf_counter()
            if steps == count:
                break
        rates.append((count - 20) / (perf_counter() - began))
    return median(rates)


def main() -> None:
    start, first = window_times(5)
    print(f"| start to visible window | {start:.2f} s |")
    print(f"| Train to the first plotted point | {first:.2f} s |")
    tiny, lenet = steps_per_second("playground", 2000, 5), steps_per_second("lenet", 500, 5)
    print(f"| `playground`, full batch of 250, with validation after each | {tiny:,.0f} steps/s |")
    print(f"| `lenet`, batch 64, with validation after each epoch | {lenet:,.0f} steps/s |")


if __name__ == "__main__":
    main()
