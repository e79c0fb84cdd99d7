"""Tests of the canvas: real mouse events, no waiting."""
