"""lee."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Lee's three sigmoid layers (lecture 004): a network is a function, f(1, −1) = (0.62, 0.83) and f(0, 0) = (0.51, 0.85).
Look for: the numbers behind each layer, as on the slide: 0.98 and 0.12 behind the first for (1, −1). To four digits the
outputs are 0.6177 0.8291 and 0.5118 0.8544. The targets are just these, so the loss is nearly 0 and training has nothing
to do: change a weight, and it finds its way back."""

#: Weights by rows of inputs, then offsets: the slide's matrices stand the other way round.
LAYERS = ("1 -1  -2 1  1 0", "2 -2  -1 -1  0 0", "3 -1  -1 4  -2 2")


@example(
    "lee", "Lee's sigmoid net", "Three layers by hand.", "f(1, −1) = 0.62 0.83; f(0, 0) = 0.51 0.85",
    group="further", lectures=("004",),
)  # fmt: skip
def lee() -> Document:
    stage = Stage(epochs=100, batch_size=0, learning_rate=0.5, schedule="constant", updates=(Update(optimizer="SGD"),))
    s = Sketch("Lee's sigmoid net", Recipe((stage,)), "Hung-yi Lee, Deep learning tutorial, 2016.")
    data = s.add("Dataset", "Numbers", name="lee")
    for i, numbers in enumerate(LAYERS):
        s.add("Dense", f"layer{i + 1}", units=2, first_numbers=numbers)
        s.add("Sigmoid")
    s.loss("MeanSquaredError", data)
    s.note(NOTE)
    return s.document
