"""``dev.py course``: the numbers of the lectures, each by a real training, in one table."""
