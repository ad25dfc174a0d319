"""When the rows of calls that have just ended are looked for."""

from __future__ import annotations

import pytest

from pbx_agent.cdr.hangups import LOOKS, Hangups


def test_looks_follow_a_hangup_until_its_rows_are_found():
    hangups = Hangups()
    assert hangups.due() is None
    hangups.add("1.1", 50.0, 100.0)
    moments = []
    while (due := hangups.due()) is not None:
        moments.append(round(due - 100.0, 3))
        assert hangups.since() == 50.0
        hangups.looked([], False, due, due, 0.0)
    assert moments == list(LOOKS)


def test_a_call_whose_row_was_found_gets_one_more_look():
    hangups = Hangups()
    hangups.add("1.1", 50.0, 100.0)
    hangups.add("1.2", 40.0, 100.1)
    assert hangups.since() == 40.0
    hangups.looked(["1.1"], False, 100.2, 100.2, 0.0)
    assert hangups.due() == pytest.approx(100.3)
    hangups.looked(
        ["1.2"], False, 100.3, 100.3, 0.0
    )  # the look for the other one is not yet the further one of the first
    assert hangups.due() == pytest.approx(100.6)
    hangups.looked([], False, 100.6, 100.6, 0.0)
    assert hangups.due() == pytest.approx(100.7) and hangups.since() == 40.0
    hangups.looked([], False, 100.7, 100.7, 0.0)
    assert hangups.due() is None


def test_a_store_that_does_not_tell_whose_rows_these_are():
    hangups = Hangups()
    hangups.add("1.1", 50.0, 100.0)
    hangups.looked([""], True, 100.2, 100.2, 0.0)
    hangups.looked([], False, 100.6, 100.6, 0.0)
    assert hangups.due() is None


def test_a_slow_store_is_given_rest():
    hangups = Hangups()
    hangups.add("1.1", 50.0, 100.0)
    hangups.looked([], False, 100.2, 100.4, 0.2)  # the look took 0.2 s
    assert hangups.due() == pytest.approx(100.4 + 1.8)


def test_time_that_odoo_took_is_not_the_stores():
    hangups = Hangups()
    hangups.add("1.1", 50.0, 100.0)
    hangups.looked([], False, 100.2, 160.0, 0.1)  # Odoo was away for a minute
    assert hangups.due() == pytest.approx(160.0 + 0.9), "the looks that fell into that minute are still to be made"
    hangups.looked([], False, 161.0, 161.0, 0.0)
    assert hangups.due() is None


def test_a_call_that_ended_while_odoo_was_waited_for_is_looked_for():
    hangups = Hangups()
    hangups.add("1.1", 50.0, 100.0)
    hangups.add("1.2", 60.0, 130.0)  # during the look
    hangups.looked(["1.1"], False, 100.2, 160.0, 0.1)
    assert list(hangups._ended) == ["1.1", "1.2"]
    hangups.looked([], False, 161.0, 161.0, 0.0)
    assert hangups.due() is None


def test_a_flood_of_hangups_is_bounded():
    hangups = Hangups()
    for number in range(5000):
        hangups.add(f"1.{number}", 50.0, 100.0)
    assert len(hangups._ended) == 1000
