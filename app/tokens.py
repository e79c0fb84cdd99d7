"""The colour roles of the look, dark and light, and the arithmetic on colours. No Qt: pictures use it too."""

from __future__ import annotations

import dataclasses

CATEGORIES = (
    "data",
    "core",
    "convolution",
    "pooling",
    "activation",
    "normalise",
    "recurrent",
    "shape",
    "loss",
    "block",
)


@dataclasses.dataclass(frozen=True)
class Tokens:
    """One theme: every colour by the role it plays, as #RRGGBB."""

    name: str
    canvas: str
    dot: str
    panel: str
    raised: str
    field: str
    hover: str
    line: str
    line2: str
    ctl: str
    text: str
    text2: str
    text3: str
    accent: str
    accentfill: str
    onaccent: str
    accenttint: str
    ok: str
    oktint: str
    warn: str
    warntint: str
    err: str
    errtint: str
    negative: str
    zero: str
    positive: str
    far_negative: str
    far_positive: str
    onhue: str
    header_share: float
    # Not hashed, so that a theme can be a key of a cache; the other fields tell themes apart.
    category: dict[str, str] = dataclasses.field(hash=False)

    @property
    def dark(self) -> bool:
        return luminance(self.canvas) < 0.5

    def hue(self, category: str) -> str:
        """The hue of a category, by key or by the name students read (‘Shape & combine’); a block's for others."""
        return self.category.get(category_key(category), self.category["block"])

    def role(self, role: str, category: str = "") -> str:
        """The colour of a role of the look; ``hue`` is that of `category`, and a category's key (``core``) is its own hue."""
        return self.hue(category if role == "hue" else role) if role in ("hue", *CATEGORIES) else str(getattr(self, role))

    def header(self, category: str) -> str:
        """The background of a node's header: a breath of the hue over `raised`."""
        return mix(self.hue(category), self.raised, self.header_share)


def category_key(category: str) -> str:
    """‘Normalise & regularise’ -> ‘normalise’."""
    words = category.lower().split()
    return words[0].strip(",") if words else ""


def channels(color: str) -> tuple[int, int, int]:
    """#RRGGBB as three numbers from 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def mix(color: str, under: str, share: float) -> str:
    """`share` of one colour laid over another."""
    pairs = zip(channels(color), channels(under), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def luminance(color: str) -> float:
    """Relative luminance after WCAG 2.2: 0 is black, 1 is white."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours after WCAG 2.2, from 1 to 21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


DARK = Tokens(
    name="dark",
    canvas="#14161B",
    dot="#2A2E38",
    panel="#1B1E25",
    raised="#232730",
    field="#14161B",
    hover="#2D323D",
    line="#2E343F",
    line2="#454D5B",
    ctl="#6B7587",
    text="#E8EAEE",
    text2="#B3BAC6",
    text3="#929AA8",
    accent="#9AA5FF",
    accentfill="#5A62E0",
    onaccent="#FFFFFF",
    accenttint="#272B4D",
    ok="#4FC98E",
    oktint="#1B3329",
    warn="#F2B53A",
    warntint="#362C1B",
    err="#FF7B78",
    errtint="#3A2226",
    negative="#F28C28",
    zero="#1C1F26",
    positive="#4C9BF5",
    far_negative="#FFE3BF",
    far_positive="#D9ECFF",
    onhue="#14161B",
    header_share=0.18,
    category={
        "data": "#B7CBEB",
        "core": "#2FB8FE",
        "convolution": "#8FF0A8",
        "pooling": "#E8E463",
        "activation": "#FDB22C",
        "normalise": "#F985CA",
        "recurrent": "#7CF6EF",
        "shape": "#C4C4C4",
        "loss": "#FF8A78",
        "block": "#E8EAEE",
    },
)

LIGHT = Tokens(
    name="light",
    canvas="#F3F4F6",
    dot="#D3D7DE",
    panel="#FAFAFB",
    raised="#FFFFFF",
    field="#FFFFFF",
    hover="#ECEEF2",
    line="#DDE0E6",
    line2="#BFC5CF",
    ctl="#7F8896",
    text="#171A21",
    text2="#474F5C",
    text3="#5F6876",
    accent="#4850D6",
    accentfill="#4850D6",
    onaccent="#FFFFFF",
    accenttint="#E4E6FD",
    ok="#11784A",
    oktint="#DFF3E8",
    warn="#8A5A00",
    warntint="#FBF0D6",
    err="#C2292E",
    errtint="#FDE9E8",
    negative="#D96A00",
    zero="#F7F7F5",
    positive="#1F6FD0",
    far_negative="#6B2F00",
    far_positive="#0A2F66",
    onhue="#FFFFFF",
    header_share=0.13,
    category={
        "data": "#2E3D58",
        "core": "#0056A8",
        "convolution": "#09682C",
        "pooling": "#676B05",
        "activation": "#752F00",
        "normalise": "#AE387F",
        "recurrent": "#007488",
        "shape": "#484748",
        "loss": "#C92800",
        "block": "#171A21",
    },
)
