"""``netwright sample``: what a trained network makes up by itself: a text, a Boltzmann machine's dreams, a generator's work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.headless.documents import opened
from app.headless.dreams import NOISE, write_dreams, write_inventions
from app.headless.say import command, result, say
from nodes.document import Document
from nodes.inventions import generates
from nodes.training import trained
from nodes.writer import Writer, alphabet
from runtime.atomic import require_writable, write
from runtime.engines import engine as make_engine
from runtime.errors import FileError, TrainingError

#: A text of this suffix is written into a file.
TEXT = ".txt"


@dataclass(frozen=True)
class Options:
    file: Path
    output: Path | None = None
    prompt: str = ""
    length: int = 500
    temperature: float = 1.0
    count: int = 16
    steps: int = 1000
    start: str = NOISE
    seed: int = 0
    engine: str = "onnxruntime"


def sample(options: Options) -> None:
    """A text on stdout or into a file, of a network that reads texts; else the dreams of its Boltzmann machine, or what comes
    of random numbers."""
    document = opened(options.file).document
    if alphabet(document):
        _text(document, options)
        return
    dreaming = any(node.type == "RBM" for node in document.nodes.values())
    if not dreaming and not generates(document):
        raise TrainingError(
            f"{options.file.name} makes nothing up: add an RBM, a Noise layer or a GaussianSample, or let it learn a text's "
            f"next character (see {command('new', 'rbm')}, {command('new', 'gan')} and {command('new', 'charrnn-small')})."
        )
    if options.output is None:
        raise FileError("Samples go into a file: give -o a name that ends in .png for pictures, or in .npy for numbers.")
    at = (document, options.file.name, options.output, options.count)
    if dreaming:
        write_dreams(*at, options.steps, options.seed, options.engine, options.start)
    else:
        write_inventions(*at, options.seed, options.engine)


def _text(document: Document, options: Options) -> None:
    output = options.output
    if output is not None and output.suffix.lower() != TEXT:
        raise FileError(f"{output} is no name for a text: end it in {TEXT}, or leave -o out to see it here.")
    if output is not None:
        require_writable(output)
    writer = Writer(document, make_engine(options.engine, "cpu", threads=1))
    if not trained(document):
        say(f"{options.file.name} was never trained: this is what its first, random weights write.")
    text = options.prompt + "".join(writer.write(options.length, options.prompt, options.temperature, options.seed))
    if output is None:
        result(text)
    else:
        write(output, text.encode())
