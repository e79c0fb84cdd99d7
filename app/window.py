"""MainWindow: puts canvas, panels, bars and the run together. What each part does stands in its own file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app import theme
from app.autosave import Autosave, left_behind
from app.background import in_background
from app.canvas.view import CanvasView
from app.commands import COMMANDS, possible
from app.glyphs import glyph_icon
from app.panels import menus
from app.panels.announcer import Announcer
from app.panels.bindings import Bindings
from app.panels.bottom import BottomPanel
from app.panels.command_palette import CommandPalette
from app.panels.filing import Filing
from app.panels.focus_ring import FocusRing
from app.panels.help_card import HelpCard
from app.panels.inspector import Inspector
from app.panels.layer_palette import LayerPalette
from app.panels.message_bar import MessageBar
from app.panels.on_disk import OnDisk
from app.panels.rail import InspectorHandle, PaletteRail
from app.panels.recovery import Recovery
from app.panels.shelving import Shelving
from app.panels.status import Status
from app.panels.telling import Telling
from app.panels.title import Title
from app.panels.toolbar import Toolbar
from app.panels.window_commands import WindowCommands
from app.panels.words import recolor
from app.session import RunHistory, Session
from app.settings import config_folder, state_folder, store
from app.start_page.starting import Starting
from app.verdicts import Verdict
from app.worker.client import TrainingClient
from app.worker.control import RunControl
from nodes.document import Document
from nodes.example import new

WIDE, TALL, LOW = 1600, 900, 640


def bottom_height(window: int) -> int:
    """In a low window the network has the room; the bottom panel can be dragged higher."""
    return 292 if window >= TALL else (212 if window >= LOW else 176)


class MainWindow(WindowCommands):
    """One window, one document. The session is the one door through which it changes."""

    closing = Signal()

    def __init__(self, document: Document | None = None, settings: QSettings | None = None) -> None:
        super().__init__()
        self.store = settings or store()
        self.session = Session(document or new("lenet"), None, self)
        self.client = TrainingClient(self)
        self.control = RunControl(self.session, self.client, self)
        self.autosave = Autosave(self.session, state_folder(), self)
        self._tokens = theme.current()
        self._make_parts()
        self._lay_out()
        self._connect()
        self.setMinimumSize(960, 540)
        self.setAcceptDrops(True)
        # Qt's own menu of bars could hide the toolbar for good.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.resize(1280, 800)
        self.recall()
        self._dress()
        self.tell_title()
        self.canvas.setFocus()

    # -- parts -----------------------------------------------------------------------------------------------------------
    def _make_parts(self) -> None:
        self.canvas = CanvasView(self.session, self._tokens)
        self.canvas.canvas.show_costs(bool(self.store.value("costs", False, bool)))
        self.keys = Bindings(config_folder() / "keys.json", self)
        self.actions_by_id = menus.make_actions(self)
        self.toolbar = Toolbar(self)
        self._make_middle()
        self.filing = Filing(self, self.session, self.messages)
        self.recovery = Recovery(self, self.session, self.messages)
        self.on_disk = OnDisk(self, self.session, self.messages, self.autosave.presence)
        self.shelving = Shelving(self, self.session, self.palette_panel, self.messages)
        self.bottom = BottomPanel(self.session, self.control, self._split)
        self.inspector, self.inspector_handle = Inspector(self.session, self._middle), InspectorHandle(self._middle)
        self.telling = Telling(self, self.session, self.control, self.messages)
        self.status = Status(self.session, self.control)
        self.commands = CommandPalette(self)
        self.help_card = HelpCard(self)
        self.hidden_by_hand: set[QWidget] = set()
        self.shown_by_hand: set[QWidget] = set()

    def _make_middle(self) -> None:
        """Each part is made where it will stand: Qt styles one that is moved anew, and all in it. The order is Tab's."""
        self._pages = QStackedWidget(self)
        self._middle = QWidget(self._pages)
        self.palette_rail, self.palette_panel = PaletteRail(self._middle), LayerPalette(self.session.shelf, self._middle)
        self._split = QSplitter(Qt.Orientation.Vertical, self._middle)
        self._stage = QWidget(self._split)
        self.messages = MessageBar(self._stage)
        self.canvas.setParent(self._stage)

    def _lay_out(self) -> None:
        menus.fill_menus(self)
        # Not a corner widget: with one, Qt hides all menus behind its » button.
        self.menuBar().setStyleSheet("QMenuBar { padding: 0 4px 0 34px; } QMenuBar::item { margin: 0; padding: 0 8px; }")
        self.menuBar().setFixedHeight(28)
        self._logo = QLabel(self.menuBar())
        self._logo.setGeometry(12, 6, 16, 16)
        self._title = Title(self.menuBar())
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.status)
        box = QVBoxLayout(self._stage)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self._done = QProgressBar(self._stage, maximum=1000, textVisible=False)
        self._done.setFixedHeight(2)
        box.addWidget(self._done)
        box.addWidget(self.canvas, 1)
        self._make_split()
        row = QHBoxLayout(self._middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self.palette_rail, self.palette_panel, self._split, self.inspector, self.inspector_handle):
            row.addWidget(widget, 1 if widget is self._split else 0)
        self._pages.addWidget(self._middle)
        self.setCentralWidget(self._pages)
        self.starting = Starting(self, self._pages)

    def _make_split(self) -> None:
        """The canvas above, the bottom panel below, and a line to drag between them."""
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(self._stage)
        self._split.addWidget(self.bottom)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)

    def _connect(self) -> None:
        session, control, canvas = self.session, self.control, self.canvas
        session.document_changed.connect(lambda _: self.refresh_actions())
        session.document_changed.connect(lambda _: self.tell_title())
        session.selection_changed.connect(lambda _: self.refresh_actions())
        session.path_changed.connect(lambda _: self._on_path())
        control.changed.connect(self.refresh_actions)
        control.changed.connect(self._show_progress)
        control.logged.connect(self.bottom.log.write)
        self.autosave.kept.connect(self.status.show_kept)
        self.bottom.operations.reached.connect(session.reveal)
        canvas.status_message.connect(self.status.say)
        canvas.canvas.choice_changed.connect(self.refresh_actions)
        self.messages.keep_clear_of(canvas.title, canvas.breadcrumb)
        self.messages.covers.connect(lambda down: canvas.make_way(down - canvas.y()))
        self.announcer, self.focus_ring = Announcer(self), FocusRing(self)
        self._connect_keys()
        self._connect_wishes()

    def _connect_keys(self) -> None:
        """Whoever shows a key shows the one that is bound now."""
        self.keys.changed.connect(lambda: menus.bind(self))
        self.keys.failed.connect(lambda sentence: self.messages.say("warn", sentence))
        self.inspector.page_made.connect(self.keys.name)
        self.bottom.train_bar.hint = self.keys.hint
        self.keys.changed.connect(lambda: self.inspector.network.keys.follow(self.keys.hint))
        self.inspector.network.keys.follow(self.keys.hint)
        menus.bind(self)
        if self.keys.trouble:
            self.messages.say("warn", self.keys.trouble)

    def _connect_wishes(self) -> None:
        """What panels and canvas ask the window for."""
        canvas = self.canvas
        self.palette_panel.chosen.connect(self.add_layer)
        self.palette_rail.wanted.connect(self.show_category)
        self.inspector_handle.wanted.connect(self.show_inspector)
        for asks in (self.inspector, self.bottom.problems, canvas.search):
            asks.help_wanted.connect(self.show_layer_help)
        self.help_card.example_wanted.connect(self.open_layer_example)
        self.help_card.template_wanted.connect(self.open_template)
        canvas.menu_requested.connect(self._show_menu)
        canvas.example_requested.connect(self.choose_new)
        canvas.help_requested.connect(self.node_help)
        canvas.node_activated.connect(lambda _: self.show_inspector())

    # -- the document ----------------------------------------------------------------------------------------------------
    def show_document(
        self, document: Document, path: Path | None, verdict: Verdict | None = None, history: RunHistory | None = None
    ) -> None:
        """Another document takes the place of the one that is open; `history` is its own, if it has one."""
        self.control.forget()
        self.messages.leave_off()
        self.starting.leave()
        self.autosave.clear()
        self.session.opened(document, path, verdict, history)
        self.bottom.training.show_history(document)
        self.bottom.writing.clear()
        if not self.canvas.whole:  # the canvas shows all of another document by itself, once it is seen
            self.canvas.show_all()

    def offer_recovery(self) -> None:
        """What a crash left behind, if anything."""
        for found in in_background(lambda: left_behind(state_folder())):
            self.recovery.offer(found)

    # -- what is said ----------------------------------------------------------------------------------------------------
    def _show_progress(self) -> None:
        """The line at the top of the canvas."""
        self._done.setValue(round(1000 * self.control.progress.share) if self.control.state != "idle" else 0)

    def tell_mistake(self, sentence: str, details: str) -> None:
        self.telling.mistake(sentence, details)

    def _show_menu(self, at: QPoint) -> None:
        canvas = self.canvas
        menus.canvas_menu(self, canvas.mapToScene(canvas.viewport().mapFromGlobal(at))).popup(at)

    # -- commands of the window itself -------------------------------------------------------------------------------------
    def refresh_actions(self) -> None:
        for command in COMMANDS:
            self.actions_by_id[command.id].setEnabled(possible(self, command))
            if command.ticked:
                self.actions_by_id[command.id].setChecked(command.ticked(self))
        history = self.session.history
        for id, title in (("undo", history.undo_title), ("redo", history.redo_title)):
            self.actions_by_id[id].setText(f"{id.capitalize()} {title}" if title else id.capitalize())

    # -- theme -----------------------------------------------------------------------------------------------------------
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # The desktop may switch at any time; the style sheet has been renewed by then.
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and theme.current() is not self._tokens:
            QTimer.singleShot(0, self, self._dress)

    def _dress(self) -> None:
        self._tokens = theme.current()
        self.canvas.set_tokens(self._tokens)
        menus.recolor(self)
        recolor(self)
        self.toolbar.recolor()
        self.messages.recolor()
        self.palette_panel.fill()
        self.palette_rail.recolor()
        self.inspector.refresh(force=True)
        self.bottom.recolor()
        self.status.recolor()
        self.help_card.recolor()
        self.starting.recolor()
        canvas = f"QProgressBar {{ background: {self._tokens.canvas}; min-height: 2px; max-height: 2px; }}"
        self._done.setStyleSheet(canvas)
        self._logo.setPixmap(glyph_icon("logo", self._tokens.accent).pixmap(16, 16))
        self.refresh_actions()

    # -- sizes -----------------------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        old = event.oldSize().height()
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        self.palette_panel.setFixedWidth(232 if wide else 184)
        self.inspector.setFixedWidth(312 if wide else 272)
        self.arrange_panels()
        bottom = bottom_height(self.height())
        if old < 0 or bottom_height(old) != bottom:
            self._split.setSizes([max(240, self._split.height() - bottom), bottom])
        self.bottom.train_bar.refresh()
        self.toolbar.search.fit(wide)
        self._title.place()

    # -- title -----------------------------------------------------------------------------------------------------------
    def _on_path(self) -> None:
        if self.session.history.clean:
            self.autosave.clear()
        self.tell_title()

    def tell_title(self) -> None:
        if self.starting.on:
            self.setWindowTitle("Start — Netwright")
            self._title.show_words("Start", "")
            return
        document, path, clean = self.session.document, self.session.path, self.session.history.clean
        where = path.name if path else "not saved yet"
        self.setWindowTitle(f"{document.title} — {where}{'' if clean else ' · edited'} — Netwright")
        self._title.show_words(document.title, f"{where}{'' if clean else ' · edited'}")

    # -- files dropped on it ---------------------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(any(url.isLocalFile() for url in event.mimeData().urls()))

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        names = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        # Not now: a question about changes must not keep the program waiting that is dragged from.
        QTimer.singleShot(0, self, lambda: self.filing.open_dropped(names))

    # -- the end -----------------------------------------------------------------------------------------------------------
    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.filing.may_leave():
            event.ignore()
            return
        self.closing.emit()
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """End the training process, a check under way and the journal. Nothing of this window runs afterwards."""
        self.starting.close()
        self.client.close()
        self.control.forget()
        self.session.verdicts.close()
        self.autosave.close()
