"""The inspector's page of one layer: header, help, settings, how its numbers come about, its problems with repairs."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.canvas.items.node_costs import percent
from app.glyphs import glyph_for, tile_icon
from app.panels.block_settings import BlockSettings
from app.panels.fields import TextField, field_for
from app.panels.problem_list import more_buttons
from app.panels.promoting import Promoting
from app.panels.setting_row import SettingRow
from app.panels.weights_view import WeightsView
from app.panels.words import Folding, divide, empty, icon_button, label, minus
from app.session import Session
from app.theme import current, font
from nodes import edits
from nodes.build import NodeBuilt
from nodes.document import Document, Node, own
from nodes.layer import Layer, Setting, layer_type
from nodes.problems import Problem
from runtime.errors import NetwrightError
from runtime.graph import describe_shape
from runtime.memory import in_words

CATEGORY_WORDS = {"Data": "data", "Core": "core", "Loss": "loss", "Shape & combine": "shape"}


#: A row for layers inside blocks: single repetitions may go past them.
BYPASS = Setting("bypassed", bool, False, "Data goes past it, as it came.")
#: What every layer with weights has besides its own settings.
LEARNING = (
    Setting("frozen", bool, False, "Keep its weights as they are: in training it works as in the finished model."),
    Setting("decay", float, 1.0, "How much of the recipe's weight decay counts here: 1 all of it, 0 none.", 0.0, 1000.0),
)


class NodePage(QWidget):
    """Widgets are made once for a layer; `refresh` shows what the document says now."""

    help_wanted = Signal(str)

    def __init__(self, session: Session, node: Node) -> None:
        super().__init__()
        self._session, self._id, self._type = session, node.id, node.type
        self._class: type[Layer] | None = layer_type(node.type) if node.known else None
        self._block = BlockSettings(session, node.id) if node.block else None
        self.promoting = Promoting(session, node.id) if node.parent else None
        self.rows: dict[str, SettingRow] = {}
        self.learning: dict[str, SettingRow] = {}
        self.bypass: SettingRow | None = None
        self._shown: tuple[tuple[Problem, ...], list[tuple[str, str, str]]] = ((), [])
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 8, 12)
        box.setSpacing(6)
        box.addLayout(self._header(node))
        self._about(box)
        self._problems = QVBoxLayout()
        box.addLayout(self._problems)
        self._settings(box)
        divide(box)
        self._numbers_title = label("How the numbers come about", "strong")
        self._numbers_title.hide()
        box.addWidget(self._numbers_title)
        self._numbers = QGridLayout()
        self._numbers.setHorizontalSpacing(6)
        self._numbers.setVerticalSpacing(4)
        self._numbers.setColumnStretch(1, 1)
        box.addLayout(self._numbers)
        self.learnt = WeightsView(session, node.id)
        box.addWidget(self.learnt)
        box.addStretch(1)

    def fits(self, node: Node) -> bool:
        return node.id == self._id and node.type == self._type

    # -- made once -----------------------------------------------------------------------------------------------------
    def _header(self, node: Node) -> QHBoxLayout:
        category = self._class.category if self._class else "Block"
        tile = QLabel()
        tile.setPixmap(tile_icon(category, glyph_for(node.type, category), current(), 28).pixmap(28, 28))
        self.name = TextField()
        self.name.setAccessibleName("Name of the layer")
        self.name.setPlaceholderText(node.type)
        self.name.setFont(font("section"))
        # A title until the pointer or the keyboard is on it.
        flat = "background: transparent; border-color: transparent; padding-left: 0;"
        self.name.setStyleSheet(f"QLineEdit:!hover:!focus {{ {flat} }}")
        self.name.committed.connect(self._rename)
        self.name_error = label(role="err", wraps=True)
        self.name_error.hide()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.name)
        kind = CATEGORY_WORDS.get(category, category.lower())
        below = label(node.type if node.type == category else f"{node.type} · {kind}", "caption", wraps=True)
        below.setContentsMargins(3, 0, 0, 0)  # a field's text begins so far inside of it
        words.addWidget(below)
        words.addWidget(self.name_error)
        self.help = icon_button("help", f"About {node.type}", command="layer_help")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(tile)
        row.addLayout(words, 1)
        row.addWidget(self.help)
        return row

    def _about(self, box: QVBoxLayout) -> None:
        if self._class is None:
            what = "This version of Netwright does not know this layer. It is kept as it is."
            box.addWidget(label(what, "second", wraps=True))
            return
        box.addWidget(label(self._class.doc(), "second", wraps=True))
        if self._class.formula:
            formula = label(minus(self._class.formula), "formula", wraps=True)
            formula.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            box.addWidget(formula)

    def _settings(self, box: QVBoxLayout) -> None:
        if self._block is not None:
            divide(box)
            box.addWidget(self._block)
        settings = self._class.settings() if self._class else ()
        if settings:
            divide(box)
            box.addWidget(label("Settings", "strong"))
        for setting in settings:
            row = SettingRow(
                setting.name, field_for(setting, self._type), setting.help, setting.default,
                partial(self._change, setting), partial(self._reset, setting),
            )  # fmt: skip
            if self.promoting is not None:
                self.promoting.add(setting.name, row)
            self.rows[setting.name] = row
            box.addWidget(row)
        if self.promoting is not None and self._class and not self._class.structural:
            self.bypass = SettingRow(
                BYPASS.name, field_for(BYPASS), BYPASS.help, False, self._set_bypass, partial(self._set_bypass, False)
            )  # fmt: skip
            self.promoting.add(BYPASS.name, self.bypass)
            box.addWidget(self.bypass)
        for setting in LEARNING if self._class else ():
            change = partial(self._change_learning, setting)
            row = SettingRow(
                setting.name, field_for(setting), setting.help, setting.default, change, partial(change, setting.default)
            )  # fmt: skip
            self.learning[setting.name] = row
            if self.promoting is not None:
                row.tighten()
            box.addWidget(row)

    # -- edits ---------------------------------------------------------------------------------------------------------
    def _change(self, setting: Setting, value: Any) -> str:
        title = f"Change {setting.name.replace('_', ' ')}"
        sentence = self._session.attempt(title, lambda d: edits.set_setting(d, self._id, setting.name, value))
        self.refresh()
        return sentence

    def _change_learning(self, setting: Setting, value: Any) -> str:
        def edit(document: Document) -> Document:
            if setting.name == "decay":
                return edits.set_decay(document, self._id, value)
            return edits.set_flags(document, [self._id], frozen=value)

        sentence = self._session.attempt(f"Change {setting.name}", edit)
        self.refresh()
        return sentence

    def _set_bypass(self, value: bool) -> str:
        return self._session.attempt("Bypass", lambda d: edits.set_flags(d, [self._id], bypassed=value))

    def _reset(self, setting: Setting) -> None:
        self._session.do(f"Reset {setting.name}", lambda d: edits.reset_setting(d, self._id, setting.name))

    def _rename(self, text: str) -> None:
        sentence = self._session.attempt("Rename", lambda d: edits.rename(d, self._id, text))
        self.name_error.setText(sentence)
        self.name_error.setVisible(bool(sentence))
        if sentence:
            self.name.restore()

    # -- shown anew ----------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        node = self._session.document.nodes.get(self._id)
        if node is None:
            return
        self.name.show_value(node.name)
        settings = self._class.settings() if self._class else ()
        values = {s.name: node.settings.get(s.name, s.default) for s in settings}
        if self.promoting is not None:
            values = {name: self.promoting.shown(name, value) for name, value in values.items()}
            self.promoting.refresh()
        if self.bypass is not None:
            assert self.promoting is not None
            self.bypass.show_value(self.promoting.shown(BYPASS.name, node.bypassed))
        if self._block is not None:
            self._block.refresh(node)
        for setting in settings:
            self.rows[setting.name].show_value(values[setting.name])
            self.rows[setting.name].setVisible(setting.shows(values))
        built = self._session.checked.built.at(self._session.document.path(self._id))
        for name, row in self.learning.items():
            row.show_value(getattr(node, name))
            row.setVisible(built is not None and built.parameters > 0)
        self.learnt.refresh()
        problems = tuple(p for p in self._session.checked.problems if self._id in p.node.split("/")[::2])
        lines = [*arithmetic(built), *costs(self._session, self._id)]
        # Checkpoints come several times a second: what has not changed is left standing.
        if problems != self._shown[0]:
            self._show_problems(problems)
        if lines != self._shown[1]:
            self._show_numbers(lines)
        self._shown = problems, lines

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        empty(self._problems)
        for problem in problems:
            card = QFrame()
            card.setProperty("surface", "err" if problem.level == "error" else "warn")
            box = QVBoxLayout(card)
            box.setContentsMargins(8, 8, 8, 8)
            inside = own(problem.node) != self._id
            words = problem.sentence if inside else problem.what
            what = label(words[:1].upper() + words[1:], wraps=True)
            if problem.repairs or inside:
                box.addWidget(what)
            if inside:
                name = self._session.document.node(problem.node).name
                box.addWidget(Folding(f"Go to {name}", partial(self._session.reveal, problem.node)))
            box.addLayout(self._offers(problem, None if problem.repairs or inside else what))
            self._problems.addWidget(card)

    def _offers(self, problem: Problem, what: QLabel | None) -> QHBoxLayout:
        """Repairs below each other, or the sentence `what` alone; at the right the page that explains it, and silence."""
        row, repairs = QHBoxLayout(), QVBoxLayout()
        for repair in problem.repairs:
            repairs.addWidget(Folding(repair.title, partial(self._session.do, repair.title, repair.edit)))
        if what is not None:
            repairs.addWidget(what)
        row.addLayout(repairs, 1)
        for tool in more_buttons(problem, self._session, self.help_wanted.emit):
            row.addWidget(tool, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _show_numbers(self, lines: list[tuple[str, str, str]]) -> None:
        empty(self._numbers)
        self._numbers_title.setVisible(bool(lines))
        for row, words in enumerate(lines):
            for column, text in enumerate(words):
                made = label(minus(text), wraps=column == 1)
                made.setFont(font("number-strong" if column == 2 else "mono-caption"))
                self._numbers.addWidget(made, row, column)


def arithmetic(built: NodeBuilt | None) -> list[tuple[str, str, str]]:
    """The layer's own account of its numbers; nothing while its shapes are unknown."""
    if built is None or built.layer is None or built.output is None:
        return []
    try:
        return built.layer.arithmetic(built.inputs, built.output)
    except (NetwrightError, LookupError, TypeError, AttributeError, ValueError):
        return []  # an input that is not there yet: its problem is told above


def costs(session: Session, id: str) -> list[tuple[str, str, str]]:
    """What the layer sees, keeps and takes of the whole."""
    table = session.numbers
    numbers = table.at(session.document.path(id))
    if numbers is None or not numbers.activations:
        return []
    lines = [("memory", f"a batch of {table.batch:,}", in_words(numbers.training))]
    if numbers.everything or numbers.field:
        seen = "all" if numbers.everything else describe_shape(numbers.field or ())
        lines.insert(0, ("sees", "of the input", seen))
    if numbers.multiply_adds or numbers.parameters:
        lines.append(("compute", "of the network's", percent(numbers.computation)))
        lines.append(("space", "of the network's", percent(numbers.space)))
    return lines
