"""What ordinary exports are made of: every operator has a kernel, and a gradient rule or a place on the list of those without.

The sets are those that the exporters' own sources and documentation name: PyTorch's symbolic functions (opset 9 to 20) and
torchlib, the table of tensorflow-onnx, the converters of sklearn-onnx. Its tails (``ai.onnx.ml``: ZipMap,
ArrayFeatureExtractor) are no operators of ``ai.onnx``.
"""

from __future__ import annotations

import pytest

from runtime.autodiff import gradients
from runtime.errors import GraphError
from runtime.graph import Graph
from runtime.ops import GRADIENTS, KERNELS, NOT_DIFFERENTIABLE
from runtime.upgrade import OLD

#: Run, and not differentiated: a gradient that would have to pass is refused, by name.
WITHOUT_RULE = {"If", "Loop"}

#: Whole numbers, truth values and shapes, which nothing moves; and steps, whose slope is zero almost everywhere.
FLAT = {
    "And", "ArgMax", "ArgMin", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Ceil", "Constant",
    "ConstantOfShape", "Equal", "EyeLike", "Floor", "Greater", "GreaterOrEqual", "Hardmax", "IsInf", "IsNaN", "Less",
    "LessOrEqual", "NonZero", "Not", "Or", "Round", "Shape", "Sign", "Size", "Xor",
}  # fmt: skip

EXPORTS = {
    "PyTorch, MLP": "Gemm MatMul Add Relu LeakyRelu Elu Selu Celu PRelu Sigmoid Tanh Softplus Softsign HardSigmoid Softmax "
    "LogSoftmax Dropout Identity Flatten Erf Div Mul Gelu Mish HardSwish Clip Transpose Reshape Constant Sub Neg Exp Log",
    "PyTorch, CNN": "Conv Relu Clip HardSwish MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization LRN "
    "InstanceNormalization GroupNormalization Concat Pad Flatten ReduceMean ReduceMax Squeeze Unsqueeze Add Mul Sigmoid Split "
    "Slice Shape Gather Reshape Gemm Transpose DepthToSpace SpaceToDepth MaxUnpool Col2Im ReduceL2 LpNormalization PRelu",
    "PyTorch, U-Net": "Conv ConvTranspose Resize Upsample Concat MaxPool BatchNormalization Relu Shape Gather Slice Cast Floor "
    "Mul Sub Div Pad Unsqueeze Constant ConstantOfShape Range Expand GridSample AffineGrid CenterCropPad Sigmoid Mod",
    "PyTorch, recurrent": "LSTM GRU RNN Transpose Squeeze Unsqueeze Expand ConstantOfShape Concat Slice Gather Shape Reshape "
    "Split ReverseSequence Loop Scan If Where Less Sum Size",
    "PyTorch, Transformer": "Gather MatMul Gemm Add Sub Mul Div Pow Sqrt ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd "
    "LayerNormalization RMSNormalization Erf Gelu Tanh Softmax Where Equal Greater GreaterOrEqual Less LessOrEqual Not And Or "
    "Xor IsNaN IsInf Trilu Expand Split Slice Reshape Transpose Einsum Cast CastLike Range CumSum Squeeze Unsqueeze Sigmoid "
    "ScatterND ScatterElements GatherElements GatherND Reciprocal Neg Exp Log Cos Sin Min Max Abs Sign Attention Concat Tile "
    "RotaryEmbedding Shape Constant ConstantOfShape EyeLike NonZero OneHot ArgMax TopK Swish Mod Floor Ceil Round",
    "Keras by tf2onnx": "MatMul Gemm Add Sub Mul Div Relu LeakyRelu Elu Selu PRelu ThresholdedRelu Softplus Softsign Sigmoid "
    "HardSigmoid Tanh Exp Log Sqrt Reciprocal Pow Erf Neg Abs Softmax LogSoftmax Identity Cast Shape Size Slice Gather "
    "GatherND Concat Split Squeeze Unsqueeze Reshape Transpose Expand Tile Pad Conv ConvTranspose MaxPool AveragePool "
    "GlobalAveragePool GlobalMaxPool BatchNormalization InstanceNormalization LayerNormalization Resize Upsample LSTM GRU RNN "
    "Scan Loop If ReverseSequence ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL2 ReduceSumSquare ReduceLogSumExp "
    "ArgMax OneHot Where Equal Less Greater Not And Or Range ConstantOfShape Constant Einsum DepthToSpace SpaceToDepth Clip "
    "Min Max Floor Ceil Round Sign Dropout CumSum TopK ScatterND NonZero Flatten Gelu Sum LRN",
    "scikit-learn by skl2onnx": "Cast MatMul Add Relu Tanh Sigmoid Identity Softmax Sub Concat ArgMax Reshape Div Gather",
}


@pytest.mark.parametrize("exporter", EXPORTS)
def test_every_operator_of_an_export_is_known(exporter: str) -> None:
    names = set(EXPORTS[exporter].split()) - (OLD.keys() - KERNELS.keys())  # (rewritten as they are read)
    assert sorted(names - KERNELS.keys()) == []
    assert sorted(names - GRADIENTS.keys() - NOT_DIFFERENTIABLE - WITHOUT_RULE) == []


def test_no_operator_is_without_a_gradient_by_oversight() -> None:
    assert NOT_DIFFERENTIABLE == FLAT
    assert not NOT_DIFFERENTIABLE & GRADIENTS.keys()
    assert KERNELS.keys() - GRADIENTS.keys() - NOT_DIFFERENTIABLE == WITHOUT_RULE
    assert GRADIENTS.keys() | NOT_DIFFERENTIABLE <= KERNELS.keys()


def test_slices_that_are_unique_are_refused_in_words() -> None:
    g = Graph()
    x = g.input("x", "float32", (3, 2))
    y = g.Unique(x, axis=0)
    with pytest.raises(GraphError, match="‘unique’: Unique along an axis has no gradient rule: use it without one"):
        gradients(g, g.ReduceSum(y, keepdims=0), [x])
