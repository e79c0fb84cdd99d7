"""Lines of a note stay lines, and a line that is only broken in the source does not break on the canvas."""

from __future__ import annotations

from app.canvas.ink import wrapped_height
from app.canvas.items.frame import NOTE_PAD
from nodes.example import Sketch, examples
from runtime.recipe import Recipe


def test_each_line_of_a_note_has_a_line_of_its_own(qapp: object) -> None:
    one = wrapped_height("Look.", "body", 400.0)
    assert wrapped_height("Look.\nLook again.", "body", 400.0) == 2 * one


def test_only_the_end_of_a_sentence_ends_a_line() -> None:
    s = Sketch("", Recipe())
    s.add("Dense")
    s.note("Look for\nthe loss.\nIt falls.")
    assert s.document.frames[0].text == "Look for the loss.\nIt falls."


def test_every_examples_note_is_as_high_as_its_words(qapp: object) -> None:
    for example in examples().values():
        for frame in example.make().frames:
            if frame.note:
                high = wrapped_height(frame.text, "body", frame.rect[2] - 2 * NOTE_PAD) + 2 * NOTE_PAD
                assert high <= frame.rect[3], example.name
