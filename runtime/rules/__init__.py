"""Learning rules: one file each, found by scanning this folder."""

from __future__ import annotations

import importlib
import pkgutil

from runtime.rules.registry import RULES, Ending, Rule, rule, settings_of

__all__ = ["RULES", "Ending", "Rule", "rule", "settings_of"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
