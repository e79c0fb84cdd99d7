"""Nothing is reported to anybody, and nothing is left in the user's folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_engine_leaves_no_telemetry_behind(tmp_path: Path) -> None:
    folders = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), str(tmp_path))
    rest = {k: v for k, v in os.environ.items() if not k.startswith("ORT_")}
    code = "from nodes.example import new; from nodes.training import Run; next(Run(new('neuron')).events(1))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**rest, **folders}, check=True)
    assert not [p for p in tmp_path.rglob("*") if "onnxruntime" in p.name.lower() or p.name == "Microsoft"]
