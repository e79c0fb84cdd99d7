"""ONNX Runtime's blocked layout: whether it is there, how wide its blocks are, and weights in it.

Its operators (``com.microsoft.nchwc``) are internal to it, for x86 only, with blocks of 16 channels with AVX-512 and 8 with
AVX2. So they are tried once, against the ordinary convolution, before they are used.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

from runtime.engines.options import usual_options
from runtime.graph import IR_VERSION, OPSET, Array, Graph, Value
from runtime.ops.registry import ints

NCHWC = "com.microsoft.nchwc"

_log = logging.getLogger(__name__)


@cache
def block() -> int:
    """Channels in a block; 0 where the blocked operators are missing or wrong (a line in the log says so)."""
    try:
        width = _width()
        error = _error(width)
    except Exception as reason:  # ONNX Runtime's exceptions have no base of their own
        _log.warning("Blocked convolutions are not used: %s", str(reason).split("\n")[0])
        return 0
    if not error < 1e-5:
        _log.warning("Blocked convolutions are not used: they differ from plain ones by %g.", error)
        return 0
    return width


def blocked_weight(g: Graph, weight: Value, places: Array, width: int) -> Value:
    """The numbers of `weight` at the flat `places` [O, I, kh, kw], in blocks: O/b, I/b, kh, kw, b of I, b of O.

    An input of fewer channels than a block is not blocked: O/b, I, kh, kw, b of O. (GatherElements takes single numbers
    thirteen times faster than Gather.)
    """
    order = ints32(g, in_blocks(places, width).ravel())
    flat = g.Reshape(weight, ints(g, [-1], "shape"))
    result: Value = g.Reshape(g.GatherElements(flat, order, axis=0), ints(g, places.shape, "shape"))
    return result


def ints32(g: Graph, numbers: Array) -> Value:
    return g.constant(numbers, np.int32, "order")


def in_blocks(weight: Array, width: int) -> Array:
    """A weight [O, I, kh, kw] in the order in which blocked convolutions want it, its shape unchanged."""
    outs, ins, *kernel = weight.shape
    if ins < width:
        return weight.reshape(outs // width, width, ins, *kernel).transpose(0, 2, 3, 4, 1).reshape(weight.shape)
    apart = weight.reshape(outs // width, width, ins // width, width, *kernel)
    return apart.transpose(0, 2, 4, 5, 3, 1).reshape(weight.shape)


# -- the trial ---------------------------------------------------------------------------------------------------------
def _width() -> int:
    """Where ReorderInput of 0, 1, 2 … [1, 64, 1, 2] puts the second place of the first channel."""
    x = np.arange(128, dtype=np.float32).reshape(1, 64, 1, 2)
    node = helper.make_node("ReorderInput", ["x"], ["y"], domain=NCHWC)
    return int(np.flatnonzero(_run([node], x).ravel() == 1)[0])


def _error(width: int) -> float:
    """The largest relative difference from plain operators."""
    return max(_convolution_error(width), _depthwise_error(width))


def _convolution_error(width: int) -> float:
    """Of Conv in two groups with bias, stride, dilation and pads."""
    rng = np.random.default_rng(0)
    shapes = ((2, 4 * width, 6, 5), (2 * width, 2 * width, 3, 3))
    x, w = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)
    bias = rng.standard_normal(2 * width).astype(np.float32)
    given: dict[str, Any] = {"kernel_shape": [3, 3], "strides": [2, 1], "pads": [1, 0, 1, 2], "dilations": [1, 2], "group": 2}
    plain = _run([helper.make_node("Conv", ["x", "w", "b"], ["y"], **given)], x, w=w, b=bias)
    nodes = [
        helper.make_node("ReorderInput", ["x"], ["xb"], domain=NCHWC),
        helper.make_node("Conv", ["xb", "w", "b"], ["yb"], domain=NCHWC, **given),
        helper.make_node("ReorderOutput", ["yb"], ["y"], domain=NCHWC, channels=2 * width),
    ]
    return _difference(_run(nodes, x, w=in_blocks(w, width), b=bias), plain)


def _depthwise_error(width: int) -> float:
    """Of ReLU(slope·x + bias + x), channel by channel, and its mean over each map."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 2 * width, 3, 4)).astype(np.float32)
    slope, bias = (rng.standard_normal(2 * width).astype(np.float32) for _ in range(2))
    given: dict[str, Any] = {"kernel_shape": [1, 1], "group": 2 * width, "activation": "Relu"}
    nodes = [
        helper.make_node("ReorderInput", ["x"], ["xb"], domain=NCHWC),
        helper.make_node("Conv", ["xb", "a", "b", "xb"], ["yb"], domain=NCHWC, **given),
        helper.make_node("GlobalAveragePool", ["yb"], ["y"], domain=NCHWC),
    ]
    plain = np.maximum(x * slope[:, None, None] + bias[:, None, None] + x, 0).mean(axis=(2, 3), keepdims=True)
    return _difference(_run(nodes, x, a=slope.reshape(-1, 1, 1, 1), b=bias), plain)


def _difference(found: Array, plain: Array) -> float:
    return float(np.abs(found - plain).max() / np.abs(plain).max())


def _run(nodes: list[onnx.NodeProto], x: Array, **constants: Array) -> Array:
    from onnx import numpy_helper

    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    weights = [numpy_helper.from_array(np.ascontiguousarray(a), n) for n, a in constants.items()]
    graph = helper.make_graph(nodes, "trial", inputs, outputs, weights)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(NCHWC, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    options = usual_options()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": x})[0])
