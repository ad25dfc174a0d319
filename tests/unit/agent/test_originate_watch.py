"""What becomes of a click, told by events in whatever order Asterisk's threads write them."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest

from pbx_agent.ami import events as ev
from pbx_agent.ami.facts import ChannelFacts
from pbx_agent.ami.reader import parse_event
from pbx_agent.commands.originate_watch import OriginateWatch
from pbx_agent.replay import frames_of

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
UUID = "0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a01"
OWN = ChannelFacts("PJSIP/101-00000001", UUID, UUID)
CLIENT = ChannelFacts("PJSIP/carrier-00000002", "1764000000.2", UUID)
SECOND = ChannelFacts("PJSIP/backup-00000003", "1764000000.3", UUID)
STRANGER = ChannelFacts("PJSIP/102-00000009", "1764000000.9", "1764000000.9")


def response(success, reason=0, uuid=UUID):
    return ev.OriginateAnswered(uuid, success, reason, uuid)


def begun(dest, source=None):
    return ev.DialBegun(source, dest, "")


def ended(dest, status, source=None):
    return ev.DialEnded(source, dest, status, "")


def gone(channel, cause):
    return ev.HungUp(channel, cause)


def asked(soft=False, channel=OWN):
    return ev.HangupAsked(channel, soft)


def told(events):
    """The first outcome that a listener would report: at an event, or after a moment's silence at the end."""
    watch = OriginateWatch(UUID, "PJSIP/101")
    for event in events:
        outcome = watch.feed(event)
        if outcome is not None:
            return outcome
    return watch.undecided() if watch.is_ending else None


def code(events):
    outcome = told(events)
    return outcome and (outcome.code or outcome.status)


ANSWERED = [begun(OWN), ended(OWN, "ANSWER"), response(True, 4)]
DIALLED = [*ANSWERED, begun(CLIENT, OWN)]

#: TELEPHONY's table, row by row: what arrives, and what the employee is told.
TABLE = {
    "the employee's phone is busy": (
        [begun(OWN), ended(OWN, "BUSY"), response(False), gone(OWN, 17)], "busy",
    ),
    "the employee declines": (
        [begun(OWN), ended(OWN, "NOANSWER"), response(False), gone(OWN, 21)], "declined",
    ),
    "the employee does not pick up": ([begun(OWN), response(False, 3), gone(OWN, 19)], "no_answer"),
    "the employee's phone is not registered": ([response(False)], "unregistered"),
    "the employee's phone cannot be reached": (
        [begun(OWN), ended(OWN, "CHANUNAVAIL"), response(False), gone(OWN, 20)], "unregistered",
    ),
    "somebody ended it before the phone was picked up": (
        [begun(OWN), asked(True), response(False), gone(OWN, 16)], "cancelled",
    ),
    "the employee's phone fails otherwise": (
        [begun(OWN), ended(OWN, "CONGESTION"), response(False), gone(OWN, 38)], "refused",
    ),
    "the client is busy": ([*DIALLED, ended(CLIENT, "BUSY", OWN), gone(CLIENT, 17), gone(OWN, 17)], "client_busy"),
    "the client's number does not exist": (
        [*DIALLED, ended(CLIENT, "NOANSWER", OWN), gone(CLIENT, 1), gone(OWN, 1)], "bad_number",
    ),
    "the carrier has no circuit": (
        [*DIALLED, ended(CLIENT, "CONGESTION", OWN), gone(CLIENT, 34), gone(OWN, 34)], "client_failed",
    ),
    "the client rejects": (
        [*DIALLED, ended(CLIENT, "NOANSWER", OWN), gone(CLIENT, 21), gone(OWN, 21)], "client_rejected",
    ),
    "the client does not answer": (
        [*DIALLED, ended(CLIENT, "NOANSWER", OWN), asked(True), gone(CLIENT, 0), gone(OWN, 16)], "client_no_answer",
    ),
    "the client does not answer, says the carrier": (
        [*DIALLED, ended(CLIENT, "NOANSWER", OWN), gone(CLIENT, 19), gone(OWN, 19)], "client_no_answer",
    ),
    "the employee hangs up while the client's phone rings": (
        [*DIALLED, asked(), ended(CLIENT, "CANCEL", OWN), gone(CLIENT, 16), gone(OWN, 0)], "cancelled",
    ),
    "the employee hangs up before the client is dialled": ([*ANSWERED, asked(), gone(OWN, 16)], "cancelled"),
    "the dialplan does not dial the number": ([*ANSWERED, asked(True), gone(OWN, 1)], "bad_number"),
    "the dialplan ends it by itself": ([*ANSWERED, asked(True), gone(OWN, 16)], "client_failed"),
    "the client answers": ([*DIALLED, ended(CLIENT, "ANSWER", OWN)], "done"),
}  # fmt: skip


@pytest.mark.parametrize("events, expected", TABLE.values(), ids=TABLE)
def test_every_row_of_the_table(events, expected):
    assert code(events) == expected


