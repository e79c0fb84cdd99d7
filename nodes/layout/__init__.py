"""Layout: where the boxes of a network should stand. Layered (Sugiyama, Tagawa, Toda, Methods for visual understanding of
hierarchical system structures, 1981), long chains wrapped into rows like text. Pure functions of sizes and edges."""

from nodes.layout.arrange import Arrangement as Arrangement
from nodes.layout.arrange import arranged as arranged
from nodes.layout.layers import Size as Size
from nodes.layout.layers import Stopped as Stopped
