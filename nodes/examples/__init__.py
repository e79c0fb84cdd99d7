"""Examples and templates: one file each, a document built in code from layers. Found by scanning this folder."""