@pytest.mark.parametrize("events, expected", TABLE.values(), ids=TABLE)
def test_in_any_order(events, expected):
    orders = itertools.permutations(events)
    if len(events) > 6:
        dice = random.Random(5)
        orders = (dice.sample(events, len(events)) for _time in range(1000))
    assert {code(order) for order in orders} == {expected}


@pytest.mark.parametrize("events, expected", TABLE.values(), ids=TABLE)
def test_twice_told_events_change_nothing(events, expected):
    assert code([event for event in events for _time in range(2)]) == expected


@pytest.mark.parametrize("events, expected", TABLE.values(), ids=TABLE)
def test_other_calls_at_the_same_time_change_nothing(events, expected):
    others = [
        begun(STRANGER), ended(STRANGER, "BUSY"), asked(channel=STRANGER), gone(STRANGER, 17),
        response(False, uuid="another"), ev.ChannelSeen("state", STRANGER._replace(state=6)), ev.ListEnded(),
    ]  # fmt: skip
    assert code([one for event in events for one in (*others, event)]) == expected


#: What Asterisk's threads did write (tests/scenarios), and what the employee is told.
RECORDED = {
    "click_answered": "done",
    "click_cancelled": "cancelled",
    "click_client_bad_number": "bad_number",
    "click_client_busy": "client_busy",
    "click_client_failed": "client_failed",
    "click_client_hangs_up": "done",
    "click_client_no_answer": "client_no_answer",
    "click_client_rejected": "client_rejected",
    "click_colleague": "done",
    "click_not_dialled": "bad_number",
    "click_own_busy": "busy",
    "click_own_declined": "declined",
    "click_own_no_answer": "no_answer",
    "click_own_unregistered": "unregistered",
}


def recorded(name):
    """The events of a scenario after the login, and the click's uuid."""
    path = SCENARIOS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not recorded")
    frames = frames_of(json.dumps(json.loads(path.read_text("utf-8"))["events"]))
    uuid = next(frame["actionid"] for frame in frames if frame.get("event") == "OriginateResponse")
    return uuid, [event for event in map(parse_event, frames) if event is not None]


@pytest.mark.parametrize("name, expected", RECORDED.items())
def test_a_recorded_click(name, expected):
    uuid, events = recorded(name)
    watch = OriginateWatch(uuid, "PJSIP/101")
    outcome = next((found for found in map(watch.feed, events) if found), None)
    if outcome is None:
        assert watch.is_ending
        outcome = watch.undecided()
    assert (outcome.code or outcome.status) == expected
    assert outcome.linkedid == (None if name == "click_own_unregistered" else uuid)


def test_every_recorded_click_is_looked_at():
    assert {path.stem for path in SCENARIOS.glob("click_*.json")} <= set(RECORDED)


def test_the_answer_to_originate_before_any_event_of_the_channel_is_no_missing_phone():
    assert code([response(False), begun(OWN), ended(OWN, "BUSY"), gone(OWN, 17)]) == "busy"


def test_a_second_trunk_may_still_reach_the_client():
    first = [*DIALLED, ended(CLIENT, "CONGESTION", OWN), gone(CLIENT, 34)]
    assert told(first) is None
    assert code([*first, begun(SECOND, OWN), ended(SECOND, "ANSWER", OWN)]) == "done"
    assert code([*first, begun(SECOND, OWN), ended(SECOND, "BUSY", OWN), gone(SECOND, 17)]) == "client_busy"


def test_the_client_said_no_while_the_employee_still_hears_the_busy_tone():
    assert code([*DIALLED, ended(CLIENT, "BUSY", OWN), gone(CLIENT, 17)]) == "client_busy"


def test_one_phone_of_several_is_busy_and_another_still_rings():
    both = [*DIALLED, begun(SECOND, OWN), ended(CLIENT, "BUSY", OWN), gone(CLIENT, 17)]
    assert told(both) is None
    assert code([*both, ended(SECOND, "ANSWER", OWN)]) == "done"


def test_a_lost_answer_to_originate_is_made_up_by_the_channels_state():
    up = ev.ChannelSeen("state", OWN._replace(state=6))
    assert (
        code([begun(OWN), up, begun(CLIENT, OWN), ended(CLIENT, "BUSY", OWN), gone(CLIENT, 17), gone(OWN, 17)])
        == "client_busy"
    )
    assert code([begun(OWN), up, gone(OWN, 1)]) == "bad_number"


def test_a_lost_end_of_dialling_is_made_up_by_the_cause():
    assert code([*DIALLED, gone(CLIENT, 19), gone(OWN, 19)]) == "client_no_answer"
    assert code([begun(OWN), gone(OWN, 17)]) == "busy"


def test_while_nothing_is_over_nothing_is_said():
    for count in range(len(DIALLED)):
        watch = OriginateWatch(UUID, "PJSIP/101")
        assert [watch.feed(event) for event in DIALLED[:count]] == [None] * count
        assert not watch.is_ending


def test_messages_name_the_phone():
    assert told([response(False)]).message == "PJSIP/101 has no registered phone"
    assert "PJSIP/101" in told(TABLE["the employee declines"][0]).message
