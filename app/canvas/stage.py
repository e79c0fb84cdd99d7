"""Stage: the view without the document. Zoom at a point, pan, fit, the dotted ground."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from app.canvas.geometry import FAR, GRID, ZOOM_LEAST, ZOOM_MOST
from app.canvas.motion import Glide
from app.theme import qcolor
from app.tokens import Tokens

#: Room a fitted picture leaves for the title above and the zoom control below.
Margins = tuple[float, float, float, float]
MARGINS: Margins = (16.0, 36.0, 16.0, 46.0)
#: In a low view it stands beside both instead.
BESIDE: Margins = (230.0, 14.0, 16.0, 10.0)
WHEEL_STEP = 1.15


@lru_cache(maxsize=64)
def dots(columns: int, step: float) -> QPolygonF:
    """A row of the ground's points."""
    return QPolygonF([QPointF(x * step, 0) for x in range(columns)])


class Stage(QGraphicsView):
    """A flat ground that zooms and pans. `whole`: all of it is being shown, until somebody zooms, pans or fits a part."""

    zoom_changed = Signal(float)

    def __init__(self, scene: QGraphicsScene, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.tokens = tokens
        self.whole = False
        self._glide = Glide(self)
        self.least = ZOOM_LEAST
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        # The ground is painted again where something moves: from a picture of it.
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState, False)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- zoom ------------------------------------------------------------------------------------------------------------
    @property
    def zoom(self) -> float:
        return self.transform().m11()

    def seen(self) -> QRectF:
        """What of the scene is in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Zoom so that what lies under the viewport's point `at` stays there."""
        wanted = min(max(self.zoom * factor, self.least), ZOOM_MOST)
        if abs(wanted - self.zoom) < 1e-9:
            return
        self.stop_gliding()
        under = self.mapToScene(at.toPoint())
        self.whole = False
        self.setTransform(QTransform.fromScale(wanted, wanted))
        away = self.mapFromScene(under) - at.toPoint()
        self.pan(-away)
        self.zoom_changed.emit(self.zoom)

    def zoom_by(self, factor: float) -> None:
        self.zoom_at(factor, QPointF(self.viewport().rect().center()))

    def reset_zoom(self) -> None:
        self.zoom_by(1.0 / self.zoom)

    def pan(self, by: QPoint) -> None:
        """Move the picture by so many pixels."""
        self.stop_gliding()
        self.whole = False
        for bar, step in ((self.horizontalScrollBar(), by.x()), (self.verticalScrollBar(), by.y())):
            bar.setValue(bar.value() - step)

    def fit(self, rect: QRectF, most: float = 1.0, gliding: bool = False) -> None:
        """Show all of `rect`, never larger than 100 %."""
        self.stop_gliding()
        self.whole = False
        rect = rect if not rect.isEmpty() else QRectF(-1, -1, 2, 2)
        zooms = {m: min(self._zoom_for(rect, m), most) for m in (MARGINS, BESIDE)}
        left, top, right, bottom = BESIDE if zooms[BESIDE] > zooms[MARGINS] else MARGINS
        zoom = max(*zooms.values(), self.least)
        off = QPointF((left - right) / (2 * zoom), (top - bottom) / (2 * zoom))
        if gliding:
            self._glide_to(zoom, rect.center() - off)
        else:
            self._look_at(zoom, rect.center() - off)

    def _look_at(self, zoom: float, centre: QPointF) -> None:
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self.centerOn(centre)
        self.zoom_changed.emit(zoom)

    def _glide_to(self, zoom: float, centre: QPointF) -> None:
        """What is looked at moves evenly, on the screen too: what lies between two zooms is their geometric mean."""
        from_zoom, start = self.zoom, self.seen().center()

        def step(share: float) -> None:
            last = share >= 1.0
            between = zoom if last else from_zoom * (zoom / from_zoom) ** share
            self._look_at(between, centre if last else start + (centre - start) * share)

        self._glide.start(step)

    def stop_gliding(self) -> None:
        self._glide.stop()

    def _room(self, margins: Margins = MARGINS) -> QSizeF:
        """What a fitted picture may fill."""
        left, top, right, bottom = margins
        size = self.viewport().size()
        return QSizeF(max(size.width() - left - right, 50.0), max(size.height() - top - bottom, 50.0))

    def _zoom_for(self, rect: QRectF, margins: Margins) -> float:
        room = self._room(margins)
        return min(room.width() / rect.width(), room.height() / rect.height())

    def most_seen(self) -> QSizeF:
        """What can be seen at once, at the least zoom."""
        room = self._room()
        return QSizeF(room.width() / ZOOM_LEAST, room.height() / ZOOM_LEAST)

    def allow(self, rect: QRectF) -> None:
        """Let the zoom become so small that all of `rect` is seen."""
        self.least = min(ZOOM_LEAST, self._zoom_for(rect, MARGINS))

    def too_large(self, rect: QRectF) -> bool:
        most = self.most_seen()
        return rect.width() > most.width() or rect.height() > most.height()

    # -- ground ----------------------------------------------------------------------------------------------------------
    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        rect = QRectF(rect)
        painter.fillRect(rect, qcolor(self.tokens.canvas))
        step = GRID if self.zoom >= FAR else GRID * 5 * max(1, round(0.1 / self.zoom))
        left, top = (rect.left() // step) * step, (rect.top() // step) * step
        columns, rows = int(rect.width() / step) + 2, int(rect.height() / step) + 2
        pen = QPen(qcolor(self.tokens.dot), 1.5)
        pen.setCosmetic(True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)  # Qt forgets it where it keeps a picture of the ground
        painter.setPen(pen)
        painter.translate(left, top)
        for _ in range(rows):
            painter.drawPoints(dots(columns, step))
            painter.translate(0, step)
        painter.translate(-left, -top - rows * step)
