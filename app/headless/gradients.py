"""``gradients`` and ``gradcheck``: derivatives of any ONNX model of known operators, and whether they are right."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.headless.say import result, result_json, say
from nodes import untrusted
from runtime.atomic import require_writable, write
from runtime.data.arrays import npz_bytes, read_all
from runtime.errors import DataError, FileError, NetwrightError
from runtime.external_data import embed, sources
from runtime.gradient_check import TOLERANCE, Comparison, compared, drawn
from runtime.graph import Array
from runtime.model_gradients import model_gradients

TARGET = "target"
T = TypeVar("T")


def gradients(file: Path, inputs: Path, loss: str, output: Path) -> None:
    """Write the gradient of the loss by every weight, under the weight's name."""
    _require_other(output, file, inputs)
    require_writable(output)
    model = untrusted.read_model(file, functions=True)
    _require_other(output, *sources(model, file))
    embed(model, file)
    arrays, target = _read(inputs)
    level, found = _said_where(file, lambda: model_gradients(model, arrays, target, loss))
    write(output, npz_bytes(found))
    say(f"The loss is {level:.6g}. The gradients by {len(found)} weights are in {output}.")


def _require_other(output: Path, *sources: Path) -> None:
    """Raises `FileError` where writing would replace what is read."""
    for source in sources:
        if os.path.realpath(output) == os.path.realpath(source) or (
            output.exists() and source.exists() and output.samefile(source)
        ):
            raise FileError(f"{output} is read here, and the gradients would replace it: give -o another name.")


def gradcheck(file: Path, inputs: Path | None, loss: str, as_json: bool) -> int:
    """Compare with finite differences; returns 1 if a weight's gradient disagrees."""
    model = untrusted.read_model(file, functions=True)
    embed(model, file)
    given = None if inputs is None else _read(inputs)
    found = _said_where(file, lambda: compared(model, *(given or drawn(model, loss)), loss))
    worst = found[0]
    if as_json:
        result_json([{"weight": c.weight, "gradient": c.gradient, "difference": c.difference, "error": c.error} for c in found])
    else:
        result(_line(worst))
    wrong = [c for c in found if not c.agrees]
    if wrong:
        say(f"{len(wrong)} of {len(found)} gradients are further from finite differences than {TOLERANCE:g}: see the worst.")
        return 1
    say(f"The gradients by {len(found)} weights agree with finite differences.")
    return 0


def _line(worst: Comparison) -> str:
    numbers = f"gradient {worst.gradient:.9g}  finite differences {worst.difference:.9g}  relative error {worst.error:.1e}"
    return f"worst: {worst.weight}  {numbers}"


def _read(path: Path) -> tuple[dict[str, Array], Array]:
    """The inputs by name, and the target."""
    arrays = read_all(path)
    if TARGET not in arrays:
        held = ", ".join(arrays) or "no arrays"
        raise DataError(f"‘{path}’ holds {held}, and no ‘{TARGET}’: add what the model's first output should be.")
    return {n: a for n, a in arrays.items() if n != TARGET}, arrays[TARGET]


def _said_where(file: Path, work: Callable[[], T]) -> T:
    """The file's name in front of whatever is wrong with it."""
    try:
        return work()
    except NetwrightError as error:
        text = str(error)
        raise type(error)(text if file.name in text else f"{file.name}: {text}") from error
