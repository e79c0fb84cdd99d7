"""The finished model: operators and weights alone, for any ONNX runtime."""

from __future__ import annotations

from pathlib import Path

from exporters import exporter
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.files import inference_graph
from nodes.plan import initial_weights
from runtime.errors import NetwrightError
from runtime.model_file import Arrays, write_model
from runtime.onnx_model import to_model


@exporter("onnx", "Finished model", ".onnx", "What the network has become, without its drawing and recipe.")
def inference(document: Document, path: Path) -> None:
    """Of a very large network the weights lie beside it, in a second file (`runtime.model_file`). Raises `NetwrightError` with
    the first error in what leads to the output."""
    needed = {p.node for p in check(document).errors} & set(build(document, "inference").nodes)
    first = next((p for p in check(document).errors if p.node in needed), None)
    if first is not None:
        raise NetwrightError(first.sentence)
    if not build(document, "inference").outputs:
        raise NetwrightError("There is nothing to export: add data and a layer behind it.")
    graph, kept = inference_graph(document), Arrays()
    name = document.title or "network"
    write_model(path, to_model(graph, initial_weights(document, graph), name=name, tensor=kept.tensor), kept)
