"""The layer catalogue and the document. Imports runtime; knows no Qt."""
