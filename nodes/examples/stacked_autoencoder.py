"""stacked-autoencoder."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Stacked autoencoders (lecture 002): each layer of sigmoid units first learns, alone, to give back what it sees of the
layer below; its decoder has the same weights, transposed. Then a classifier on top learns from labels, and all with it.
Look for: how far ahead it begins. On few labels and at a small rate it is points better than the same network from random
numbers after five epochs; after many, or each at its best rate, they end about level. On by the stages: training panel."""

UNITS = (256, 128, 64)


@example(
    "stacked-autoencoder", "Stacked autoencoders", "Layer by layer without labels, then with.",
    "points ahead of a random start on 1,000 labels", group="memory", lectures=("002",),
)  # fmt: skip
def stacked_autoencoder() -> Document:
    s = Sketch("Stacked autoencoders", Recipe(), "784-256-128-64-10, sigmoid units. Bengio et al., 2007.")
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    stages = [_layer(s, i, units) for i, units in enumerate(UNITS)]
    s.add("Dense", "scores", units=10)
    s.add("Softmax")
    loss = s.loss("CrossEntropy", data)
    s.note(NOTE)
    last = Stage(
        name="fine-tuning", epochs=20, batch_size=64, learning_rate=0.001, schedule="constant", updates=(Update(loss=loss),)
    )
    return s.document.changed(recipe=Recipe((*stages, last)))


def _layer(s: Sketch, i: int, units: int) -> Stage:
    """An encoder in the row, and below it its decoder with a loss; the stage that trains the two."""
    seen, width = s.last, (784, *UNITS)[i]
    encoder = s.add("Dense", f"encoder{i + 1}", units=units)
    code = s.add("Sigmoid")
    with s.aside(code, len(UNITS) - i):
        decoder = s.add("Dense", f"decoder{i + 1}", units=width)
        s.share(decoder, "weight", encoder, transposed=True)
        s.add("Sigmoid")
        loss = s.add("BinaryCrossEntropy", f"likeness{i + 1}")
    s.wire(seen, s.document.outputs(seen)[0], loss, "target")
    update = Update(loss=loss, parameters=(encoder, decoder))
    return Stage(name=f"layer {i + 1}", epochs=5, batch_size=64, learning_rate=0.002, schedule="constant", updates=(update,))
