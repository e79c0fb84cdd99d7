"""Netwright's lowest floor: graphs, arrays, gradients, engines, training. Knows no documents, no layers, no Qt.

`runtime.interpret(model, inputs)` runs any ONNX model of known operators; it is imported when it is first asked for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.interpreter import interpret as interpret

__all__ = ["interpret"]

# Netwright runs offline. ONNX Runtime would report to its makers, and keep an identifier and a database for that in the
# user's cache folder. It reads this (the second is what a later version calls it) at its import, which comes after ours.
for _name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
    os.environ.setdefault(_name, "1")


def __getattr__(name: str) -> Any:
    if name == "interpret":
        from runtime.interpreter import interpret

        return interpret
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
