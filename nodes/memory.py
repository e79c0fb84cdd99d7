"""What learning takes of this machine's memory, by the recipe's optimizer and batches."""

from __future__ import annotations

from nodes.build import Built
from nodes.document import Document
from nodes.layers.dataset import Dataset
from runtime.memory import Need, estimated
from runtime.optimizers import OPTIMIZERS


def to_train(document: Document, built: Built) -> Need:
    """What training takes by the recipe's optimizer and batches, estimated from the network as it is built."""
    return estimated(built.graph, slots(document), batch(document, built))


def slots(document: Document) -> int:
    """How many numbers the optimizer keeps beside each weight."""
    updates = (update for stage in document.recipe.stages for update in stage.updates)
    return max((len(OPTIMIZERS[u.optimizer].slots) for u in updates if u.optimizer in OPTIMIZERS), default=0)


def batch(document: Document, built: Built) -> int:
    """The samples of a step; 0 in the recipe means all there are, and more than there are none has."""
    sizes = [stage.batch_size for stage in document.recipe.stages]
    size = 0 if 0 in sizes else max(sizes)
    infos = [b.layer for b in built.nodes.values() if isinstance(b.layer, Dataset) and b.outputs]
    count = infos[0].info.train_size if infos else None
    return min(size or count or 1, count or size or 1)
