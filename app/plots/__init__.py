"""Curves that grow while a network learns."""
