"""Netwright's lowest floor: graphs, arrays, gradients, engines, training. Knows no documents, no layers, no Qt.

`runtime.interpret(model, inputs)` runs any ONNX model of known operators; it is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.interpreter import interpret as interpret

__all__ = ["interpret"]


def __getattr__(name: str) -> Any:
    if name == "interpret":
        from runtime.interpreter import interpret

        return interpret
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
