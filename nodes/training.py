"""Run: one training of a document. Events out, a document with its weights and progress out, at any step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from nodes.build import place
from nodes.document import Document, Training, frozen
from nodes.fitting import fitted
from nodes.layer import INDICES, LossLayer, kind_of
from nodes.likenesses import Likenesses, likenesses, shows_likenesses
from nodes.plan import Plan, initial_weights, plans, settled
from nodes.probe import Probe
from nodes.staging import by_recipe
from nodes.training_info import slot_keys
from runtime import data
from runtime.checkpoint import Checkpoint, progress_from_json
from runtime.data import Dataset, Split
from runtime.engines import Engine, engine
from runtime.errors import DataError, counted
from runtime.events import Event
from runtime.graph import Array
from runtime.recipe import Recipe, Stage
from runtime.task import Task
from runtime.trainer import Trainer


class Run:
    """Trains `document` by its recipe. Iterate `events`; stop iterating to pause; `document()` is the state as it stands.

    `lowering` lets the engine run faster operators in place of the saved step's, equal to rounding; off, its losses are the
    saved step's bit for bit. Raises `TrainingError` with the first error of a network that cannot be trained, `DataError` for
    its data.
    """

    def __init__(
        self, document: Document, engine_name: str = "onnxruntime", provider: str = "auto", threads: int | None = None,
        spinning: bool = True, lowering: bool = True,
    ) -> None:
        self.engine: Engine = engine(engine_name, provider, threads, spinning, lowering)
        self._start(document)

    def _start(self, document: Document) -> None:
        document = settled(document)
        self._plans = plans(document)
        self._datasets = load_all(self._plans, document.recipe.seed)
        self._document = document if trained(document) else fitted(document, self._plans, self._datasets)
        self._probes: dict[int, Probe] = {}
        self.trainer = Trainer(whole(self._plans, self._datasets), self.engine, self._checkpoint)
        self.notices: list[str] = [*filter(None, [self.engine.notice]), *_left_over(self.trainer.task, self.plan.stage)]

    def _checkpoint(self) -> Checkpoint:
        document = self._document
        progress = progress_from_json(document.training.progress)
        graph = self._plans[0].training.graph
        best = {n: document.training.best[p.key] for n, p in graph.parameters.items() if p.key in document.training.best}
        return Checkpoint(initial_weights(document, graph), self._slots(progress.stage), progress, best)

    def _slots(self, stage: int) -> dict[str, Array]:
        """The optimizer's state as the document has it, by the step's input names."""
        kept = self._document.training.slots
        if not kept or stage >= len(self._plans):
            return {}  # (and the step is not built for it)
        ready = self._plans[stage]
        keys, described = slot_keys(ready), ready.step.slots
        return {n: kept[k] for n, k in keys.items() if k in kept and kept[k].shape == described[n].shape}

    @property
    def plan(self) -> Plan:
        """The plan of the present stage."""
        return self._plans[self.trainer.progress.stage]

    @property
    def dataset(self) -> Dataset:
        return self._datasets[self.trainer.progress.stage]

    # -- going on ------------------------------------------------------------------------------------------------------
    def events(self, epochs: int | None = None) -> Iterator[Event]:
        """Train to the recipe's end, or for `epochs` more."""
        yield from self.trainer.run(epochs)

    def set_recipe(self, recipe: Recipe) -> None:
        """Go on by another recipe from the next step. What `events` yielded so far is over: ask for new ones."""
        self._start(by_recipe(self.document(), recipe))

    def terminate(self) -> None:
        self.trainer.terminate()

    # -- what came of it -----------------------------------------------------------------------------------------------
    def document(self) -> Document:
        """The document with weights, optimizer state and progress as they are now."""
        point = self.trainer.checkpoint()
        keys = slot_keys(self.plan)
        slots = {keys[n]: frozen(a) for n, a in point.slots.items() if n in keys}
        training = Training(slots, point.progress.to_json(), self._by_key(point.best))
        return self._document.changed(weights=self._by_key(point.weights), training=training)

    def _by_key(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        parameters = self._plans[0].training.graph.parameters
        return {parameters[n].key: frozen(a) for n, a in arrays.items() if n in parameters}

    @property
    def provider(self) -> str:
        """Where it runs, for the status bar: ``CPU · ONNX Runtime 1.31``."""
        if self.engine.name == "numpy":
            return "CPU · NumPy"
        import onnxruntime

        return f"{self.engine.provider} · ONNX Runtime {'.'.join(onnxruntime.__version__.split('.')[:2])}"

    @property
    def steps_per_epoch(self) -> int:
        return self.trainer.task.batches_per_epoch(self.plan.stage)

    @property
    def planned_steps(self) -> int:
        return self.steps_per_epoch * self.plan.stage.epochs

    # -- a look inside -------------------------------------------------------------------------------------------------
    def _probe(self) -> Probe:
        stage = self.trainer.progress.stage
        if stage not in self._probes:
            self._probes = {stage: Probe(self.plan, self.dataset, self.engine)}
        return self._probes[stage]

    def activations(self, sample: int = 0) -> tuple[dict[str, Array], int | None]:
        """Every node's output for one validation sample, by node id, and its class (None for a regression)."""
        return self._probe().activations(self.trainer.checkpoint().weights, sample)

    def likenesses(self) -> Likenesses | None:
        """Pictures beside what the network makes of them, and its dreams; None where it has nothing of the kind."""
        if not shows_likenesses(self.plan):
            return None
        return likenesses(self.document(), self.plan, self.dataset, self.engine)

    def gradients(self) -> dict[str, float]:
        """The root mean square of the gradient by each node's parameters, by node id."""
        return self._probe().gradients(self.trainer.checkpoint().weights)


def _left_over(task: Task, stage: Stage) -> list[str]:
    """What streams of equal length leave out, in words."""
    size, count = task.batch_size(stage), len(task.dataset.train)
    left = count % size
    if not task.remembered or not left:
        return []
    which = "the last sequence is" if left == 1 else f"the last {left} sequences are"
    streams = f"{size} streams of {counted(count // size, 'sequence')} each"
    return [f"The state is carried through {streams}; {which} left over and not trained on."]


def trained(document: Document) -> bool:
    """Whether a first training step was ever made."""
    return bool(document.training.progress.get("step"))


def restarted(document: Document) -> Document:
    """The same drawing and recipe, as if it had never been trained."""
    return document.changed(weights={}, training=Training())


def load_data(plan: Plan, seed: int) -> Dataset:
    """The stage's dataset, its labels as the Dataset node gives them."""
    layer = plan.dataset
    loaded = data.load(layer.name, seed)
    if layer.missing:
        raise DataError(f"Dataset: {layer.missing}")
    if not layer.positive:
        return loaded

    def relabelled(split: Split) -> Split:
        return Split(split.samples, layer.labels(split.labels))

    return replace(
        loaded, train=relabelled(loaded.train), validation=relabelled(loaded.validation), test=relabelled(loaded.test)
    )


def load_all(plans: Sequence[Plan], seed: int) -> tuple[Dataset, ...]:
    """Every stage's dataset; stages on one Dataset node share it."""
    found: dict[str, Dataset] = {}
    for one in plans:
        if one.data_node not in found:
            found[one.data_node] = load_data(one, seed)
    return tuple(found[one.data_node] for one in plans)


def whole(plans: Sequence[Plan], datasets: Sequence[Dataset]) -> Task:
    """What the trainer needs to know of a document, for all stages of its recipe."""
    parts = tuple(task(one, dataset) for one, dataset in zip(plans, datasets, strict=True))
    recipe = replace(plans[0].document.recipe, stages=tuple(one.stage for one in plans))
    return replace(parts[0], recipe=recipe, stages=parts if len(parts) > 1 else ())


def task(plan: Plan, dataset: Dataset) -> Task:
    """What the trainer needs to know of one stage."""
    found, evaluated = plan.aims, plan.evaluated
    judged, judging = found.judged, evaluated.judged
    names = plan.training.nodes[plan.data_node].outputs
    return Task(
        forward=found.graph,
        loss=found.losses[0],
        output=judged.prediction if judged else None,
        evaluation=evaluated.graph,
        evaluation_loss=evaluated.losses[0],
        evaluation_output=judging.prediction if judging else None,
        evaluation_target=judging.target if judging else None,
        inputs={"sample": names["sample"].name, "label": names["label"].name},
        dataset=dataset,
        recipe=plan.document.recipe,
        decision=judging.decision if judging else "none",
        carry=plan.carry,
        unfit=tuple(_unfit(plan)),
        shown=found.shown[0] if found.sums else None,
        evaluation_shown=evaluated.shown[0] if evaluated.sums else None,
        further=found.losses[1:],
        further_shown=found.shown[1:],
        evaluation_mass=evaluated.mass,
    )


def _unfit(plan: Plan) -> Iterator[tuple[str, str, Callable[[Array], str]]]:
    """For every loss whose target is the dataset's own numbers: their role, its name, what it says of them."""
    roles = {value: name for name, value in plan.training.nodes[plan.data_node].outputs.items()}
    for loss in plan.training.losses:
        layer = plan.training.nodes[loss.node].layer
        if loss.target in roles and kind_of(loss.target) != INDICES and isinstance(layer, LossLayer):
            yield roles[loss.target], place(plan.document.nodes[loss.node]), layer.unfit


# -- editing while it trains ---------------------------------------------------------------------------------------------
def merge(current: Document, ran: Document) -> tuple[Document, list[str]]:
    """The run's weights and state in the document as it has been edited meanwhile, where (node, parameter, shape) still fit.

    Returns it with a list of what starts anew (``fc2: weight``).
    """
    merged = current.changed(weights=ran.weights, training=by_recipe(ran, current.recipe).training)
    kept = settled(merged)
    graph = plan_graph(kept)
    anew = [name for name, p in graph.items() if p not in kept.weights]
    return kept, [name.replace(".", ": ") for name in anew]


def plan_graph(document: Document) -> dict[str, str]:
    from nodes.build import build

    return {name: p.key for name, p in build(document, "training").graph.parameters.items()}


