"""The same networks in PyTorch, and its ways of training them: eager, fused optimizer, channels-last, torch.compile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from runtime.graph import Array
from tests.benchmarks.rows import Row


def tiny() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1), nn.Tanh())


def mlp() -> nn.Module:
    return nn.Sequential(*_dense(784, 500, 300, 10))


def lenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        *_dense(256, 120, 84, 10),
    )


def cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
        *_dense(9216, 128, 10),
    )


def autoencoder() -> nn.Module:
    return nn.Sequential(*_dense(784, 500, 784), nn.Sigmoid())


class Block(nn.Module):
    """Two convolutions with batch normalization, and the way round them."""

    def __init__(self, ins: int, outs: int, stride: int) -> None:
        super().__init__()
        self.inside = nn.Sequential(*_conv(ins, outs, 3, stride), nn.ReLU(), *_conv(outs, outs, 3, 1))
        self.around = nn.Sequential(*_conv(ins, outs, 1, stride)) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.inside(x) + self.around(x))


def resnet20() -> nn.Module:
    layers: list[nn.Module] = [*_conv(3, 16, 3, 1), nn.ReLU()]
    for ins, outs in ((16, 16), (16, 32), (32, 64)):
        layers += [Block(ins, outs, 2 if outs > 16 else 1), Block(outs, outs, 1), Block(outs, outs, 1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def _conv(ins: int, outs: int, kernel: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(ins, outs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outs)]


class Lstm(nn.Module):
    """Steps come first: the layout in which PyTorch's LSTM is fastest."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.dense = nn.LSTM(65, 128), nn.Linear(128, 65)

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(self.lstm(x)[0])


def _dense(*widths: int) -> list[nn.Module]:
    """Linear layers with ReLU between them."""
    layers: list[nn.Module] = []
    for ins, outs in pairwise(widths):
        layers += [nn.Linear(ins, outs), nn.ReLU()]
    return layers[:-1]


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "tiny": tiny, "mlp": mlp, "lenet": lenet, "cnn": cnn, "resnet20": resnet20, "lstm": Lstm,
    "autoencoder": autoencoder,
}


def make(row: Row, way: str, samples: Array, targets: Array) -> Callable[[], object]:
    """One training step of `row` as a function, prepared in the `way` that its name spells (``fused compiled`` …)."""
    words = way.split()
    torch.manual_seed(0)
    net, x, t = NETWORKS[row.network](), torch.from_numpy(samples), torch.from_numpy(targets)
    if row.sequence:
        x, t = (array.transpose(0, 1).contiguous() for array in (x, t))
    if "channels-last" in words:
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer = _optimizer(row, net, fused="fused" in words)
    loss_of = _loss(row, t)

    def forward(x: Tensor) -> Tensor:
        return loss_of(net(x))

    forward = torch.compile(forward) if "compiled" in words else forward

    def step() -> Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = forward(x)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _optimizer(row: Row, net: nn.Module, fused: bool) -> torch.optim.Optimizer:
    if row.optimizer == "Adam":
        return torch.optim.Adam(net.parameters(), lr=1e-3, fused=fused)
    return torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9 if row.optimizer == "Momentum" else 0.0, fused=fused)


def _loss(row: Row, targets: Tensor) -> Callable[[Tensor], Tensor]:
    if row.signs:
        signs = (targets * 2 - 1).float()[:, None]
        return lambda y: F.mse_loss(y, signs)
    if not row.classes:
        return lambda y: F.mse_loss(y, targets)
    return lambda y: F.cross_entropy(y.reshape(-1, y.shape[-1]), targets.reshape(-1))


def ways(row: Row) -> list[str]:
    """What is tried: the fastest of these is what we are compared with."""
    found = ["eager", "fused", "fused compiled"]
    return [*found, "fused channels-last", "fused channels-last compiled"] if row.maps else found
