"""What tests of the command line share: a way to call it as typed, and a small network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from nodes import edits
from nodes.example import new
from nodes.files import save


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call `netwright` with these words, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*words: Any) -> Result:
        with pytest.raises(SystemExit) as stop:
            main([str(w) for w in words])
            raise SystemExit(0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Result(int(stop.value.code or 0), out, err)

    return call


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An mlp whose epochs are two steps."""
    save(edits.set_recipe(new("mlp"), batch_size=3600, epochs=3), tmp_path / "m.onnx")
    return tmp_path / "m.onnx"
