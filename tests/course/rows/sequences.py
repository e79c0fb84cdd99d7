"""Long dependencies, and text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.headless.evaluate import measured
from nodes.build import build
from nodes.document import Document
from nodes.writer import Writer
from runtime.atomic import write
from runtime.engines import engine
from runtime.graph import Array
from runtime.randomness import generator
from tests.course.row import Number, Numbers, Place, row
from tests.course.training import prepared, trained

PROMPT = "ROMEO:\n"


@row(
    "lstm", "the adding problem, T = 150: squared error of an LSTM, and of a plain RNN in its place", "the RNN forgets",
    Number("lstm", "LSTM", 4, 0.005), Number("rnn", "RNN from weights of ±1/√64", 3, 0.15, above=True),
    Number("glorot", "RNN from Glorot’s", 3), epochs="6",
)  # fmt: skip
def lstm(place: Place) -> Numbers:
    """9,375 steps each. Always answering 1 has an error of 1/6. The goal was measured from weights within ±1/√units, as PyTorch
    draws them; Glorot's, as Netwright does, are 1.7 times as large, and forget less."""
    document = prepared("lstm", place.seed)
    layer = next(n for n in document.nodes.values() if n.type == "LSTM")
    plain = document.changed(nodes={**document.nodes, layer.id: replace(layer, type="SimpleRNN")})
    small = plain.changed(weights=_small_weights(plain, layer.id, place.seed))
    networks = {"lstm": document, "rnn": small, "glorot": plain}
    return {name: float(measured(trained(d, place, f"-{name}"), "test")["loss"]) for name, d in networks.items()}


def _small_weights(document: Document, layer: str, seed: int) -> dict[str, Array]:
    """First weights of a recurrent layer, uniform within ±1/√units."""
    drawn, units = generator(seed, "small"), document.nodes[layer].layer().units  # type: ignore[attr-defined]
    mine = (p for p in build(document, "training").graph.parameters.values() if p.key.startswith(f"{layer}/"))
    return {p.key: drawn.uniform(-(units**-0.5), units**-0.5, p.shape).astype(np.float32) for p in mine}


@row(
    "charrnn-small", "bits per character of Shakespeare's last tenth", "text", Number("bits", "bits", 2, 2.3, 2.15),
    epochs="24", seeds=(1,),
)  # fmt: skip
def charrnn_small(place: Place) -> Numbers:
    """A sample of what it writes stands beside the results."""
    document = trained(prepared("charrnn-small", place.seed), place)
    writer = Writer(document, engine("onnxruntime", "cpu", threads=1))
    write(place.file(".txt"), (PROMPT + "".join(writer.write(500, PROMPT, 0.8, place.seed))).encode())
    return {"bits": float(measured(document, "test")["bits"])}
