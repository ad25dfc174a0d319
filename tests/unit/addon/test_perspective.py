"""The same call as different people see it."""

from __future__ import annotations

import pytest
from addon_tools.perspective import perspective

ANNA, BORIS = 1, 2


def leg(user, role="callee", state="ringing", result="", started=10, answered=None, ended=None, talk=0):
    return {
        "user_id": user, "role": role, "state": state, "result": result, "started_at": started,
        "answered_at": answered, "ended_at": ended, "talk_seconds": talk,
    }  # fmt: skip


def call(state="ringing", result="", answered=None, by="", ended=None, recording=""):
    return {
        "state": state, "result": result, "answered_at": answered, "answered_by": by, "recording": recording,
        "ended_at": ended,
    }  # fmt: skip


def outcome(a_call, legs, user=ANNA):
    return perspective(a_call, legs, user)["outcome"]


def test_a_call_without_a_leg_of_mine_is_none_of_my_business():
    assert perspective(call(), [leg(BORIS)], ANNA) is None


def test_ringing_began_when_my_phone_began():
    seen = perspective(call(), [leg(BORIS, started=5), leg(ANNA, started=25)], ANNA)
    assert (seen["state"], seen["since"], seen["can_hang_up"], seen["outcome"]) == ("ringing", 25, True, None)


def test_of_two_phones_of_mine_the_livelier_counts():
    desk, soft = leg(ANNA, state="ended", result="elsewhere", ended=12), leg(ANNA, state="talking", answered=12)
    assert perspective(call("talking", answered=12), [desk, soft], ANNA)["state"] == "talking"
    assert perspective(call("talking", answered=12), [soft, desk], ANNA)["state"] == "talking"


def test_i_answered_on_the_other_phone_is_not_elsewhere():
    legs = [leg(ANNA, state="ended", result="answered", answered=12, ended=60, talk=48),
            leg(ANNA, state="ended", result="elsewhere", ended=12)]  # fmt: skip
    seen = perspective(call("ended", "answered", 12, "PJSIP/101", 60), legs, ANNA)
    assert (seen["outcome"], seen["talk_seconds"], seen["since"]) == ("ended", 48, 60)


@pytest.mark.parametrize(
    "a_call, result, expected",
    [
        (call("talking", answered=12, by="PJSIP/102"), "elsewhere", "elsewhere"),
        (call("ended", "cancelled", ended=30), "cancelled", "missed"),
        (call("ended", "no-answer", ended=30), "no-answer", "missed"),
        (call("ended", "voicemail", ended=30), "no-answer", "missed"),
        (call("ended", "busy", ended=30), "busy", "missed"),
        (call("ended", "rejected", ended=30), "rejected", "rejected"),
        (call("ringing"), "no-answer", "no-answer"),  # the queue goes on with somebody else
        (call("ringing"), "busy", "no-answer"),
        (call("ended", "answered", 20, "PJSIP/102", 60), "no-answer", "elsewhere"),
    ],
)
def test_how_it_ended_for_whom_it_rang(a_call, result, expected):
    assert outcome(a_call, [leg(ANNA, state="ended", result=result, ended=30)]) == expected


@pytest.mark.parametrize(
    "result, answered, expected",
    [
        ("busy", None, "busy"), ("no-answer", None, "no-answer"), ("rejected", None, "rejected"),
        ("failed", None, "failed"), ("cancelled", None, "cancelled"), ("answered", 12, "ended"),
        ("voicemail", None, "ended"), ("ivr", None, "ended"),
    ],
)  # fmt: skip
def test_how_it_ended_for_the_caller(result, answered, expected):
    # Anna's own phone was up from the click on: that is no conversation.
    mine = leg(ANNA, "caller", "ended", "answered", answered=11, ended=30)
    assert outcome(call("ended", result, answered, ended=30), [mine]) == expected


def test_the_conversation_began_when_both_were_there():
    mine = leg(ANNA, "caller", "talking", answered=11)
    assert perspective(call("talking", answered=20), [mine], ANNA)["since"] == 20
    transferred = leg(ANNA, "callee", "talking", answered=50)
    assert perspective(call("talking", answered=20), [transferred], ANNA)["since"] == 50


def test_only_who_talks_is_told_that_he_is_recorded():
    a_call = call("talking", answered=12, recording="on")
    legs = [leg(ANNA, state="held", answered=12), leg(BORIS, state="ringing")]
    assert [perspective(a_call, legs, user)["recording"] for user in (ANNA, BORIS)] == ["on", ""]
