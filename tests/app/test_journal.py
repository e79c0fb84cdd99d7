"""The journal: appended, torn, full, very long; what is read is what the history was."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from app import journal as journals
from app import journal_writer, packs
from app.journal import LINES, Journal, State, line
from app.journal_reader import read_journal
from app.journal_writer import JournalWriter
from nodes import document_json, edits
from nodes.document import Document, Node, Training, Wire, frozen
from nodes.example import new
from nodes.history import Entry

SIZE = 4000


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "a.autosave", tmp_path / "net.onnx")
    yield made
    made.close()


def learnt(document: Document, run: int) -> Document:
    def array(x: float) -> np.ndarray:
        return frozen(np.full(SIZE // 4, x, np.float32))

    training = Training({"n3/weight:m": array(run + 0.1)}, {"step": run}, {"n3/weight": array(run + 0.2)})
    return document.changed(weights={"n3/weight": array(run)}, training=training)


def drawn(document: Document, title: str) -> Entry:
    return Entry("Rename", edits.retitle(document, title), merge="title")


def long(count: int) -> tuple[Entry, ...]:
    entries = [Entry("New", new("mlp"))]
    for n in range(count):
        entries.append(drawn(entries[-1].document, f"title {n}"))
    return tuple(entries)


def state(entries, at: int | None = None, clean: int | None = None) -> State:
    return State(tuple(entries), len(entries) - 1 if at is None else at, clean, Path("net.onnx"))


def same(read: State, told: State) -> bool:
    pairs = zip(read.entries, told.entries, strict=True)
    return all(a == b for a, b in pairs) and (read.at, read.clean) == (told.at, told.clean)


def size(journal: Journal) -> int:
    return (journal.folder / LINES).stat().st_size


def test_what_is_read_is_what_was_written(journal, tmp_path):
    """Edits, a run, undo, another edit in place of what was undone, a checkpoint in the middle of the history."""
    entries = list(long(3))
    journal.write(state(entries, clean=0))
    entries += [Entry("Train", learnt(entries[-1].document, 1))]
    entries += [drawn(entries[-1].document, "after it")]
    journal.write(state(entries, clean=0))
    journal.write(state(entries, at=2, clean=2))
    assert same(read_journal(journal.folder)[0], state(entries, at=2, clean=2))
    entries = [*entries[:3], Entry("Train", learnt(entries[2].document, 2)), Entry("Train", learnt(entries[2].document, 3))]
    journal.write(state(entries))
    entries[3] = Entry("Train", learnt(entries[2].document, 4))
    told = state(entries)
    journal.write(told)
    journal.sync()
    read, whole = read_journal(journal.folder)
    assert same(read, told) and whole and read.path == tmp_path / "net.onnx"
    best = read.entries[3].document.training.best["n3/weight"]
    assert read.document.weights["n3/weight"][0] == 3 and best[0] == np.float32(4.2)
    assert not read.document.weights["n3/weight"].flags.writeable


def test_an_edit_appends_a_little_and_weights_are_written_once(journal):
    entries = [Entry("New", new("lenet")), Entry("Train", learnt(new("lenet"), 1))]
    journal.write(state(entries))
    before, packed = size(journal), list(journal.folder.glob("*.npz"))
    for n in range(10):
        entries.append(Entry("Move", edits.move(entries[-1].document, {"n2": (float(n), 0.0)})))
        journal.write(state(entries))
    assert size(journal) - before < 10 * 500 < before
    assert list(journal.folder.glob("*.npz")) == packed and len(packed) == 1
    read = read_journal(journal.folder)[0]
    assert len({id(e.document.weights) for e in read.entries[1:]}) == 1, "what was shared is shared again"


@pytest.mark.parametrize("lost", [1, 10, 100])
def test_a_torn_last_line_costs_itself_only(journal, lost):
    entries = long(5)
    journal.write(state(entries[:4]))
    whole = size(journal)
    journal.write(state(entries))
    with (journal.folder / LINES).open("r+b") as file:
        file.truncate(max(whole, size(journal) - lost))
    assert same(read_journal(journal.folder)[0], state(entries[:4]))
    with (journal.folder / LINES).open("ab") as file:
        file.write(b"\0" * 500)
    assert same(read_journal(journal.folder)[0], state(entries[:4]))


def test_what_a_wrong_byte_touches_is_not_believed(journal):
    entries = long(5)
    for n in range(2, 6):
        journal.write(state(entries[:n]))
    data = (journal.folder / LINES).read_bytes()
    (journal.folder / LINES).write_bytes(data.replace(b"title 3", b"title 8"))
    assert same(read_journal(journal.folder)[0], state(entries[:4]))


@pytest.mark.parametrize("data", [b"", b"no journal\n", b"\0" * 99, line({"netwright": 99, "path": ""}), line({"a": 1})])
def test_what_is_no_journal_raises_what_the_reader_expects(tmp_path, data):
    from app.autosave import DAMAGED

    (tmp_path / LINES).write_bytes(data)
    with pytest.raises(DAMAGED):
        read_journal(tmp_path)


def test_damaged_weights_leave_the_drawing(journal):
    entries = [Entry("New", new("mlp")), Entry("Train", learnt(new("mlp"), 1))]
    journal.write(state(entries))
    (pack,) = journal.folder.glob("*.npz")
    pack.write_bytes(pack.read_bytes()[:900])
    read, whole = read_journal(journal.folder)
    assert not whole and read.entries[1].thin and not read.document.weights and not read.document.training.progress
    assert read.document.same_drawing(entries[1].document)


# -- bounds ------------------------------------------------------------------------------------------------------------
def test_weights_are_kept_newest_first_within_the_limit(journal, monkeypatch):
    monkeypatch.setattr(packs, "LIMIT", 7 * SIZE)  # two documents of three arrays
    entries = [Entry("New", new("mlp"))]
    for run in range(1, 8):
        entries.append(Entry("Train", learnt(entries[0].document, run)))
        journal.write(state(entries))
        journal.sync()
        stored = sum(f.stat().st_size for f in journal.folder.glob("*.npz"))
        assert stored < 2 * packs.LIMIT + 20 * 300, "twice the limit, and the headers of the files"
    read, whole = read_journal(journal.folder)
    assert whole and [e.thin for e in read.entries] == [False, True, True, True, True, True, False, False]
    journal.write(state(entries, at=2))
    read, whole = read_journal(journal.folder)
    assert whole and read.document.weights["n3/weight"][0] == 2, "the present ones before all others"


def test_a_run_of_any_length_takes_the_room_of_its_last_weights(journal):
    entries = [Entry("New", new("mlp"))]
    for step in range(1, 60):
        journal.write(state([*entries, Entry("Train", learnt(entries[0].document, step))]))
        if step % 5 == 0:
            journal.sync()
        assert len(list(journal.folder.glob("*.npz"))) <= 6
    assert read_journal(journal.folder)[0].document.training.progress["step"] == 59


def test_the_lines_are_bounded_and_the_newest_part_stays(journal, monkeypatch):
    monkeypatch.setattr(journals, "GROWN", 20_000)
    monkeypatch.setattr(journals, "MOST", 8_000)
    entries, largest = list(long(1)), 0
    for n in range(1500):
        entries.append(drawn(entries[-1].document, f"a title that needs some room, number {n}"))
        journal.write(state(entries))
        largest = max(largest, size(journal))
    assert 20_000 < largest < 50_000
    read = read_journal(journal.folder)[0]
    count = len(read.entries)
    assert 30 < count < 500 and same(read, state(entries[-count:]))
    journal.write(state(entries, at=5))  # undone far beyond what the lines have
    read = read_journal(journal.folder)[0]
    assert read.document == entries[5].document and read.entries[-1] == entries[-1]
    journal.write(state([*entries[:4], drawn(entries[3].document, "another way")]))
    assert read_journal(journal.folder)[0].document.title == "another way"


def test_a_disk_that_is_full_for_a_while_costs_nothing(journal, monkeypatch):
    entries = long(6)
    journal.write(state(entries[:3]))

    def full(*_: object, **arrays: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(packs.np, "savez", full)
        with pytest.raises(OSError, match="No space"):
            journal.write(state([*entries[:4], Entry("Train", learnt(entries[3].document, 1))]))
    assert same(read_journal(journal.folder)[0], state(entries[:3]))
    journal.write(state(entries))
    assert same(read_journal(journal.folder)[0], state(entries))


# -- the thread --------------------------------------------------------------------------------------------------------
class Told:
    """A writer with what it says."""

    def __init__(self, *places: Path) -> None:
        self.words: list[str] = []
        self.named: list[Path | None] = []
        self.writer = JournalWriter(lambda _: list(places), self.named.append, self.words.append)


def test_another_place_is_taken_where_the_first_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    told = Told(tmp_path / "file" / "a", tmp_path / "b")
    told.writer.post(state(long(1)))
    told.writer.close()
    assert told.named == [tmp_path / "b"] and told.words == ["autosaved"]
    nowhere = Told(tmp_path / "file" / "a")
    nowhere.writer.post(state(long(1)))
    nowhere.writer.close()
    assert nowhere.words == ["not autosaved"]


def test_a_journal_that_somebody_deleted_is_written_again(tmp_path):
    told, entries = Told(tmp_path / "a"), long(4)
    told.writer.post(state(entries[:2]))
    told.writer.flush()
    os.remove(tmp_path / "a" / LINES)
    told.writer.post(state(entries))
    told.writer.close()
    assert same(read_journal(tmp_path / "a")[0], state(entries))


def test_posting_never_waits_and_the_newest_state_is_written(tmp_path, monkeypatch):
    """The disk hangs; the window goes on."""
    gate, begun = threading.Event(), threading.Event()
    real = Journal.write

    def slow(self: Journal, what: State) -> None:
        begun.set()
        assert gate.wait(30)
        real(self, what)

    monkeypatch.setattr(Journal, "write", slow)
    monkeypatch.setattr(journal_writer, "EDIT", 0.0)
    told, entries = Told(tmp_path / "a"), long(30)
    told.writer.post(state(entries[:2]))
    assert begun.wait(30)
    for n in range(3, 31):
        told.writer.post(state(entries[:n]))
    told.writer.clear()
    told.writer.post(state(entries))
    assert not gate.is_set() and not (tmp_path / "a" / LINES).exists()
    gate.set()
    told.writer.flush()
    assert same(read_journal(tmp_path / "a")[0], state(entries)) and len(told.words) == 2
    told.writer.close()
    assert json.loads((tmp_path / "a" / LINES).read_bytes().split(b"\n")[0][9:])["netwright"] == 1


# -- large networks ----------------------------------------------------------------------------------------------------
def large(count: int) -> Document:
    """A long row of dense layers."""
    nodes = {f"n{i}": Node(f"n{i}", "Dense", f"fc{i}", (i * 10.0, 0.0), {"units": 10}) for i in range(1, count + 1)}
    wires = tuple(Wire(f"n{i}", "y", f"n{i + 1}", "x") for i in range(1, count))
    return Document(nodes=nodes, wires=wires, serial=count + 1)


def test_a_large_network_is_encoded_in_small_pieces(journal, monkeypatch):
    """A call of the encoder keeps Python from the window for as long as it takes."""
    whole, pieces = json.dumps, []

    def dumps(*given, **more):
        pieces.append(whole(*given, **more))
        return pieces[-1]

    monkeypatch.setattr(journals.json, "dumps", dumps)
    told = state((Entry("New", large(2000)),))
    journal.write(told)
    assert len(pieces) > 4000 and max(map(len, pieces)) < 1000
    monkeypatch.undo()
    assert same(read_journal(journal.folder)[0], told)
    assert journals.line({"a": [1, {"b": ("ü", None)}, [], {}]})[9:-1].decode() == '{"a":[1,{"b":["ü",null]},[],{}]}'


def test_reading_makes_anew_what_an_edit_changed_and_nothing_else(journal, monkeypatch):
    """1,500 edits of a large network are read in a moment; they were made whole for each of them."""
    entries = [Entry("New", large(300))]
    for step in range(200):
        document = entries[-1].document
        id = f"n{1 + step}"
        edited = edits.move(document, {id: (0.0, 9.0)}) if step % 2 else edits.rename(document, id, f"other{step}")
        entries.append(Entry("Edit", edited))
        journal.write(state(entries))
    made = {"node": 0, "wire": 0}

    def counted(what, make):
        def count(data):
            made[what] += 1
            return make(data)

        return count

    monkeypatch.setattr(document_json, "node_from_json", counted("node", document_json.node_from_json))
    monkeypatch.setattr(document_json, "_wire", counted("wire", document_json._wire))
    read, _ = read_journal(journal.folder)
    assert made == {"node": 300 + 200, "wire": 299}
    assert same(read, state(entries))
    assert read.entries[-1].document.wires is read.entries[0].document.wires
