"""The training process: obeys commands from the pipe, advances the run event by event, tells at the screen's rate. No Qt."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from app.worker.protocol import (
    END,
    ONE_EPOCH,
    ONE_STEP,
    CheckpointReady,
    Described,
    Epochs,
    Failed,
    Pause,
    Paused,
    Quit,
    Ready,
    Resume,
    SetRecipe,
    Snapshot,
    Steps,
    Stop,
    Train,
    Write,
    portable,
    received,
    steps_of,
    thumbnail,
)  # fmt: skip
from app.worker.writing import Writing
from runtime.errors import NetwrightError
from runtime.events import EpochDone, Event, Finished, Problem, StageBegan, StepDone

if TYPE_CHECKING:
    from nodes.training import Run

#: Seconds between two messages of steps, two snapshots, two checkpoints.
TELL, LOOK, KEEP = 0.05, 0.125, 1.0
#: A snapshot may take a tenth of the time, a checkpoint a twentieth.
LOOK_SHARE, KEEP_SHARE = 10, 20


def main(pipe: Connection, threads: int) -> None:
    """Entry of the child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The window comes first: whoever drags a node must not feel that a network learns beside it.
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)
    Worker(pipe, threads).serve()


class Worker:
    """One run at a time; between two events it listens."""

    def __init__(self, pipe: Connection, threads: int) -> None:
        self._pipe, self._threads = pipe, threads
        self._commands: SimpleQueue[Any] = SimpleQueue()
        self._run: Run | None = None
        self._events: Iterator[Event] = iter(())
        self._until = ""  # empty: idle or paused
        self._steps: list[StepDone] = []
        self._epochs: list[EpochDone] = []
        self._told, self._look_at, self._keep_at = 0.0, 0.0, 0.0
        self._quit = False
        self._writing = Writing()

    def serve(self) -> None:
        Thread(target=self._listen, daemon=True).start()
        _warm()
        self._send(Ready())
        while not self._quit:
            if not self._until or not self._commands.empty():
                self._guarded(self._obey, self._commands.get())
            else:
                self._guarded(self._advance)

    # -- the pipe ------------------------------------------------------------------------------------------------------
    def _listen(self) -> None:
        """A thread, so that the window never waits for a step to end. The window gone means the end."""
        try:
            while True:
                command = self._pipe.recv()
                if isinstance(command, Stop) and self._run:
                    self._run.terminate()  # in the middle of a long step too
                self._commands.put(command)
        except (EOFError, OSError):
            os._exit(0)

    def _send(self, message: object) -> None:
        try:
            self._pipe.send(message)
        except (BrokenPipeError, OSError):
            os._exit(0)

    # -- commands ------------------------------------------------------------------------------------------------------
    def _obey(self, command: object) -> None:
        if isinstance(command, Train):
            self._begin(command)
        elif isinstance(command, Resume) and self._run:
            self._until = command.until
        elif isinstance(command, Pause) and self._run and self._until:
            self._pause()
        elif isinstance(command, Stop):
            self._stop()
        elif isinstance(command, SetRecipe) and self._run:
            self._run.set_recipe(command.recipe)
            self._events = iter(self._run.events())
        elif isinstance(command, Write):
            self._write(command)
        elif isinstance(command, Quit):
            self._quit = True

    def _begin(self, command: Train) -> None:
        from nodes.training import Run

        self._forget()
        self._run = Run(received(command.document), threads=self._threads, spinning=False)
        self._events = iter(self._run.events(command.epochs))
        self._keep_at = time.monotonic() + KEEP
        self._send(Described(self._run.provider, tuple(self._run.notices)))
        self._until = command.until

    def _write(self, wish: Write) -> None:
        self._writing.wish = wish
        if self._run:
            self._send(self._writing.of_run(self._run))
        elif wish.document is not None:
            self._send(self._writing.of_document(self._threads))

    def _pause(self) -> None:
        self._until = ""
        self._tell(force=True)
        self._look(force=True)
        self._keep(force=True)
        self._send(Paused())

    def _stop(self) -> None:
        if self._run:
            step, epoch = self._at()
            self._tell(force=True)
            self._keep(force=True, final=True)
            self._send(Finished(step, epoch, "stopped"))
        self._forget()

    def _at(self) -> tuple[int, int]:
        last = self._steps[-1] if self._steps else None
        return (last.step, last.epoch) if last else (0, 0)

    def _forget(self) -> None:
        close = getattr(self._events, "close", None)
        if close:
            close()
        self._run, self._events, self._until = None, iter(()), ""
        self._steps, self._epochs = [], []

    # -- one event further -----------------------------------------------------------------------------------------------
    def _advance(self) -> None:
        event = next(self._events, None)
        if isinstance(event, StepDone):
            self._steps.append(event)
        elif isinstance(event, EpochDone):
            self._epochs.append(event)
            self._keep()
        elif isinstance(event, Finished) or event is None:
            self._end(event)
            return
        else:
            self._tell(force=True)
            self._send(event)
            self._keep(force=isinstance(event, StageBegan))  # who looks at the stages sees at once which one it is
        self._tell()
        self._look()
        if self._run and self._writing.due(self._run, time.monotonic()):
            self._send(self._writing.of_run(self._run))
        if (self._until == ONE_STEP and isinstance(event, StepDone)) or (
            self._until == ONE_EPOCH and isinstance(event, EpochDone)
        ):
            self._pause()

    def _end(self, event: Finished | None) -> None:
        self._tell(force=True)
        self._look(force=True)
        self._keep(force=True, final=True)
        self._send(event or Finished(0, 0, "done"))
        self._forget()

    # -- telling -------------------------------------------------------------------------------------------------------
    def _tell(self, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._told < TELL:
            return
        self._told = now
        if self._steps:
            self._send(steps_of(self._steps))
        if self._epochs:
            self._send(Epochs(tuple(self._epochs)))
        self._steps, self._epochs = [], []

    def _look(self, force: bool = False) -> None:
        """Show one sample's way through the network. What it costs decides how often."""
        started = time.monotonic()
        if self._run is None or (not force and started < self._look_at):
            return
        activations, label = self._run.activations()
        thinned = {node: thumbnail(a) for node, a in activations.items()}
        self._send(Snapshot(thinned, _gradients(self._run), label))
        now = time.monotonic()
        self._look_at = now + max(LOOK, LOOK_SHARE * (now - started))

    def _keep(self, force: bool = False, final: bool = False) -> None:
        """Hand the weights over: work is lost back to here if this process dies."""
        started = time.monotonic()
        if self._run is None or (not force and started < self._keep_at):
            return
        self._tell(force=True)
        self._send(CheckpointReady(portable(self._run.document()), final))
        now = time.monotonic()
        self._keep_at = now + max(KEEP, KEEP_SHARE * (now - started))

    # -- what goes wrong -------------------------------------------------------------------------------------------------
    def _guarded(self, action: Callable[..., None], *arguments: object) -> None:
        try:
            action(*arguments)
        except NetwrightError as error:
            self._fail(str(error))
        except MemoryError:
            self._fail("Training: the memory is not enough for it: make the batch smaller.")
        except Exception as error:  # a mistake of ours: say so, keep serving
            what = f"{type(error).__name__}: {error}".split("\n")[0]
            self._fail(f"Training stopped on a mistake in Netwright ({what}): the Log has the details.", traceback.format_exc())

    def _fail(self, sentence: str, details: str = "") -> None:
        self._forget()
        self._send(Failed(sentence, details))


def _gradients(run: Run) -> dict[str, float]:
    """Where the engine tells them."""
    ask = getattr(run, "gradients", None)
    return dict(ask()) if ask else {}


def _warm() -> None:
    """Import now what the first step needs, so that Train answers at once."""
    with contextlib.suppress(ImportError):
        import nodes.training  # noqa: F401
    import onnxruntime  # noqa: F401

    from nodes.layer import layer_types

    layer_types()


__all__ = ["END", "ONE_EPOCH", "ONE_STEP", "Problem", "Steps", "Worker", "main"]
