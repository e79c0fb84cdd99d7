"""A network drawn small, as the start page's cards show it: from the document itself, so that a new example has its picture."""
