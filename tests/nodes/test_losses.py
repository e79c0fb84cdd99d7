"""Several losses: training lowers their weighted sum, and answers are read off the one that decides."""

from __future__ import annotations

import numpy as np
import pytest

from app.headless.evaluate import measured
from nodes import edits
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import new
from nodes.plan import initial_weights, plan
from nodes.training import Run, load_data, task
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.events import StepDone
from runtime.task import Evaluator, samples


def two_losses() -> tuple[Document, str]:
    """The classifier of digits with a reconstruction beside it: (document, the second loss's id)."""
    document = new("mlp")
    ids = {n.name: n.id for n in document.nodes.values()}
    data = next(n.id for n in document.nodes.values() if n.type == "Dataset")
    flat = next(n.id for n in document.nodes.values() if n.type == "Flatten")
    document, decoder = edits.add(document, "Dense", settings={"units": 784}, name="decoder")
    document, loss = edits.add(document, "MeanSquaredError")
    document = edits.connect(document, Wire(ids["fc1"], "y", decoder, "x"))
    document = edits.connect(document, Wire(decoder, "y", loss, "prediction"))
    document = edits.connect(document, Wire(flat, "y", loss, "target"))
    assert data and not check(document).errors
    return edits.set_recipe(document, batch_size=24), loss


def values(document: Document) -> dict[str, float]:
    """Each loss of the first weights on the test set, by node id, and their sum under ``""``."""
    ready = plan(document)
    job = task(ready, load_data(ready, 0))
    weights = initial_weights(document, ready.evaluation.graph)
    names = {"": job.evaluation_loss.name, **{loss.node: loss.value.name for loss in ready.evaluation.losses}}
    graph = ready.evaluation.graph
    graph.outputs = [graph.values[n] for n in dict.fromkeys(names.values())]
    feeds = samples(job, graph, job.dataset.test).batch(np.arange(100))
    found = engine("numpy").load(graph, weights).run(feeds)
    return {id: float(found[name]) for id, name in names.items()}


def test_the_loss_is_the_sum_of_all() -> None:
    document, _ = two_losses()
    found = values(document)
    total = found.pop("")
    assert len(found) == 2 and total == pytest.approx(sum(found.values()), rel=1e-6)


def test_it_trains_both_and_reports_the_sum() -> None:
    document, second = two_losses()
    before = values(document)
    run = Run(document, threads=1)
    first = next(e for e in run.events() if isinstance(e, StepDone))
    assert first.accuracy is not None, "answers are read off the loss that decides"
    assert first.loss == pytest.approx(before[""], rel=0.2)
    for _ in zip(range(40), run.events(), strict=False):
        pass
    after = values(run.document())
    assert all(after[id] < before[id] for id in before) and after[second] < 0.8 * before[second]


def test_a_recipe_may_name_one_loss() -> None:
    document, second = two_losses()
    named = edits.set_recipe(document, loss=second)
    assert values(named)[""] == values(named)[second]
    with pytest.raises(TrainingError) as error:
        plan(edits.set_recipe(document, loss="n99"))
    why = "Recipe: its update names the loss ‘n99’, and no loss has that id: leave the name empty."
    assert str(error.value) == f"{why} (Lower loss.)"


def test_a_loss_that_is_bypassed_does_not_count() -> None:
    document, second = two_losses()
    off = edits.set_flags(document, [second], bypassed=True)
    assert set(values(off)) == set(values(new("mlp")))


def test_evaluate_names_each_loss_and_judges_the_deciding_one() -> None:
    document, _ = two_losses()
    found = measured(document, "test")
    assert found["loss"] == pytest.approx(sum(found["losses"].values()), rel=1e-6) and len(found["losses"]) == 2
    assert found["accuracy"] == pytest.approx(np.trace(found["confusion"]) / 2000) and found["mae"] is None
    assert len(found["precision"]) == len(found["recall"]) == 10 and found["top_5"] >= found["accuracy"]


def test_evaluate_measures_a_regression() -> None:
    document, _ = two_losses()
    classifier = next(n.id for n in document.nodes.values() if n.type == "CrossEntropy")
    document = edits.set_flags(document, [classifier], bypassed=True)
    found = measured(document, "test")
    job = task(plan(document), load_data(plan(document), 0))
    weights = initial_weights(document, job.evaluation)
    loss, accuracy = Evaluator(job, engine("onnxruntime", "cpu")).judge(job.dataset.test, weights)
    assert accuracy is None and found["loss"] == pytest.approx(loss)
    assert found["accuracy"] is None and found["confusion"] is None
    assert 0 < found["mae"] < found["loss"] ** 0.5 and found["r2"] < 0
