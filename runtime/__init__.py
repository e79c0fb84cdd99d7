"""Netwright's lowest floor: graphs, arrays, gradients, engines, training. Knows no documents, no layers, no Qt."""

import os

# Netwright runs offline. ONNX Runtime would report to its makers, and keep an identifier and a database for that in the
# user's cache folder. It reads this (the second is what a later version calls it) at its import, which comes after ours.
for _name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
    os.environ.setdefault(_name, "1")
