"""One file per family of datasets. A new file here is a new dataset: nothing else needs to know."""
