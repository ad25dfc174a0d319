"""Numbers as people write them and carriers deliver them."""

from __future__ import annotations

import pytest
from addon_tools import numbers, patterns


@pytest.mark.parametrize(
    "written, country, expected",
    [
        ("+49 30 12345678", "", "+493012345678"),
        ("030 / 123 456-78", "DE", "+493012345678"),
        ("0049 (30) 12345678", "DE", "+493012345678"),
        ("493012345678", "DE", "+493012345678"),  # a trunk that leaves the plus out
        ("493012345678", "RU", "+493012345678"),
        ("8 (4212) 41-23-45", "RU", "+74212412345"),
        ("011 44 20 7183 8750", "US", "+442071838750"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+39 02 1234 5678", "", "+390212345678"),
        ("030 12345678", "de", "+493012345678"),
        ("030 12345678", "", ""),  # whose 030?
        ("101", "DE", ""),
        ("*43", "DE", ""),
        ("112", "DE", ""),
        ("anonymous", "DE", ""),
        ("Unavailable", "DE", ""),
        ("", "DE", ""),
        ("hello world", "DE", ""),
        ("+" + "9" * 400, "DE", ""),
        ("+49\x0030", "", ""),
    ],
)
def test_normalise(written, country, expected):
    assert numbers.normalise(written, country) == expected


def test_a_number_normalises_to_itself():
    for number in ("+493012345678", "+74212412345", "+12125550143", "+37129123456"):
        assert numbers.normalise(number, "FR") == number


def test_display():
    assert numbers.display("+493012345678") == "+49 30 12345678"
    assert numbers.display("101") == "101"
    assert numbers.display("") == ""


def test_place():
    place = numbers.place("+493012345678", "en")
    assert (place.city, place.country, place.region, place.timezones) == ("Berlin", "Germany", "DE", ("Europe/Berlin",))
    assert numbers.place("+493012345678", "ru").country == "Германия"
    mobile = numbers.place("+491711234567", "en")
    assert (mobile.city, mobile.country) == ("", "Germany")
    for nowhere in ("", "101", "anonymous", "+"):
        assert numbers.place(nowhere) == numbers.NOWHERE


@pytest.mark.parametrize(
    "style, country, prefix, expected",
    [
        ("e164", "DE", "", "+493012345678"),
        ("plain", "DE", "", "493012345678"),
        ("international", "DE", "", "00493012345678"),
        ("international", "US", "9", "9011493012345678"),
        ("international", "RU", "", "810493012345678"),
        ("national", "DE", "0", "003012345678"),
        ("national", "AT", "", "00493012345678"),
        ("national", "", "", "00493012345678"),
    ],
)
def test_to_dial(style, country, prefix, expected):
    assert numbers.to_dial("+493012345678", style, country, prefix) == expected


def test_internal_numbers_are_dialled_as_they_are():
    assert numbers.to_dial("101", "national", "DE", "9") == "101"
    assert numbers.is_internal("*43") and numbers.is_internal("10 1")
    assert not numbers.is_internal("1234567") and not numbers.is_internal("+49")


def test_only_dialable_text_goes_into_a_dialplan():
    for good in ("+493012345678", "101", "*43#"):
        assert numbers.is_dialable(good)
    for bad in ("", "+", "1,2", "1\n2", "${X}", "1&2", "++1", "1+"):
        assert not numbers.is_dialable(bad)


@pytest.mark.parametrize(
    "allowed, number, expected",
    [
        ("+*", "+493012345678", True),
        ("+*", "112", False),
        ("+49*", "+371", False),
        ("+49*\n!+4990*", "+4990012345", False),
        ("!+4990*, +49*", "+4990012345", False),  # the order does not matter
        ("1xx", "112", True),
        ("1xx", "1123", False),
        ("1XX; 2xx", "299", True),
        ("*43", "*43", True),
        ("*43", "043", False),
        ("*", "anything", True),
        ("", "+49", False),
        ("+49.", "+495", False),
    ],
)
def test_what_may_be_dialled(allowed, number, expected):
    assert patterns.is_allowed(number, allowed) is expected


def test_wrong_patterns_are_named():
    assert patterns.invalid_patterns("+49*, 1xx\n!+4990*; *43 *") == []
    assert patterns.invalid_patterns("+49*, abc\n4+9, [0-9] !") == ["abc", "4+9", "[0-9]", "!"]


@pytest.mark.parametrize(
    ("typed", "country", "parts"),
    [
        ("030 2345 6711", "DE", {"3023456711"}), ("+49 30 2345", "DE", {"49302345"}), ("6711", "DE", {"6711"}),
        ("0049 30/2345", "DE", {"49302345", "0049302345"[1:]}), ("(030) 23", "", {"3023"}),
        ("8 4212 41", "RU", {"8421241", "421241"}), ("8421", "RU", {"8421"}), ("8 4212 41", "XX", {"8421241"}),
        ("Eva", "DE", set()), ("", "DE", set()), ("+", "DE", set()), ("0", "DE", set()), ("%", "", set()),
        ("30_", "", set()),
    ],
)  # fmt: skip
def test_a_part_of_a_number_as_people_type_it(typed, country, parts):
    assert numbers.parts_of(typed, country) == parts
