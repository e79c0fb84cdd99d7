"""``netwright picture``: a network drawn into a file, without a window. Qt is imported when a picture is made."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app import screen
from app.headless.documents import opened
from app.headless.say import say
from nodes.document import Document
from runtime.errors import NetwrightError, unknown


def picture(file: Path, output: Path, dark: bool, transparent: bool, names: Sequence[str], scale: float) -> None:
    """Draw the network in `file` (or the layers of these names) into `output`, by its ending."""
    document = opened(file).document
    only = chosen(document, names) if names else None
    prepare_qt()
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.pictures.composition import Composition, Look
    from app.pictures.writing import save_picture

    app = QApplication.instance() or QApplication(sys.argv[:1])  # it lives until the picture is there
    theme.load_fonts()
    save_picture(Composition(document, Look(dark, transparent), only), output, scale)
    assert app is not None
    say(f"The picture is in {output}.")


def chosen(document: Document, names: Sequence[str]) -> list[str]:
    """The ids of the layers that are called so. Raises `NetwrightError` with the nearest name."""
    ids = {node.name or node.type: id for id, node in document.nodes.items()}
    for name in names:
        if name not in ids:
            raise NetwrightError(unknown("layer", name, ids))
    return [ids[name] for name in names]


def prepare_qt() -> None:
    """Let Qt paint without a screen, and say what it lacks. (Asked before Qt is: it would end the process.)"""
    if not os.environ.get("QT_QPA_PLATFORM") or screen.obstacle():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        import PySide6.QtSvg
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        if "cannot open shared object file" not in str(error):
            raise
        raise NetwrightError(screen.lacking(str(error), "A picture", "install it")) from None
