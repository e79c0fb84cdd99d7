"""mazur."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Mazur's 2-2-2 network (lecture 002): backpropagation by hand, every number of it. Inputs .05 and .10, targets .01 and
.99 (the slide's 0.09 is a slip, and its h1 stands there before the sigmoid), rate 0.5, one step an epoch.
Look for: the loss is 0.298371109 before the first step. After it w5, the first weight of ‘output’, is 0.35891648, and the
loss 0.291027774. After 10,000 steps it is 0.000035. As on his page the offsets stay as they are, left out of the update (he
draws one for each layer, here each unit has its own). Let them learn, and it goes faster: 0.280471447, and 0.0000024."""


@example(
    "mazur", "Mazur 2-2-2", "Every number of one step of backpropagation.", "E = 0.298371109, then 0.291027774",
    group="memory", lectures=("002",),
)  # fmt: skip
def mazur() -> Document:
    s = Sketch("Mazur 2-2-2", Recipe(), "A step by step backpropagation example, mattmazur.com, 2015.")
    data = s.add("Dataset", "Numbers", name="mazur")
    hidden = s.add("Dense", "hidden", units=2, first_numbers="0.15 0.25  0.20 0.30  0.35 0.35")
    s.add("Sigmoid")
    output = s.add("Dense", "output", units=2, first_numbers="0.40 0.50  0.45 0.55  0.60 0.60")
    s.add("Sigmoid")
    s.loss("SquaredError", data, {"reduction": "sum"})
    s.note(NOTE)
    update = Update(optimizer="SGD", parameters=(f"{hidden}/weight", f"{output}/weight"))
    stage = Stage(epochs=10_000, batch_size=0, learning_rate=0.5, schedule="constant", updates=(update,))
    return s.document.changed(recipe=Recipe((stage,)))
