"""dbn."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import ROW, Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """A deep belief network (lecture 002): three Boltzmann machines, each trained by itself to dream what it sees of the one
below. The row below them is a feedforward network with the same weights; the last stage teaches it the classes by
backpropagation, with dropout, or it would know its training digits by heart. See the four stages in the training panel.
Look for: the reconstructions of each machine, the top one's dreams (before the last stage, which is not after dreams), and how
quickly that stage learns. netwright sample FILE --start data --steps 20 -o dreams.png draws them. The slide's 1.25 %
is Hinton's own network, whose top saw the labels too and was tuned by his up-down algorithm: not the same as this."""

UNITS = (500, 500, 2000)
#: Dropout of the pixels, and of each layer of units.
PIXELS, HIDDEN = 0.1, (0.25, 0.25, 0.5)


@example(
    "dbn", "Deep belief net", "Stacked RBMs, then fine-tuned.", "1.25 % error on MNIST", group="further", lectures=("002",),
    picture="pyramid",
)  # fmt: skip
def dbn() -> Document:
    s = Sketch("Deep belief net", Recipe(), "784-500-500-2000-10. Hinton, Osindero, Teh, 2006.")
    data = s.add("Dataset", "Digits", name="digits")
    pixels = s.add("Flatten")
    machines = [s.add("RBM", f"rbm{i + 1}", units=units) for i, units in enumerate(UNITS)]
    s.row(ROW, 0.0, pixels)
    s.add("Dropout", "drop0", rate=PIXELS)
    for i, (machine, units) in enumerate(zip(machines, UNITS, strict=True), 1):
        layer = s.add("Dense", f"fc{i}", units=units)
        s.share(layer, "weight", machine)
        s.share(layer, "bias", machine, "hidden_bias")
        s.add("Sigmoid")
        s.add("Dropout", f"drop{i}", rate=HIDDEN[i - 1])
        if i == 2:
            s.row(2 * ROW)
    s.add("Dense", "scores", units=10)
    s.add("Softmax")
    loss = s.loss("CrossEntropy", data)
    s.note(NOTE)
    stages = (*(machine_stage(id, f"rbm{i + 1}") for i, id in enumerate(machines)), fine_tuning(loss))
    return s.document.changed(recipe=Recipe(stages))


def machine_stage(id: str, name: str) -> Stage:
    """A Boltzmann machine by contrastive divergence, and nothing else."""
    update = Update(rule="contrastive divergence", loss=id, parameters=(id,), optimizer="Momentum", weight_decay=2e-4)
    return Stage(name=name, epochs=10, batch_size=100, learning_rate=0.05, schedule="linear", updates=(update,))


def fine_tuning(loss: str) -> Stage:
    """All of the network, by backpropagation."""
    return Stage(
        name="fine-tuning", epochs=30, batch_size=100, learning_rate=0.002, schedule="cosine", updates=(Update(loss=loss),)
    )
