"""The fast engine: ONNX Runtime, with every buffer bound beforehand and two banks of state used in turn.

An update is never bound onto its own input (ONNX Runtime then computes wrong numbers): a step reads its state from one
bank and writes it into the other, and the next step goes back. Nothing is copied between steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime as ort

from runtime.engines.lowering import lowered
from runtime.engines.protocol import Program, Stepper, Stopped
from runtime.errors import TrainingError
from runtime.graph import Array, Dim, Graph, Value
from runtime.onnx_model import to_model
from runtime.training_step import StepGraph

_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_ONLY_ERRORS = 3


class OrtEngine:
    """Sessions of ONNX Runtime on the CPU or on CUDA.

    `provider` is ``auto`` (CUDA if it is there), ``cpu`` or ``cuda``; `threads` None means all cores; `spinning` lets
    idle threads burn a core for speed: switch it off beside a window. `lowering` lets it replace operators by faster ones
    (equal to rounding); without, a step runs exactly as it was built.
    """

    name = "onnxruntime"

    def __init__(
        self, provider: str = "auto", threads: int | None = None, spinning: bool = True, lowering: bool = True
    ) -> None:
        if provider not in ("auto", "cpu", "cuda"):
            raise TrainingError(f"There is no provider called ‘{provider}’: there are: auto, cpu, cuda.")
        self._threads = threads
        self._spinning = spinning
        self._lowering = lowering
        self._cuda = provider != "cpu" and _CUDA in ort.get_available_providers()
        self.notice = _no_cuda("this onnxruntime has none") if provider == "cuda" and not self._cuda else ""

    @property
    def provider(self) -> str:
        return "CUDA" if self._cuda else "CPU"

    def load(self, graph: Graph, weights: Mapping[str, Array] | None = None) -> Program:
        level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL if weights else ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        return OrtProgram(self.session(graph, weights or {}, level))

    def stepper(self, step: StepGraph, state: Mapping[str, Array]) -> Stepper:
        graph = lowered(step.graph) if self._lowering else step.graph
        session = self.session(graph, {}, ort.GraphOptimizationLevel.ORT_ENABLE_BASIC)
        return OrtStepper(session, step, state, "cuda" if self._cuda else "cpu")

    def session(self, graph: Graph, weights: Mapping[str, Array], level: Any) -> ort.InferenceSession:
        """A session for `graph`. Raises `TrainingError` with ONNX Runtime's reason."""
        model = to_model(graph, weights, shapes=False).SerializeToString()
        providers = [_CUDA, _CPU] if self._cuda else [_CPU]
        try:
            session = ort.InferenceSession(model, self._options(level), providers=providers)
        except Exception as error:  # ONNX Runtime's exceptions have no base of their own
            raise TrainingError(f"ONNX Runtime cannot load ‘{graph.name}’: {_reason(error)}") from error
        if self._cuda and _CUDA not in session.get_providers():
            self._cuda = False
            self.notice = _no_cuda("its libraries could not be loaded")
        return session

    def _options(self, level: Any) -> ort.SessionOptions:
        options = ort.SessionOptions()
        options.graph_optimization_level = level
        options.intra_op_num_threads = self._threads or 0
        options.enable_mem_pattern = False
        options.log_severity_level = _ONLY_ERRORS
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if self._spinning else "0")
        return options


def _no_cuda(why: str) -> str:
    return f"CUDA was asked for, but {why}: training runs on the CPU; install onnxruntime-gpu in place of onnxruntime."


def _reason(error: Exception) -> str:
    """The first line of ONNX Runtime's message, without its own prefixes."""
    return str(error).split("\n")[0].split(" : ")[-1].strip().rstrip(".") + "."


