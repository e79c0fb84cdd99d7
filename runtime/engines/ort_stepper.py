"""Training steps in ONNX Runtime, with every buffer bound beforehand and two banks of state used in turn.

An update is never bound onto its own input (ONNX Runtime then computes wrong numbers): a step reads its state from one
bank and writes it into the other, and the next step goes back. Nothing is copied between steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import onnxruntime as ort

from runtime.engines.grouping import GROUP, grouped, small, stacked
from runtime.engines.lowering.packing import Packing, pack, unpack
from runtime.engines.protocol import Stopped
from runtime.errors import TrainingError
from runtime.graph import Array, Dim, Graph, Value
from runtime.training_step import StepGraph

Feeds = Mapping[str, Array | float]
#: The graph that is run in a step's place where these symbolic dimensions are known.
Lower = Callable[[Graph, Mapping[str, int]], Graph]
#: A session for a graph, and whether its operators are short.
Session = Callable[[Graph, bool], ort.InferenceSession]

ONLY_ERRORS = 3


def reason(error: Exception) -> str:
    """The first line of ONNX Runtime's message, without its own prefixes."""
    return str(error).split("\n")[0].split(" : ")[-1].strip().rstrip(".") + "."


class _Buffer:
    """A tensor of fixed shape where the engine computes: on the CPU a NumPy array that ONNX Runtime reads and
    writes."""

    def __init__(self, shape: Sequence[int], dtype: np.dtype[Any], device: str) -> None:
        self._on_cpu = device == "cpu"
        self.array = np.zeros(shape, dtype)
        self.ort = ort.OrtValue.ortvalue_from_numpy(self.array, device, 0)

    def write(self, numbers: Array | float) -> None:
        np.copyto(self.array, numbers, casting="same_kind")
        if not self._on_cpu:
            self.ort.update_inplace(self.array)

    def read(self) -> Array:
        """A copy."""
        return self.array.copy() if self._on_cpu else np.asarray(self.ort.numpy())


Bank = dict[str, _Buffer]


class _Bound:
    """The bindings for one shape of batch: data and result buffers, and one IOBinding per direction of the two
    banks."""

    def __init__(
        self, session: ort.InferenceSession, step: StepGraph, feeds: Feeds, held: Bank, banks: Sequence[Bank], device: str
    ) -> None:
        values = step.graph.values
        self.step, self.session = step, session
        inputs, results = (*step.data, step.rate, step.step), (step.loss, *step.outputs)
        sizes = _sizes([(values[n], np.shape(feeds[n])) for n in inputs])
        self.data = {n: _Buffer(np.shape(feeds[n]), values[n].dtype, device) for n in inputs}
        shapes = {n: _resolved(values[n].shape, sizes) for n in results}
        self.results = {n: _Buffer(s, values[n].dtype, device) for n, s in shapes.items() if s is not None}
        self.open = [n for n, s in shapes.items() if s is None]
        self.directions = [self._bind(held, *ways) for ways in (banks, banks[::-1])]

    def _bind(self, held: Bank, source: Bank, target: Bank) -> Any:
        """The banks hold the state in the order of the step's."""
        binding, state = self.session.io_binding(), self.step.state
        given = dict(zip(state, source.values(), strict=True))
        read = {i.name for i in self.session.get_inputs()}  # lowering may find that a held one has no say
        for name, buffer in {**self.data, **held, **given}.items():
            if name in read:
                binding.bind_ortvalue_input(name, buffer.ort)
        for name in self.open:
            binding.bind_output(name, "cpu")
        for name, buffer in [*self.results.items(), *zip(state.values(), target.values(), strict=True)]:
            binding.bind_ortvalue_output(name, buffer.ort)
        return binding

    def run(self, feeds: Feeds, source: int, options: ort.RunOptions) -> dict[str, Array]:
        """The results by name; the state goes from bank `source` to the other one."""
        for name, buffer in self.data.items():
            buffer.write(feeds[name])
        self.session.run_with_iobinding(self.directions[source], options)
        found = {n: b.read() for n, b in self.results.items()}
        if self.open:
            found.update(zip(self.open, (v.numpy() for v in self.directions[source].get_outputs()), strict=False))
        return found


