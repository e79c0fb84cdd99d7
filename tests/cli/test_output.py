"""What is printed, and where it may go: any encoding, a narrow terminal, a full disk, a closed stream."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import streams
from app.headless.say import result_json
from app.headless.table import HEAD, fitting
from nodes import edits
from nodes.example import new
from nodes.files import save

ROOT = Path(__file__).parents[2]


def netwright(*lines: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Each line is a command of one process of its own; ``;`` in it is the shell's."""
    run = f"{sys.executable} -m app"
    script = "\n".join(line.replace("netwright", run) for line in lines)
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(["sh", "-c", script], cwd=cwd, env=given, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_every_sign_has_a_stand_in(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    streams.steady()
    print("✗ ‘fc1’ 1×28 … −1 → ∂\udcff")
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    assert text.startswith("x ") and "28" in text and "->" in text and r"\u2202" in text and r"\udcff" in text


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_commands_answer_in_ascii(tmp_path: Path) -> None:
    broken = edits.rename(edits.remove(new("lenet"), ["n8"]), "n2", "größe")
    save(broken.changed(title="[red]Ü[/red][/oops]"), tmp_path / "ü.onnx")
    done = netwright("netwright check ü.onnx", "netwright summary ü.onnx", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout[0] == "x"
    assert r"[red]\xdc[/red][/oops]" in done.stdout and r"gr\xf6\xdfe" in done.stdout and done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_a_full_or_closed_stream(tmp_path: Path) -> None:
    save(edits.set_recipe(new("playground"), epochs=2), tmp_path / "p.onnx")
    full = netwright("netwright summary p.onnx --json >/dev/full", cwd=tmp_path)
    assert full.returncode == 1 and full.stderr.count("\n") == 1
    assert full.stderr.startswith("The output could not be written: there is no space left on the disk")
    closed = netwright("netwright train p.onnx --epochs 1 --events jsonl >&- 2>&-", cwd=tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")


def test_a_name_is_no_markup(run: Any, tmp_path: Path) -> None:
    document = edits.rename(new("lenet"), "n2", "block[a]").changed(title="[red]x[/red][/oops]")
    save(document, tmp_path / "l.onnx")
    out = run("summary", "l.onnx").out
    assert "[red]x[/red][/oops]" in out and "block[a]" in out


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_a_narrow_terminal_cuts_no_number(run: Any, tmp_path: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    save(edits.rename(new("lenet"), "n2", "a name that goes on and on and on"), tmp_path / "l.onnx")
    out = run("summary", "l.onnx").out
    assert "44,426" in out and "30,840" in out and "6×24×24" in out and "parameters" in out
    assert max(map(len, out.splitlines())) <= max(width, 36)
    assert ("multiply-adds" in out) == (width >= 80) and ("Conv2D" in out) == (width >= 60)


def test_columns_are_left_out_one_by_one() -> None:
    rows = [HEAD, ("fc1", "Dense", "120", "30,840", "30,720", "10.9 %", "69.4 %", "all", "61.4 kB", "925 kB")]
    heads = [HEAD[i] for i in fitting(rows, 200)]
    for width in range(200, 20, -1):
        fewer = [HEAD[i] for i in fitting(rows, width)]
        assert fewer == [h for h in heads if h in fewer] and len(heads) - len(fewer) in (0, 1)
        heads = fewer
    assert heads == ["layer", "output", "parameters"]
    assert [HEAD[i] for i in fitting(rows, 60)] == ["layer", "type", "output", "parameters", "multiply-adds"]
    assert [HEAD[i] for i in fitting(rows, 20, "space")] == ["layer", "output", "parameters", "space"]


def test_json_knows_no_nan_and_survives_every_encoding(capsys: pytest.CaptureFixture[str]) -> None:
    result_json({"loss": float("nan"), "rows": [[1.0, -float("inf")]], "name": "ünï \udcff", "n": np.float64(2).item()})
    out = capsys.readouterr().out
    assert out.isascii() and json.loads(out) == {"loss": None, "rows": [[1.0, None]], "name": "ünï \udcff", "n": 2.0}


def test_advice_can_be_typed_as_it_stands(run: Any) -> None:
    assert "To train it: netwright train 'ünï cødé.onnx'" in run("new", "mlp", "-o", "ünï cødé.onnx").err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_before_the_first_command(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'app.cli': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from app.start import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")
