"""``netwright evaluate``: how good a network is on a split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite, log
from pathlib import Path
from typing import Any

from app.headless.documents import opened, with_data
from app.headless.predict import RUINED
from app.headless.say import number, result, result_json, say
from nodes.build import Loss
from nodes.document import Document
from nodes.dreams import dreamers
from nodes.layers.cross_entropy import CrossEntropy
from nodes.likenesses import decoded
from nodes.plan import Plan, initial_weights, plan
from nodes.training import load_data, task, trained
from runtime.engines import engine as make_engine
from runtime.engines.protocol import Program
from runtime.graph import Graph
from runtime.metrics import Answers, Distances
from runtime.task import Samples, Task, asked, samples
from runtime.training_step import copied

#: Classes in a confusion matrix that is printed, at most; --json has every one.
MOST_COLUMNS = 30


def evaluate(file: Path, data: str | None, split: str, engine: str, as_json: bool) -> None:
    document = with_data(opened(file).document, data)
    if not trained(document):
        say(f"{file.name} was never trained: these are the numbers of its first, random weights.")
    found = measured(document, split, engine)
    if not isfinite(found["loss"]):
        say(f"{file.name} answers NaN or infinity, so it has no loss: {RUINED}")
    if as_json:
        result_json(found)
        return
    for line in _lines(found):
        result(line)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"loss      {number(found['loss'])}"
    for name, loss in (found["losses"] or {}).items():
        yield f"  {name}  {number(loss)}"
    if found["bits"] is not None:
        yield f"bits      {found['bits']:.4f} per character"
    for name, title in (("accuracy", "accuracy"), ("error", "error   "), ("top_5", "top 5   ")):
        if found[name] is not None:
            yield f"{title}  {found[name]:.2%}"
    for name, title in (("mae", "mean absolute error"), ("r2", "R²      ")):
        if found[name] is not None:
            yield f"{title}  {number(found[name])}"
    for name, energy in (found["free_energy"] or {}).items():
        yield f"free energy of {name}  {energy:.2f}"
    yield f"samples   {found['samples']:,} ({found['split']})"
    answers = sum(map(sum, found["confusion"] or ()))
    if answers > found["samples"]:
        yield f"answers   {answers:,}, {answers // found['samples']:,} a sample"
    if found["confusion"] and len(found["classes"]) <= MOST_COLUMNS:
        yield _table(found)


def measured(document: Document, split: str, engine_name: str = "onnxruntime") -> dict[str, Any]:
    """``loss``, ``samples``, ``split``, ``classes``, and what applies of the rest (else None): ``losses`` by name where
    there are several; ``accuracy``, ``error``, ``top_5``, ``confusion`` (rows: truth), ``precision`` and ``recall`` by
    class; ``bits`` per character of a text; ``mae`` and ``r2`` of a regression; ``free_energy``, its mean, by Boltzmann
    machine. Losses are per sample, where a loss layer sums too."""
    ready = plan(document, stage=-1)
    dataset = load_data(ready, document.recipe.seed)
    job = task(ready, dataset)
    classes = list(ready.dataset.classes)
    losses = [loss for loss in ready.evaluation.losses if loss.node not in ready.dark]
    names = {loss.value.name: document.nodes[loss.node].name for loss in losses}
    graph, judge = copied(job.evaluation), _judge(job, ready, len(classes))
    if isinstance(judge, Distances) and ready.evaluated.judged:
        job = replace(job, evaluation_output=decoded(graph, ready.evaluation, ready.evaluated.judged))
    energies = {d.free_energy(graph).name: d.name for d in dreamers(ready.evaluation, document) if d.path not in ready.dark}
    numbers = {job.reported.name: False, **dict.fromkeys(energies, False)}
    numbers |= {loss.value.name: loss.summed for loss in losses}
    graph = _cut(job, graph, numbers)
    program = make_engine(engine_name, "cpu").load(graph, initial_weights(document, graph))
    means, count = _walked(job, graph, program, samples(job, graph, getattr(dataset, split)), numbers, judge)
    none = dict.fromkeys(("accuracy", "error", "top_5", "confusion", "precision", "recall", "mae", "r2"))
    bits = means[job.reported.name] / log(2) if _tells_characters(document, ready, losses) else None
    by_name = {title: means[name] for name, title in names.items()} if len(names) > 1 else None
    return {
        "loss": means[job.reported.name], **none, **(judge.result() if judge else {}), "losses": by_name, "bits": bits,
        "free_energy": {title: means[name] for name, title in energies.items()} or None,
        "samples": count, "split": split, "classes": classes,
    }  # fmt: skip


def _tells_characters(document: Document, ready: Plan, losses: Sequence[Loss]) -> bool:
    """Whether the loss is the surprise, −ln p, at each character of a text."""
    if len(losses) != 1:
        return False
    layer = document.nodes[losses[0].node].layer()
    return isinstance(layer, CrossEntropy) and not layer.class_weights and ready.dataset.info.continues


def _cut(job: Task, graph: Graph, numbers: Iterable[str]) -> Graph:
    """What of `graph` is read of a part of the split; a target may be an input, which no program gives back."""
    values = (job.evaluation_output, job.evaluation_target, job.evaluation_mass)
    wanted = dict.fromkeys([*numbers, *(v.name for v in values if v)])
    made = {name for op in graph.ops for name in op.outputs}
    cut = asked(graph, [graph.values[name] for name in wanted if name in made])
    cut.inputs = [v for v in graph.inputs if v.name in job.inputs.values()]
    return cut


def _walked(
    job: Task, graph: Graph, program: Program, split: Samples, numbers: Mapping[str, bool], judge: Answers | Distances | None
) -> tuple[dict[str, float], int]:
    """The split, part by part: the mean of each of `numbers` (which says whether it sums over a part itself) over its samples
    (over their weights, where classes have some), and how many there are; `judge` gets the outputs."""
    output, target = job.evaluation_output, job.evaluation_target
    sums, masses, count = dict.fromkeys(numbers, 0.0), dict.fromkeys(numbers, 0.0), 0
    for feeds, labels, answers in split.walk(graph, program.run):
        found = {**feeds, **answers}
        for name, summed in numbers.items():
            weighs = job.evaluation_mass if name == job.reported.name else None
            part = len(labels) if weighs is None else float(found[weighs.name])
            sums[name] += float(found[name]) * (1 if summed else part)
            masses[name] += part
        count += len(labels)
        if judge and output and target:
            judge.add(found[output.name], labels if isinstance(judge, Answers) else found[target.name])
    return {name: total / (masses[name] or 1.0) for name, total in sums.items()}, count


def _judge(job: Task, ready: Plan, classes: int) -> Answers | Distances | None:
    """What fits the task: classes are counted, numbers are measured, where output and target have one shape and all updates
    want them near each other (a GAN's do not)."""
    output, target = job.evaluation_output, job.evaluation_target
    if job.decision != "none":
        return Answers(job.decision, classes)
    judged, aims = ready.evaluated.judged, {update.loss for update in ready.stage.updates}
    alike = output and target and output.shape == target.shape
    return Distances() if alike and judged and judged.compares and len(aims) == 1 else None


def _table(found: dict[str, Any]) -> str:
    """The confusion matrix as text: a row a true class, a column an answer; then how exact and how complete."""
    counts, classes = found["confusion"], found["classes"]
    widest = max((v for row in counts for v in row), default=0)
    width = max(len(str(widest)), *map(len, classes)) + 2
    lines = ["truth \\ answer".ljust(16) + "".join(c.rjust(width) for c in classes) + "   precision  recall"]
    for name, row, *shares in zip(classes, counts, found["precision"], found["recall"], strict=True):
        numbers = "".join((str(v) if v else "·").rjust(width) for v in row)
        lines.append(name.ljust(16) + numbers + "".join(_percent(s).rjust(10) for s in shares))
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
