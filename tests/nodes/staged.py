"""Small networks whose recipes have several stages, or several updates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nodes.document import Document, Share
from nodes.example import Sketch
from runtime.recipe import EarlyStop, Recipe, Stage, Update

NEVER = EarlyStop()
BOLTZMANN: Any = {"rule": "contrastive divergence", "optimizer": "Momentum"}


def belief_net(epochs: int = 2, batch_size: int = 1800, **rule: float) -> Document:
    """A deep belief network: two RBMs, then all of it by backpropagation."""
    s = Sketch("DBN", Recipe())
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    machines = s.add("RBM", "first", units=24), s.add("RBM", "second", units=12)
    s.add("Dense", "out", units=10)
    loss = s.loss("CrossEntropy", data)
    common: Any = {"epochs": epochs, "batch_size": batch_size}
    alone = [
        Stage(**common, learning_rate=0.1, name=f"RBM {n}", updates=(Update(loss=m, rule_settings=rule, **BOLTZMANN),))
        for n, m in enumerate(machines, start=1)
    ]
    last = Stage(**common, learning_rate=0.01, name="fine-tuning", updates=(Update(loss=loss),))
    return s.document.changed(recipe=Recipe((*alone, last)))


def stacked(epochs: int = 2, tied: bool = False, early_stop: EarlyStop = NEVER) -> Document:
    """A stacked autoencoder on two coordinates: two codes, each with a decoder of its own, then a classifier on the second."""
    s = Sketch("SAE", Recipe())
    data = s.add("Dataset", "Points", name="circle")
    below = data
    parts: list[tuple[str, str]] = []
    losses: list[str] = []
    for n, units in enumerate((8, 4), start=1):
        encoder = s.add("Dense", f"encoder {n}", units=units)
        code = s.add("Tanh")
        decoder = s.beside("Dense", f"decoder {n}", code, units=2 if n == 1 else 8)
        loss = s.beside("MeanSquaredError", f"loss {n}", decoder)
        s.wire(below, "sample" if n == 1 else "y", loss, "target")
        parts.append((encoder, decoder))
        losses.append(loss)
        below = code
    s.add("Dense", "out", units=2)
    losses.append(s.loss("CrossEntropy", data))
    document = _tied(s.document, parts) if tied else s.document
    stages = [
        Stage(
            epochs=epochs, batch_size=50, learning_rate=0.02, early_stop=early_stop,
            updates=(Update(loss=loss, parameters=part),),
        )
        for part, loss in zip((*parts, None), losses, strict=True)
    ]  # fmt: skip
    return document.changed(recipe=Recipe(tuple(stages)))


def _tied(document: Document, parts: list[tuple[str, str]]) -> Document:
    nodes = dict(document.nodes)
    for encoder, decoder in parts:
        nodes[decoder] = replace(nodes[decoder], shared={"weight": Share(encoder, "weight", True)})
    return document.changed(nodes=nodes)


def adversaries(epochs: int = 3) -> Document:
    """A generator of points, and a discriminator that tells them from the data's: one stage, two updates."""
    s = Sketch("GAN", Recipe())
    data = s.add("Dataset", "Points", name="gauss")
    d1 = s.add("Dense", "D1", units=8)
    s.add("Tanh")
    d2 = s.add("Dense", "D2", units=1)
    real = s.add("BinaryCrossEntropy", "real")
    s.row(400.0)
    s.wire(data, "sample", s.join("Subtract", data), "b")
    s.add("GaussianNoise", "z", deviation=1.0)
    g1 = s.add("Dense", "G1", units=8)
    s.add("Tanh")
    g2 = s.add("Dense", "G2", units=2)
    again = s.add("Dense", "D1 again", units=8), s.add("Tanh"), s.add("Dense", "D2 again", units=1)
    fake, fooled = (s.beside("BinaryCrossEntropy", name, again[2]) for name in ("fake", "fooled"))
    s.wire(again[2], "y", s.join("Subtract", again[2]), "b")
    nothing = s.last
    for at, losses in (("1", (real, fooled)), ("0", (fake,))):
        constant = s.beside("Step", f"all {at}", nothing, at_zero=at)
        for loss in losses:
            s.wire(constant, "y", loss, "target")
    s.join("Output", g2, label="generated")
    nodes = dict(s.document.nodes)
    for id, owner in ((again[0], d1), (again[2], d2)):
        nodes[id] = replace(nodes[id], shared={name: Share(owner, name, False) for name in ("weight", "bias")})
    updates = (
        Update(loss=f"{real}+{fake}", parameters=(d1, d2)), Update(loss=fooled, parameters=(g1, g2), optimizer="SGD", rate=0.5),
    )  # fmt: skip
    stage = Stage(epochs=epochs, batch_size=50, learning_rate=0.01, updates=updates)
    return s.document.changed(nodes=nodes, recipe=Recipe((stage,)))


def two_datasets() -> Document:
    """One weight in two branches, each behind data of its own; the second stage is named after the node that owns it."""
    s = Sketch("Two", Recipe())
    first = s.add("Dataset", "A", name="circle")
    owner = s.add("Dense", "first", units=2)
    one = s.loss("CrossEntropy", first)
    s.row(400.0)
    second = s.add("Dataset", "B", name="xor-corners")
    other = s.add("Dense", "second", units=2)
    two = s.loss("CrossEntropy", second)
    nodes = dict(s.document.nodes)
    nodes[other] = replace(nodes[other], shared={name: Share(owner, name, False) for name in ("weight", "bias")})
    stages = [
        Stage(data=data, epochs=1, batch_size=20, learning_rate=0.02, updates=(Update(loss=loss),), name=owner)
        for data, loss in ((first, one), (second, two))
    ]
    return s.document.changed(nodes=nodes, recipe=Recipe(tuple(stages)))
