"""The gallery: every example as a card, in groups under their headings; arrows walk from card to card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from app.panels.words import label
from app.start_page.card import Card
from app.start_page.catalogue import Section, matches, sections
from app.start_page.places import Place, Places, arrange, step
from nodes.example import Example
from nodes.portrait.outline import Outline

KEYS = {Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
#: Pixels kept free above and below a card that is scrolled to: its heading is seen with it.
MARGIN = 36


@dataclass(frozen=True)
class Group:
    """A section as it stands in the window."""

    section: Section
    heading: QWidget
    lectures: QLabel
    cards: tuple[Card, ...]

    @property
    def shown(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if not card.isHidden())


class Gallery(QWidget):
    """`chosen` carries the name of an example that is to be opened, `wanted` of one whose picture is to be drawn."""

    chosen = Signal(str)
    wanted = Signal(str)

    def __init__(self, found: Mapping[str, Example]) -> None:
        super().__init__()
        self.groups = [self._group(section) for section in sections(found.values())]
        self.cards = {card.example.name: card for group in self.groups for card in group.cards}
        self.current = ""
        self._places = Places((), (), 0)
        self._make_current(next(iter(self.cards), ""))

    def _group(self, section: Section) -> Group:
        heading = QWidget(self)
        row = QHBoxLayout(heading)
        row.setContentsMargins(0, 0, 0, 6)
        row.setSpacing(8)
        row.addWidget(label(section.title, "section"))
        lectures = label(section.lectures, "caption")
        row.addWidget(lectures)
        row.addStretch(1)
        return Group(section, heading, lectures, tuple(self._card(example) for example in section.examples))

    def _card(self, example: Example) -> Card:
        card = Card(example, self)
        card.clicked.connect(lambda: self.chosen.emit(example.name))
        card.wanted.connect(self.wanted)
        card.reached.connect(self._make_current)
        return card

    # -- what is shown -------------------------------------------------------------------------------------------------------
    def show_outlines(self, outlines: Mapping[str, Outline]) -> None:
        for name in outlines.keys() & self.cards.keys():
            self.cards[name].take(outlines[name])
        self._place()

    def filter(self, query: str) -> int:
        """Show what matches; how many that are."""
        for group in self.groups:
            for card in group.cards:
                card.setVisible(matches(query, card.example, card.outline))
            group.heading.setVisible(bool(group.shown))
        shown = self.shown
        if shown and self.cards[self.current].isHidden():
            self._make_current(shown[0].example.name)
        self._place()
        return len(shown)

    @property
    def shown(self) -> list[Card]:
        return [card for group in self.groups for card in group.shown]

    # -- where it stands -----------------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._place()

    def _place(self) -> None:
        groups = [group for group in self.groups if group.shown]
        counts = [len(group.shown) for group in groups]
        self._places = arrange(self.width(), counts, lambda s, i, width: groups[s].shown[i].height_for(width))
        for group, heading, rows in zip(groups, self._places.headings, self._places.rows, strict=True):
            group.heading.setGeometry(_rect(heading))
            for card, place in zip(group.shown, (place for row in rows for place in row), strict=True):
                card.setGeometry(_rect(place))
        self.setMinimumHeight(self._places.height)

    def sizeHint(self) -> QSize:
        return QSize(800, self._places.height)

    # -- keys ----------------------------------------------------------------------------------------------------------------
    def _make_current(self, name: str) -> None:
        """One card stands in the order of Tab: arrows lead to the others."""
        for card in (self.cards.get(self.current), self.cards.get(name)):
            if card is not None:
                here = card.example.name == name
                card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if here else Qt.FocusPolicy.ClickFocus)
        self.current = name

    def reach(self, card: Card | None = None) -> None:
        """Give the keyboard to a card: this one, or the current one."""
        card = card or self.cards.get(self.current)
        if card is not None and not card.isHidden():
            card.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in KEYS and self.shown:
            self.reach(self._beside(KEYS[Qt.Key(event.key())]))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.shown:
            self.reach(self.shown[0 if event.key() == Qt.Key.Key_Home else -1])
        else:
            super().keyPressEvent(event)

    def _beside(self, key: str) -> Card:
        rows = [list(row) for section in self._places.rows for row in section]
        cards = iter(self.shown)
        table = [[next(cards) for _ in row] for row in rows]
        here = self.cards[self.current]
        at = next((r, row.index(here)) for r, row in enumerate(table) if here in row)
        r, c = step([len(row) for row in table], at, key)
        return table[r][c]


class Scrolled(QScrollArea):
    """A gallery that follows the card with the keyboard."""

    def __init__(self, gallery: Gallery) -> None:
        super().__init__()
        self._gallery = gallery
        self.setWidget(gallery)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for card in gallery.cards.values():
            card.reached.connect(self._follow)

    def _follow(self, name: str) -> None:
        self.ensureWidgetVisible(self._gallery.cards[name], 0, MARGIN)


def _rect(place: Place) -> QRect:
    return QRect(place.x, place.y, place.width, place.height)
