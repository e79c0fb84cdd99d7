"""Engines by name: ``onnxruntime`` runs a graph fast, ``numpy`` runs it so that one can look at it."""

from __future__ import annotations

from runtime.engines.protocol import Engine, Program, Stepper, Stopped
from runtime.errors import TrainingError, unknown

__all__ = ["ENGINES", "Engine", "Program", "Stepper", "Stopped", "engine"]

ENGINES = ("onnxruntime", "numpy")


def engine(
    name: str = "onnxruntime", provider: str = "auto", threads: int | None = None, spinning: bool = True,
    lowering: bool = True,
) -> Engine:
    """The engine called `name`; the other arguments are ONNX Runtime's (see `runtime.engines.ort.OrtEngine`).

    Raises `TrainingError` for an unknown engine or provider. A provider that is not there is replaced by the CPU, and
    ``engine.notice`` says so.
    """
    if name == "numpy":
        from runtime.engines.numpy_engine import NumpyEngine

        return NumpyEngine()
    if name == "onnxruntime":
        from runtime.engines.ort import OrtEngine

        return OrtEngine(provider, threads, spinning, lowering)
    raise TrainingError(unknown("engine", name, ENGINES))
