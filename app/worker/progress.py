"""How far a run is, how fast it goes, and what is left: plain arithmetic on its events."""

from __future__ import annotations

from runtime.events import EpochDone, StageBegan, StageMark, Started

#: Seconds of steps before anything is said of the time that is left: the first ones are slow.
TIMED = 1.0


class Progress:
    """Counts from the run's own events; speed is measured over the time it really ran. `preparing`: no step of the stage is
    done yet. `stage_start` is the epoch at which the stage began in this run; None: before it."""

    def __init__(self) -> None:
        self.epoch, self.target, self.batches, self.samples = 0, 0, 0, 0
        self.step = 0
        self.stage = StageMark()
        self._epoch_start = 0
        self.preparing = False
        self.stage_start: int | None = None
        self._speed, self._timed = 0.0, 0.0
        self._mark: tuple[float, int] | None = None

    def start(self, event: Started) -> None:
        self.epoch, self.target, self.batches, self.samples = event.epoch, event.target, event.batches, event.samples
        self.epoch += event.batch > 0  # (that of the epoch it is in, as events of steps count)
        self.step = event.step
        self._epoch_start = event.step - event.batch
        self._mark = None
        self.stage, self.stage_start, self.preparing = event.stage, None, True

    def next_stage(self, event: StageBegan) -> None:
        """Other data, and batches of another size; the epochs count on."""
        self.epoch, self.batches, self.samples = event.epoch, event.batches, event.samples
        self.step = self._epoch_start = event.step
        self.stage, self.stage_start, self.preparing = event.stage, event.epoch, True
        self._speed, self._timed, self._mark = 0.0, 0.0, None

    def clock(self, running: bool, now: float) -> None:
        """A pause must not count as slowness, nor what comes before the first step."""
        self._mark = (now, self.step) if running and not self.preparing else None

    def advance(self, step: int, epoch: int, now: float) -> None:
        self.step, self.epoch, self.preparing = step, epoch, False
        if self._mark is None:
            self._mark = (now, step)
            return
        elapsed, steps = now - self._mark[0], step - self._mark[1]
        if elapsed >= 0.2 and steps > 0:
            speed = steps / elapsed
            self._speed = 0.7 * self._speed + 0.3 * speed if self._speed else speed
            self._mark = (now, step)
            self._timed += elapsed

    def epoch_ended(self, event: EpochDone) -> None:
        self._epoch_start = event.step
        self.epoch = event.epoch

    @property
    def batch(self) -> int:
        """How many batches of the present epoch are done."""
        return max(0, min(self.step - self._epoch_start, self.batches))

    @property
    def share(self) -> float:
        """0 to 1."""
        total = self.target * self.batches
        return min(1.0, self.epochs / self.target) if total else 0.0

    @property
    def epochs(self) -> float:
        """Epochs done, with the fraction of the present one."""
        if not self.batches:
            return 0.0
        return self.epoch if self.step == self._epoch_start else self.epoch - 1 + self.batch / self.batches

    @property
    def speed(self) -> float:
        """Steps per second."""
        return self._speed

    @property
    def seconds_left(self) -> float | None:
        if self._timed < TIMED or not self.batches:
            return None
        return max(0.0, (self.target - self.epochs) * self.batches / self._speed)


def duration(seconds: float) -> str:
    """``40 s``, ``3 min 20 s``, ``1 h 5 min``."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes < 10 else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
