"""What stands on the canvas: one bare item per node, wire and frame."""
