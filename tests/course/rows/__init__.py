"""Rows of the course, found by scanning."""