class OrtProgram:
    """A graph in a session, run with arrays by name."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self._names = [o.name for o in session.get_outputs()]

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        try:
            return dict(zip(self._names, self._session.run(self._names, dict(feeds)), strict=True))
        except Exception as error:
            raise TrainingError(f"ONNX Runtime cannot run the network: {_reason(error)}") from error


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


class _Bound:
    """The bindings for one shape of batch: data and result buffers, and one IOBinding per direction of the two
    banks."""

    def __init__(self, stepper: OrtStepper, feeds: Mapping[str, Array | float]) -> None:
        values = stepper.graph.graph.values
        sizes = _sizes([(values[n], np.shape(feeds[n])) for n in stepper.inputs])
        self.data = {n: stepper.buffer(values[n], np.shape(feeds[n])) for n in stepper.inputs}
        shapes = {n: _resolved(values[n].shape, sizes) for n in stepper.results}
        self.results = {n: stepper.buffer(values[n], s) for n, s in shapes.items() if s is not None}
        self.open = [n for n, s in shapes.items() if s is None]
        self.directions = [self._bind(stepper, 0), self._bind(stepper, 1)]

    def _bind(self, stepper: OrtStepper, source: int) -> Any:
        binding = stepper.session.io_binding()
        for name, buffer in {**self.data, **stepper.held, **stepper.banks[source]}.items():
            binding.bind_ortvalue_input(name, buffer.ort)
        for name in self.open:
            binding.bind_output(name, "cpu")
        for name, buffer in self.results.items():
            binding.bind_ortvalue_output(name, buffer.ort)
        for name, buffer in stepper.banks[1 - source].items():
            binding.bind_ortvalue_output(stepper.graph.state[name], buffer.ort)
        return binding

    def fetch(self, source: int) -> dict[str, Array]:
        found = {n: b.read() for n, b in self.results.items()}
        if self.open:
            found.update(zip(self.open, (v.numpy() for v in self.directions[source].get_outputs()), strict=False))
        return found


class OrtStepper:
    """A training step whose state stays in two banks of buffers; bindings are made once per shape of batch."""

    def __init__(self, session: ort.InferenceSession, step: StepGraph, state: Mapping[str, Array], device: str) -> None:
        self.session = session
        self.graph = step
        self._device = device
        self.inputs = (*step.data, step.rate, step.step)
        self.results = (step.loss, *step.outputs)
        self.held = self._filled(step.held, state)
        self.banks = [self._filled(step.state, state), self._filled(step.state, state)]
        self._current = 0
        self._bound: dict[tuple[tuple[int, ...], ...], _Bound] = {}
        self._options = ort.RunOptions()
        self._options.log_severity_level = _ONLY_ERRORS + 1
        # No graph capture. Left unsaid, ONNX Runtime 1.31 looks for it at every run and throws: 30 µs a step.
        self._options.add_run_config_entry("gpu_graph_id", "-1")

    def step(self, feeds: Mapping[str, Array | float]) -> dict[str, Array]:
        bound = self._binding(feeds)
        for name, buffer in bound.data.items():
            buffer.write(feeds[name])
        try:
            self.session.run_with_iobinding(bound.directions[self._current], self._options)
        except Exception as error:
            if self._options.terminate:
                raise Stopped("Training was stopped.") from None
            raise TrainingError(f"ONNX Runtime cannot run the training step: {_reason(error)}") from error
        fetched = bound.fetch(self._current)
        self._current = 1 - self._current
        return fetched

    def state(self) -> dict[str, Array]:
        return {name: buffer.read() for name, buffer in self.banks[self._current].items()}

    def terminate(self) -> None:
        self._options.terminate = True

    def close(self) -> None:
        self._bound, self.banks, self.held = {}, [{}, {}], {}
        del self.session

    def buffer(self, value: Value, shape: Sequence[int]) -> _Buffer:
        return _Buffer(shape, value.dtype, self._device)

    def _filled(self, names: Sequence[str] | Mapping[str, str], state: Mapping[str, Array]) -> dict[str, _Buffer]:
        buffers = {n: self.buffer(self.graph.graph.values[n], state[n].shape) for n in names}
        for name, buffer in buffers.items():
            buffer.write(state[name])
        return buffers

    def _binding(self, feeds: Mapping[str, Array | float]) -> _Bound:
        key = tuple(np.shape(feeds[n]) for n in self.graph.data)
        found = self._bound.get(key)
        if found is None:
            found = self._bound[key] = _Bound(self, feeds)
        return found


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
