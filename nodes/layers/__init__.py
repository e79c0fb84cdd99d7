"""The catalogue: one file per layer, found by scanning this folder."""
