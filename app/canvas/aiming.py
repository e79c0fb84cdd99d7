"""AimWire: a wire led by keys. Arrows aim at ports that take it, Enter connects, Tab asks for a new layer, Esc leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.canvas.gestures import Pointer
from app.canvas.scene import PortAt
from app.canvas.wiring import DragWire, Verdict

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
#: So many of the nearest ports are tried in one direction; each costs a look at the network that would come of it.
TRIED = 12


class AimWire(DragWire):
    """No button is held: the pointer may move as it likes, and a press ends it."""

    held = False

    def __init__(self, view: CanvasView, anchor: PortAt) -> None:
        item = view.canvas.nodes[anchor.node]
        start = item.port_point(anchor.port.output, anchor.port.name)
        super().__init__(view, Pointer(start, view.mapFromScene(start), Qt.KeyboardModifier.NoModifier), anchor)
        self.dragged = True
        self._card.say_keys("Enter", "]", "[", "Esc changes nothing. Undo is one key.")
        self._start = start
        self._timer.start()
        self.over = self._nearest_free()
        self._follow()

    # -- aiming ----------------------------------------------------------------------------------------------------------
    def _point(self, port: PortAt) -> QPointF:
        return self.view.canvas.nodes[port.node].port_point(port.port.output, port.port.name)

    def _nearest_free(self) -> PortAt | None:
        """What is most likely meant: the nearest port without a wire that takes this one as it is."""
        free = [p for id, p in self._ports() if not p.port.joined and self._may_fit(id, p.port.name)]
        free.sort(key=lambda p: (self._point(p) - self._start).manhattanLength())
        return next((p for p in free[:TRIED] if self.verdict(p).refusal is None), None)

    def aim(self, dx: int, dy: int) -> None:
        """On to the nearest port in that direction that takes the wire, or would after a repair; at a row's end, around."""
        ways = (self._towards(dx, dy), self._in_rows(dx) if dx else [])
        found = next((p for way in ways for p in way[:TRIED] if self._can_take(p)), None)
        if found is None:
            self.view.status_message.emit("No port that way takes this wire.")
            return
        self.over, self.choice = found, 0
        self._follow()

    def _towards(self, dx: int, dy: int) -> list[PortAt]:
        """The ports in one direction, the nearest first; what lies aside is further away."""
        here = self._point(self.over) if self.over else self._start
        found: list[tuple[float, int, PortAt]] = []
        for i, (_, port) in enumerate(self._ports()):
            away = self._point(port) - here
            along, across = away.x() * dx + away.y() * dy, abs(away.x() * dy) + abs(away.y() * dx)
            if along > 1 and across <= along:
                found.append((along + 2 * across, i, port))
        return [port for _, _, port in sorted(found, key=lambda f: f[:2])]

    def _in_rows(self, dx: int) -> list[PortAt]:
        """The ports after (or before) this place, as one reads."""
        here = self._point(self.over) if self.over else self._start
        places = [((self._point(p).y() - here.y(), self._point(p).x() - here.x()), p) for _, p in self._ports()]
        there = [(at, p) for at, p in places if (at > (0, 0) if dx > 0 else at < (0, 0))]
        return [p for _, p in sorted(there, key=lambda t: t[0], reverse=dx < 0)]

    def _can_take(self, port: PortAt) -> bool:
        verdict = self.verdict(port)
        return verdict.refusal is None or bool(verdict.repairs)

    def _follow(self) -> None:
        at = self._point(self.over) if self.over else self.view.place_for_new(self.anchor)
        self.view.ensureVisible(at.x() - 20, at.y() - 20, 40, 40)
        self._show(at)

    # -- keys ------------------------------------------------------------------------------------------------------------
    def key(self, key: int) -> bool:
        pressed = Qt.Key(key)
        if pressed in ARROWS:
            self.aim(*ARROWS[pressed])
        elif pressed in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            super().key(Qt.Key.Key_Down if pressed == Qt.Key.Key_BracketRight else Qt.Key.Key_Up)
        elif pressed in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._connect()
        elif pressed in (Qt.Key.Key_Tab, Qt.Key.Key_Space):
            self._ask_for_layer()
        else:
            return False
        return True

    def _connect(self) -> None:
        if self.over is None:
            self._ask_for_layer()
            return
        verdict, choice = self.verdict(self.over), self.choice
        self.view.gesture = None
        self.cancel()
        self._drop(verdict, choice)

    def _ask_for_layer(self) -> None:
        self.view.gesture = None
        self.cancel()
        at = self.view.place_for_new(self.anchor)
        self.view.ensureVisible(at.x(), at.y() - 20, 160, 200)
        self.view.open_search(at, self.anchor)
        self.picture.follow(at, None, True, None, None)
        self.view.canvas.overlay.draw(self.picture)

    # -- words -----------------------------------------------------------------------------------------------------------
    def _words(self, verdict: Verdict | None) -> str:
        if verdict is None or self.over is None:
            return f"{self.picture.shape} · arrows aim, Tab adds a layer, Esc leaves"
        node = self.view.session.document.nodes[self.over.node]
        several = len(self.view.canvas.nodes[node.id].look.inputs) > 1
        port = f", {self.over.port.words}" if several or self.over.port.output else ""
        where = f"{node.name or node.type}{port}"
        if verdict.refusal is None:
            return f"{super()._words(verdict)} at {where} · Enter connects"
        if verdict.repairs:
            more = " · ] for another way" if len(verdict.repairs) > 1 else ""
            return f"✗ {verdict.refusal} Enter: {verdict.repairs[self.choice].title}{more}"
        return f"✗ {where}: {verdict.refusal}"
