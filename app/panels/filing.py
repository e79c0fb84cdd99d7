"""Files as the window handles them: new, open, save, export; what goes wrong is one sentence in the message bar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app import autosave
from app.background import in_background
from app.panels.message_bar import MessageBar
from app.panels.on_disk import TOPIC
from app.recent import remember
from app.session import Session
from app.settings import state_folder
from app.verdicts import Verdict, judge_wholly
from nodes import edits, files
from nodes.document import Document
from nodes.naming import LONGEST_NAME
from runtime.atomic import Stamp
from runtime.errors import NetwrightError

FILTER = "ONNX model (*.onnx)"
#: From so many layers on it takes seconds until a change is checked.
MANY = 8_000
SAVE, DISCARD, CANCEL = "Save", "Discard", "Cancel"


def ask_about_changes(parent: QWidget, title: str) -> str:
    """Save, Discard or Cancel, in a dialog: the one question that cannot wait."""
    box = QMessageBox(parent)
    box.setWindowTitle("Netwright")
    box.setText(f"“{title}” has changes that are not saved.")
    box.setInformativeText("Save them before it is closed?")
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = box.exec()
    return {buttons.Save.value: SAVE, buttons.Discard.value: DISCARD}.get(answer, CANCEL)


class Filing(QObject):
    """Everything between the session and the disk."""

    def __init__(self, window: Any, session: Session, messages: MessageBar) -> None:
        super().__init__(window)
        self._window, self._session, self._messages = window, session, messages
        #: How the file looked when it was last read or written here.
        self.stamp: Stamp | None = None

    # -- leaving what is open ------------------------------------------------------------------------------------------
    def may_leave(self) -> bool:
        """True when nothing would be lost, or the student says that it may be."""
        if self._session.history.clean:
            return True
        answer = ask_about_changes(self._window, self._session.document.title)
        return self.save() if answer == SAVE else answer == DISCARD

    # -- new and open ----------------------------------------------------------------------------------------------------
    def new(self, document: Document) -> bool:
        """Whether it is shown now: what is open may have to be kept."""
        if not self.may_leave():
            return False
        self.stamp = None
        self._window.show_document(document, None)
        return True

    def close(self) -> None:
        """No network is open any more: the start page is shown."""
        if self.new(Document()):
            self._window.starting.show()

    def open_dialog(self) -> None:
        if not self.may_leave():
            return
        start = str(self._session.path.parent) if self._session.path else ""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open", start, FILTER)
        if name:
            self.load(Path(name))

    def open(self, path: Path) -> bool:
        return self.may_leave() and self.load(path)

    def open_dropped(self, names: list[str]) -> None:
        """Files that were dropped on the window: the first one that can be opened."""
        models = [n for n in names if n.lower().endswith(".onnx")]
        if not models:
            first = Path(names[0])
            what = "a folder" if first.is_dir() else "no .onnx file"
            self._messages.say("warn", f"{first.name} is {what}: drop a model that was saved.")
        elif self.open(Path(models[0])) and len(names) > 1:
            what = f"{len(names):,} files were dropped, and a window shows one network: opened is {Path(models[0]).name}."
            self._messages.say("info", what)

    def load(self, path: Path, offering: bool = True) -> bool:
        """Show what is in the file, and offer what a crash has left beside it."""
        read = self._read(path)
        if read is None:
            return False
        opened, verdict = read
        self._window.show_document(opened.document, path, verdict)
        remember(self._window.store, path, opened.document.title, verdict.checked.built.parameter_count)
        for notice in opened.notices:
            self._messages.say("warn", notice)
        if (count := len(opened.document.nodes)) > MANY:
            what = f"{count:,} layers: a change is drawn at once, its shapes and problems follow seconds later."
            self._messages.say("warn", what)
        found = autosave.beside(path, state_folder()) if offering else None
        if found:
            self._window.recovery.offer(found)
        return True

    def reload(self) -> bool:
        """The file as it is now, one step of undo away from what was here."""
        path = self._session.path
        read = self._read(path) if path else None
        if path is None or read is None:
            return False
        document = read[0].document
        self._window.control.forget()
        self._session.do(f"Reload {path.name}", lambda _: document)
        self._session.saved(path)
        self._window.bottom.training.show_history(document)
        return True

    def _read(self, path: Path) -> tuple[files.Opened, Verdict] | None:
        try:
            with _busy():
                self._window.status.say(f"Opening {path.name} …")
                opened, verdict = in_background(lambda: _read(path))
        except NetwrightError as error:
            self._messages.say("err", str(error))
            return None
        finally:
            self._window.status.say("")
        self.stamp = opened.stamp
        return opened, verdict

    def forget_stamp(self) -> None:
        """What is shown belongs to no file."""
        self.stamp = None

    # -- save ------------------------------------------------------------------------------------------------------------
    def save(self) -> bool:
        path = self._session.path
        return self.save_as() if path is None else self._write(path, self.stamp)

    def save_as(self) -> bool:
        name, _ = QFileDialog.getSaveFileName(self._window, "Save as", str(self._suggestion()), FILTER)
        if not name:
            return False
        path = ending(name, ".onnx")
        # The dialog has asked about the name as it was typed only.
        if str(path) != name and path.exists():
            return self._ask_to_overwrite(path, lambda: self._write(path, None), self.save_as)
        return self._write(path, None)

    def _ask_to_overwrite(self, path: Path, yes: Callable[[], object], other: Callable[[], object]) -> bool:
        what = f"{path} exists already. Overwrite it, or choose another name?"
        self._messages.say("warn", what, (("Overwrite", yes), ("Another name…", other)))
        return False

    def _suggestion(self) -> Path:
        title = self._session.document.title.lower().replace(" ", "-")
        safe = "".join(c for c in title if c.isalnum() or c in "-_.") or "network"
        return self._session.path or Path(f"{safe}.onnx")

    def _write(self, path: Path, expect: Stamp | None) -> bool:
        document = self._named(path)
        try:
            with _busy():
                self.stamp = files.save(document, path, expect)
        except files.ChangedMeanwhile:
            self._ask_about_change(path)
            return False
        except NetwrightError as error:
            self._messages.say("err", str(error), (("Save as…", self.save_as),))
            return False
        if document is not self._session.document:
            self._session.replace(document)
        self._session.saved(path)
        remember(self._window.store, path, document.title, self._session.checked.built.parameter_count)
        self._messages.leave_off()
        if notice := files.without_weights(document):
            self._messages.say("warn", notice)
        return True

    def _ask_about_change(self, path: Path) -> None:
        what = f"{path.name} was changed by another window or program since it was read here. Overwrite it, save under another "
        ways = (("Overwrite", lambda: self._write(path, None)), ("Save as…", self.save_as), ("Reload", self.reload))
        self._messages.take_back(TOPIC)
        self._messages.say("warn", f"{what}name, or show what is in it (one step of undo)?", ways)

    def _named(self, path: Path) -> Document:
        """A network that nobody has named is called as its file."""
        document = self._session.document
        name = " ".join(path.stem.split())[: LONGEST_NAME]
        return edits.retitle(document, name) if name and document.title == Document().title else document

    # -- export ----------------------------------------------------------------------------------------------------------
    def export_dialog(self) -> None:
        """Every registered target is a file type of the dialog."""
        import exporters

        targets = exporters.targets()
        kinds = {f"{t.title} (*{_dotted(t.suffix)})": t for t in targets.values()}
        start = self._suggestion()
        first = next(iter(kinds.values()))
        name, kind = QFileDialog.getSaveFileName(
            self._window, "Export", str(start.with_name(f"{start.stem}-export{_dotted(first.suffix)}")), ";;".join(kinds)
        )
        if not name:
            return
        target = kinds.get(kind, first)
        path = ending(name, _dotted(target.suffix))
        if str(path) != name and path.exists():
            self._ask_to_overwrite(path, lambda: self.export(target, path), self.export_dialog)
        else:
            self.export(target, path)

    def export(self, target: Any, path: Path) -> bool:
        try:
            with _busy():
                target.write(self._session.document, path)
        except NetwrightError as error:
            self._messages.say("err", str(error))
            return False
        self._messages.say("ok", f"{target.title} was exported to {path}.")
        return True

    def picture_dialog(self) -> None:
        """How the picture is to be; then its file."""
        from app.panels.picture_dialog import PictureDialog

        start = self._suggestion()
        PictureDialog(self._window, self._session, start, self.save_picture).open()

    def save_picture(self, path: Path, composition: Any, scale: float) -> bool:
        from app.pictures.writing import save_picture

        try:
            with _busy():
                save_picture(composition, path, scale)
        except NetwrightError as error:
            self._messages.say("err", str(error))
            return False
        self._messages.say("ok", f"The picture was exported to {path}.")
        return True


def _read(path: Path) -> tuple[files.Opened, Verdict]:
    opened = files.open_file(path)
    return opened, judge_wholly(opened.document)


class _busy:
    """The waiting cursor, for as long as a large file takes."""

    def __enter__(self) -> None:
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)

    def __exit__(self, *error: object) -> None:
        QGuiApplication.restoreOverrideCursor()


def ending(name: str, suffix: str) -> Path:
    """The file that a name means: ``net v1.2`` is ``net v1.2.onnx``, for what stands behind its dot is no kind of file."""
    return Path(name if name.lower().endswith(suffix) else name + suffix)


def _dotted(suffix: str) -> str:
    return suffix if suffix.startswith(".") else f".{suffix}"
