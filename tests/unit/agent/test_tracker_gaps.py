"""The connection to Asterisk broke and came back: what ended meanwhile is told without a word that nobody saw."""

from __future__ import annotations

from tests.unit.agent.ami_script import START


def list_of_nothing(pbx, at):
    pbx.at(at).tell("CoreShowChannelsComplete", listitems="0")


def test_a_call_of_a_moment_ago_is_in_doubt_until_the_next_list(pbx):
    pbx.at(10).dial(pbx.incoming(), "PJSIP/101")
    pbx.tracker.lost(START + 10.5)
    list_of_nothing(pbx, 11)
    assert (pbx.call()["state"], pbx.tracker.in_doubt) == ("ringing", True)
    list_of_nothing(pbx, 13)
    assert (pbx.call()["state"], pbx.tracker.in_doubt) == ("ended", False)


def test_a_conversation_lasted_until_nothing_was_heard_any_more(pbx):
    caller = pbx.incoming()
    phone = pbx.at(1).dial(caller, "PJSIP/101")
    pbx.at(3).answer(caller, phone)
    pbx.tracker.lost(START + 63)
    pbx.tracker.lost(START + 300)  # each attempt to connect again fails
    list_of_nothing(pbx, 600)
    call = pbx.call()
    assert (call["result"], call["ended_at"], call["talk_seconds"]) == ("answered", START + 63, 60)
    assert call["hung_up_by"] is None


def test_nobody_is_said_to_have_given_up_where_nobody_saw_it(pbx):
    pbx.at(1).dial(pbx.incoming(), "PJSIP/101")
    pbx.tracker.lost(START + 5)
    list_of_nothing(pbx, 9)
    call = pbx.call()
    assert (call["result"], call["hung_up_by"], call["ring_seconds"]) == ("no-answer", None, 4)
    assert pbx.leg("PJSIP/101")["result"] == "no-answer"


def test_what_ends_after_the_gap_is_told_as_ever(pbx):
    caller = pbx.incoming()
    pbx.at(1).dial(caller, "PJSIP/101")
    pbx.tracker.lost(START + 5)
    pbx.at(6).tell("CoreShowChannel", caller.fields(), duration="00:00:06", application="Dial")
    list_of_nothing(pbx, 6)
    pbx.at(20).ask(caller)
    pbx.hang(caller)
    assert (pbx.call()["ended_at"], pbx.call()["hung_up_by"]) == (START + 20, "caller")
