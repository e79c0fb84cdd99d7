"""rbm."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """A restricted Boltzmann machine (lecture 002): 128 hidden units that see 784 visible ones, and dream them back. No
loss is lowered: contrastive divergence makes what it sees likelier, and what it dreams less likely.
Look for: the reconstructions beside the digits, and its dreams: netwright sample FILE -o dreams.png. With persistent chains
(the rule's setting) it dreams better and reconstructs worse."""


@example(
    "rbm", "Boltzmann machine", "Learns to dream what it sees.", "digits dreamt from noise", group="memory", lectures=("002",),
    picture="pyramid",
)  # fmt: skip
def rbm() -> Document:
    s = Sketch("Boltzmann machine", Recipe(), "784-128, contrastive divergence. Smolensky, 1986; Hinton, 2002.")
    s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    machine = s.add("RBM", "rbm", units=128)
    s.note(NOTE)
    update = Update(
        rule="contrastive divergence", loss=machine, parameters=(machine,), optimizer="Momentum", weight_decay=2e-4
    )
    stage = Stage(epochs=20, batch_size=50, learning_rate=0.05, schedule="linear", updates=(update,))
    return s.document.changed(recipe=Recipe((stage,)))
