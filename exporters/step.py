"""The training step: forward, loss, backward and update as one model of plain ai.onnx operators."""

from __future__ import annotations

import json
from pathlib import Path

from onnx import helper

from exporters import exporter
from nodes.document import Document
from nodes.files import STATE
from nodes.plan import initial_weights, plan
from nodes.training_info import slot_arrays
from runtime.model_file import Arrays, write_model
from runtime.onnx_model import to_model


@exporter("step", "Training step", ".onnx", "One step of training: carried state goes in and comes out, with the loss.")
def step(document: Document, path: Path) -> None:
    """Inputs: sample, label, learning_rate, step, and the carried state (its present numbers are defaults). Outputs: the loss,
    the prediction, the new state. The metadata value ``pkg.netwright.state`` maps each state input to its output.
    (ONNX Runtime warns once of every input that has a default. They are there to be given: that is what carrying means.)
    """
    ready = plan(document)
    made = ready.step
    kept = Arrays()
    arrays = {**initial_weights(document, made.graph), **slot_arrays(ready)}
    inputs = [*made.data, made.rate, made.step, *made.state]
    model = to_model(made.graph, arrays, inputs=inputs, name=document.title or "training step", tensor=kept.tensor)
    helper.set_model_props(model, {STATE: json.dumps(dict(made.state))})
    write_model(path, model, kept)
