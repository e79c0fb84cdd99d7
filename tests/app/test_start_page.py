"""The start page: what it shows, what is begun from it, by hand and by keys; what it finds; when it comes and goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from app.main import first_window
from app.recent import remember
from app.settings import store
from app.start_page import kept
from app.start_page.card import Card
from app.start_page.catalogue import matches, nearest, sections
from app.start_page.places import EDGE, GAP, arrange, in_a_row, step
from app.start_page.starting import shows_at_start
from app.worker.control import IDLE
from nodes import files
from nodes.document import Document
from nodes.example import GROUPS, Example, examples, new
from nodes.portrait.outline import Outline, outline
from tests.app.conftest import press, settled
from tests.app.test_accessibility import nameless, spoken_name
from tests.app.test_looks import flaws, overlaps

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
WORDS = "One of many, with a line of words that is longer than a card is wide in any window"


def fake(name: str, group: str, *lectures: str, help: str = "A fake") -> Example:
    return Example(name, name.capitalize(), help, "a number", lambda: new("neuron"), group, lectures)


@pytest.fixture
def many(monkeypatch) -> dict[str, Example]:
    """As many as there will be: all that there are, and thirty more."""
    made = dict(examples())
    for i in range(30):
        group = list(GROUPS)[i % 5]
        one = fake(f"fake{i:02}", group, *(["002"] if i % 3 else []), help=WORDS if i % 7 == 0 else "A fake")
        made[one.name] = one
    monkeypatch.setattr("app.start_page.page.examples", lambda: made)
    return made


def title(window) -> str:
    return window.session.document.title


# -- coming and going --------------------------------------------------------------------------------------------------
def test_enter_trains_lenet(qtbot, started):
    assert started.windowTitle() == "Start — Netwright" and not started.toolbar.isVisible()
    assert started.status.state.text().endswith("examples") and "offline" in started.status.parameters.text()
    press(Key.Key_Return)
    assert title(started) == "LeNet" and started.canvas.isVisible() and started.toolbar.isVisible()
    qtbot.waitUntil(lambda: started.control.progress.share > 0, timeout=60_000)
    assert "44,426" in started.status.parameters.text() and started.status.memory.isVisible()
    started.control.stop()
    qtbot.waitUntil(lambda: started.control.state == IDLE, timeout=30_000)


def test_ctrl_n_begins_an_empty_network_at_once(qtbot, started):
    press(Key.Key_N, held=CTRL)
    assert started.canvas.isVisible() and not started.session.document.nodes
    assert QApplication.focusWidget() is started.canvas
    press(Key.Key_N, held=CTRL)
    qtbot.waitUntil(started.new_menu.isVisible)
    started.new_menu.hide()


def test_ctrl_o_opens_a_file_which_is_listed_then(qtbot, started, tmp_path, monkeypatch):
    path = tmp_path / "digits.onnx"
    files.save(new("lenet"), path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    press(Key.Key_O, held=CTRL)
    assert started.session.path == path and started.canvas.isVisible()
    started.actions_by_id["start_page"].trigger()
    (row,) = started.starting.page.column.rows
    assert (spoken_name(row), row.accessibleDescription()) == ("digits.onnx", "LeNet · 44,426 parameters, today")
    started.session.do("Rename", lambda d: d.changed(title="Mine"))
    QTest.mouseClick(row, LEFT)
    assert title(started) == "LeNet" and started.canvas.isVisible()


def test_esc_goes_back_to_a_network_and_stays_where_there_is_none(started):
    press(Key.Key_Escape)
    assert started.starting.on
    started.open_template("mlp")
    assert not started.starting.on
    started.actions_by_id["start_page"].trigger()
    assert started.starting.on and not started.canvas.isVisible()
    press(Key.Key_Escape)
    assert not started.starting.on and title(started) == "MLP" and QApplication.focusWidget() is started.canvas


def test_closing_the_network_shows_it(window):
    QTest.keyClick(window, Key.Key_W, CTRL)
    assert window.starting.on and not window.session.document.nodes
    press(Key.Key_Escape)
    assert window.starting.on


def test_a_network_that_is_to_be_kept_keeps_its_place(window, monkeypatch):
    window.add_layer("Dense")
    monkeypatch.setattr("app.panels.filing.ask_about_changes", lambda *_: "Cancel")
    QTest.keyClick(window, Key.Key_W, CTRL)
    assert not window.starting.on and title(window) == "LeNet"
    window.starting.show()
    press(Key.Key_Return)
    assert window.starting.on and window.control.state == IDLE


def test_commands_of_the_canvas_wait(started):
    ids = {id for id, action in started.actions_by_id.items() if action.isEnabled()}
    assert {"new", "open", "quit", "find", "palette", "theme_dark"} <= ids
    assert not {"save", "undo", "paste", "select_all", "tidy", "train", "start_page", "close"} & ids
    press(Key.Key_V, held=CTRL)
    assert not started.session.document.nodes
    started.open_palette()
    QTest.keyClicks(started.commands.search, "tidy")
    assert started.commands.entries[0].place == "Open a network first."
    started.commands.hide()


def test_a_file_dropped_on_it_is_opened(qtbot, started, tmp_path):
    path = tmp_path / "net.onnx"
    files.save(new("mlp"), path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = LEFT, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(600, 300), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(started, enter)
    assert enter.isAccepted() and not started.starting.page.search.acceptDrops()
    QApplication.sendEvent(started, QDropEvent(QPointF(600, 300), Qt.DropAction.CopyAction, data, buttons, keys))
    qtbot.waitUntil(lambda: started.session.path == path)
    assert not started.starting.on


def test_what_cannot_be_opened_is_said_on_it(started, tmp_path):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"not a model")
    started.filing.open(damaged)
    assert started.starting.on and started.messages.isVisible() and "damaged.onnx" in started.messages.text.text()
    started.open_template("mlp")
    started.messages.say("warn", "Something.")
    assert started.messages.isVisible()
    started.starting.show()
    assert started.messages.isVisible() and started.messages.parentWidget() is started.starting.page.right


def test_whether_it_comes_first_is_remembered(started):
    assert shows_at_start(started.store) and started.actions_by_id["start_first"].isChecked()
    started.actions_by_id["start_first"].trigger()
    assert not shows_at_start(started.store) and not started.actions_by_id["start_first"].isChecked()


@pytest.mark.parametrize("path, wanted, shown", [(None, True, True), (None, False, False), ("x.onnx", True, False)])
def test_the_program_begins_with_it(qapp, home, path, wanted, shown):
    settings = store()
    settings.setValue("start_page", wanted)
    window = first_window(path, settings)
    assert (window.starting.on, title(window)) == (shown, "Untitled" if path or shown else "LeNet")
    window.shut_down()
    window.deleteLater()


# -- examples ----------------------------------------------------------------------------------------------------------
def test_every_example_is_a_card_that_opens_it(qtbot, started):
    page = started.starting.page
    assert set(page.gallery.cards) == set(examples())
    headings = [group.section.title for group in page.gallery.groups]
    assert headings == [t for k, t in GROUPS.items() if any(e.group == k for e in examples().values())]
    card = page.gallery.cards["mlp"]
    page.scrolled.ensureWidgetVisible(card)
    QTest.mouseClick(card, LEFT)
    assert title(started) == "MLP" and not started.starting.on


def test_cards_say_what_the_networks_have_and_are_drawn_from_them(qtbot, started):
    page = started.starting.page
    qtbot.waitUntil(lambda: not page.gathering.missing, timeout=20_000)
    card = page.gallery.cards["lenet"]
    assert card.texts()[2] == "44,426 parameters" and card.outline == outline(new("lenet"))
    assert "44,426 parameters, lecture 000, 002, 003" in card.accessibleDescription()
    picture = card.grab().toImage()
    hues = {picture.pixelColor(x, 45).name().upper() for x in range(card.width())}
    assert {"#8FF0A8", "#2FB8FE"} <= hues, "green bars and blue ones"


def test_outlines_are_kept_for_the_next_start(qtbot, started, make_window):
    assert kept.load() == {}
    first = started.starting.page.gathering
    qtbot.waitUntil(lambda: not first.missing, timeout=20_000)
    again = make_window(Document())
    again.starting.show()
    second = again.starting.page.gathering
    assert not second.missing and second.outlines == first.outlines


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"stamp": 1}', b"\xff\xfe"])
def test_damaged_outlines_are_worked_out_again(home, damage):
    kept.save({"x": Outline(parameters=3)})
    assert kept.load() == {"x": Outline(parameters=3)}
    (home / "cache" / kept.FILE).write_bytes(damage)
    assert kept.load() == {}


def test_outlines_of_another_version_do_not_count(monkeypatch):
    kept.save({"x": Outline()})
    monkeypatch.setattr(kept, "version", lambda _: "99")
    assert kept.load() == {}


def test_an_outline_comes_back_as_it_was():
    whole = {name: outline(new(name)) for name in ("lenet", "playground")}
    kept.save(whole)
    assert kept.load() == whole


# -- keys --------------------------------------------------------------------------------------------------------------
def test_arrows_walk_among_the_cards_and_enter_opens(many, started):
    page = started.starting.page
    shown = page.gallery.shown
    press(Key.Key_Down)
    assert QApplication.focusWidget() is page.column.begin[1]
    press(Key.Key_Right)
    assert QApplication.focusWidget() is shown[0]
    press(Key.Key_Right)
    assert QApplication.focusWidget() is shown[1] and shown[1].y() == shown[0].y()
    press(Key.Key_Down)
    below = QApplication.focusWidget()
    assert isinstance(below, Card) and below.x() == shown[1].x() and below.y() > shown[1].y()
    press(Key.Key_Up, Key.Key_Left)
    assert QApplication.focusWidget() is shown[0]
    press(Key.Key_End)
    last = QApplication.focusWidget()
    assert last is shown[-1] and last.visibleRegion().boundingRect().height() == last.height(), "it is scrolled to"
    press(Key.Key_Return)
    assert not started.starting.on and title(started) == last.example.make().title


def test_tab_reaches_everything_once(many, started):
    page, seen = started.starting.page, []
    for _ in range(40):
        seen.append(QApplication.focusWidget())
        press(Key.Key_Tab)
        if QApplication.focusWidget() is seen[0]:
            break
    assert [w for w in seen if isinstance(w, Card)] == [page.gallery.shown[0]], "the cards are one stop"
    assert {*page.column.begin, *page.column.learn, page.search} <= set(seen)
    assert not nameless(started)


def test_the_card_with_the_keyboard_has_a_ring(started):
    card = started.starting.page.gallery.shown[0]
    before = card.grab().toImage()
    press(Key.Key_Right)
    after = card.grab().toImage()
    assert before.pixelColor(1, 60) != after.pixelColor(1, 60) and after.pixelColor(1, 60).name() == "#9aa5ff"


def test_f6_goes_round(started):
    page, seen = started.starting.page, []
    for _ in range(3):
        press(Key.Key_F6)
        seen.append(QApplication.focusWidget())
    assert seen == [page.search, page.gallery.cards[page.gallery.current], page.column.begin[0]]


# -- searching -----------------------------------------------------------------------------------------------------------
def test_ctrl_f_searches_and_enter_opens_the_first(qtbot, started):
    page = started.starting.page
    qtbot.waitUntil(lambda: not page.gathering.missing, timeout=20_000)
    press(Key.Key_F, held=CTRL)
    assert QApplication.focusWidget() is page.search
    QTest.keyClicks(page.search, "conv2d")
    shown = [c.example for c in page.gallery.shown]
    assert examples()["lenet"] in shown and examples()["mlp"] not in shown, "found by their layers"
    assert page.found.text() == f"{len(shown)} of {len(examples())} examples"
    headings = [g.section.key for g in page.gallery.groups if g.heading.isVisible()]
    assert headings == [key for key in GROUPS if key in {e.group for e in shown}]
    press(Key.Key_Return)
    assert title(started) == shown[0].make().title and started.control.state == IDLE


def test_letters_typed_anywhere_search(started):
    page = started.starting.page
    press(Key.Key_Right)
    QTest.keyClicks(QApplication.focusWidget(), "m")
    assert QApplication.focusWidget() is page.search and page.search.text() == "m"
    QTest.keyClicks(page.search, "lp")
    assert "lenet" not in [c.example.name for c in page.gallery.shown]
    assert page.gallery.shown[0].example.name == "mlp"
    press(Key.Key_Down)
    assert QApplication.focusWidget() is page.gallery.cards["mlp"]
    page.search.setFocus()
    press(Key.Key_Escape)
    assert not page.search.text() and len(page.gallery.shown) == len(examples()) and started.starting.on


def test_what_is_not_found_is_said_with_what_to_do(started):
    page = started.starting.page
    press(Key.Key_F, held=CTRL)
    QTest.keyClicks(page.search, "zzlenett")
    assert page._said.isVisible() and not page.scrolled.isVisible()
    assert page._said.text() == "No example is called “zzlenett”. Did you mean LeNet?"
    press(Key.Key_Return, Key.Key_Down)
    assert started.starting.on
    QTest.mouseClick(page.all, LEFT)
    assert page.scrolled.isVisible() and not page.search.text()
    QTest.keyClicks(page.search, "zzlenett")
    QTest.mouseClick(page.meant, LEFT)
    assert title(started) == "LeNet"


@pytest.mark.parametrize(
    "query, found",
    [
        ("lenet", True), ("lene", True), ("layers digits", True), ("002", True), ("lecture 003", True), ("flatten", True),
        ("seeing", True), ("97", True), ("lstm", False), ("lecture 004", False), ("lenet 001", False), ("", True),
    ],
)  # fmt: skip
def test_searching(query, found):
    lenet = examples()["lenet"]
    assert matches(query, lenet, outline(new("lenet"))) is found


def test_groups_and_their_lectures():
    found = sections([fake("b", "deep", "004"), fake("a", "deep", "003"), fake("z", "neurons"), fake("c", "deep")])
    assert [(s.title, s.lectures) for s in found] == [
        ("Neurons and boundaries", "beyond the lectures"), ("Going deep", "lectures 003, 004"),
    ]  # fmt: skip
    assert [e.name for e in found[1].examples] == ["a", "b", "c"]
    assert nearest("lennet", examples()).name == "lenet"


# -- menus -----------------------------------------------------------------------------------------------------------------
def test_the_menu_of_examples_has_the_same_groups(window):
    window.choose_new()
    groups = window.new_menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert [g.title() for g in groups] == [s.title for s in sections(examples().values())]
    assert sum(len(g.actions()) for g in groups) == len(examples())
    next(a for g in groups for a in g.actions() if a.text().startswith("MLP")).trigger()
    window.new_menu.hide()
    assert title(window) == "MLP"


# -- looks -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (960, 540)], ids=str)
def test_nothing_is_cut_off_or_covers_another(many, started, tmp_path, size):
    for i in range(4):
        remember(started.store, tmp_path / f"a-rather-long-name-of-a-network-{i}.onnx", "Title", 10)
    started.starting.show()
    started.resize(*size)
    settled()
    page = started.starting.page
    assert not list(flaws(started))
    assert not overlaps(page.gallery.shown, started)
    columns = len({card.x() for card in page.gallery.shown})
    assert columns == {1920: 6, 1280: 4, 960: 3}[size[0]]
    right = max(card.geometry().right() for card in page.gallery.shown)
    assert right <= page.gallery.width() - EDGE
    for card in page.gallery.shown:
        metrics = [(card.fontMetrics().horizontalAdvance(line), role) for role, _, line in card.lines(card.width())]
        assert all(width <= card.width() + 40 for width, _ in metrics)
        assert card.height_for(card.width()) <= card.height()


def test_the_theme_reaches_the_cards(qtbot, started):
    card = started.starting.page.gallery.shown[0]
    dark = card.grab().toImage().pixelColor(20, 20).lightness()
    started.theme_light()
    qtbot.waitUntil(lambda: card.grab().toImage().pixelColor(20, 20).lightness() > dark + 100)
    started.theme_dark()


def test_places():
    assert [in_a_row(width) for width in (200, 704, 1024, 1624, 2250)] == [1, 3, 4, 6, 7]
    found = arrange(704, [4, 1], lambda s, i, width: 100 + 20 * (i == 1))
    assert [len(row) for row in found.rows[0]] == [3, 1]
    first, second = found.rows[0]
    assert {p.height for p in first} == {120} and second[0].height == 100, "a row is as high as its highest"
    assert first[1].x - first[0].x - first[0].width == GAP and second[0].y == first[0].y + 120 + GAP
    assert found.headings[1].y > second[0].y + 100 and found.height > found.rows[1][0][0].y + 100


@pytest.mark.parametrize(
    "at, key, to",
    [
        ((0, 0), "right", (0, 1)), ((0, 2), "right", (1, 0)), ((1, 0), "left", (0, 2)), ((0, 0), "left", (0, 0)),
        ((0, 2), "down", (1, 0)), ((1, 0), "down", (2, 0)), ((2, 1), "right", (2, 1)), ((2, 1), "down", (2, 1)),
        ((0, 1), "up", (0, 1)),
    ],
)  # fmt: skip
def test_steps(at, key, to):
    assert step([3, 1, 2], at, key) == to
