"""Optimizers: one file each, which emits its update as plain operators of the training step. Found by scanning this folder."""

from __future__ import annotations

import importlib
import pkgutil

from runtime.optimizers.registry import OPTIMIZERS, Optimizer, Shared, complete, optimizer

__all__ = ["OPTIMIZERS", "Optimizer", "Shared", "complete", "optimizer"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
