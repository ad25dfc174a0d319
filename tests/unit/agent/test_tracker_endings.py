"""How calls end that nobody answered, or that several wanted to end: hard cases of result, `rang` and `hung_up_by`."""

from __future__ import annotations

import pytest


def told(pbx):
    call = pbx.call()
    return call["result"], call["hung_up_by"]


# -- the caller gives up -------------------------------------------------------------------------------------------


def test_one_of_a_group_declines_and_then_the_caller_gives_up(pbx):
    caller = pbx.incoming()
    first, second = pbx.dial(caller, "PJSIP/101"), pbx.dial(caller, "PJSIP/102")
    pbx.at(3).ask(first, 21)
    pbx.end_dial(caller, first, "NOANSWER")
    pbx.hang(first, cause=21)
    pbx.at(9).ask(caller)
    pbx.end_dial(caller, second, "CANCEL")
    pbx.hang(second, caller)
    assert told(pbx) == ("cancelled", "caller")
    assert (pbx.leg("PJSIP/101")["result"], pbx.leg("PJSIP/102")["result"]) == ("rejected", "cancelled")


def test_phones_that_decline_after_the_caller_gave_up_change_nothing(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(5).ask(caller, 127)
    pbx.ask(phone, 21)
    pbx.end_dial(caller, phone, "NOANSWER")
    pbx.hang(phone, caller, cause=21)
    assert told(pbx) == ("cancelled", "caller")


def test_a_phone_picked_up_at_the_moment_when_the_caller_had_enough(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(5).ask(caller)
    pbx.state(phone, "Up")
    pbx.end_dial(caller, phone, "ANSWER")
    pbx.hang(phone, caller)
    assert told(pbx) == ("cancelled", "caller")
    assert (pbx.call()["answered_at"], pbx.call()["talk_seconds"]) == (None, 0)


def test_without_any_hangup_requests_the_dial_that_was_taken_back_tells_it(pbx):
    caller = pbx.incoming()
    first, second = pbx.dial(caller, "PJSIP/101"), pbx.dial(caller, "PJSIP/102")
    pbx.at(2).end_dial(caller, first, "BUSY")
    pbx.at(9).end_dial(caller, second, "CANCEL")
    pbx.hang(first, second, caller)
    assert told(pbx) == ("cancelled", "caller")


def test_a_dial_that_the_pbx_took_back_to_try_another_phone_is_no_giving_up(pbx):
    caller = pbx.incoming()
    first = pbx.dial(caller, "PJSIP/101")
    pbx.at(5).end_dial(caller, first, "CANCEL")
    pbx.hang(first)
    second = pbx.dial(caller, "PJSIP/102")
    pbx.at(20).end_dial(caller, second, "NOANSWER")
    pbx.hang(second, cause=0)
    pbx.soft(caller)
    pbx.hang(caller, cause=19)
    assert told(pbx) == ("no-answer", "pbx")


def test_who_hears_that_nobody_is_there_and_hangs_up_was_not_answered(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(15).end_dial(caller, phone, "NOANSWER")
    pbx.hang(phone, cause=0)
    pbx.state(caller, "Up")
    pbx.at(20).ask(caller)
    pbx.hang(caller)
    assert told(pbx) == ("no-answer", "caller")


# -- nobody takes it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status, result, ender", [("NOANSWER", "no-answer", "pbx"), ("CANCEL", "cancelled", "caller")])
def test_answered_elsewhere_needs_somebody_who_answered(pbx, status, result, ender):
    """Dial's option c says it of every phone that did not take the call."""
    caller = pbx.incoming()
    phones = [pbx.dial(caller, f"PJSIP/{number}") for number in (101, 102)]
    pbx.at(30)
    if status == "CANCEL":
        pbx.ask(caller)
    for phone in phones:
        pbx.end_dial(caller, phone, status)
    pbx.hang(*phones, cause=26)
    pbx.soft(caller)
    pbx.hang(caller, cause=19)
    assert told(pbx) == (result, ender)
    assert {leg["result"] for leg in pbx.call()["legs"]} == {result}


def test_a_phone_that_sends_the_call_on_has_not_refused_it(pbx):
    caller = pbx.incoming("+493055570101")
    phone = pbx.dial(caller, "PJSIP/101", ring=False)
    target = pbx.new("PJSIP/103", caller, exten="s")
    pbx.tell("DialEnd", caller.fields(), phone.fields("dest"), dialstatus="CANCEL", forward="103")
    pbx.hang(phone, cause=23)
    pbx.begin(caller, target, "103")
    pbx.end_dial(caller, target, "BUSY")
    pbx.hang(target, caller, cause=17)
    assert told(pbx) == ("busy", "callee")
    assert pbx.call()["rang"] == []


def test_everybody_declines(pbx):
    caller = pbx.incoming()
    phones = [pbx.dial(caller, f"PJSIP/{number}") for number in (101, 102)]
    pbx.at(4)
    for phone in phones:
        pbx.ask(phone, 21)
        pbx.end_dial(caller, phone, "NOANSWER")
    pbx.soft(caller)
    pbx.hang(*phones, caller, cause=21)
    assert told(pbx) == ("rejected", "callee")


def test_the_pbx_plays_busy_by_itself(pbx):
    caller = pbx.incoming()
    pbx.soft(caller)
    pbx.hang(caller, cause=17)
    assert told(pbx) == ("busy", "callee")


# -- what rang -----------------------------------------------------------------------------------------------------


def test_an_unplugged_phone_that_says_nothing_did_not_ring(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101", ring=False)
    pbx.at(20).ask(caller)
    pbx.end_dial(caller, phone, "CANCEL")
    pbx.hang(phone, caller)
    assert pbx.call()["rang"] == []


@pytest.mark.parametrize("status, rang", [("NOANSWER", ["PJSIP/101"]), ("CANCEL", ["PJSIP/101"]), ("BUSY", [])])
def test_where_only_the_bare_minimum_is_heard_a_dialled_phone_rang_unless_it_refused(pbx, status, rang):
    """Newchannel, DialBegin, DialEnd, Bridge…, Hangup: enough for a PBX with very many calls."""
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101", ring=False)
    pbx.at(20).end_dial(caller, phone, status)
    pbx.hang(phone, caller, cause=0)
    assert pbx.call()["rang"] == rang


def test_a_phone_that_answers_by_itself_has_rung(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101", ring=False)
    pbx.answer(caller, phone)
    assert pbx.call()["rang"] == ["PJSIP/101"]


def test_a_phone_that_is_tried_twice_is_named_once(pbx):
    caller = pbx.incoming()
    for _round in range(2):
        phone = pbx.dial(caller, "PJSIP/101")
        pbx.end_dial(caller, phone, "NOANSWER")
        pbx.hang(phone, cause=0)
    assert pbx.call()["rang"] == ["PJSIP/101"]


# -- who ends a conversation ---------------------------------------------------------------------------------------


def talking(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    return caller, phone, pbx.at(1).answer(caller, phone)


def test_who_is_taken_out_without_having_asked_was_taken_out_by_the_pbx(pbx):
    """AMI's Hangup, or a limit of the duration: the phone leaves first, and only the other side is told softly."""
    caller, phone, bridge = talking(pbx)
    pbx.at(5).leave(phone, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.soft(caller)
    pbx.hang(phone, caller)
    assert told(pbx) == ("answered", "pbx")


def test_of_three_the_one_whose_leaving_ended_the_talk_ended_it(pbx):
    members = [pbx.at(n).outgoing("600", f"PJSIP/10{n}") for n in (1, 2, 3)]
    for member in members:
        pbx.enter(member, "conf", technology="softmix")
    for second, member in zip((10, 20, 30), (members[2], members[0], members[1])):
        pbx.at(second).tell("ConfbridgeLeave", member.fields(), bridgeuniqueid="conf")
        pbx.ask(member)
        pbx.leave(member, "conf")
        pbx.hang(member)
    assert (told(pbx), pbx.call()["talk_seconds"]) == (("answered", "caller"), 17)


def test_a_phone_that_stops_ringing_during_a_talk_did_not_end_it(pbx):
    caller = pbx.incoming()
    winner, loser = pbx.dial(caller, "PJSIP/101"), pbx.dial(caller, "PJSIP/102")
    bridge = pbx.at(1).answer(caller, winner)
    pbx.ask(loser, 16)
    pbx.hang(loser, cause=26)
    pbx.at(9).end(bridge, caller, winner)
    assert told(pbx) == ("answered", "caller")


@pytest.mark.parametrize("ends, ender", [("ask", "caller"), ("soft", "pbx"), (None, None)])
def test_who_ended_a_menu(pbx, ends, ender):
    caller = pbx.incoming()
    pbx.state(caller, "Up")
    if ends:
        getattr(pbx, ends)(caller)
    pbx.hang(caller)
    assert told(pbx) == ("ivr", ender)
