"""Odoo's time as seen from here, and versions that only grow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.odoo.clock import OdooClock, Versions, moment, seconds

NOW = 1_764_000_000.0


class Watch:
    """Our clock, set by hand."""

    def __init__(self):
        self.time = NOW

    def __call__(self):
        return self.time


@pytest.fixture
def ours():
    return Watch()


@pytest.fixture
def clock(ours):
    return OdooClock(ours)


def ask(clock, ours, told, took=0.0):
    """Ask Odoo, which says `told`; the answer came after `took` seconds."""
    asked_at = ours.time
    ours.time += took
    clock.learn(told, asked_at)


def test_until_odoo_was_heard_our_clock_counts(clock):
    assert clock.now() == NOW


@pytest.mark.parametrize("skew", [-3600, -8, 0, 0.5, 86_400])
def test_odoos_clock_may_be_set_to_anything(clock, ours, skew):
    ask(clock, ours, NOW + skew)
    assert clock.now() == pytest.approx(NOW + skew)
    ours.time += 10
    assert clock.now() == pytest.approx(NOW + skew + 10)


def test_half_of_the_way_belongs_to_each_direction(clock, ours):
    ask(clock, ours, NOW + 100.2, took=0.4)
    assert clock.now() == pytest.approx(NOW + 100.4)


def test_a_slow_answer_does_not_spoil_a_sure_one(clock, ours):
    ask(clock, ours, NOW + 100, took=0.01)
    ask(clock, ours, ours.time + 100, took=14.0)  # told at once, but 14 seconds on its way: it may be 7 s wrong
    assert clock.now() == pytest.approx(ours.time + 100, abs=0.1)


def test_a_clock_that_was_set_is_believed_at_once(clock, ours):
    ask(clock, ours, NOW + 100, took=0.01)
    ask(clock, ours, ours.time + 500, took=2.0)
    assert clock.now() == pytest.approx(ours.time + 499, abs=0.01)


def test_our_own_clock_set_back_during_the_request_tells_nothing(clock, ours):
    ask(clock, ours, NOW + 100, took=0.01)
    asked_at, ours.time = ours.time, ours.time - 5000
    clock.learn(NOW, asked_at)
    assert clock.now() == pytest.approx(ours.time + 100, abs=0.1)


@pytest.mark.parametrize("told", [None, "now", True, float("nan"), float("inf"), 0, -5, 10**400, [NOW], {}])
def test_what_is_no_time_changes_nothing(clock, ours, told):
    ask(clock, ours, NOW + 100)
    ask(clock, ours, told)
    assert clock.now() == NOW + 100


@settings(max_examples=100)
@given(st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.lists(st.integers())))
def test_any_value_is_a_time_or_none(value):
    told = moment(value)
    assert told is None or 0 < told < 4_102_444_800
    assert 1 <= seconds(value, 1, 300, 15) <= 300


def test_durations_are_bounded():
    assert [seconds(v, 1, 300, 15) for v in (20, 0, 10**400, True, None, "5", float("nan"), float("inf"))] == [
        20, 1, 300, 15, 15, 15, 15, 300,
    ]  # fmt: skip


def test_versions_grow_also_when_the_clock_is_set_back(ours):
    versions = Versions(0, ours)
    first, second = versions.next(), versions.next()
    ours.time -= 3600
    third = versions.next()
    ours.time += 7200
    fourth = versions.next()
    assert first == int(NOW * 1000) and first < second < third < fourth == int(ours.time * 1000)


def test_after_a_restart_versions_go_on_above_the_last_ones(ours):
    last = int((NOW + 50) * 1000)  # given out by a former life whose clock was ahead
    assert Versions(last, ours).next() == last + 1
