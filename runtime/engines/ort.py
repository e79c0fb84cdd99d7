"""The fast engine: sessions of ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import onnx
import onnxruntime as ort

from runtime import model_file
from runtime.engines import cuda
from runtime.engines.lowering import ANYWHERE, lowered
from runtime.engines.lowering.folding import specialised
from runtime.engines.lowering.packing import packed
from runtime.engines.options import usual_options
from runtime.engines.ort_stepper import ONLY_ERRORS, OrtStepper, reason
from runtime.engines.protocol import Program, Stepper
from runtime.errors import TrainingError
from runtime.graph import Array, Graph
from runtime.model_file import Arrays
from runtime.onnx_model import to_model
from runtime.training_step import StepGraph

_CPU = "CPUExecutionProvider"


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
        offered = provider != "cpu" and cuda.offered()
        self._cuda = offered and cuda.works()
        self.notice = ""
        if offered and not self._cuda:
            self.notice = _NO_LIBRARIES
        elif provider == "cuda" and not offered:
            self.notice = _NO_CUDA

    @property
    def provider(self) -> str:
        return "CUDA" if self._cuda else "CPU"

    def load(self, graph: Graph, weights: Mapping[str, Array] | None = None) -> Program:
        level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL if weights else ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        return OrtProgram(self.session(graph, weights or {}, level))

    def stepper(self, step: StepGraph, state: Mapping[str, Array]) -> Stepper:
        def session(graph: Graph, small: bool) -> ort.InferenceSession:
            return self.session(graph, {}, ort.GraphOptimizationLevel.ORT_ENABLE_BASIC, small)

        device = "cuda" if self._cuda else "cpu"
        if not self._lowering:
            return OrtStepper(specialised, session, step, state, device)
        together, packing = packed(step)
        lower = partial(lowered, passes=ANYWHERE) if self._cuda else lowered
        sized = not self._cuda and any(op.type in ("Conv", "Scan") for op in step.graph.ops)
        return OrtStepper(lower, session, together, state, device, packing, sized=sized)

    def session(
        self, graph: Graph, weights: Mapping[str, Array], level: Any, small: bool = False
    ) -> ort.InferenceSession:
        """A session for `graph`, with `small` one for little memory and short operators. Raises `TrainingError` with ONNX
        Runtime's reason."""
        kept, options = Arrays(), self._options(level, small)
        model = to_model(graph, weights, shapes=False, tensor=kept.tensor)
        _hand_over(model, kept, options)
        providers = [cuda.PROVIDER, _CPU] if self._cuda else [_CPU]
        try:
            return ort.InferenceSession(model.SerializeToString(), options, providers=providers)
        except Exception as error:  # ONNX Runtime's exceptions have no base of their own
            raise TrainingError(f"ONNX Runtime cannot load ‘{graph.name}’: {reason(error)}") from error

    def _options(self, level: Any, small: bool) -> ort.SessionOptions:
        """One thread for operators too short for two. Planning all memory beforehand saves time there; elsewhere it doubles
        the peak."""
        options = usual_options()
        options.graph_optimization_level = level
        options.intra_op_num_threads = 1 if small else self._threads or 0
        options.enable_mem_pattern = small
        options.enable_cpu_mem_arena = not small
        options.log_severity_level = ONLY_ERRORS
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if self._spinning else "0")
        return options


def _hand_over(model: onnx.ModelProto, kept: Arrays, options: ort.SessionOptions) -> None:
    """Give a session its weights: in the model, or beside it where they are more than one message holds."""
    if kept.size(model) <= model_file.LIMIT:
        kept.embed(model)
        return
    pairs = kept.of(model)
    values = [ort.OrtValue.ortvalue_from_numpy(array) for _, array in pairs]
    options.add_external_initializers([tensor.name for tensor, _ in pairs], values)


_NO_CUDA = (
    "CUDA was asked for, but this onnxruntime has none: training runs on the CPU; "
    "install onnxruntime-gpu in place of onnxruntime."
)
_NO_LIBRARIES = (
    "This onnxruntime has CUDA, but no GPU or not its libraries could be found: training runs on the CPU; "
    "pip install \"onnxruntime-gpu[cuda,cudnn]\" brings the libraries."
)


class OrtProgram:
    """A graph in a session, run with arrays by name."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self._names = [o.name for o in session.get_outputs()]

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        try:
            return dict(zip(self._names, self._session.run(self._names, dict(feeds)), strict=True))
        except Exception as error:
            raise TrainingError(f"ONNX Runtime cannot run the network: {reason(error)}") from error
