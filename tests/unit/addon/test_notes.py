"""Notes that several people, or several tabs, write at once."""

from __future__ import annotations

import itertools

import pytest
from addon_tools.notes import both, clean_note, merge_notes


@pytest.mark.parametrize(
    "base, mine, theirs, merged",
    [
        ("", "Wants ink", "", "Wants ink"),
        ("Wants ink", "", "Wants ink", ""),
        ("Wants ink", "Wants ink", "Wants paper", "Wants paper"),
        ("", "Wants ink", "Wants ink", "Wants ink"),
        ("", "Wants ink", "Wants paper", "Wants paper\nWants ink"),
        ("", "Wants ink and paper", "Wants ink", "Wants ink and paper"),
        ("", "Wants ink", "Wants ink and paper", "Wants ink and paper"),
        ("Wants ink.", "Wants ink. Soon", "Wants ink. Today", "Wants ink. Today\n Soon"),
        ("Wants in", "Wants ink", "Wants info", "Wants info\nink"),
        ("a b c", "a X c", "a b c d", "a X c d"),
        ("a b c", "a b c d", "Z a b c", "Z a b c d"),
        ("a b c", "a c", "a b c d", "a c d"),
        ("one two", "two", "one three two", "three two"),
    ],
    ids=[
        "only I wrote", "I took it away", "only they wrote", "both wrote the same", "both wrote something else",
        "I wrote on", "they wrote on", "both at the end", "both in one word", "I changed, they went on",
        "at both ends", "I cut, they went on", "they wrote where I cut",
    ],
)  # fmt: skip
def test_both_changes_are_kept(base, mine, theirs, merged):
    assert merge_notes(base, mine, theirs).replace("  ", " ") == merged


WORDS = ["", "alpha", "beta gamma", "alpha delta", "epsilon alpha", "alpha\nzeta\n", "eta alpha theta"]


@pytest.mark.parametrize("base, mine, theirs", itertools.product(WORDS, repeat=3))
def test_no_word_that_somebody_typed_is_lost(base, mine, theirs):
    merged = merge_notes(base, mine, theirs).split()
    typed = {*mine.split(), *theirs.split()} - set(base.split())
    assert typed <= set(merged)


@pytest.mark.parametrize("base, mine, theirs", itertools.product(WORDS, repeat=3))
def test_sending_twice_does_no_harm(base, mine, theirs):
    once = merge_notes(base, mine, theirs)
    assert merge_notes(once, once, once) == once
    if theirs == base:
        assert merge_notes(base, mine, once) == once


def test_two_notes_become_one():
    assert both("", "Wants ink") == "Wants ink"
    assert both("Wants ink", "") == "Wants ink"
    assert both("Wants ink", "Call back") == "Wants ink\nCall back"
    assert both("Wants ink today", "ink") == both("ink", "Wants ink today") == "Wants ink today"
    assert both("thinking", "ink") == "thinking\nink"
    assert both("Wants i", "Wants ink") == "Wants ink"


def test_a_note_keeps_its_lines_and_spaces_and_nothing_harmful():
    assert clean_note("a  b \r\n\tc\rd\x00\x1b\ud800 🎉 می‌خواهم") == "a  b \n\tc\nd 🎉 می‌خواهم"
    assert clean_note(None) == clean_note(7) == ""
