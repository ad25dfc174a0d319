"""Texts from a telephone line: cut, one line, printable; numbers only where they are plain digits."""

from __future__ import annotations

import pytest

from pbx_agent.ami.facts import channel_facts, integer, seconds
from pbx_agent.ami.text import clean, known, unescaped


def test_names_are_one_printable_line_within_the_limit():
    name = "\x00\x1b[31m\u202eevil\u2028\u00a0Иванов \U0001f4de" + "x" * 10_000
    facts = channel_facts({"channel": "PJSIP/1-1", "uniqueid": "1.1", "calleridname": name})
    assert facts.caller_name.startswith("[31mevil Иванов \U0001f4de") and len(facts.caller_name) == 80
    assert facts.caller_name.isprintable()


@pytest.mark.parametrize(
    "written, meant",
    [
        (r"O\'Neil", "O'Neil"),
        (r"\"Bob\"", '"Bob"'),
        (r"a\\b", r"a\b"),
        (r"a\nb", "a b"),
        (r"a\xb", r"a\xb"),
        (None, None),
    ],
)
def test_the_backslashes_that_asterisk_adds_to_names(written, meant):
    assert unescaped(written) == meant


@pytest.mark.parametrize("value", [None, [], {}, b"x", True, object()])
def test_what_is_no_text_is_empty(value):
    assert clean(value, 10) == known(value, 10) == ""


def test_numbers_and_repeated_values_count_as_text():
    assert (clean(["a", "b"], 10), clean(16, 10), clean(1.5, 10)) == ("a", "16", "1.5")


@pytest.mark.parametrize("value", ["١٢", "1e3", "0x10", "nan", "inf", "-1", "", None, [], "1" * 40])
def test_numbers_are_plain_digits(value):
    assert integer(value) is None and seconds(value) is None
