"""What a layer is: settings, ports, help, and `emit`, which turns it into ONNX operators. The registry finds layers by name."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, ClassVar, TypeVar

from nodes.drawing import Drawing
from runtime.errors import NetwrightError, unknown
from runtime.graph import Array, Dim, Graph, Value, describe_shape

#: Kinds of port, by what one sample is: its rank, or its role.
INDICES, VECTOR, SEQUENCE, MAPS, VOLUME = "indices", "vector", "sequence", "maps", "volume"
#: One number for a whole batch, a loss: no port takes it.
NUMBER = "number"
ANY = (VECTOR, SEQUENCE, MAPS, VOLUME)
EVERY = (*ANY, INDICES)
KIND_WORDS = {
    INDICES: "a class number", VECTOR: "a vector", SEQUENCE: "a sequence (steps × features)",
    MAPS: "maps (channels × height × width)", VOLUME: "a volume", NUMBER: "one number",
}  # fmt: skip
#: By the rank of a batch.
OF_RANK = {2: VECTOR, 3: SEQUENCE, 4: MAPS, 5: VOLUME}
CATEGORIES = (
    "Data", "Core", "Convolution", "Pooling", "Activation", "Normalise & regularise", "Recurrent", "Shape & combine",
    "Loss", "Block",
)  # fmt: skip


#: For each axis over which something slides: how many places of the input one place of the output covers, and how many
#: places of the input the next one lies further (a fraction where maps are enlarged).
Seen = tuple[tuple[int, Fraction], ...]

#: Headings, and under each names with what they mean.
Catalogue = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


class LayerError(NetwrightError):
    """A layer cannot take what it was given. The sentence has no place in it: `build` puts the layer's name before it."""


def kind_of(value: Value) -> str:
    """The kind of port a batch of such samples fits."""
    rank = len(value.shape)
    if rank == 0:
        return NUMBER
    if value.dtype.kind in "iu":
        return INDICES
    return OF_RANK.get(rank, VECTOR)


def sample_shape(value: Value) -> str:
    """``16×5×5``: the shape without the batch."""
    return _in_words(value.shape[1:])


@lru_cache(maxsize=1024)
def _in_words(shape: tuple[Dim, ...]) -> str:
    """A large network has few shapes, and says each of them thousands of times."""
    return describe_shape(shape)


@dataclass(frozen=True)
class Port:
    """A socket: its name, the kinds it takes, whether it may stay free, whether it takes several wires, and what it is called
    on the canvas, where that is not its name."""

    name: str
    accepts: tuple[str, ...] = ANY
    optional: bool = False
    many: bool = False
    label: str = ""


@dataclass(frozen=True)
class Trial:
    """One way in which the conformance tests try a layer: settings, and per port the shape of one sample (and so its rank).

    Ports that are not named get small samples of each kind they take; an optional port is wired only if it is named.
    `before` wires a port from another layer's: port -> (layer's type, its output port).
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    before: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """One setting of a layer as the inspector, the file and the help page know it. `item`: what a tuple is made of."""

    name: str
    kind: type
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    length: int = 0
    item: type = int
    hidden: bool = False
    only_if: tuple[str, tuple[Any, ...]] | None = None

    def shows(self, settings: Mapping[str, Any]) -> bool:
        """Whether the setting means anything beside these others (all of them, by name)."""
        return self.only_if is None or settings.get(self.only_if[0]) in self.only_if[1]

    def read(self, value: Any) -> Any:
        """`value` as this setting's type. Raises `LayerError` with the range when it does not fit."""
        try:
            result = self._convert(value)
        except (TypeError, ValueError, OverflowError):
            result = None
        if result is None or not self._inside(result):
            raise LayerError(f"{self.name} takes {self.describe()}, and {_shown(value)} was given.")
        return result

    def describe(self) -> str:
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "on or off"
        if self.kind is str:
            return "a text"
        whole = self.kind is int or (self.kind is tuple and self.item is int)
        noun = "whole number" if whole else "number"
        noun = f"{self.length or 'some'} {noun}s" if self.kind is tuple and self.length != 1 else f"a {noun}"
        if self.low is not None and self.high is not None:
            return f"{noun} from {plain(self.low)} to {plain(self.high)}"
        return noun if self.low is None else f"{noun} of at least {plain(self.low)}"

    def _convert(self, value: Any) -> Any:
        if self.kind is tuple:
            items = value if isinstance(value, (tuple, list)) else [value] * max(self.length, 1)
            return tuple(_whole(v) if self.item is int else _real(v) for v in items)
        if self.kind is bool:
            return value if isinstance(value, bool) else None
        if self.kind is int:
            return _whole(value)
        if self.kind is float:
            return _real(value)
        str(value).encode()  # what is no UTF-8 (a folder's name on Linux) could not be saved
        return str(value)

    def _inside(self, value: Any) -> bool:
        if self.kind is tuple and self.length and len(value) != self.length:
            return False
        numbers = value if isinstance(value, tuple) else (value,)
        if self.kind in (str, bool):
            return not self.choices or value in self.choices
        low = float("-inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        return (len(numbers) > 0 or self.default == ()) and all(low <= n <= high for n in numbers)


def plain(number: float) -> str:
    """A number as a person would write it: ``1,000,000``, ``0.95``."""
    return f"{int(number):,}" if abs(number) < 1e15 and number == int(number) else f"{number:g}"


def _shown(value: Any) -> str:
    """A value that was refused, as a person would write it."""
    if isinstance(value, (tuple, list)):
        return ", ".join(_shown(v) for v in value) or "nothing"
    text = f"‘{value}’" if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:36]} …"


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != float(value):
        raise ValueError(value)
    return int(value)


