"""Whether a window can be opened at all: asked before Qt, which ends the whole process where it cannot. No Qt in here."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import socket
import sys
from pathlib import Path

NO_SCREEN = "There is no screen to open a window on: use the commands (netwright --help), or netwright demo."


def obstacle() -> str:
    """The sentence that says why there can be no window; empty when there can."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if not sys.platform.startswith("linux"):
        return ""
    if chosen and not chosen.startswith(("xcb", "wayland")):
        return "" if _plugin(chosen) else f"Qt has no platform called ‘{chosen}’: unset QT_QPA_PLATFORM, and try again."
    tried = []
    if os.environ.get("WAYLAND_DISPLAY") and not chosen.startswith("xcb"):
        tried.append(_wayland())
    if os.environ.get("DISPLAY") and not chosen.startswith("wayland"):
        tried.append(_x11())
    return "" if "" in tried else next(iter(tried), NO_SCREEN)


def _plugin(name: str) -> Path | None:
    """The library that puts Qt on a platform."""
    spec = importlib.util.find_spec("PySide6")
    home = Path(spec.origin).parent if spec and spec.origin else Path()
    return next((home / "Qt" / "plugins" / "platforms").glob(f"libq{name}.so"), None)


def _wayland() -> str:
    name = os.environ["WAYLAND_DISPLAY"]
    place = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(place)
    except OSError:
        return f"The screen WAYLAND_DISPLAY={name} does not answer: check the variable, or use the commands (netwright --help)."
    return _missing("wayland")


def _x11() -> str:
    """Asked of the X server by the library that Qt uses itself: server, network and permission are all tried."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return _missing("xcb")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        name = os.environ["DISPLAY"]
        return f"The screen DISPLAY={name} does not answer: check the variable, or use the commands (netwright --help)."
    return _missing("xcb")


def _missing(platform: str) -> str:
    """A library of the system that Qt's own one needs and does not find. (Loaded here or by Qt: it costs the same.)"""
    plugin = _plugin(platform)
    try:
        if plugin:
            ctypes.CDLL(str(plugin))
    except OSError as error:
        return lacking(str(error))
    return ""


def lacking(message: str, what: str = "The window", remedy: str = "install it, or use the commands") -> str:
    """The loader's message (``libEGL.so.1: cannot open shared object file …``) as a sentence."""
    return f"{what} needs the library {message.split(':')[0]}, which this system lacks: {remedy}."
