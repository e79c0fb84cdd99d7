"""The command line: one click command each, thin; what they do is in `app.headless`, imported when it is called.

Nothing here imports Qt, onnxruntime or even NumPy at start, so that ``--help`` answers at once. Exit codes: 0 done, 1 the
user's file, data or network has a problem (one sentence on stderr), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from errno import EDQUOT, EIO, ENOSPC
from pathlib import Path
from typing import Any, NoReturn

import click

from app import streams
from app.arguments import JSON, File, Known, Number, Whole
from app.data_commands import data

FILE = click.argument("file", type=File())
DATA = click.option(
    "--data", metavar="NAME|PATH", help="Another dataset: a name with options, a folder of pictures, a .txt or an .npz file."
)  # fmt: skip
ENGINE = click.option("--engine", type=Known("engine", ["onnxruntime", "numpy"]), default="onnxruntime", show_default=True)


@click.group(
    invoke_without_command=True, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="netwright")
@click.pass_context
def cli(context: click.Context) -> None:
    """Draw a network. Watch it learn. Ship it as ONNX.

    Without a command the window opens.
    """
    if context.invoked_subcommand is None:
        _window(None)


cli.add_command(data)


@cli.command("open")
@FILE
def open_(file: Path) -> None:
    """Open FILE in the window."""
    _window(file)


@cli.command()
@JSON
def templates(as_json: bool) -> None:
    """List the templates that `new` knows."""
    from app.headless.describe import templates

    templates(as_json)


@cli.command()
@click.argument("template")
@click.option("-o", "--output", type=File(), help="The file to write; TEMPLATE.onnx by default.")
def new(template: str, output: Path | None) -> None:
    """Write a new network from TEMPLATE."""
    from app.headless.describe import new

    new(template, output)


@cli.command()
@FILE
@DATA
@click.option("--epochs", type=Whole(1, 1_000_000), help="Train this many epochs more, wherever that ends.")
@click.option("--stage", metavar="N|NAME", help="The stage that options change; if left out, the one where training stands.")
@click.option("--batch-size", type=Whole(0, 1_000_000), help="Samples a step; 0 takes all at once.")
@click.option("--optimizer", help="SGD, Momentum, Adam … (? lists them all).")
@click.option("--learning-rate", type=Number(), help="The base of the learning-rate schedule.")
@click.option("--schedule", help="How the rate changes: constant, stairstep, cosine … (? lists them all).")
@click.option("--rule", help="The learning rule: backpropagation, perceptron … (? lists them all).")
@click.option("--warm-up", type=Number(), metavar="EPOCHS", help="The rate rises to the schedule's first; 0: none.")
@click.option("--weight-decay", type=Number(), help="Pulls weights toward zero (L2); 0: none.")
@click.option("--weight-decay-l1", type=Number(), help="Pulls weights to zero (L1); with L2 it is the elastic net. 0: none.")
@click.option("--clip-norm", type=Number(), help="Longer gradients are shortened to this; 0: never.")
@click.option("--clip-value", type=Number(), help="Each number of a gradient is cut at plus and minus this; 0: never.")
@click.option("--early-stop", type=Whole(0, 1_000_000), metavar="EPOCHS", help="Stop after so many without a gain; 0: never.")
@click.option("--set", "settings", multiple=True, metavar="NAME=X", help="A setting of optimizer, rule, schedule: momentum=0.5")
@click.option("--seed", type=Whole(0), help="Seed of weights, shuffles, validation split and dropout.")
@click.option("--freeze", multiple=True, metavar="LAYER", help="Keep this layer's weights as they are; may be repeated.")
@click.option("--unfreeze", multiple=True, metavar="LAYER", help="Let this layer learn again; may be repeated.")
@click.option("--restart", is_flag=True, help="Forget what was learnt and begin anew.")
@ENGINE
@click.option("--provider", type=Known("provider", ["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--exact", is_flag=True, help="Run the step operator by operator as it is saved: slower, equal bit for bit.")
@click.option("--events", type=Known("form of events", ["jsonl"]), help="Print every event as a line of JSON on stdout.")
@click.option("-o", "--output", type=File(), help="Write there instead of replacing FILE.")
def train(**options: Any) -> None:
    """Train FILE by its recipe, all of its stages, to the recipe's end.

    Options other than --epochs change the recipe in the file. Ctrl+C saves what is trained.
    """
    from app.headless.train import Options, train

    sys.exit(train(Options(**options)))


@cli.command()
@FILE
@DATA
@click.option("--split", type=Known("split", ["train", "validation", "test"]), default="test", show_default=True)
@ENGINE
@JSON
def evaluate(file: Path, data: str | None, split: str, engine: str, as_json: bool) -> None:
    """Measure loss and accuracy of FILE on a split of its data."""
    from app.headless.evaluate import evaluate

    evaluate(file, data, split, engine, as_json)


@cli.command()
@FILE
@click.option("--input", "input_", required=True, type=File(), help=".npy, .npz, .csv, .png or .jpg")
@ENGINE
@JSON
def predict(file: Path, input_: Path, engine: str, as_json: bool) -> None:
    """Run FILE, a document or an exported model, on samples of your own."""
    from app.headless.predict import predict

    predict(file, input_, engine, as_json)


@cli.command()
@FILE
@click.option("--prompt", default="", help="A text: what the text begins with.")
@click.option("--length", type=Whole(1, 10_000_000), default=500, show_default=True, help="A text: how many characters.")
@click.option(
    "--temperature", type=Number(0, 100), default=1.0, show_default=True,
    help="A text: below 1 likelier characters, above 1 bolder ones; 0 takes the likeliest.",
)
@click.option("--count", type=Whole(1, 10_000), default=16, show_default=True, help="Pictures or numbers: how many.")
@click.option("--steps", type=Whole(1, 1_000_000), default=1000, show_default=True, help="Dreams: steps of Gibbs sampling.")
@click.option(
    "--start", type=Known("start", ["noise", "data"]), default="noise", show_default=True,
    help="Dreams: whether they begin at noise, or at held-out samples; few steps do then.",
)
@click.option("--seed", type=Whole(0), default=0, show_default=True, help="Draws the characters; the noise and the steps.")
@ENGINE
@click.option("-o", "--output", type=File(), help="A text: .txt, stdout by default. Else .png (pictures) or .npy (numbers).")
def sample(**options: Any) -> None:
    """Write what FILE makes up by itself: a text, what its Boltzmann machine (RBM) dreams, or what comes of random numbers.

    A network that reads characters and learns the next one writes on from the prompt, one character at a time.

    Of several RBMs on top of each other the last one dreams, and those below it turn its dreams into what they see. From
    noise, a machine that was trained with persistent chains (a setting of contrastive divergence) dreams best.

    A network with a Noise layer (a GAN) or a GaussianSample (a variational autoencoder) is fed numbers from N(0, 1) there.
    In a .png, numbers are cut at 0 (black) and 1 (white).
    """
    from app.headless.sample import Options, sample

    sample(Options(**options))


COLUMNS = [
    "layer", "type", "output", "parameters", "multiply-adds", "computation", "space", "sees", "activations", "training"
]  # fmt: skip


@cli.command()
@FILE
@click.option("--sort", metavar="COLUMN", type=Known("column", COLUMNS), help="By this column, the largest first.")
@JSON
def summary(file: Path, sort: str | None, as_json: bool) -> None:
    """List the layers of FILE with shapes, parameters and what they cost.

    Computation and space are a layer's shares of all multiply-adds and parameters; what a layer sees is its receptive field.
    A narrow terminal shows fewer columns; --json has them all.
    """
    from app.headless.describe import summary

    summary(file, as_json, sort)


@cli.command()
@FILE
@DATA
@click.option("--repair", is_flag=True, help="Do what is offered for every error, and save it.")
@click.option("--all", "everything", is_flag=True, help="Advice too that was silenced for this network.")
@JSON
def check(file: Path, data: str | None, repair: bool, everything: bool, as_json: bool) -> None:
    """Say what is wrong with FILE, and what to do."""
    from app.headless.check import check

    sys.exit(check(file, data, repair, everything, as_json))


@cli.command()
@FILE
@click.option("--to", "target", required=True, help="onnx: the finished model. step: the training step.")
@click.option("-o", "--output", required=True, type=File())
def export(file: Path, target: str, output: Path) -> None:
    """Write FILE in another form."""
    from app.headless.describe import export

    export(file, target, output)


@cli.command()
def keys() -> None:
    """Print every command of the window with its keys."""
    from app.folders import config_folder
    from app.headless.say import result, say
    from app.keymap import keys_text, read

    keymap, trouble = read(config_folder() / "keys.json")
    if trouble:
        say(trouble)
    result(keys_text(keymap))


@cli.command()
@FILE
@click.option("-o", "--output", required=True, type=File(), help="The file to write; it ends in .svg, .png or .pdf.")
@click.option("--dark", is_flag=True, help="The dark look; light by default.")
@click.option("--transparent", is_flag=True, help="No background.")
@click.option("--select", "names", multiple=True, metavar="NAME", help="Only the layer of this name; may be repeated.")
@click.option("--scale", type=Number(0.1, 10), default=2.0, show_default=True, help="A .png's pixels for one of the window's.")
def picture(file: Path, output: Path, dark: bool, transparent: bool, names: tuple[str, ...], scale: float) -> None:
    """Draw the network in FILE as a picture for a report."""
    from app.headless.picture import picture

    picture(file, output, dark, transparent, names, scale)


INPUTS = click.option("--inputs", type=File(), help=".npz with the inputs by name, and ‘target’.")
LOSS = click.option("--loss", type=click.Choice(["mean-squared", "cross-entropy"]), default="mean-squared", show_default=True)


@cli.command()
@FILE
@click.option("--inputs", required=True, type=File(), help=".npz with the inputs by name, and ‘target’.")
@LOSS
@click.option("-o", "--output", required=True, type=File(), help="The .npz file to write.")
def gradients(file: Path, inputs: Path, loss: str, output: Path) -> None:
    """Write the gradient of a loss by every weight of FILE, any ONNX model.

    The loss is that of the first output: the mean over all its elements of the squared difference, or the mean over the
    batch of the cross-entropy with class numbers or one-hot rows (of a single output: with 0 and 1).
    """
    from app.headless.gradients import gradients

    gradients(file, inputs, loss, output)


@cli.command()
@FILE
@INPUTS
@LOSS
@JSON
def gradcheck(file: Path, inputs: Path | None, loss: str, as_json: bool) -> None:
    """Compare the gradients of FILE, any ONNX model, with finite differences in float64.

    Prints the worst weight. Without --inputs, inputs and target are drawn.
    """
    from app.headless.gradients import gradcheck

    sys.exit(gradcheck(file, inputs, loss, as_json))


@cli.command()
@click.option("--epochs", type=Whole(1, 1000), help="Epochs; the recipe's ten by default.")
@click.option("-o", "--output", type=File(), help="A folder; ~/Netwright by default.")
def demo(epochs: int | None, output: Path | None) -> None:
    """Train the starter network on the built-in digits, without a window."""
    from app.headless.demo import demo

    sys.exit(demo(epochs, output))


def _window(file: Path | None) -> None:
    from importlib import import_module

    from app import screen
    from app.garbage import look_rarely

    if why := screen.obstacle():
        _fail(why)
    try:
        look_rarely()
        start = import_module("app.main").run
    except ImportError as error:
        if "cannot open shared object file" not in str(error):
            raise
        _fail(screen.lacking(str(error)))
    sys.exit(start(str(file) if file else None))


def _fail(sentence: str, code: int = 1) -> NoReturn:
    with suppress(OSError):  # stderr may be full
        click.echo(sentence, err=True)
    sys.exit(code)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. A problem of the user's is one sentence; a fault of ours is one too, with the log's place."""
    streams.steady()
    _refuse_shadows()
    try:
        _run(arguments)
    finally:
        if (error := streams.flushed()) and not isinstance(error, BrokenPipeError):
            _explain(error)


