"""Measures of the canvas in scene pixels, and where a node's ports stand. No Qt: layout and tests use it alone."""

from __future__ import annotations

GRID = 20.0
WIDTH = 160.0
HEADER = 28.0
TILE = 20.0
SETTING = 24.0
FACE = 142.0
PAD = 8.0
FOOTER = 22.0
GRADIENT = 18.0
#: The two bars of a layer's shares.
COSTS = 24.0
#: How high a node becomes at most, before it has been drawn.
FULL = HEADER + SETTING + FACE + FOOTER
RADIUS = 8.0
BEAD = (36.0, 28.0)
#: Port's side, the square around it that takes the mouse, and how much lower each further port stands.
PORT = 10.0
PORT_HIT = 24.0
PORT_STEP = 26.0
#: Wires and first ports hang on the header's middle line, whatever the node's height.
LINE = HEADER / 2

#: Below FAR a node is its hue and glyph; below NEAR its header is large and lines of small text are left out.
FAR, NEAR = 0.4, 0.7
#: Below this a node is some twenty pixels wide, and only its hue is left.
AFAR = 0.16
#: 10.5 px at this zoom are 10 on the screen.
READ = 0.95
#: The shape's 18 px are still 10 on the screen from here on.
SHAPE_FROM = 0.57
#: (A network that is too large to be seen whole at the least zoom has a lesser one.)
ZOOM_LEAST, ZOOM_MOST = 0.1, 4.0


def port_y(index: int) -> float:
    """Height of a node's port number `index` below the node's top."""
    return LINE + PORT_STEP * index


def body_height(face: float, footer: bool = True, gradient: bool = False, ports: int = 1, costs: bool = False) -> float:
    """A node's height with a face of that height; never so low that a port hangs in the air."""
    height = HEADER + SETTING + face + PAD + (FOOTER if footer else 0) + (GRADIENT if gradient else 0) + (COSTS if costs else 0)
    return max(height, port_y(ports - 1) + LINE)


def snapped(x: float, y: float, step: float = GRID) -> tuple[float, float]:
    """The nearest point of the grid."""
    return round(x / step) * step, round(y / step) * step
