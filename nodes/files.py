"""Document <-> .onnx: what is saved is a valid model that plain ONNX Runtime runs, and that reopens without loss.

The inference graph carries the weights as initializers; one model-level metadata value holds the whole document; from the
first training on, `training_info` holds the training step with the optimizer's state (see DESIGN.md, «The document in the
file»). What has no place in the graph (an unfinished part) is in the document all the same. Beyond a limit the numbers lie in
a second file (`runtime.model_file`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import onnx
from onnx import helper, numpy_helper

from nodes import untrusted
from nodes.build import build
from nodes.document import Document, Training, frozen
from nodes.document_json import from_json as from_json
from nodes.document_json import to_json
from nodes.plan import initial_weights, plan
from nodes.training_info import PARAMETER, keep_leftovers, read_state, training_info
from runtime.atomic import Stamp, stamp
from runtime.errors import FileError, NetwrightError, TrainingError
from runtime.external_data import embed
from runtime.graph import Array, Graph, prune
from runtime.memory import in_words, physical
from runtime.model_file import Arrays, write_model
from runtime.onnx_model import PRODUCER, to_model

DOCUMENT = "pkg.netwright.document"
GRAPH_HASH = "pkg.netwright.graph"
#: Bytes of one weight; bytes of memory that are taken for granted where nobody tells.
WIDTH, MEMORY = 4, 2**32
#: In an exported training step: which output replaces which input.
STATE = "pkg.netwright.state"

document_json = to_json


@dataclass(frozen=True)
class Opened:
    """A document from a file, what must be said about it, and how the file looked when it was read."""

    document: Document
    notices: tuple[str, ...] = ()
    stamp: Stamp | None = None


class ChangedMeanwhile(FileError):
    """Another program has changed the file since it was last read or written."""


# -- saving --------------------------------------------------------------------------------------------------------------
def save(
    document: Document, path: Path | str, expect: Stamp | None = None, limit: int | None = None
) -> Stamp | None:
    """Write `document` as an ONNX model, whole or not at all, beyond `limit` bytes of weights and optimizer state in two files
    (None: `runtime.model_file.LIMIT`). Raises `FileError`.

    With `expect` (the stamp of the last reading or writing) a file that another program has changed since is left alone.
    """
    path = Path(path)
    if expect is not None and stamp(path) not in (None, expect):
        raise ChangedMeanwhile(f"{path.name} was changed by another program meanwhile: save under another name.")
    return write_model(path, *_model(document), limit)


def without_weights(document: Document) -> str:
    """Why `save` writes the drawing without all of its weights, in a sentence; empty where it writes them."""
    size = _undrawn(document, build(document, "inference").graph)
    if size <= _room():
        return ""
    return (
        f"The weights that were never trained take {in_words(size)}, more than half of this machine's memory: the file has the "
        "drawing, and not these weights."
    )


def _undrawn(document: Document, graph: Graph) -> int:
    """Bytes of the weights that exist only as a recipe so far."""
    return sum(p.size for p in graph.parameters.values() if p.key not in document.weights) * WIDTH


def _room() -> int:
    return (physical() or MEMORY) // 2


def to_onnx(document: Document) -> onnx.ModelProto:
    """The model that `save` writes, with all numbers in it."""
    model, kept = _model(document)
    kept.embed(model)
    return model


def _model(document: Document) -> tuple[onnx.ModelProto, Arrays]:
    """The model, and apart from it the numbers of its larger tensors."""
    graph, kept = inference_graph(document), Arrays()
    fits = _undrawn(document, graph) <= _room()
    graph = graph if fits else _placeholder(document)
    model = to_model(graph, initial_weights(document, graph), name=_name(document), tensor=kept.tensor)
    placed = _tag(model, graph, document)
    if document.training.progress or document.weights:
        model.training_info.append(_training_info(document, graph, placed, kept, fits))
    helper.set_model_props(model, {DOCUMENT: to_json(document), GRAPH_HASH: graph_hash(model)})
    return model, kept


def inference_graph(document: Document) -> Graph:
    """The graph that inference runs; a single Identity where nothing can be built (ONNX Runtime refuses an empty graph)."""
    graph = build(document, "inference").graph
    produced = {name for op in graph.ops for name in op.outputs}
    if not graph.outputs or any(v.name not in produced for v in graph.outputs):
        return _placeholder(document)
    prune(graph)
    return graph


def _placeholder(document: Document) -> Graph:
    graph = Graph(_name(document))
    graph.output(graph.Identity(graph.input("nothing", graph.dtype, (1,)), name="nothing_yet"))
    return graph


def _training_info(
    document: Document, graph: Graph, placed: set[str], kept: Arrays, fits: bool
) -> onnx.TrainingInfoProto:
    """The training step; a trained network under reconstruction has none, and its state is kept all the same."""
    try:
        if not fits:
            raise TrainingError("There is no room for its weights.")
        info = training_info(plan(document), set(graph.parameters), kept)
    except NetwrightError:
        info = onnx.TrainingInfoProto(algorithm=onnx.GraphProto(name="training"))
    keep_leftovers(info, document, placed, kept)
    return info


def _tag(model: onnx.ModelProto, graph: Graph, document: Document) -> set[str]:
    """Mark the initializers that are the document's own weights (others are first numbers, drawn anew at any time)."""
    placed = set()
    for tensor in model.graph.initializer:
        key = graph.parameters[tensor.name].key if tensor.name in graph.parameters else ""
        if key in document.weights and document.weights[key].shape == tuple(tensor.dims):
            tensor.metadata_props.append(onnx.StringStringEntryProto(key=PARAMETER, value=key))
            placed.add(key)
    return placed


