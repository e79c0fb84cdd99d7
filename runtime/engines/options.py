"""Options that every session has."""

from __future__ import annotations

import onnxruntime as ort


def usual_options() -> ort.SessionOptions:
    """Denormal numbers are zero. ONNX Runtime asks the *first* session of a process alone how the calling thread is to treat
    them: a trial session without this would let it compute with denormals ever after, slower, and other bits than a second
    thread's."""
    options = ort.SessionOptions()
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return options
