"""AdamW."""

from __future__ import annotations

from runtime.optimizers.adam import SETTINGS, SLOTS, emit, share
from runtime.optimizers.registry import Optimizer, register

register(Optimizer(
    "AdamW", 2019, "θ ← (1 − ηλ) θ − Adam's step by g alone",
    "Adam with decoupled weight decay: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019. The recipe's "
    "weight decay λ shrinks the weights beside the step instead of going through the moments; 0.01 is usual. With λ = 0 "
    "it is Adam.",
    emit, share, SLOTS, SETTINGS, decoupled=True, usual=(1e-4, 1e-2),
))  # fmt: skip
