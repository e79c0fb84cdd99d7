"""gan."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

#: How far below each other rows stand: near, so that the layers can be read when all are in view.
BELOW = 196.0
NOTE = """A generative adversarial network (beyond the lectures): a forger makes digits out of 32 random numbers, a judge tells
them from real ones. The judge stands twice, with the same weights: once before real digits, once before forged ones. One
stage, two updates at once: the judge lowers its own two losses, the forger wants the judge to take its digits for real.
Look for: neither loss goes to 0. When the judge's does, the forger learns little any more."""


@example("gan", "GAN", "A forger against a judge.", "forged digits that look like digits", group="further")
def gan() -> Document:
    s = Sketch("GAN", Recipe(), "784-256-1 judges, 32-256-784 forges. Goodfellow et al., 2014.")
    s.add("Dataset", "Digits", name="digits")
    real = s.add("Flatten")
    judge = _judge(s, "judge")
    praised = _told(s, judge[-1], 0, "1 for real", "real is real")
    s.row(2 * BELOW, 232.0, real)
    forger = _forger(s)
    again = _judge(s, "judge again")
    for mine, its in zip(again, judge, strict=True):
        s.share(mine, "weight", its)
        s.share(mine, "bias", its)
    caught = _told(s, again[-1], 0, "0 for forged", "forged is forged")
    fooled = _told(s, again[-1], 1, "1 for forged", "judge is fooled")
    s.note(NOTE, at=(232.0, 3 * BELOW))
    calm = {"beta1": 0.5}
    updates = (
        Update(loss=f"{praised}+{caught}", parameters=judge, settings=calm),
        Update(loss=fooled, parameters=forger, settings=calm),
    )
    stage = Stage(epochs=30, batch_size=64, learning_rate=0.0005, schedule="constant", updates=updates)
    return s.document.changed(recipe=Recipe((stage,)))


def _judge(s: Sketch, name: str) -> tuple[str, str]:
    """One number for a picture: above 0 it takes it for real."""
    first = s.add("Dense", f"{name} 1", units=256, initial_weights="he_normal")
    s.add("LeakyReLU", slope=0.2)
    return first, s.add("Dense", f"{name} 2", units=1)


def _forger(s: Sketch) -> tuple[str, str]:
    """A picture from random numbers: what the finished model gives."""
    s.add("Noise", "32 numbers", size=32)
    first = s.add("Dense", "forger 1", units=256, initial_weights="he_normal")
    s.add("ReLU")
    second = s.add("Dense", "forger 2", units=784)
    s.add("Sigmoid")
    s.beside("Output", "forged digit", s.last)
    return first, second


def _told(s: Sketch, verdict: str, rows: int, wanted: str, name: str) -> str:
    """A loss behind the judge, which is to say 1 or 0, as `wanted` begins, of every picture; so many rows below it."""
    x, y = s.document.nodes[verdict].position
    s.row(y + (rows + 1) * BELOW, x + 232.0, verdict)
    target = s.add("Constant", wanted, value=float(wanted[0]))
    s.row(y + rows * BELOW, x + 464.0, verdict)
    loss = s.add("BinaryCrossEntropy", name)
    s.wire(target, "y", loss, "target")
    return loss
