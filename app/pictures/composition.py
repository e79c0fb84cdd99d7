"""Composition: what a picture of the canvas shows. No grid, no selection, every detail, some room around it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.ink import Ink
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.scene import CanvasScene
from app.pictures.outlines import OutlinedInk
from app.session import Live, Session
from app.tokens import DARK, LIGHT, Tokens
from app.verdicts import judge
from nodes.document import Document
from runtime.errors import NetwrightError

MARGIN = 24.0


@dataclass(frozen=True)
class Look:
    """How a picture looks: light on white unless it is asked for otherwise."""

    dark: bool = False
    transparent: bool = False

    @property
    def tokens(self) -> Tokens:
        return DARK if self.dark else replace(LIGHT, canvas="#FFFFFF")


class _Reading:
    """Stands for the view's zoom: everything is painted as it is for reading, however small the picture."""

    @staticmethod
    def levelOfDetailFromTransform(transform: object) -> float:
        return 1.0


class Composition:
    """A canvas of its own for `document` (or the layers `only` of it), painted wherever it is wanted."""

    def __init__(
        self, document: Document, look: Look = Look(), only: Collection[str] | None = None, live: Live | None = None
    ) -> None:
        if not document.nodes or (only is not None and not only):
            raise NetwrightError("There is no layer to make a picture of: add one, or select some.")
        self.document, self.look = document, look
        session = Session(document)
        session.live = live or Live()
        session.verdicts.take(judge(document))
        self._scene = CanvasScene(session, look.tokens)
        self._scene.complete()
        self._only = set(self._scene.nodes if only is None else only)
        self._items = sorted(self._chosen(), key=lambda item: item.zValue())

    def _chosen(self) -> list[FrameItem | WireItem | NodeItem]:
        """Layers, the wires between them, and the frames that hold no other layer."""
        scene, only = self._scene, self._only
        nodes = [item for id, item in scene.nodes.items() if id in only]
        wires = [item for wire, item in scene.wires.items() if wire.source in only and wire.target in only]
        whole = len(nodes) == len(scene.nodes)
        frames = [item for item in scene.frames.values() if whole or self._holds_these_only(item)]
        return [*frames, *wires, *nodes]

    def _holds_these_only(self, frame: FrameItem) -> bool:
        inside = {id for id, item in self._scene.nodes.items() if frame.rect().contains(item.scene_body().center())}
        return bool(inside) and inside <= self._only

    def bounds(self) -> QRectF:
        """What is painted, with a margin, on whole pixels."""
        rect = QRectF()
        for item in self._items:
            rect = rect.united(_covered(item))
        return QRectF(rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).toAlignedRect())

    @property
    def words(self) -> tuple[str, str]:
        """Title and description, for those who do not see the picture."""
        names = [item.look.title for item in self._items if isinstance(item, NodeItem)]
        count = "1 layer" if len(names) == 1 else f"{len(names):,} layers"
        return self.document.title, f"A network of {count}: {', '.join(names[:40])}{' …' * (len(names) > 40)}"

    def paint(self, painter: QPainter, outlined: bool = False) -> None:
        """In scene coordinates. `outlined`: texts become shapes."""
        ink = (OutlinedInk if outlined else Ink)(self.look.tokens)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if not self.look.transparent:
            painter.fillRect(self.bounds(), ink.brush("canvas"))
        for item in self._items:
            item.ink = ink
            painter.save()
            painter.translate(item.pos())
            item.paint(painter, _Reading)
            painter.restore()


def _covered(item: QGraphicsItem) -> QRectF:
    """What an item takes of the picture: less than what it asks Qt to repaint."""
    if isinstance(item, NodeItem):
        small = item.look.bead or item.look.collapsed
        return item.scene_body().adjusted(-8, -8, 8, 22 if small else 8)
    if isinstance(item, WireItem) and not item.folded:
        return item.path.boundingRect().adjusted(-4, -4, 4, 4)
    return item.rect() if isinstance(item, FrameItem) else QRectF()
