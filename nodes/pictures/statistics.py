"""Normalisation: which numbers share a mean, and what fitted layers make of a cloud of samples."""

from __future__ import annotations

import numpy as np

from nodes.drawing import HUE, QUIET, SECOND, TEXT, Disc, Drawing, Ink, Mark, Path, Words, arrow, drawing
from nodes.layer import Layer, make
from nodes.pictures.parts import caption, framed, grid, lit
from nodes.pictures.worked import touched
from runtime.engines import engine
from runtime.graph import Array, Graph

SAMPLES, CHANNELS, SIDE = 3, 4, 3
CELL, STEP = 11.0, 45.0
LEFT, TOP = 80.0, 10.0
#: Settings that would reach over all of so few channels.
SMALL = {"groups": 2, "size": 3}


def statistics_picture(cls: type[Layer]) -> Drawing:
    """A batch of maps, one small table for each sample and channel; lit is what one number is measured against."""
    x = np.random.default_rng(7).standard_normal((SAMPLES, CHANNELS, SIDE, SIDE))
    settings = {s.name: SMALL[s.name] for s in cls.all_settings() if s.name in SMALL}
    at = (1, 1, 1, 1)
    mask = touched(cls.type, x, at, settings=settings, training=True)
    here = np.zeros(x.shape, bool)
    here[at] = True
    marks: list[Mark] = []
    for n, c in np.ndindex(SAMPLES, CHANNELS):
        left, top = LEFT + c * STEP, TOP + n * STEP
        marks += grid(left, top, CELL, x[n, c], lit(mask[n, c], Ink("hue", 0.45)), written=False)
        marks += framed(left, top, CELL, here[n, c])
    words = [caption(LEFT + c * STEP + 16, TOP + SAMPLES * STEP + 2, f"{c + 1}") for c in range(CHANNELS)]
    words.append(caption(LEFT + 1.5 * STEP + 16, TOP + SAMPLES * STEP + 18, "channels"))
    words += [Words(LEFT - 14, TOP + n * STEP + 16, f"sample {n + 1}", SECOND, 11.0, 1.0) for n in range(SAMPLES)]
    return drawing(f"{cls.type}: {_said(mask)}", marks, words, _legend(mask))


def _legend(mask: Array) -> list[Mark]:
    x = 282.0
    box = Path(((x, 40), (x + 11, 40), (x + 11, 51), (x, 51)), HUE, Ink("hue", 0.45), 1.0, closed=True)
    number = Path(((x, 92), (x + 11, 92), (x + 11, 103), (x, 103)), HUE, width=2.0, closed=True)
    words = [Words(x + 20, 46, "measured over these:", TEXT, 11.0, 0.0), Words(x + 20, 98, "for this number", TEXT, 11.0, 0.0)]
    return [box, number, *words, Words(x + 20, 62, _over(mask), SECOND, 11.0, 0.0)]


def _over(mask: Array) -> str:
    """Which axes are lit, in words."""
    samples, wide, places = mask.any((1, 2, 3)).sum(), mask.any((0, 2, 3)).sum(), mask.any((0, 1)).sum()
    parts = ["all samples" if samples > 1 else "one sample"]
    parts.append("all channels" if wide == CHANNELS else "one channel" if wide == 1 else f"{wide} channels")
    return ", ".join(parts if places > 1 else [*parts[1:], "one place"])


def _said(mask: Array) -> str:
    return f"one number is measured over {_over(mask)}."


# -- fitted on the training data -----------------------------------------------------------------------------------------
def cloud_picture(cls: type[Layer]) -> Drawing:
    """Samples of two numbers each, as they came and as they leave."""
    rng = np.random.default_rng(3)
    points = rng.standard_normal((90, 2)) @ np.asarray([[1.3, 0.0], [0.75, 0.45]]).T + np.asarray([1.6, 1.1])
    after = _fitted(cls, points)
    marks = [*_cloud(128.0, points), *_cloud(352.0, after), *arrow((224.0, 76.0), (256.0, 76.0))]
    words = [caption(128.0, 162.0, "training samples, two numbers each"), caption(352.0, 162.0, "behind the layer")]
    return drawing(f"{cls.type}: a cloud of samples, and the same centred and scaled.", marks, words)


def _fitted(cls: type[Layer], points: Array) -> Array:
    """`points` behind the layer, which has measured them."""
    layer, graph = make(cls.type, {}), Graph("picture", np.float64)
    x = graph.input("x", np.float64, points.shape)
    graph.outputs = [layer.emit(graph, x)]
    found = layer.fit(iter([points.astype(np.float32)]), x)  # type: ignore[attr-defined]
    weights = {name: np.asarray(found[p.key], float) for name, p in graph.parameters.items()}
    return np.asarray(engine("numpy").load(graph).run({**weights, "x": points})[graph.outputs[0].name])


def _cloud(middle: float, points: Array) -> list[Mark]:
    """About the origin, 20 pixels to one."""
    unit, y = 21.0, 78.0
    cross: list[Mark] = [
        Path(((middle - 88, y), (middle + 88, y)), Ink("line2"), width=1.0),
        Path(((middle, y - 72), (middle, y + 72)), Ink("line2"), width=1.0),
    ]
    inside = [p for p in points.tolist() if abs(p[0]) * unit < 86 and abs(p[1]) * unit < 70]
    dots: list[Mark] = [Disc(middle + a * unit, y - b * unit, 2.2, None, HUE) for a, b in inside]
    return [*cross, Disc(middle, y, unit, QUIET, Ink("hue", 0.1), 1.0), *dots]
