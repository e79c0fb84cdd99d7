"""Large drawings for the canvas's benchmark: stacks of residual blocks of any size, and ResNet-152 (He et al., 2016)."""

from __future__ import annotations

from nodes.document import Document, Node, Wire
from nodes.layer import layer_type

#: A node's place in the grid that large drawings stand in.
STEP = (232.0, 300.0)


class Grid:
    """A document being drawn row by row, without the checks of `nodes.edits` (which look at every node for each)."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []

    def add(self, type: str, *sources: tuple[str, str], **settings: object) -> str:
        """One more node, its inputs wired to `sources` in order; its id."""
        number = len(self.nodes)
        id, cls = f"n{number + 1}", layer_type(type)
        place = (number % self._columns * STEP[0], number // self._columns * STEP[1])
        self.nodes[id] = Node(id, type, f"{cls.short}{number}", place, settings)
        for port, (source, source_port) in zip((*cls.inputs, cls.inputs[-1:]), sources, strict=False):
            self.wires.append(Wire(source, source_port, id, getattr(port, "name", "x")))
        return id

    def unit(self, last: str, filters: int, kernel: int = 3, stride: int = 1, relu: bool = True) -> str:
        """Convolution, normalization and, if asked for, ReLU behind `last`."""
        size, step = (kernel, kernel), (stride, stride)
        last = self.add("Conv2D", (last, "y"), filters=filters, kernel_size=size, stride=step, padding="same", bias=False)
        last = self.add("BatchNormalization", (last, "y"))
        return self.add("ReLU", (last, "y")) if relu else last

    def joined(self, a: str, b: str) -> str:
        """Add and ReLU: the end of a residual block."""
        id = self.add("Add")
        self.wires += [Wire(a, "y", id, "x"), Wire(b, "y", id, "x")]
        return self.add("ReLU", (id, "y"))

    def document(self, title: str) -> Document:
        return Document(title, self.nodes, tuple(self.wires), serial=len(self.nodes) + 1)


def stack(count: int) -> Document:
    """Residual blocks of seven nodes on the digits until there are `count` nodes, with a loss at the end."""
    grid = Grid(max(8, round((count * STEP[1] * 14 / STEP[0] / 9) ** 0.5)))
    data = grid.add("Dataset", name="digits")
    last = grid.add("Conv2D", (data, "sample"), filters=8, padding="same")
    while len(grid.nodes) + 10 <= count:
        last = grid.joined(last, grid.unit(grid.unit(last, 8), 8, relu=False))
    while len(grid.nodes) + 3 < count:
        last = grid.add("ReLU", (last, "y"))
    last = grid.add("GlobalAveragePool", (last, "y"))
    last = grid.add("Dense", (last, "y"), units=10)
    grid.add("CrossEntropy", (last, "y"), (data, "label"))
    return grid.document(f"{count:,} nodes")


def resnet152() -> Document:
    """Bottlenecks of 1×1, 3×3 and 1×1 convolutions in stages of 3, 8, 36 and 3; 1,000 classes, 224×224 pixels."""
    grid = Grid(24)
    last = grid.unit(grid.add("Input", shape=(3, 224, 224)), 64, 7, 2)
    last = grid.add("MaxPool2D", (last, "y"), kernel_size=(3, 3), stride=(2, 2), padding="same")
    for stage, blocks in enumerate((3, 8, 36, 3)):
        for block in range(blocks):
            filters, stride = 64 << stage, 2 if stage and not block else 1
            short = grid.unit(last, 4 * filters, 1, stride, relu=False) if not block else last
            inside = grid.unit(grid.unit(last, filters, 1), filters, 3, stride)
            last = grid.joined(short, grid.unit(inside, 4 * filters, 1, relu=False))
    last = grid.add("GlobalAveragePool", (last, "y"))
    last = grid.add("Dense", (last, "y"), units=1000)
    grid.add("Softmax", (last, "y"))
    return grid.document("ResNet-152")
