"""FocusRing: two pixels of accent around what has the keyboard, where the widget itself would not show it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QPlainTextEdit, QTabBar, QWidget

from app.theme import current, qcolor


class _Ring(QWidget):
    """Lies over a widget, and lets everything through."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self._around = around
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fit()
        around.installEventFilter(self)
        if isinstance(around, QTabBar):
            around.currentChanged.connect(self.fit)

    def fit(self, *_: object) -> None:
        """As large as what it lies over; of a tab bar, as its chosen tab."""
        bar = self._around
        whole = QRect(0, 0, bar.width(), bar.height())
        self.setGeometry(bar.tabRect(bar.currentIndex()) if isinstance(bar, QTabBar) else whole)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(qcolor(current().accent), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class FocusRing(QObject):
    """Follows the focus of one window and its dialogs. What was pressed with the mouse needs no ring: the hand knows it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._ring: _Ring | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._moved)

    def _moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or old is None:
            return  # another program comes or goes, or the window has just been opened
        if self._ring is not None:
            self._ring.hide()
            self._ring.deleteLater()
            self._ring = None
        if self._rings(new) and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._ring = _Ring(new)
            self._ring.show()
            self._ring.raise_()

    def _rings(self, widget: QWidget) -> bool:
        """Of this window, or of a dialog of it. The log draws an outline of its own."""
        if self._window not in (widget.window(), widget.window().parent()):
            return False
        return isinstance(widget, (QAbstractScrollArea, QTabBar)) and not isinstance(widget, QPlainTextEdit)
