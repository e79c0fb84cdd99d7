"""What training tells: frozen events, yielded by `Trainer.run` and drawn, printed or plotted by whoever listens.

Steps and epochs are counted from 1 over the whole life of the document. `accuracy` is None where the task has none.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class StageMark:
    """Which stage of how many, counted from 1, and its name, if it has one."""

    number: int = 1
    count: int = 1
    name: str = ""

    @property
    def words(self) -> str:
        """``stage 2 of 3: fine-tuning``; nothing where there is one stage without a name."""
        where = f"stage {self.number} of {self.count}" if self.count > 1 else ""
        return ": ".join(filter(None, (where, self.name)))

    def sentence(self, said: str) -> str:
        """``Stage 2 (fine-tuning): …``, where there are several."""
        named = f"Stage {self.number} ({self.name})" if self.name else f"Stage {self.number}"
        return said if self.count == 1 else f"{named}: {said}"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `event` is its name in JSON."""

    event: ClassVar[str] = "event"


@dataclass(frozen=True, slots=True)
class Started(Event):
    """A run begins after `step` steps and `epoch` epochs; it is to end after epoch `target`. Sizes are samples and
    batches; `batch` are those of the present epoch that are done already."""

    event: ClassVar[str] = "started"
    step: int
    epoch: int
    target: int
    samples: int
    batches: int
    engine: str = ""
    provider: str = ""
    notice: str = ""
    stage: StageMark = StageMark()
    batch: int = 0


@dataclass(frozen=True, slots=True)
class StageBegan(Event):
    """In the midst of a run the next stage begins, with data and batches of its own."""

    event: ClassVar[str] = "stage"
    step: int
    epoch: int
    samples: int
    batches: int
    stage: StageMark = StageMark()


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """One step: loss and accuracy (0 to 1) of its batch, before the update; `others` are the losses of the stage's further
    updates, in their order."""

    event: ClassVar[str] = "step"
    step: int
    epoch: int
    loss: float
    accuracy: float | None
    learning_rate: float
    stage: StageMark = StageMark()
    others: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EpochDone(Event):
    """Every training sample was seen once more; means over the epoch, then over the validation split. `seconds` of it
    all."""

    event: ClassVar[str] = "epoch"
    step: int
    epoch: int
    loss: float
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    stage: StageMark = StageMark()
    others: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem(Event):
    """Training cannot go on: where, what was found, what to do, in one sentence; and the place in pieces.

    `value` is the tensor's name, `number` what was found in it (``nan``, ``inf``).
    """

    event: ClassVar[str] = "problem"
    step: int
    epoch: int
    sentence: str
    layer: str = ""
    operator: str = ""
    value: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The run is over; `reason` is ``done``, ``early_stop``, ``already_done``, ``problem``, ``stopped`` or the learning rule's
    own (``learnt``, ``cycle``), which `sentence` explains.

    `restored` is the epoch whose weights were put back, where that is not the last one.
    """

    event: ClassVar[str] = "finished"
    step: int
    epoch: int
    reason: str
    output: str | None = None
    restored: int | None = None
    sentence: str = ""


def restored_words(event: Finished) -> str:
    """``The weights are those of epoch 7, the best.``, or nothing if they are the last ones."""
    return f"The weights are those of epoch {event.restored}, the best." if event.restored is not None else ""


def to_json(event: Event) -> dict[str, Any]:
    """The event as a dictionary for ``json.dumps``; numbers that JSON does not know (NaN, infinity) become None."""
    pairs = {f.name: getattr(event, f.name) for f in fields(event)}
    if "stage" in pairs:
        pairs["stage"] = asdict(pairs["stage"])
    bad = [k for k, v in pairs.items() if isinstance(v, float) and not math.isfinite(v)]
    return {"event": event.event, **pairs, **dict.fromkeys(bad)}
