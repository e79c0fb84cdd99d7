"""Block, and what stands for its ports inside it. `nodes.unfold` puts contents in their place before a network is built."""

from __future__ import annotations

from typing import Any, ClassVar

from nodes.document import BLOCK, ENTRY, EXIT
from nodes.layer import EVERY, Layer, LayerError, Port, layer
from runtime.graph import Graph


class Structural(Layer):
    """Part of a drawing that emits nothing: by the time a network is built, it is gone."""

    structural: ClassVar[bool] = True

    def emit(self, g: Graph, *inputs: Any) -> Any:
        raise LayerError("it stands outside of a block, where nothing comes through it: remove it.")


@layer(BLOCK, category="Block", short="block")
class Block(Structural):
    """A part of a network under one name: its layers stand inside it, and it may stand several times in a row.

    Double-click opens it. A setting inside can be put on its face, where single repetitions may differ.
    """

    inputs: ClassVar[tuple[Port, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()


@layer(ENTRY, category="Block", short="in", bead=True)
class BlockInput(Structural):
    """Where a block's input comes in. Its name is the port's name on the block."""

    inputs: ClassVar[tuple[Port, ...]] = ()


@layer(EXIT, category="Block", short="out", bead=True)
class BlockOutput(Structural):
    """Where a block's output leaves. Its name is the port's name on the block."""

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", EVERY),)
    outputs: ClassVar[tuple[str, ...]] = ()
