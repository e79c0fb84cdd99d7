"""Long dependencies, and text."""

from __future__ import annotations

from dataclasses import replace

from app.headless.evaluate import measured
from nodes.writer import Writer
from runtime.atomic import write
from runtime.engines import engine
from tests.course.row import Number, Numbers, Place, row
from tests.course.training import prepared, trained

PROMPT = "ROMEO:\n"


@row(
    "lstm", "the adding problem, T = 150: squared error of an LSTM, and of a plain RNN in its place", "the RNN forgets",
    Number("lstm", "LSTM", 4, 0.005), Number("rnn", "RNN", 3, 0.15, above=True), epochs="6",
)  # fmt: skip
def lstm(place: Place) -> Numbers:
    """9,375 steps each. Always answering 1 has an error of 1/6."""
    document = prepared("lstm", place.seed)
    layer = next(n for n in document.nodes.values() if n.type == "LSTM")
    plain = document.changed(nodes={**document.nodes, layer.id: replace(layer, type="SimpleRNN")})
    networks = {"lstm": document, "rnn": plain}
    return {name: float(measured(trained(d, place, f"-{name}"), "test")["loss"]) for name, d in networks.items()}


@row(
    "charrnn-small", "bits per character of Shakespeare's last tenth", "text", Number("bits", "bits", 2, 2.3, 2.15),
    epochs="as the example", seeds=(1,),
)  # fmt: skip
def charrnn_small(place: Place) -> Numbers:
    """A sample of what it writes stands beside the results."""
    document = trained(prepared("charrnn-small", place.seed), place)
    writer = Writer(document, engine("onnxruntime", "cpu", threads=1))
    write(place.file(".txt"), (PROMPT + "".join(writer.write(500, PROMPT, 0.8, place.seed))).encode())
    return {"bits": float(measured(document, "test")["bits"])}
