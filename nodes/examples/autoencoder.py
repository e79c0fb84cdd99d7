"""autoencoder."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """An autoencoder (lecture 002): 784 pixels through 500 sigmoid units and back to 784. Its target is its input.
Look for: pictures and their reconstructions side by side, blurred at first, and after 20 epochs of batches of 20 hard to
tell apart. No label is used. The columns of the first weight are strokes."""


@example(
    "autoencoder", "Autoencoder", "784-500-784, draws digits again.", "squared error below 0.005 a pixel on the digits",
    group="memory", lectures=("002",),
)  # fmt: skip
def autoencoder() -> Document:
    stage = Stage(epochs=20, batch_size=20, learning_rate=0.001, schedule="cosine", updates=(Update(),))
    s = Sketch("Autoencoder", Recipe((stage,)), "784-500-784: 785,284 parameters.")
    s.add("Dataset", "Digits", name="digits")
    pixels = s.add("Flatten")
    s.add("Dense", "encoder", units=500)
    s.add("Sigmoid")
    s.add("Dense", "decoder", units=784)
    s.add("Sigmoid")
    loss = s.add("MeanSquaredError", "loss")
    s.wire(pixels, "y", loss, "target")
    s.note(NOTE)
    return s.document
