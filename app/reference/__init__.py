"""The reference in docs/: layers with their pictures, the command line, the keys. Written by `dev.py docs`. No Qt here."""
