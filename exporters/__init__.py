"""One file per export target. Imports nodes and runtime; knows no Qt."""
