"""What a teacher says of sizes: filters larger than their picture, pictures pooled away, bottlenecks, channels last."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import prod

from nodes import edits
from nodes.build import Built, Loss, place
from nodes.channels import channel_axis
from nodes.convolution import Convolution
from nodes.document import Document, Node
from nodes.layer import MAPS, kind_of, sample_shape
from nodes.layers.conv_transpose2d import ConvTranspose2D
from nodes.pool import Pool
from nodes.problems import Problem, Repair
from nodes.repairs import put_on
from nodes.rule import rule
from nodes.walk import before, layer_of, of_type
from nodes.windows import Sizes, places
from runtime.graph import Value

#: Channels of pictures: grey, colours, colours with opacity.
PICTURES = (1, 3, 4)


def _windows(built: Built) -> Iterator[tuple[str, Convolution | Pool, Value, Sizes]]:
    """Every layer that slides a window over maps and makes them no larger: its id, its input and that one's sides."""
    for id, info in built.nodes.items():
        x, layer = info.inputs.get("x"), info.layer
        if not isinstance(layer, Convolution | Pool) or isinstance(layer, ConvTranspose2D) or not isinstance(x, Value):
            continue
        if info.outputs and all(isinstance(d, int) for d in x.shape[1:]):
            yield id, layer, x, places(x)


@rule("filters larger than the picture", page="Conv2D")
def beyond_the_picture(document: Document, built: Built) -> Iterator[Problem]:
    """Taps that no position of the filter brings over the picture. (Without padding it is an error, which build tells.)"""
    for id, layer, x, sides in _windows(built):
        span = layer.sliding.span
        if prod(sides) == 1 or all(s <= 2 * n - 1 for s, n in zip(span, sides, strict=True)):
            continue
        node, size = document.nodes[id], "×".join(map(str, span))
        what = (
            f"its window spans {size} and its input is {sample_shape(x)}: the outer part of it only ever meets padding and "
            "learns nothing. Make the kernel smaller, or put it before the pooling."
        )
        least = tuple(min(k, n - 1 + n % 2) for k, n in zip(layer.kernel_size, sides, strict=True))
        fix = Repair(f"Make the kernel {'×'.join(map(str, least))}", partial(_smaller, id=id, kernel=least))
        yield Problem(id, place(node), what, "advice", (fix,))


def _smaller(document: Document, id: str, kernel: Sizes) -> Document:
    """A kernel that lies close together."""
    settings = document.node(id).settings
    document = edits.set_setting(document, id, "kernel_size", kernel)
    return edits.set_setting(document, id, "dilation", (1,) * len(kernel)) if "dilation" in settings else document


@rule("pictures pooled away", page="MaxPool2D")
def pooled_away(document: Document, built: Built) -> Iterator[Problem]:
    """A window of several places on maps of one: something before it has pooled away all there was to see."""
    for id, layer, x, sides in _windows(built):
        if prod(sides) > 1 or prod(layer.kernel_size) == 1:
            continue
        culprit = _last_to_shrink(document, built, id)
        if not culprit:
            continue
        node, by = document.nodes[id], document.nodes[culprit]
        pool = isinstance(layer_of(built, culprit), Pool)
        fixes = (Repair(f"Take {by.name or by.type} out", partial(edits.dissolve, id=culprit)),) if pool else ()
        what = (
            f"its input is {sample_shape(x)}, a single place, since {place(by)} took the last ones away: there is nothing left "
            "to look for. Pool less before it."
        )
        yield Problem(id, place(node), what, "advice", fixes)


def _last_to_shrink(document: Document, built: Built, id: str) -> str:
    """The layer before `id` that turned several places into one; empty if there never were several."""
    shrinking = {i for i, _, _, sides in _windows(built) if prod(sides) > 1}
    while id:
        id = before(document, id)
        if id in shrinking:
            return id
    return ""


@rule("a bottleneck before the classes", page="Dense")
def bottleneck(document: Document, built: Built) -> Iterator[Problem]:
    """A Dense narrower than the classes that everything must pass. An autoencoder's is meant: it has no classes."""
    for loss in (loss for loss in built.losses if loss.decision == "argmax"):
        classes = loss.prediction.shape[channel_axis(loss.prediction)]
        if not isinstance(classes, int):
            continue
        for node in of_type(document, "Dense"):
            units, given = _widths(built, node)
            if units < min(given, classes) and _everything_passes(document, node.id, loss):
                what = (
                    f"everything must pass its {units} number{'s' * (units != 1)}, and {classes} classes are to be told apart "
                    f"behind it: what is lost here no later layer finds again. Give it {2 * classes} units or more."
                )
                wider = partial(edits.set_setting, id=node.id, name="units", value=2 * classes)
                yield Problem(node.id, place(node), what, "advice", (Repair(f"Give it {2 * classes} units", wider),))


def _widths(built: Built, node: Node) -> tuple[int, int]:
    """How many numbers a Dense gives, and how many it is given; 0 while that is not known."""
    info = built.nodes.get(node.id)
    x = info.inputs.get("x") if info else None
    given = x.shape[-1] if isinstance(x, Value) else 0
    return getattr(info.layer, "units", 0) if info else 0, given if isinstance(given, int) else 0


def _everything_passes(document: Document, id: str, loss: Loss) -> bool:
    """Whether no way from the data to the prediction goes round the layer `id`."""
    todo = [w.source for w in document.wires_into[loss.node] if w.target_port == "prediction"]
    seen = {id}
    if id not in {n for source in todo for n in document.upstream(source)}:
        return False
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        if not document.wires_into[here]:
            return False
        todo += [w.source for w in document.wires_into[here]]
    return True


@rule("channels last", page="Permute")
def channels_last(document: Document, built: Built) -> Iterator[Problem]:
    """An Input of pictures with their channels behind: here they stand first."""
    for node in of_type(document, "Input"):
        value = built.nodes[node.id].output if node.id in built.nodes else None
        if value is None or kind_of(value) != MAPS:
            continue
        first, second, last = (d if isinstance(d, int) else 0 for d in value.shape[1:])
        wires = document.wires_out_of[node.id]
        if last in PICTURES and first not in PICTURES and second > 4 and wires and not _turned(document, node.id):
            what = (
                f"its shape {sample_shape(value)} reads as {first} maps of {second}×{last}, and looks like pictures whose "
                f"channels come last: here they come first, as {last}×{first}×{second}."
            )
            turn = partial(put_on, wire=wires[0], layers=(("Permute", {"order": (3, 1, 2)}),))
            fixes = (Repair("Insert Permute", turn, "Permute", f"{last}×{first}×{second}"),) if len(wires) == 1 else ()
            yield Problem(node.id, place(node), what, "advice", fixes)


def _turned(document: Document, id: str) -> bool:
    return any(document.nodes[w.target].type in ("Permute", "Reshape", "Flatten") for w in document.wires_out_of[id])
