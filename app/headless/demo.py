"""``netwright demo``: the main job without a screen. The starter network learns the built-in digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.headless.describe import new
from app.headless.evaluate import measured
from app.headless.say import result, say
from app.headless.train import Options, train
from nodes.document import Document
from nodes.files import load
from runtime.errors import FileError, counted


def demo(epochs: int | None, folder: Path | None) -> int:
    """Train LeNet on the digits; prints where the model and a picture of the run are. Returns the exit code."""
    folder = folder or Path.home() / "Netwright"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"The folder {folder} cannot be made ({error.strerror}): give another one with -o.") from None
    path = folder / "lenet.onnx"
    new("lenet", path)
    code = train(Options(path, epochs=epochs))
    if code:
        return code
    document = load(path)
    found = measured(document, "test")
    say(f"On {found['samples']:,} digits it has never seen, it reads {found['accuracy']:.1%} right.")
    picture = path.with_name("lenet-run.png")
    draw_run(document, picture)
    result(f"model    {path}\npicture  {picture}")
    return 0


SIZE = (960, 420)
MARGIN = (64, 56, 24, 44)
INK, GRID, TRAIN, CHECKED, PAPER = "#171A21", "#DDE0E6", "#4850D6", "#171A21", "#FAFAFB"


def draw_run(document: Document, path: Path) -> None:
    """Loss and accuracy over epochs, for training and validation, as a PNG."""
    from PIL import Image, ImageDraw

    history = document.training.progress.get("history", [])
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    half = SIZE[0] // 2
    for left, title, names in (
        (0, "Loss", ("loss", "validation_loss")), (half, "Accuracy", ("accuracy", "validation_accuracy"))
    ):  # fmt: skip
        series = [[r[n] for r in history if r.get(n) is not None] for n in names]
        _panel(pen, (left, half), title, series)
    image.save(path)


def _panel(pen: Any, at: tuple[int, int], title: str, series: list[list[float]]) -> None:
    from PIL import ImageFont

    import resources

    face = ImageFont.truetype(str(resources.path("fonts", "Inter-Medium.ttf")), 14)
    small = ImageFont.truetype(str(resources.path("fonts", "JetBrainsMono-Regular.ttf")), 11)
    left, top, right, bottom = at[0] + MARGIN[0], MARGIN[1], at[0] + at[1] - MARGIN[2], SIZE[1] - MARGIN[3]
    values = [v for line in series for v in line]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    span = (high - low) or 1.0
    last = " · ".join(f"{n} {line[-1]:.3f}" for n, line in zip(("train", "validation"), series, strict=True) if line)
    pen.text((left, 16), title, INK, face)
    pen.text((left + 90, 19), last, INK, small)
    for i in range(5):
        y = bottom - (bottom - top) * i / 4
        pen.line((left, y, right, y), GRID)
        pen.text((left - 52, y - 7), f"{low + span * i / 4:.3f}", INK, small)
    pen.text((right - 70, bottom + 14), counted(max(map(len, series), default=0), "epoch"), INK, small)
    for line, color, width in zip(series, (TRAIN, CHECKED), (3, 2), strict=True):
        step = (right - left) / max(1, len(line) - 1)
        points = [(left + i * step, bottom - (bottom - top) * (v - low) / span) for i, v in enumerate(line)]
        if len(points) > 1:
            pen.line(points, color, width, joint="curve")
        for x, y in points if color == CHECKED and len(points) <= 60 else ():
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), PAPER, color, 2)
