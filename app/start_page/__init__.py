"""The start page: what to begin with, what was open last, and every example as a card with a picture."""