class OrtStepper:
    """A training step whose state stays in two banks of buffers; bindings are made once per shape of batch.

    A small step runs on one thread, in a session for each size of batch (shape arithmetic folds away) and one for its groups.
    A `sized` one has a session for each size of batch too: how its maps are best cut up depends on it.
    """

    def __init__(
        self, lower: Lower, session: Session, step: StepGraph, state: Mapping[str, Array], device: str,
        packing: Packing | None = None, sized: bool = False,
    ) -> None:
        self._lower, self._make = lower, session
        self._step = step
        self._packing = packing or {}
        state = pack(self._packing, state)
        self._device = device
        self._small = small(step) and device == "cpu"
        self._sized = sized or self._small
        self.group = GROUP if self._small else 1
        self._sessions: dict[tuple[bool, tuple[tuple[str, int], ...]], ort.InferenceSession] = {}
        self._grouped = grouped(step) if self._small else step
        self.held = self._filled(step.held, state)
        self.banks = [self._filled(step.state, state), self._filled(step.state, state)]
        self._current = 0
        self._run: Sequence[Feeds] = ()
        self._bound: dict[tuple[Any, ...], _Bound] = {}
        self._options = ort.RunOptions()
        self._options.log_severity_level = ONLY_ERRORS + 1
        # No graph capture. Left unsaid, ONNX Runtime 1.31 looks for it at every run and throws: 30 µs a step.
        self._options.add_run_config_entry("gpu_graph_id", "-1")
        if not self._sized:
            self._session(step, False, {})

    # -- steps -------------------------------------------------------------------------------------------------------
    def step(self, feeds: Feeds) -> dict[str, Array]:
        self._run = ()
        return self._ran(self._step, False, feeds)

    def steps(self, feeds: Sequence[Feeds]) -> list[dict[str, Array]]:
        found: list[dict[str, Array]] = []
        for group in self._groups(feeds):
            if len(group) == 1:
                found.append(self.step(group[0]))
                continue
            results = self._ran(self._grouped, True, stacked(self._step, group))
            self._run = group
            found += self._by_step(results)
        return found

    def _by_step(self, results: Mapping[str, Array]) -> list[dict[str, Array]]:
        """What `step` returns, for each of the group."""
        names = (self._step.loss, *self._step.outputs)
        rows = zip(*(results[n] for n in (self._grouped.loss, *self._grouped.outputs)), strict=True)
        return [dict(zip(names, row)) for row in rows]  # noqa: B905 (strict costs a hundredth of a tiny step)

    def _groups(self, feeds: Sequence[Feeds]) -> Iterator[Sequence[Feeds]]:
        """Runs of batches of one shape, of which the last may be asked for its inner states (`state`)."""
        for _, alike in groupby(feeds, self._shapes):
            batch = list(alike)
            yield from (batch[i : i + self.group] for i in range(0, len(batch), self.group))

    def _ran(self, step: StepGraph, many: bool, feeds: Feeds) -> dict[str, Array]:
        bound = self._binding(step, many, feeds)
        try:
            found = bound.run(feeds, self._current, self._options)
        except Exception as error:
            if self._options.terminate:
                raise Stopped("Training was stopped.") from None
            raise TrainingError(f"ONNX Runtime cannot run the training step: {reason(error)}") from error
        self._current = 1 - self._current
        return found

    # -- state -------------------------------------------------------------------------------------------------------
    def state(self, back: int = 0) -> dict[str, Array]:
        return unpack(self._packing, self._packed(back))

    def _packed(self, back: int) -> dict[str, Array]:
        if not back:
            return self._read(self._current)
        group, before, after = self._run, self._read(1 - self._current), self._read(self._current)
        self._current, stopped, self._options.terminate = 1 - self._current, self._options.terminate, False
        for feeds in group[: len(group) - back]:
            self.step(feeds)
        self._options.terminate = stopped
        state = self._read(self._current)
        # As if nothing had been asked.
        self._write(0, before)
        self._write(1, after)
        self._current, self._run = 1, group
        return state

    def forget(self, names: Sequence[str]) -> None:
        state = self.state()
        state.update((n, np.zeros_like(state[n])) for n in names)
        self._write(self._current, pack(self._packing, state))
        self._run = ()

    def _read(self, bank: int) -> dict[str, Array]:
        return {name: buffer.read() for name, buffer in self.banks[bank].items()}

    def _write(self, bank: int, state: Mapping[str, Array]) -> None:
        for name, buffer in self.banks[bank].items():
            buffer.write(state[name])

    def terminate(self) -> None:
        self._options.terminate = True

    def close(self) -> None:
        self._bound, self.banks, self.held, self._sessions = {}, [{}, {}], {}, {}

    # -- what is made once -------------------------------------------------------------------------------------------
    def _filled(self, names: Iterable[str], state: Mapping[str, Array]) -> Bank:
        values = self._step.graph.values
        buffers = {n: _Buffer(state[n].shape, values[n].dtype, self._device) for n in names}
        for name, buffer in buffers.items():
            buffer.write(state[name])
        return buffers

    def _shapes(self, feeds: Feeds) -> list[tuple[int, ...]]:
        return [getattr(feeds[n], "shape", ()) for n in self._step.data]

    def _binding(self, step: StepGraph, many: bool, feeds: Feeds) -> _Bound:
        key = (many, *(np.shape(feeds[n]) for n in step.data))
        found = self._bound.get(key)
        if found is None:
            session = self._session(step, many, feeds)
            found = self._bound[key] = _Bound(session, step, feeds, self.held, self.banks, self._device)
        return found

    def _session(self, step: StepGraph, many: bool, feeds: Feeds) -> ort.InferenceSession:
        values, alone = step.graph.values, self._step
        sizes = _sizes([(values[n], np.shape(feeds[n])) for n in step.data]) if self._sized else {}
        sizes.pop("K", None)
        key = (many, tuple(sizes.items()))
        if key not in self._sessions:
            graph = self._lower(alone.graph, sizes)
            graph = grouped(replace(alone, graph=graph)).graph if many else graph
            self._sessions[key] = self._make(graph, self._small)
        return self._sessions[key]


def _sizes(given: Sequence[tuple[Value, tuple[int, ...]]]) -> dict[str, int]:
    """What each symbolic dimension is in these inputs. Raises `TrainingError` where a shape does not fit its input."""
    sizes: dict[str, int] = {}
    for value, shape in given:
        fits = len(shape) == value.rank and all(
            not isinstance(d, int) or d == n for d, n in zip(value.shape, shape, strict=True)
        )
        if not fits:
            raise TrainingError(f"The step's input {value} was given {shape}: feed batches of the input's shape.")
        sizes.update((d, n) for d, n in zip(value.shape, shape, strict=True) if isinstance(d, str))
    return sizes


def _resolved(shape: Sequence[Dim], sizes: Mapping[str, int]) -> tuple[int, ...] | None:
    known = tuple(sizes.get(d) if isinstance(d, str) else d for d in shape)
    return None if any(d is None for d in known) else tuple(d for d in known if d is not None)
