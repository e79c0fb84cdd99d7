"""Motion: what moves on the canvas, and how long. With “reduce motion” everything is there at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, Qt, QVariantAnimation
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

#: Tidy and fit, in milliseconds.
LONG = 240
_STILL = "netwrightStill"


def reduce(still: bool | None) -> None:
    """Let nothing move from now on, or let it move again; None: as the system has it."""
    app = QApplication.instance()
    assert app is not None
    app.setProperty(_STILL, still)


def reduced() -> bool:
    """What the student has set, else what the system wants."""
    app = QApplication.instance()
    chosen = app.property(_STILL) if app is not None else None
    return _system_is_still() if chosen is None else bool(chosen)


def _system_is_still() -> bool:
    """Windows and macOS say whether windows shall move. Elsewhere nobody is asked, and nobody watches an offscreen one."""
    platform = QGuiApplication.platformName()
    if platform in ("offscreen", "minimal"):
        return True
    return platform in ("windows", "cocoa") and not QApplication.isEffectEnabled(Qt.UIEffect.UI_General)


class Glide(QObject):
    """One movement at a time: `step` is called with shares of the way, 1 at last."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = QVariantAnimation(self)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._clock.valueChanged.connect(self._tick)
        self._clock.finished.connect(self._finish)
        self._step: Callable[[float], None] | None = None

    @property
    def running(self) -> bool:
        return self._step is not None

    def start(self, step: Callable[[float], None], duration: int = LONG) -> None:
        self.stop()
        if reduced():
            step(1.0)
            return
        self._step = step
        step(0.0)
        self._clock.setDuration(duration)
        self._clock.start()

    def stop(self) -> None:
        """Where it is, it stays."""
        self._step = None
        if self._clock.state() != QAbstractAnimation.State.Stopped:
            self._clock.stop()

    def finish(self) -> None:
        """Be there at once."""
        step = self._step
        self.stop()
        if step is not None:
            step(1.0)

    def _tick(self, share: float) -> None:
        if self._step is not None:
            self._step(float(share))

    def _finish(self) -> None:
        self._step = None
