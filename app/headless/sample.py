"""``netwright sample``: what a trained network makes up by itself: a text, or a Boltzmann machine's dreams."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.headless.documents import opened
from app.headless.dreams import write_dreams
from app.headless.say import command, result, say
from nodes.document import Document
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
    seed: int = 0
    engine: str = "onnxruntime"


def sample(options: Options) -> None:
    """A text on stdout or into a file, of a network that reads texts; else the dreams of its Boltzmann machine."""
    document = opened(options.file).document
    if alphabet(document):
        _text(document, options)
        return
    if not any(node.type == "RBM" for node in document.nodes.values()):
        raise TrainingError(
            f"{options.file.name} makes nothing up: add an RBM, or let a network learn a text's next character (see "
            f"{command('new', 'rbm')} and {command('new', 'charrnn-small')})."
        )
    if options.output is None:
        raise FileError("Dreams go into a file: give -o a name that ends in .png for pictures, or in .npy for numbers.")
    write_dreams(
        document, options.file.name, options.output, options.count, options.steps, options.seed, options.engine
    )


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