def _name(document: Document) -> str:
    return document.title.strip() or "Untitled"


def graph_hash(model: onnx.ModelProto) -> str:
    """A hash of the inference graph's structure: operators, names, shapes of weights; not their numbers."""
    digest = hashlib.sha256()
    for node in model.graph.node:
        bare = onnx.NodeProto(op_type=node.op_type, input=node.input, output=node.output, domain=node.domain)
        bare.attribute.extend(sorted(node.attribute, key=lambda a: a.name))
        digest.update(bare.SerializeToString(deterministic=True))
    for tensor in sorted(model.graph.initializer, key=lambda t: t.name):
        digest.update(f"{tensor.name}{list(tensor.dims)}{tensor.data_type}".encode())
    return digest.hexdigest()


# -- opening -------------------------------------------------------------------------------------------------------------
def load(path: Path | str) -> Document:
    """The document in a file. Raises `FileError` in words."""
    return open_file(path).document


def open_file(path: Path | str) -> Opened:
    """The document in a file, with notices. Raises `FileError`: unreadable, damaged, foreign, or newer than this program."""
    path = Path(path)
    before = stamp(path)
    model = untrusted.read_model(path)
    props = {p.key: p.value for p in model.metadata_props}
    if DOCUMENT not in props:
        raise FileError(_foreign(path.name, model, props))
    document = from_json(props[DOCUMENT], path.name)
    embed(model, path)
    document = _with_arrays(document, model, path)
    notices = _notices(path, model, props)
    return Opened(document, notices, before)


def _foreign(name: str, model: onnx.ModelProto, props: dict[str, str]) -> str:
    """What a model without a document is, and the way out."""
    if model.producer_name == PRODUCER:
        kind = "training step" if STATE in props else "finished model"
        return f"{name} is a {kind} that Netwright exported, without its drawing: open the file it was exported from."
    made = f"an ONNX model that another program made ({model.producer_name or 'unnamed'})"
    return f"{name} is {made}, and Netwright opens what it saved itself: draw the network, or begin with a template."


def _with_arrays(document: Document, model: onnx.ModelProto, path: Path) -> Document:
    weights = {}
    for tensor in [*model.graph.initializer, *(t for i in model.training_info for t in i.algorithm.initializer)]:
        key = next((p.value for p in tensor.metadata_props if p.key == PARAMETER), "")
        if key:
            weights[key] = _numbers(tensor, path)
    slots, best = ({k: frozen(v) for k, v in arrays.items()} for arrays in read_state(model))
    return replace(document, weights=weights, training=Training(slots, document.training.progress, best))


def _numbers(tensor: onnx.TensorProto, path: Path) -> Array:
    array = numpy_helper.to_array(tensor)
    if array.dtype.kind not in "fiu":
        what = f"the weights ‘{tensor.name}’ are no numbers"
        raise FileError(f"The network in {path.name} is damaged: {what}; open an older copy.")
    return frozen(array)


def _notices(path: Path, model: onnx.ModelProto, props: dict[str, str]) -> tuple[str, ...]:
    if props.get(GRAPH_HASH) == graph_hash(model):
        return ()
    return (
        f"The graph in {path.name} was changed by another program since it was saved: shown is the drawing inside it, with "
        "every weight that still fits.",
    )


