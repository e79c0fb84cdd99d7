"""Words that attributes of operators may hold: a kernel would take an unknown one for a default, and compute another thing."""

from __future__ import annotations

from runtime.errors import GraphError
from runtime.graph import Op

_PADDINGS = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")
_COORDINATES = (
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn",
    "tf_crop_and_resize",
)  # fmt: skip
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    **{(op_type, "auto_pad"): _PADDINGS for op_type in ("Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool")},
    ("Resize", "mode"): ("nearest", "linear", "cubic"),
    ("Resize", "nearest_mode"): ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
    ("Resize", "coordinate_transformation_mode"): _COORDINATES,
    ("Resize", "keep_aspect_ratio_policy"): ("stretch", "not_larger", "not_smaller"),
    ("Pad", "mode"): ("constant", "reflect", "edge", "wrap"),
}


def require_known_words(op: Op) -> None:
    """Raises `GraphError` for an attribute whose word ONNX does not have."""
    for name, value in op.attributes.items():
        known = WORDS.get((op.type, name), (value,))
        if value not in known:
            place = op.name or op.layer or op.outputs[0]
            raise GraphError(f"‘{place}’: {op.type} has {name} ‘{value}’, which is unknown: use {', '.join(known)}.")
