"""``netwright train``: a run from the command line, with checkpoints at the end of epochs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from types import FrameType

from app.headless.check import way_out
from app.headless.documents import opened, with_data
from app.headless.places import make_way, same
from app.headless.progress import Reporter, reporter
from app.headless.recipe import with_recipe
from app.headless.say import command, say
from nodes.checks.recipe import larger_than_the_data
from nodes.checks.slopes import without_slope
from nodes.document import Document
from nodes.edits import set_flags
from nodes.files import ChangedMeanwhile, save
from nodes.recipes import advice
from nodes.training import Run, restarted, trained
from runtime.atomic import Stamp, require_writable, stamp
from runtime.errors import FileError, NetwrightError, TrainingError, counted, unknown
from runtime.events import EpochDone, Finished, Problem, StepDone
from runtime.schedules import course

#: Epochs shorter than this share a checkpoint: a file is not replaced a thousand times a second.
LEAST_SECONDS = 0.5
#: Below this share of the base rate, epochs beyond the plan learn little: that is said.
SPENT = 0.1


@dataclass(frozen=True)
class Options:
    """The options of ``train`` as typed."""

    file: Path
    data: str | None = None
    epochs: int | None = None
    stage: str | None = None
    batch_size: int | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    schedule: str | None = None
    rule: str | None = None
    warm_up: float | None = None
    weight_decay: float | None = None
    weight_decay_l1: float | None = None
    clip_norm: float | None = None
    clip_value: float | None = None
    early_stop: int | None = None
    settings: tuple[str, ...] = ()
    seed: int | None = None
    freeze: tuple[str, ...] = ()
    unfreeze: tuple[str, ...] = ()
    restart: bool = False
    engine: str = "onnxruntime"
    provider: str = "auto"
    exact: bool = False
    events: str | None = None
    output: Path | None = None


class Interrupted(Exception):
    """Ctrl+C: noticed between two steps."""


def train(options: Options) -> int:
    """Run the command; returns the exit code. Raises `NetwrightError` for the user's problems."""
    found = opened(options.file)
    document = prepared(found.document, options)
    output = options.output or options.file
    here = same(output, options.file)
    require_writable(output)
    with way_out(options.file, options.data):
        run = Run(document, options.engine, options.provider, lowering=not options.exact)
    stuck = (problem.sentence for problem in without_slope(run.plan.document, run.plan.training))
    for notice in filter(None, (advice(document.recipe), *stuck, *run.notices)):
        say(notice)
    _say_what_is_too_large(run, options)
    _say_where_the_schedule_ends(run, options)
    if not here:
        make_way(output)
    keeper = Keeper(run, output, found.stamp if here else stamp(output))
    with reporter(options.events) as report, _interruptible():
        return _follow(run, keeper, report, options.epochs)


def prepared(document: Document, options: Options) -> Document:
    """The document with its recipe changed as the options say."""
    if options.seed is not None and trained(document) and not options.restart:
        raise TrainingError(
            f"{options.file.name} is trained already, and another seed means other first weights: add --restart to begin anew."
        )
    document = restarted(document) if options.restart else document
    document = with_data(document, options.data)
    for names, frozen in ((options.freeze, True), (options.unfreeze, False)):
        document = set_flags(document, [_layer_called(document, n) for n in names], frozen=frozen)
    return with_recipe(document, vars(options))


def _layer_called(document: Document, name: str) -> str:
    ids = {n.name: n.id for n in document.nodes.values()}
    if name not in ids:
        raise TrainingError(unknown("layer", name, ids))
    return ids[name]


def _follow(run: Run, keeper: Keeper, report: Reporter, epochs: int | None) -> int:
    """Go through the run's events: report each, keep checkpoints."""
    failed = False
    try:
        for event in run.events(epochs):
            if isinstance(event, Problem):
                failed = True
            if isinstance(event, Finished):
                failed |= not keeper.keep_finally()
                event = replace(event, output=str(keeper.path))
            report(event)
            if isinstance(event, EpochDone):
                keeper.keep_sometimes()
            if isinstance(event, StepDone | EpochDone):
                _stop_if_asked()
    except (Interrupted, KeyboardInterrupt):
        report.close()
        keeper.keep_finally()
        say(f"Stopped. What is trained is in {keeper.path}; to go on: {command('train', keeper.path)}")
        return 130
    except BaseException:
        # Whoever read our output has gone, or something is broken: what was learnt is kept all the same.
        with suppress(NetwrightError, OSError):
            keeper.keep_finally()
        raise
    return 1 if failed else 0