def _real(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    return float(value)


def setting(
    default: Any, help: str = "", low: float | None = None, high: float | None = None, choices: Iterable[str] = (),
    length: int = 0, hidden: bool = False, only_if: tuple[str, tuple[Any, ...]] | None = None,
) -> Any:
    """Declare a setting in a layer's class body. A hidden one is kept in the file and not shown; `only_if` names another
    setting and those of its values beside which this one means something."""
    metadata = {
        "help": help, "low": low, "high": high, "choices": tuple(choices), "length": length, "hidden": hidden,
        "only_if": only_if,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Layer:
    """Base of all layers. A subclass lists its settings as fields and writes `emit`."""

    type: ClassVar[str] = ""
    category: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    short: ClassVar[str] = ""
    synonyms: ClassVar[tuple[str, ...]] = ()
    inputs: ClassVar[tuple[Port, ...]] = (Port("x"),)
    outputs: ClassVar[tuple[str, ...]] = ("y",)
    training_only: ClassVar[bool] = False
    bead: ClassVar[bool] = False
    structural: ClassVar[bool] = False
    learns_alone: ClassVar[bool] = False
    #: Whether what it emits depends on what stands behind its inputs, and not on their types and shapes alone.
    looks_behind: ClassVar[bool] = False
    trials: ClassVar[tuple[Trial, ...]] = (Trial(),)

    def emit(self, g: Graph, *inputs: Any) -> Any:
        """Emit operators for these inputs; returns the output value, or a tuple of them."""
        raise LayerError("this layer emits nothing.")

    def summary(self) -> str:
        """The setting line on the node's face: only what matters."""
        return ""

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        """How the numbers come about, with numbers put in: (name, expression, result)."""
        return []

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        """Multiply-adds for one sample."""
        return 0

    def sees(self) -> Seen | None:
        """Along each axis, what one place of the output covers of the input: see `Seen`. Nothing: its own place alone; None:
        all places, or no one can say."""
        return ()

    @property
    def passes_inference(self) -> bool:
        """Whether nothing of it is left in the finished model, which goes past it."""
        return self.training_only

    def own_loss(self, g: Graph, inputs: Mapping[str, Any], outputs: Mapping[str, Value]) -> Value | None:
        """What a layer that `learns_alone` lowers when an update names it as its loss: a mean over the batch, a scalar."""
        return None

    def smallest_batch(self, inputs: Mapping[str, Value]) -> int:
        """How many samples a training batch must have at least, for these inputs."""
        return 1

    @classmethod
    def settings(cls) -> tuple[Setting, ...]:
        """The settings that are shown."""
        return tuple(s for s in cls.all_settings() if not s.hidden)

    @classmethod
    def all_settings(cls) -> tuple[Setting, ...]:
        return _settings(cls)  # type: ignore[arg-type]  # mypy takes the instances' __hash__ for the class's

    @classmethod
    def completed(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """`settings` after one of them was changed, with what the layer wants to remember beside them."""
        return dict(settings)

    @classmethod
    def catalogue(cls) -> Catalogue:
        """What a setting that takes any text can name, for its page."""
        return ()

    @classmethod
    def picture(cls) -> Drawing | None:
        """A drawing of its own for its page; None: its family's (`nodes.pictures.families`) shows it well."""
        return None

    @classmethod
    def doc(cls) -> str:
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


@dataclass(frozen=True)
class LossLayer(Layer):
    """A layer that ends in one number. It exists in training only. Its `weight` is applied where losses are summed. With
    the reduction sum, training lowers the batch's sum, and curves and evaluations show it per sample.
    """

    looks_behind: ClassVar[bool] = True
    #: Whether its two inputs are an answer and what it should have been.
    compares: ClassVar[bool] = True

    reduction: str = setting("mean", choices=("mean", "sum"), help="How a batch's losses join; curves show them per sample.")
    weight: float = setting(1.0, low=0.0, high=1e9, help="How much it counts in the sum of several losses.")

    def decision(self, g: Graph, prediction: Value, target: Value) -> str:
        """How a prediction becomes a class: argmax, threshold, sign, or none (regression)."""
        return "none"

    def mass(self, g: Graph, prediction: Value, target: Value) -> Value | None:
        """By what the mean over a batch is divided, where that is not the number of samples (weights of classes)."""
        return None

    def unfit(self, targets: Array) -> str:
        """What is wrong with numbers as targets, (N, …): ``−1.2, and it takes numbers from 0 to 1``; empty for nothing."""
        return ""

    def over_batch(self, g: Graph, each: Value) -> Value:
        """The mean or the sum of `each` answer's loss, (N, …), as a scalar."""
        result: Value
        if self.reduction == "sum":
            result = g.ReduceSum(each, keepdims=0, name="loss")
        else:
            result = g.ReduceMean(each, axes=list(range(each.rank)), keepdims=0, name="loss")
        return result

    def summary(self) -> str:
        return "in training only" if self.reduction == "mean" else f"{self.reduction} · in training only"


@cache
def _settings(cls: type[Layer]) -> tuple[Setting, ...]:
    hints = typing.get_type_hints(cls)
    result = []
    for f in dataclasses.fields(cls):
        kind, items = typing.get_origin(hints[f.name]) or hints[f.name], typing.get_args(hints[f.name])
        result.append(Setting(f.name, kind, f.default, item=items[0] if items else int, **f.metadata))
    return tuple(result)


L = TypeVar("L", bound=Layer)
_REGISTRY: dict[str, type[Layer]] = {}


def layer(
    name: str, category: str, formula: str = "", accepts: tuple[str, ...] | None = None, short: str = "",
    synonyms: Iterable[str] = (), bead: bool = False, training_only: bool = False,
) -> Callable[[type[L]], type[L]]:
    """Register a layer under the name that palette, file and `summary --json` use."""

    def register(cls: type[L]) -> type[L]:
        made = dataclass(frozen=True)(cls)
        made.type, made.category, made.formula = name, category, formula
        made.short, made.synonyms = short or name.lower(), tuple(synonyms)
        made.bead, made.training_only = bead, training_only
        if accepts is not None:
            made.inputs = tuple(dataclasses.replace(p, accepts=accepts) for p in made.inputs)
        _REGISTRY[name] = made
        return made

    return register


@cache
def _scan() -> None:
    import nodes.layers

    for module in pkgutil.iter_modules(nodes.layers.__path__):
        importlib.import_module(f"nodes.layers.{module.name}")


def layer_types() -> dict[str, type[Layer]]:
    """Every layer by its type, in the order of categories. Blocks and their ends are none: they hold layers."""
    _scan()
    order = {name: i for i, name in enumerate(CATEGORIES)}
    layers = {name: cls for name, cls in _REGISTRY.items() if not cls.structural}
    return dict(sorted(layers.items(), key=lambda item: (order.get(item[1].category, 99), item[0])))


def layer_type(name: str) -> type[Layer]:
    """The layer class of that name. Raises `LayerError` with the nearest name."""
    _scan()
    if name not in _REGISTRY:
        raise LayerError(unknown("layer", name, _REGISTRY))
    return _REGISTRY[name]


def make(type_name: str, settings: Mapping[str, Any]) -> Layer:
    """A layer with these settings, each read and checked. Raises `LayerError`."""
    cls = layer_type(type_name)
    known = {s.name: s for s in cls.all_settings()}
    for name in settings:
        if name not in known:
            raise LayerError(unknown(f"setting of {type_name}", name, known))
    return cls(**{name: known[name].read(value) for name, value in settings.items()})
