"""KeyedStage: the canvas under the keyboard alone. Walk, choose a port, start a wire, find; everything says what it did."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.canvas import spoken
from app.canvas.aiming import AimWire
from app.canvas.find_bar import FindBar
from app.canvas.finding import PortAt
from app.canvas.gestures import Gesture
from app.canvas.look import PortLook
from app.canvas.marking import MarkedStage
from app.canvas.matches import Match, matches
from app.canvas.ports import PortState
from app.session import Session
from app.tokens import Tokens
from nodes import edits
from nodes.document import Document, Wire

#: What is not found while something is looked for.
FADED = 0.38
EDGE = 8


class KeyedStage(MarkedStage):
    """`told` carries what only accessibility tools need to be told; the rest goes by `status_message`."""

    menu_requested = Signal(object)
    told = Signal(str)

    def __init__(self, session: Session, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(session, tokens, parent)
        self.gesture: Gesture | None = None
        self.port: PortAt | None = None
        self._found: list[Match] = []
        self._at = 0
        self.find_bar = FindBar(self, tokens)
        self.search.told.connect(self.told)
        self.find_bar.sought.connect(self._seek)
        self.find_bar.stepped.connect(self._step)
        self.find_bar.closed.connect(self._found_enough)
        session.selection_changed.connect(lambda _: self._choose_port(None))
        session.document_changed.connect(self._follow_document)

    def _follow_document(self, document: Document) -> None:
        """A chosen port that has changed is let go; what was found may be another now."""
        if self.port is not None and self.port.port not in self._ports_of_chosen():
            self._choose_port(None)
        if self.find_bar.isVisible():
            self._look_for(self.find_bar.field.text())

    # -- walking ---------------------------------------------------------------------------------------------------------
    def walk_left(self) -> None:
        self.walk(-1, 0)

    def walk_right(self) -> None:
        self.walk(1, 0)

    def walk_up(self) -> None:
        self.walk(0, -1)

    def walk_down(self) -> None:
        self.walk(0, 1)

    def ask_for_menu(self) -> None:
        """The menu of what is selected, there where it is."""
        wire, mark = next(iter(self.canvas.chosen_wires), None), self.chosen_mark()
        if self.session.selection:
            at = self.mapFromScene(self.canvas.nodes[self._last_chosen()].scene_body().center())
        elif wire is not None:
            at = self.mapFromScene(self.canvas.wires[wire].middle)
        elif mark is not None:
            at = self.mapFromScene(self.mark_rect(mark).center())
        else:
            at = self.viewport().rect().center()
        self.menu_requested.emit(self.viewport().mapToGlobal(at))

    def _last_chosen(self) -> str:
        return next(i for i in reversed(self.canvas.nodes) if i in self.session.selection)

    # -- ports -----------------------------------------------------------------------------------------------------------
    def port_on(self) -> None:
        self._next_port(1)

    def port_back(self) -> None:
        self._next_port(-1)

    def _ports_of_chosen(self) -> tuple[PortLook, ...]:
        return self.canvas.nodes[self._last_chosen()].look.ports if self.session.selection else ()

    def _next_port(self, by: int) -> None:
        ports = self._ports_of_chosen()
        if not ports:
            return
        at = ports.index(self.port.port) if self.port and self.port.port in ports else (-1 if by > 0 else 0)
        port = PortAt(self._last_chosen(), ports[(at + by) % len(ports)])
        self._choose_port(port)
        self.status_message.emit(self._port_words(port))

    def _port_words(self, at: PortAt) -> str:
        value = self.canvas.value_at(at.node, at.port.name) if at.port.output else None
        shape = "" if value is None or value.rank < 2 else "×".join(str(d) for d in value.shape[1:])
        words = spoken.port(at, self.session.document, shape)
        return words[:1].upper() + words[1:]

    def _choose_port(self, port: PortAt | None) -> None:
        for each, states in ((self.port, {}), (port, _marked(port))):
            if each is not None and each.node in self.canvas.nodes:
                self.canvas.nodes[each.node].show_state(port_states=states)
        self.port = port

    def clear_port(self) -> None:
        """Take the wires at the chosen port away."""
        if self.port is None:
            self.status_message.emit("Choose a port first: [ and ] go from one to the next.")
            return
        node, name, output = self.port.node, self.port.port.name, self.port.port.output
        ends = [w for w in self.session.document.wires if (_source(w) if output else _target(w)) == (node, name)]
        if ends:
            self.session.do("Clear port", lambda d: edits.disconnect(d, ends))

    # -- wires -----------------------------------------------------------------------------------------------------------
    def start_wire(self) -> None:
        """A wire from the chosen port, or from the one that is most likely meant."""
        port = self.port or self._likely_port()
        if port is None:
            self.status_message.emit("This layer has no port to start a wire at: select another one.")
            return
        self._choose_port(None)
        self.gesture = AimWire(self, port)  # type: ignore[arg-type]

    def _likely_port(self) -> PortAt | None:
        """The first output; of what only takes, the first free input."""
        look = self.canvas.nodes[self._last_chosen()].look
        order = [*look.outputs[:1], *(p for p in look.inputs if not p.joined), *look.inputs[:1]]
        return PortAt(look.id, order[0]) if order else None

    # -- finding ---------------------------------------------------------------------------------------------------------
    def open_find(self) -> None:
        self.place_find()
        self.find_bar.open()

    def place_find(self) -> None:
        """Top right."""
        self.find_bar.adjustSize()
        self.find_bar.move(self.width() - self.find_bar.width() - EDGE, self.covered + EDGE)

    def _seek(self, text: str) -> None:
        """Something else is looked for: begin at the first."""
        self._at = 0
        self._look_for(text)
        self._show_match()

    def _look_for(self, text: str) -> None:
        self._found = matches(self.session.document, self.session.checked, text)
        self._at = min(self._at, max(len(self._found) - 1, 0))
        self._fade({m.node for m in self._found} if self._found else None)
        self.find_bar.show_found(self._found, self._at)

    def _step(self, by: int) -> None:
        if self._found:
            self._at = (self._at + by) % len(self._found)
            self.find_bar.show_found(self._found, self._at)
            self._show_match()

    def _show_match(self) -> None:
        """Select it and bring it to the middle; say which it is."""
        if self._found:
            id = self._found[self._at].node
            self.session.reveal(id)
            self._fade({m.node for m in self._found})
            self.stop_gliding()
            self.whole = False
            self.centerOn(self.canvas.nodes[id])
        self.told.emit(self.find_bar.count.text())

    def _fade(self, found: set[str] | None) -> None:
        """Everything but what was found steps back; a block that holds some of it does not."""
        chain = self.session.document.chain
        seen = None if found is None else found.union(*(chain(i) for i in found))
        for id, item in self.canvas.nodes.items():
            item.setOpacity(1.0 if seen is None or id in seen else FADED)
        for wire in self.canvas.wires.values():
            wire.setOpacity(1.0 if found is None else FADED)

    def _found_enough(self) -> None:
        self._found = []
        self._fade(None)
        self.setFocus()


def _marked(port: PortAt | None) -> dict[tuple[bool, str], tuple[PortState, str]]:
    return {} if port is None else {(port.port.output, port.port.name): (PortState.CHOSEN, port.port.words)}


def _source(wire: Wire) -> tuple[str, str]:
    return wire.source, wire.source_port


def _target(wire: Wire) -> tuple[str, str]:
    return wire.target, wire.target_port