def _say_what_is_too_large(run: Run, options: Options) -> None:
    """A batch larger than the data: refused where it was typed just now, said where an older recipe has it."""
    size, count = run.plan.stage.batch_size, len(run.dataset.train)
    if size <= count:
        return
    if options.batch_size is not None:
        raise TrainingError(larger_than_the_data(size, count))
    say(f"The batch size is {size:,}, and there are {count:,} training samples: each step takes them all.")


def _say_where_the_schedule_ends(run: Run, options: Options) -> None:
    """Epochs beyond the plan go on at the schedule's last rate, which may be next to nothing."""
    stage, progress = run.plan.stage, run.trainer.progress
    more = progress.stage + 1 < len(run.plan.document.recipe.stages)
    if more or options.epochs is None or progress.stage_epoch + options.epochs <= stage.epochs:
        return
    last = course(stage, run.steps_per_epoch)(run.planned_steps)
    if last < SPENT * stage.learning_rate:
        plan = f"The recipe plans {counted(stage.epochs, 'epoch')}, and its {stage.schedule} schedule ends there"
        way = f"--schedule constant goes on at {stage.learning_rate:g}"
        say(f"{plan}: epochs beyond them stay at its last rate, {last:.2g}; {way}.")


class Keeper:
    """Writes checkpoints of a run to its file, and beside it if another program has changed the file meanwhile."""

    def __init__(self, run: Run, path: Path, expect: Stamp | None) -> None:
        self.path = path
        self._run = run
        self._expect = expect
        self._last = monotonic()
        self._trouble = ""

    def keep_sometimes(self) -> None:
        """A checkpoint, if the last one is long enough ago. When it cannot be written, training goes on and tries again."""
        if monotonic() - self._last < LEAST_SECONDS:
            return
        try:
            self.keep()
            self._trouble = ""
        except FileError as error:
            if str(error) != self._trouble:
                say(f"{error} Training goes on, and tries again.")
            self._trouble = str(error)
            self._last = monotonic()

    def keep_finally(self) -> bool:
        """The last checkpoint; if it cannot be written there, in a folder of Netwright's own. False: not where it should be."""
        try:
            self.keep()
            return True
        except FileError as error:
            self.path = rescue(self._run.document(), self.path)
            say(f"{error} What is trained is in {self.path}.")
            return False

    def keep(self) -> None:
        document = self._run.document()
        try:
            self._expect = save(document, self.path, self._expect)
        except ChangedMeanwhile:
            other = free_path(self.path)
            say(f"{self.path.name} was changed by another program meanwhile: this training goes to {other} instead.")
            self.path, self._expect = other, save(document, other)
        self._last = monotonic()


def rescue(document: Document, path: Path) -> Path:
    """Save `document` in a folder of the user's that can be written. Raises `FileError` if there is none."""
    from tempfile import gettempdir

    from platformdirs import user_state_path

    for folder in (user_state_path("netwright", appauthor=False), Path(gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            other = folder / path.name
            other = free_path(other) if other.exists() else other
            save(document, other)
            return other
        except (OSError, FileError):
            continue
    raise FileError(f"{path.name} could not be saved anywhere: free some space, and train again.")


def free_path(path: Path) -> Path:
    """``lenet-2.onnx``: the first name beside `path` that no file has."""
    number = next(i for i in range(2, 10_000) if not path.with_stem(f"{path.stem}-{i}").exists())
    return path.with_stem(f"{path.stem}-{number}")


_asked = False


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl+C, and the terminal's closing, ask the run to stop after its step; a second one stops at once."""
    global _asked
    _asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        global _asked
        if _asked:
            raise KeyboardInterrupt
        _asked = True

    others = () if sys.platform == "win32" else (signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.signal(number, ask) for number in (signal.SIGINT, *others)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _stop_if_asked() -> None:
    if _asked:
        raise Interrupted
