"""Writer: a network that has learnt which character comes next writes a text of its own, one character at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from nodes import edits
from nodes.build import Built, build, place
from nodes.document import Document
from nodes.files import inference_graph
from nodes.layers.dataset import Dataset
from nodes.losses import logits
from nodes.plan import initial_weights
from nodes.recurrent import Recurrent
from runtime.data.characters import UNKNOWN, encode, unseen
from runtime.engines import Engine
from runtime.errors import NetwrightError, TrainingError
from runtime.graph import Array, Graph
from runtime.randomness import generator

#: What stands before a text that begins without a prompt, if the vocabulary has it.
BEGINNING = "\n"


def alphabet(document: Document) -> tuple[str, ...]:
    """The characters of the text that the network's data is; empty where it is no text, or not known."""
    try:
        layers = (node.layer() for node in document.nodes.values() if node.type == "Dataset")
        infos = (layer.info for layer in layers if isinstance(layer, Dataset))
        return next((info.symbols for info in infos if info.continues), ())
    except NetwrightError:
        return ()


class Writer:
    """Writes with the network of `document`, whose recurrent layers go on from character to character, whether training
    carries their state or not. `weights` by value name are built in; None: each text gives its own.

    Raises `TrainingError` for a network that cannot write.
    """

    def __init__(self, document: Document, engine: Engine, weights: bool = True) -> None:
        self.symbols = alphabet(document)
        going_on = carrying(document)
        built = build(going_on, "inference")
        self._graph = _graph(going_on, built, len(self.symbols))
        self._program = engine.load(self._graph, initial_weights(going_on, self._graph) if weights else None)
        used = {n for op in self._graph.ops for n in op.reads}
        self._needed = [] if weights else [n for n in self._graph.parameters if n in used]

    def write(
        self, length: int, prompt: str = "", temperature: float = 1.0, seed: int = 0, weights: Mapping[str, Array] | None = None
    ) -> Iterator[str]:
        """`length` characters that follow `prompt`, each drawn from p ∝ exp(score / temperature); 0 takes the likeliest.

        Raises `TrainingError` for a prompt with characters that training had not, and for scores that are not finite.
        """
        given = {n: weights[n] for n in self._needed} if weights else {}
        random = generator(seed, "write")
        read, state = self._read(prompt), dict[str, Array]()
        for _ in range(length):
            found = self._program.run({**given, **state, self._graph.inputs[0].name: read})
            state = {name: found[new.name] for name, new in self._graph.states.items()}
            chosen = self._drawn(found[self._graph.outputs[0].name][0, -1], temperature, random)
            yield self.symbols[chosen]
            read = np.array([[chosen]])

    def _read(self, prompt: str) -> Array:
        """The prompt as numbers, (1, characters)."""
        strange = unseen(prompt, self.symbols)
        if strange:
            which = " ".join(strange[:10])
            raise TrainingError(f"The prompt has characters that the training text had not ({which}): leave them out.")
        begin = BEGINNING if BEGINNING in self.symbols else self.symbols[0]
        return encode(prompt or begin, self.symbols)[None]

    def _drawn(self, scores: Array, temperature: float, random: np.random.Generator) -> int:
        scores = scores.astype(np.float64)
        if not np.isfinite(scores).all():
            raise TrainingError("The network answers NaN or infinity, so it cannot write: train it anew with a smaller rate.")
        if self.symbols[-1] == UNKNOWN:
            scores[-1] = -np.inf
        if temperature <= 0:
            return int(scores.argmax())
        reached = np.exp((scores - scores.max()) / temperature).cumsum()
        return int(np.searchsorted(reached, random.random() * reached[-1], side="right"))


def carrying(document: Document) -> Document:
    """`document`, every recurrent layer in it carrying its state; what says that one cannot is found by `build`."""
    plain = document
    for node in document.nodes.values():
        if node.known and isinstance(node.layer(), Recurrent):
            plain = edits.set_setting(plain, node.id, "carries", True)
    return plain


def _graph(document: Document, built: Built, symbols: int) -> Graph:
    """From one character and the states to the scores of the next one and new states."""
    graph = inference_graph(document)
    if not symbols:
        raise TrainingError("The network's data is no text, so it has nothing to write: give it a text, such as shakespeare.")
    if built.problems:
        raise TrainingError(f"The network cannot write: {built.problems[0].sentence}")
    scores = graph.outputs[0]
    if scores.rank != 3 or scores.shape[-1] != symbols:
        shape = f"its output is {scores}, and it takes the scores of {symbols} characters at every step"
        raise TrainingError(f"The network cannot write: {shape}: let its layers return the whole sequence.")
    if not graph.states:
        what = "no layer of it remembers what came before"
        raise TrainingError(f"The network cannot write: {what}: add an LSTM, GRU or SimpleRNN.")
    if len(graph.inputs) != 1:
        names = ", ".join(place(n) for n in document.nodes.values() if n.type in ("Dataset", "Input"))
        raise TrainingError(f"The network cannot write: it has several inputs ({names}): leave the text alone.")
    graph.outputs = [logits(graph, scores, "Softmax"), *graph.states.values()]
    return graph
