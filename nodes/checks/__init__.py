"""Rules of `check`, a file for each subject. A function under `@rule` in a file here is found by scanning this folder."""
