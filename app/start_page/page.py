"""The start page as a widget: the column at the left; at the right the search and the gallery."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.glyphs import glyph_icon
from app.panels.announcer import announce
from app.panels.words import button, label
from app.start_page.catalogue import nearest
from app.start_page.column import Begin, Column
from app.start_page.gallery import KEYS, Gallery, Scrolled
from app.start_page.gathering import Gathering
from app.theme import current
from nodes.example import examples

#: The column's width, in a wide window and in others.
WIDE, NARROW = 296, 256
WIDE_FROM = 1600
CTRL = Qt.KeyboardModifier.ControlModifier
ABOUT = "Every example is a network to open, change and train"
HOW = "Search by name, lecture (002) or layer (LSTM), or begin with an empty network."
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Search(QLineEdit):
    """Typing filters; Enter opens the first that is found, the arrow down goes to the cards. `hint` is the key to here."""

    left = Signal(object)

    def __init__(self, key: str) -> None:
        super().__init__(placeholderText="Find an example")
        self.setProperty("tall", True)
        self.setClearButtonEnabled(True)
        self.setAcceptDrops(False)  # a file dropped here is to be opened
        self.setAccessibleName("Find an example")
        self._lens = QAction(self)
        self.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self.hint = label(key, "keys")
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 6, 0)
        row.addStretch(1)
        row.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignVCenter)
        self.textChanged.connect(lambda text: self.hint.setVisible(not text))
        self.recolor()

    def recolor(self) -> None:
        self._lens.setIcon(glyph_icon("search", current().text3))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*ENTER, Qt.Key.Key_Down, Qt.Key.Key_Up) or (event.key() == Qt.Key.Key_Escape and self.text()):
            self.left.emit(Qt.Key(event.key()))
        else:
            super().keyPressEvent(event)


class StartPage(QFrame):
    """`chosen` carries an example's name. Enter trains the first network, wherever nothing else takes it."""

    chosen = Signal(str)

    def __init__(self, begin: tuple[Begin, ...], learn: tuple[tuple[str, Callable[[], object]], ...], key: str) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self.setAccessibleName("Start page")
        self.examples = examples()
        self.column = Column(begin, learn)
        self.search, self.gallery = Search(key), Gallery(self.examples)
        self.gathering = Gathering(self.examples, self)
        self.found, self.meant = label(role="caption"), button("", self._open_meant)
        self.all = button("Show all", self.search.clear)
        self._nothing, self._said = QWidget(), label(role="section")
        self.right = QFrame()
        self._lay_out()
        self.gallery.chosen.connect(self.chosen)
        self.gallery.wanted.connect(self.gathering.want)
        self.gathering.came.connect(self._show_outlines)
        self.search.textChanged.connect(self._filter)
        self.search.left.connect(self._leave_search)
        self.gallery.show_outlines(self.gathering.outlines)
        self._filter("")

    def _lay_out(self) -> None:
        self.right.setProperty("surface", "canvas")
        top = QHBoxLayout()
        top.setContentsMargins(28, 12, 38, 0)
        top.addWidget(self.found)
        top.addStretch(1)
        top.addWidget(self.search)
        self.scrolled = Scrolled(self.gallery)
        self._lay_out_nothing()
        box = QVBoxLayout(self.right)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addLayout(top)
        box.addWidget(self._nothing, 1)
        box.addWidget(self.scrolled, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.column)
        row.addWidget(self.right, 1)

    def _lay_out_nothing(self) -> None:
        """What stands where no example is found."""
        box = QVBoxLayout(self._nothing)
        box.setContentsMargins(28, 40, 28, 0)
        box.setSpacing(12)
        ways = QHBoxLayout()
        ways.setSpacing(8)
        ways.addWidget(self.meant)
        ways.addWidget(self.all)
        ways.addStretch(1)
        box.addWidget(self._said)
        box.addWidget(label(HOW, "second", wraps=True))
        box.addLayout(ways)
        box.addStretch(1)

    # -- what is found ---------------------------------------------------------------------------------------------------
    def _show_outlines(self, found: object) -> None:
        assert isinstance(found, dict)
        self.gallery.show_outlines(found)
        if self.search.text():
            self._filter(self.search.text())  # by their layers more may be found

    def _filter(self, text: str) -> None:
        query = text.strip()
        count = self.gallery.filter(query)
        self.scrolled.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        self.scrolled.verticalScrollBar().setValue(0)
        self.found.setText(f"{count} of {len(self.examples)} examples" if query else ABOUT)
        if not count and self.examples:
            meant = nearest(query, self.examples)
            self._said.setText(f"No example is called “{query}”. Did you mean {meant.title}?")
            self.meant.setText(f"Open {meant.title}")
        if query:
            announce(self.search, self._said.text() if not count else self.found.text())

    def _open_meant(self) -> None:
        self.chosen.emit(nearest(self.search.text().strip(), self.examples).name)

    def _leave_search(self, key: Qt.Key) -> None:
        shown = self.gallery.shown
        if key == Qt.Key.Key_Escape:
            self.search.clear()
        elif key in ENTER and shown:
            self.chosen.emit(shown[0].example.name)
        elif shown:
            self.gallery.reach(shown[0] if key == Qt.Key.Key_Down and self.search.text() else None)

    # -- keys --------------------------------------------------------------------------------------------------------------
    def stops(self) -> list[QWidget]:
        """What F6 leads through."""
        return [self.column.begin[0], self.search, *([self.gallery.cards[self.gallery.current]] if self.gallery.shown else [])]

    def open_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard; letters go to the search."""
        focus = self.focusWidget()
        if event.key() in ENTER:
            (focus if isinstance(focus, QAbstractButton) else self.column.begin[0]).click()
        elif event.key() in KEYS and not isinstance(focus, QLineEdit):
            self.gallery.reach()
        elif event.text().strip() and event.text().isprintable() and not event.modifiers() & CTRL:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
            self.search.insert(event.text())
        else:
            super().keyPressEvent(event)

    # -- sizes and colours -------------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= WIDE_FROM
        self.column.setFixedWidth(WIDE if wide else NARROW)
        self.search.setFixedWidth(264 if wide else 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(640, 320)

    def recolor(self) -> None:
        self.column.recolor()
        self.search.recolor()
        for card in self.gallery.cards.values():
            card.update()
