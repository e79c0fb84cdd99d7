"""Operators: one file per family, gradient rule and NumPy kernel side by side. Found by scanning this folder."""

from __future__ import annotations

import importlib
import pkgutil

from runtime.ops.registry import GRADIENTS, KERNELS, NOT_DIFFERENTIABLE, Site

__all__ = ["GRADIENTS", "KERNELS", "NOT_DIFFERENTIABLE", "Site"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
