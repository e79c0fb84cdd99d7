"""Whether CUDA can be used: asked once, by a session of one operator, so that it is known and said before training begins."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import onnxruntime as ort
from onnx import TensorProto, helper

from runtime.engines.options import usual_options
from runtime.graph import IR_VERSION, OPSET

PROVIDER = "CUDAExecutionProvider"
_FATAL, _WARNING = 4, 2


def offered() -> bool:
    """Whether this onnxruntime was built with CUDA."""
    return PROVIDER in ort.get_available_providers()


@cache
def works() -> bool:
    """Whether a session really starts on the GPU. ONNX Runtime tells its trouble with libraries on stderr: not here."""
    with suppress(AttributeError, OSError, RuntimeError):
        ort.preload_dlls()  # those that pip's nvidia packages brought
    ort.set_default_logger_severity(_FATAL)
    try:
        session = ort.InferenceSession(_one_operator(), usual_options(), providers=[PROVIDER, "CPUExecutionProvider"])
        return PROVIDER in session.get_providers()
    except Exception:  # ONNX Runtime's exceptions have no base of their own
        return False
    finally:
        ort.set_default_logger_severity(_WARNING)


def _one_operator() -> bytes:
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "trial", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return bytes(model.SerializeToString())
