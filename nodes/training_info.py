"""The training step in the standard's own place: TrainingInfoProto, with the optimizer's state, and its validation.

`algorithm` holds the whole step, its training-mode forward included. It shares the weights' initializers with the inference
graph by name; everything else in it is named ``training.…``, so that names are unique over both graphs. `update_binding`
says which output replaces which initializer. No checker looks in here, so `validate` does.

Of a recipe with several stages the file holds the step of the one in which training stands: updates of a stage are one step,
and the steps of other stages hold nothing that the document does not say, since every stage begins with new optimizer state.
Weights that this step does not need (another stage's decoder) are kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import numpy_helper

from nodes.document import Document
from nodes.plan import Plan, initial_weights
from runtime.errors import FileError
from runtime.graph import Array
from runtime.model_file import Arrays
from runtime.onnx_model import to_model

PREFIX = "training."
SLOT = "pkg.netwright.slot"
PARAMETER = "pkg.netwright.parameter"
BEST = "pkg.netwright.best"


def training_info(plan: Plan, shared: set[str], kept: Arrays) -> onnx.TrainingInfoProto:
    """The step of `plan`; initializers named in `shared` are the inference graph's, the others' numbers go to `kept`."""
    step = plan.step
    weights = initial_weights(plan.document, step.graph)
    needed = {*step.held, *step.state}
    arrays = {**{n: weights[n] for n in step.graph.parameters if n in needed}, **slot_arrays(plan)}
    model = to_model(step.graph, arrays, inputs=[*step.data, step.rate, step.step], name="training", tensor=kept.tensor)
    keep = {*arrays}
    _rename(model.graph, keep)
    del model.graph.value_info[:]
    _drop_shared(model.graph, shared)
    for tensor in model.graph.initializer:
        kind, key = _tag(plan, tensor.name)
        numbers = (plan.document.training.slots if kind == SLOT else plan.document.weights).get(key)
        if numbers is not None and numbers.shape == tuple(tensor.dims):
            tensor.metadata_props.append(onnx.StringStringEntryProto(key=kind, value=key))
    info = onnx.TrainingInfoProto(algorithm=model.graph)
    for name, output in step.state.items():
        info.update_binding.add(key=name, value=PREFIX + output)
    return info


def keep_leftovers(info: onnx.TrainingInfoProto, document: Document, placed: set[str], kept: Arrays) -> None:
    """Weights and optimizer state for which neither graph has a place at present, and the best epoch's weights, as
    initializers nobody reads."""
    tags = {p.value for t in info.algorithm.initializer for p in t.metadata_props if p.key in (SLOT, PARAMETER)}
    weights = ((PARAMETER, k, a) for k, a in document.weights.items() if k not in placed | tags)
    slots = ((SLOT, k, a) for k, a in document.training.slots.items() if k not in tags)
    best = ((BEST, k, a) for k, a in document.training.best.items())
    for kind, key, array in (*weights, *slots, *best):
        tensor = kept.tensor(array, f"{PREFIX}{'best' if kind == BEST else 'kept'}.{key}")
        tensor.metadata_props.append(onnx.StringStringEntryProto(key=kind, value=key))
        info.algorithm.initializer.append(tensor)


def slot_arrays(plan: Plan) -> dict[str, Array]:
    """The optimizer's state by input name: the document's, else zeros."""
    saved = plan.document.training.slots
    result = {}
    for name, slot in plan.step.slots.items():
        kept = saved.get(_slot_key(plan, name))
        fits = kept is not None and kept.shape == slot.shape
        result[name] = kept if fits and kept is not None else np.zeros(slot.shape, plan.step.graph.dtype)
    return result


def _slot_key(plan: Plan, name: str) -> str:
    """``n3/weight:m``: an optimizer's tensor by the identity of the parameter it belongs to."""
    slot = plan.step.slots[name]
    return f"{plan.step.graph.parameters[slot.parameter].key}:{slot.name}"


def _tag(plan: Plan, name: str) -> tuple[str, str]:
    """What the document calls a tensor of the step: whether a slot or a parameter, and its key."""
    if name in plan.step.slots:
        return SLOT, _slot_key(plan, name)
    parameters = plan.step.graph.parameters
    return PARAMETER, parameters[name].key if name in parameters else ""


def slot_keys(plan: Plan) -> dict[str, str]:
    """Input name of each optimizer tensor to its key in the document."""
    return {name: _slot_key(plan, name) for name in plan.step.slots}


def _rename(graph: onnx.GraphProto, keep: set[str]) -> None:
    """Prefix every name that is not shared state."""

    def new(name: str) -> str:
        return name if not name or name in keep else PREFIX + name

    for node in graph.node:
        node.input[:] = [new(n) for n in node.input]
        node.output[:] = [new(n) for n in node.output]
        node.name = new(node.name)
    for item in [*graph.input, *graph.output, *graph.initializer]:
        item.name = new(item.name)


def _drop_shared(graph: onnx.GraphProto, shared: set[str]) -> None:
    own = [t for t in graph.initializer if t.name not in shared]
    del graph.initializer[:]
    graph.initializer.extend(own)


def read_state(model: onnx.ModelProto) -> tuple[dict[str, Array], dict[str, Array]]:
    """The optimizer's state in a file, and the best epoch's weights, by their keys in the document. Raises `FileError` for
    a step that cannot be right."""
    found: dict[str, dict[str, Array]] = {SLOT: {}, BEST: {}}
    for info in model.training_info:
        validate(info, model)
        for tensor in info.algorithm.initializer:
            for tag in tensor.metadata_props:
                if tag.key in found:
                    found[tag.key][tag.value] = numpy_helper.to_array(tensor)
    return found[SLOT], found[BEST]


def validate(info: onnx.TrainingInfoProto, model: onnx.ModelProto) -> None:
    """Names unique over both graphs, every operator's inputs known before it, every binding from a real output to a real
    initializer. Raises `FileError`."""
    for sentence in _faults(info, model):
        raise FileError(f"The training step in the file is damaged: {sentence}. Open an older copy.")


def _faults(info: onnx.TrainingInfoProto, model: onnx.ModelProto) -> Iterator[str]:
    own = {t.name for t in info.algorithm.initializer}
    shared = {t.name for t in model.graph.initializer}
    taken = {n for node in model.graph.node for n in node.output} | {i.name for i in model.graph.input}
    known = own | shared | {i.name for i in info.algorithm.input} | {""}
    yield from (f"‘{n}’ is a name of both graphs" for n in sorted(own & (shared | taken)))
    for node in info.algorithm.node:
        yield from (f"{node.op_type} reads ‘{n}’, which nothing gives" for n in node.input if n not in known)
        yield from (f"‘{n}’ is written twice" for n in node.output if n in known or n in taken)
        known.update(node.output)
    for binding in info.update_binding:
        if binding.key not in own | shared or binding.value not in known:
            yield f"the update of ‘{binding.key}’ leads nowhere"
