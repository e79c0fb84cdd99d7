"""temperature."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Tomorrow's temperature from three days' (lecture 003): 73.8, 75.8, 78.2 → 80.8, by three layers W1 b1, W2 b2, W3 b3.
Look for: the first answer is −10.4, so the error is (80.8 − (−10.4))² = 8317.44, and its slope by the answer −182.4, as on
the slide. The slide prints no weights: these were drawn, and the last offset chosen so that −10.4 comes out. Step by step
the answer climbs to 80.8. One sample is no forecast: give the dataset a series (temperature:days=1000) for that."""

LAYERS = (
    (2, "-0.3 0.9  0.5 0.3  0.5 -0.8  0.5 -0.5"), (2, "0.3 0.7  0.7 -0.8  1 0"), (1, "-0.4  0.2  0.3768"),
)  # fmt: skip


@example(
    "temperature", "Temperature", "73.8, 75.8, 78.2 → 80.8", "error 8317.44 at first, then 0",
    group="further", lectures=("003",),
)  # fmt: skip
def temperature() -> Document:
    stage = Stage(epochs=200, batch_size=0, learning_rate=1e-5, schedule="constant", updates=(Update(optimizer="SGD"),))
    s = Sketch("Temperature", Recipe((stage,)), "A regression by three layers, 17 parameters.")
    data = s.add("Dataset", "Days", name="temperature")
    for i, (units, numbers) in enumerate(LAYERS):
        s.add("Dense", f"layer{i + 1}", units=units, first_numbers=numbers)
        if i < 2:
            s.add("ReLU")
    s.loss("MeanSquaredError", data)
    s.note(NOTE)
    return s.document
