"""vae."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """A variational autoencoder (beyond the lectures): each digit becomes a Gaussian in the plane, a code is drawn from it,
and the decoder draws the digit again. One loss wants the picture back, the other wants all Gaussians near N(0, 1).
Look for: the two losses pulling at each other. Set the divergence's weight to 0, and the codes fly apart; set it to 0.02,
and all digits look alike."""


@example(
    "vae", "Variational codes", "A map of digits you can walk.", "a digit from any two numbers", group="further",
    picture="clouds",
)  # fmt: skip
def vae() -> Document:
    stage = Stage(epochs=20, batch_size=64, learning_rate=0.001, schedule="cosine", updates=(Update(),))
    s = Sketch("Variational codes", Recipe((stage,)), "784-256-2-256-784; Kingma and Welling, 2014.")
    s.add("Dataset", "Digits", name="digits")
    pixels = s.add("Flatten")
    s.add("Dense", "encoder", units=256, initial_weights="he_normal")
    hidden = s.add("ReLU")
    mean = s.add("Dense", "mean", units=2)
    variance = s.beside("Dense", "log variance", hidden, units=2)
    code = s.add("GaussianSample", "code")
    s.wire(variance, "y", code, "log_variance")
    divergence = s.beside("GaussianDivergence", "divergence", mean, weight=1 / 784)
    s.wire(variance, "y", divergence, "log_variance")
    s.add("Dense", "decoder", units=256, initial_weights="he_normal")
    s.add("ReLU")
    s.add("Dense", "picture", units=784)
    s.add("Sigmoid")
    loss = s.add("BinaryCrossEntropy", "likeness")
    s.wire(pixels, "y", loss, "target")
    s.note(NOTE)
    return s.document
