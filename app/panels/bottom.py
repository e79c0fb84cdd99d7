"""The bottom panel: Training, Problems, Layers, Log, Step, Text, Pictures; at the right of the tabs, the buttons that train."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.panels.network_table import LayersPage
from app.panels.operations_page import OperationsPage
from app.panels.pictures_page import PicturesPage
from app.panels.problem_list import ProblemList
from app.panels.train_bar import TrainBar
from app.panels.training_panel import TrainingPanel
from app.panels.words import rule
from app.panels.writing_page import WritingPage
from app.session import Session
from app.theme import current
from app.worker.control import STARTING, RunControl
from nodes.writer import alphabet

TRAINING, PROBLEMS, LAYERS, LOG, OPERATIONS, WRITING, PICTURES = range(7)


class Log(QPlainTextEdit):
    """What happened, newest last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setMaximumBlockCount(2000)
        self.setProperty("mono", True)
        self.setAccessibleName("Log")
        self.setPlaceholderText("What happens is written down here.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(12)

    def write(self, text: str) -> None:
        if text:
            self.appendPlainText(f"{datetime.now():%H:%M:%S}  {text}")


class BottomPanel(QFrame):
    def __init__(self, session: Session, control: RunControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self._session = session
        self.tabs = self._tab_bar()
        self.badge = QLabel(self.tabs)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.badge.setObjectName("badge")
        self.badge.setFixedSize(26, 18)  # of one size: a tab bar does not notice when a button in it grows
        self.train_bar = TrainBar(session, control, self)
        self._pages = QStackedWidget(self)
        self.training = TrainingPanel(session, control, self._pages)
        self.problems = ProblemList(session, self._pages)
        self.layers = LayersPage(session, self._pages)
        self.log = Log(self._pages)
        self.operations = OperationsPage(session, self._pages)
        self.writing = WritingPage(session, control.client, self._pages)
        self.pictures = PicturesPage(control, self._pages)
        for page in (self.training, self.problems, self.layers, self.log, self.operations, self.writing, self.pictures):
            self._pages.addWidget(page)
        self._lay_out()
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        session.document_changed.connect(lambda _: self.refresh())
        control.changed.connect(lambda: self._follow(control.state))
        self.pictures.came.connect(lambda: self._show_page(PICTURES, self.pictures.shown is not None))
        self.refresh()

    def _tab_bar(self) -> QTabBar:
        tabs = QTabBar(self)
        tabs.setAccessibleName("Bottom panel")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        for name in ("Training", "Problems", "Layers", "Log", "Step", "Text", "Pictures"):
            tabs.addTab(name)
        tabs.setTabVisible(OPERATIONS, False)  # there from the first F10 on
        tabs.setTabVisible(PICTURES, False)  # there while a run has some to show
        return tabs

    def _follow(self, state: str) -> None:
        """Who repairs the last problem and trains wants to see it train."""
        if state == STARTING and self.tabs.currentIndex() == PROBLEMS:
            self.show_tab(TRAINING)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        bar.addWidget(self.train_bar)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(rule())
        box.addLayout(bar)
        box.addWidget(rule())
        box.addWidget(self._pages, 1)

    def show_tab(self, index: int) -> None:
        self.tabs.setTabVisible(index, True)
        self.tabs.setCurrentIndex(index)

    def refresh(self) -> None:
        checked = self._session.checked
        count = len(checked.problems) if self._session.document.nodes else 0
        self.badge.setText(str(min(count, 99)) if count else "")
        tokens = current()
        ink, tint = (tokens.err, tokens.errtint) if checked.errors else (tokens.warn, tokens.warntint)
        look = f"color: {ink}; background: {tint}; border: 1px solid {ink}; border-radius: 8px; font-size: 11px;"
        self.badge.setStyleSheet(f"#badge {{ {look} }}" if count else "")
        self._seat_badge(bool(count))
        self._show_page(WRITING, bool(alphabet(self._session.document)))

    def _show_page(self, page: int, on: bool) -> None:
        """A tab that is there while it has something to say."""
        if on != self.tabs.isTabVisible(page):
            if self.tabs.currentIndex() == page:
                self.show_tab(TRAINING)
            self.tabs.setTabVisible(page, on)
            self.tabs.updateGeometry()  # which Qt leaves to us

    def _seat_badge(self, on: bool) -> None:
        """An empty badge would leave a hole between the tabs."""
        side = QTabBar.ButtonPosition.RightSide
        if on != (self.tabs.tabButton(PROBLEMS, side) is self.badge):
            self.tabs.setTabButton(PROBLEMS, side, self.badge if on else None)
            self.badge.setVisible(on)

    def recolor(self) -> None:
        """The theme has changed."""
        self.training.recolor()
        self.pictures.recolor()
        self.problems.refresh(force=True)
        self.layers.recolor()
        self.train_bar.refresh()
        self.refresh()