def _run(arguments: list[str] | None) -> None:
    try:
        cli.main(arguments, prog_name="netwright", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("Interrupted.", 130)
    except BrokenPipeError:
        _leave_quietly()
    except Exception as error:
        _explain(error)


def _refuse_shadows() -> None:
    """Our packages have plain names: stop with a sentence if another program's would be imported in their place."""
    from importlib.util import find_spec

    home = Path(__file__).resolve().parents[1]
    for name in ("exporters", "nodes", "resources", "runtime"):
        spec = find_spec(name)
        if spec is None or not spec.origin:
            _fail(f"Netwright's package ‘{name}’ is missing from {home}: install Netwright again.")
        if Path(spec.origin).resolve().parents[1] != home:
            foreign = Path(spec.origin).parent
            _fail(f"{foreign} stands in the way of Netwright's own package ‘{name}’: start from another folder.")


def _leave_quietly() -> NoReturn:
    """Whoever read our output has gone; do not complain about the rest at exit."""
    streams.abandon()
    sys.exit(1)


def _explain(error: Exception) -> NoReturn:
    from runtime.errors import NetwrightError

    if isinstance(error, NetwrightError):
        _fail(str(error))
    if isinstance(error, MemoryError):
        _fail("There is not enough memory for this network: make it smaller, or its batches.")
    if isinstance(error, OSError) and error.filename is None and error.errno in (ENOSPC, EDQUOT, EIO):
        from runtime.atomic import words

        _fail(f"The output could not be written: {words(error)}.")  # by click, or at the end
    from app.headless.log import record

    _fail(f"Netwright stumbled over a fault of its own ({type(error).__name__}): the details are in {record(error)}.")
