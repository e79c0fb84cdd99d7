"""The rows of the benchmark: what is trained, in which batches, by which optimizer, and the ratio it should reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: a network of `networks.py` and of `torch_networks.py`, both called `network`.

    `sample` is one sample's shape; `classes` the number of classes (0: the target is the sample itself), or 2 with
    `signs`, where the target is one number, −1 or 1; with `sequence` samples are one-hot and every step has a target. `goal`
    and `stretch` are PyTorch's fastest time / ours; `note` says what dominates and what was tried, for a row that falls short.
    """

    name: str
    title: str
    network: str
    batch: int
    optimizer: str
    sample: tuple[int, ...]
    classes: int
    goal: float
    stretch: float
    maps: bool = False
    signs: bool = False
    sequence: bool = False
    note: str = ""


ROWS = (
    Row("tiny-sgd", "2-8-8-1 tanh, 10, SGD", "tiny", 10, "SGD", (2,), 2, 15, 25, signs=True,
        note=(
            "starting 31 operators, 0.4 µs each; done: 64 steps a call, what no step changes in front of them, sums into "
            "Gemm, the rate once for all layers, planned memory, one thread. FusedGemm with tanh is slower."
        ),
    ),
    Row("tiny-adam", "2-8-8-1 tanh, 10, Adam", "tiny", 10, "Adam", (2,), 2, 15, 25, signs=True,
        note=(
            "starting 45 operators, 0.4 µs each; done: Adam’s scalars for 64 steps at once, one vector for all parameters."
        ),
    ),
    Row("mlp-momentum", "784-500-300-10, 128, Momentum", "mlp", 128, "Momentum", (784,), 10, 1.2, 2,
        note="products of matrices, 2.3 of 3.9 ms under the profiler; done: the velocity is updated by the product.",
    ),
    Row("mlp-adam", "784-500-300-10, 128, Adam", "mlp", 128, "Adam", (784,), 10, 1.1, 1.5,
        note=(
            "products of matrices, 1.8 of 2.8 ms under the profiler, then Adam’s ten passes over the weights, 0.9 ms; tried: "
            "seven passes by blocked convolutions (slower), a Scan over parts that fit the cache (half as fast)."
        ),
    ),
    Row("lenet", "LeNet, 64, Momentum", "lenet", 64, "Momentum", (1, 28, 28), 10, 1.1, 2, maps=True,
        note=(
            "pooling’s gradient and the ConvTranspose of the second convolution, a quarter and a tenth under the profiler; "
            "done: weight gradients that sum over samples as blocked channels, pooling without indices."
        ),
    ),
    Row("cnn", "conv32-conv64-pool-128-10, 64, Adam", "cnn", 64, "Adam", (1, 28, 28), 10, 1.0, 1.3, maps=True,
        note=(
            "the weight gradient of the second convolution, 12.8 ms alone (im2col in two shifts); done: blocked layout "
            "for the convolutions themselves, pooling without indices."
        ),
    ),
    Row("resnet20", "ResNet-20, 32×32, 64, Momentum", "resnet20", 64, "Momentum", (3, 32, 32), 10, 0.95, 1.2, maps=True,
        note=(
            "the convolutions themselves, two thirds under the profiler; done: blocked layout from operator to operator, "
            "weight gradients as convolutions over rows, BatchNormalization’s statistics once; not done: weights that stay "
            "blocked between steps, the first layer’s weight gradient."
        ),
    ),
    Row("lstm", "LSTM 128, T 64, vocabulary 65, 32, Adam", "lstm", 32, "Adam", (64, 65), 65, 1.05, 1.3, sequence=True,
        note=(
            "products of matrices, 1.2 billion operations a step, at nine tenths of what the processor can do, then some 900 "
            "short operators in the two Scans; done: blocked convolutions for the products in the steps and for the weight "
            "gradient, with the gates’ functions inside; tried without gain: one Gemm for all gates, FusedGemm, all gates by "
            "one Sigmoid or one Tanh, x inside the step."
        ),
    ),
    Row("autoencoder", "autoencoder 784-500-784, 20, Adam", "autoencoder", 20, "Adam", (784,), 0, 1.2, 2,
        note="Adam’s ten passes over the weights, about half under the profiler; fewer passes: tried, as for 784-500-300-10.",
    ),
)


def row(name: str) -> Row:
    return next(r for r in ROWS if r.name == name)
