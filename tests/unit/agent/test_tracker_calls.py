"""The tracker tells simple calls right: who with whom, how it ended, who ended it, how long."""

from __future__ import annotations

import pytest

from tests.unit.agent.ami_script import Story


def test_an_answered_call_from_outside(pbx):
    caller = pbx.incoming()
    phone = pbx.at(0.02).dial(caller, "PJSIP/101")
    ringing = pbx.call()
    assert (ringing["state"], ringing["direction"], ringing["rang"]) == ("ringing", "incoming", ["PJSIP/101"])
    assert pbx.leg("PJSIP/101")["state"] == "ringing"
    assert ringing["result"] is None and ringing["ring_seconds"] == 0.0
    bridge = pbx.at(7.4).answer(caller, phone)
    talking = pbx.call()
    assert (talking["state"], talking["answered_by"], talking["ring_seconds"]) == ("talking", "PJSIP/101", 7.4)
    pbx.at(67.9).end(bridge, caller, phone)
    call = pbx.call()
    assert (call["state"], call["result"], call["hung_up_by"]) == ("ended", "answered", "caller")
    assert (call["ring_seconds"], call["talk_seconds"]) == (7.4, 60.5)
    assert call["caller"] == {"number": "+493012345678", "name": "", "endpoint": None}
    assert call["callee"] == {"number": "+493055570100", "name": "", "endpoint": None}
    assert (call["did"], call["trunk"]) == ("+493055570100", "PJSIP/carrier")
    assert not call["partial"]


def test_who_asked_first_hung_up_even_if_all_channels_ask(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    bridge = pbx.at(1).answer(caller, phone)
    pbx.at(5).ask(phone)
    pbx.leave(phone, bridge, 1)
    pbx.soft(caller)
    pbx.leave(caller, bridge)
    pbx.ask(caller)
    pbx.hang(phone, caller)
    assert pbx.call()["hung_up_by"] == "callee"


def test_without_hangup_requests_the_first_to_leave_the_bridge_hung_up(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    bridge = pbx.at(1).answer(caller, phone)
    pbx.at(5).leave(phone, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.hang(caller, phone)
    assert pbx.call()["hung_up_by"] == "callee"


def test_the_pbx_hung_up_when_it_asked_softly(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    bridge = pbx.at(1).answer(caller, phone)
    pbx.at(5).soft(caller)
    pbx.leave(caller, bridge, 1)
    pbx.leave(phone, bridge)
    pbx.hang(phone, caller)
    assert pbx.call()["hung_up_by"] == "pbx"


def test_hanging_up_by_our_own_button_is_the_persons_doing(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    bridge = pbx.at(1).answer(caller, phone)
    pbx.tracker.hang_up_wanted(phone.uniqueid)
    pbx.at(5).soft(phone)
    pbx.leave(phone, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.hang(phone, caller)
    assert pbx.call()["hung_up_by"] == "callee"


@pytest.mark.parametrize(
    "status, cause, result",
    [
        ("BUSY", 17, "busy"),
        ("NOANSWER", 21, "rejected"),
        ("NOANSWER", 19, "no-answer"),
        ("NOANSWER", 0, "no-answer"),
        ("NOANSWER", 1, "failed"),
        ("CONGESTION", 34, "failed"),
        ("CHANUNAVAIL", 20, "failed"),
    ],
)
def test_a_call_that_one_phone_did_not_take(pbx, status, cause, result):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(9).end_dial(caller, phone, status)
    pbx.hang(phone, cause=cause)
    pbx.soft(caller)
    pbx.hang(caller, cause=cause)
    call = pbx.call()
    assert call["result"] == result
    assert pbx.leg("PJSIP/101")["result"] == result
    assert call["hung_up_by"] == ("callee" if result in ("busy", "rejected") else "pbx")
    assert (call["answered_at"], call["answered_by"], call["talk_seconds"], call["ring_seconds"]) == (None, None, 0, 9)


def test_a_phone_that_refused_at_once_did_not_ring(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101", ring=False)
    pbx.ask(phone, 17)
    pbx.end_dial(caller, phone, "BUSY")
    pbx.hang(phone, caller, cause=17)
    assert pbx.call()["rang"] == []
    assert pbx.call()["hung_up_by"] == "callee"


def test_a_caller_who_gives_up_while_it_rings(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(20).ask(caller, 127)
    pbx.end_dial(caller, phone, "CANCEL")
    pbx.hang(phone, caller, cause=127)
    call = pbx.call()
    assert (call["result"], call["hung_up_by"], call["ring_seconds"]) == ("cancelled", "caller", 20)
    assert pbx.leg("PJSIP/101")["result"] == pbx.leg("PJSIP/carrier")["result"] == "cancelled"


def test_no_phone_is_registered_and_nothing_is_ever_dialled(pbx):
    caller = pbx.incoming()
    pbx.soft(caller)
    pbx.hang(caller, cause=3)
    assert (pbx.call()["result"], pbx.call()["rang"]) == ("failed", [])


def test_a_menu_is_no_conversation(pbx):
    caller = pbx.incoming()
    pbx.state(caller, "Up")
    pbx.at(30).ask(caller)
    pbx.hang(caller)
    call = pbx.call()
    assert (call["result"], call["hung_up_by"], call["talk_seconds"]) == ("ivr", "caller", 0)
    assert call["answered_at"] is None


def test_a_missed_call_whose_caller_goes_up_in_voicemail(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(6).end_dial(caller, phone, "NOANSWER")
    pbx.hang(phone, cause=0)
    pbx.state(caller, "Up")
    pbx.tell("Newexten", caller.fields(), application="VoiceMail", appdata="101@default,u")
    pbx.at(20).ask(caller)
    pbx.hang(caller)
    call = pbx.call()
    assert (call["result"], call["answered_at"], call["rang"]) == ("voicemail", None, ["PJSIP/101"])
    assert pbx.leg("PJSIP/101")["result"] == "no-answer"


@pytest.mark.parametrize("sign", ["context", "exten", "message", "record"])
def test_a_mailbox_is_known_by_other_signs_too(pbx, sign):
    caller = pbx.incoming()
    if sign == "context":
        caller.facts["context"] = "macro-vm"
    elif sign == "exten":
        caller.facts["exten"] = "vmu101"
    pbx.state(caller, "Up")
    if sign == "message":
        pbx.tell("MessageWaiting", caller.fields(), mailbox="101@default")
    pbx.hang(caller)
    if sign == "record":
        pbx.tell("Cdr", uniqueid=caller.uniqueid, lastapplication="VoiceMail", disposition="ANSWERED")
    assert pbx.call()["result"] == "voicemail"


def test_an_employee_calls_a_customer(pbx):
    caller = pbx.outgoing("+493012345678", calleridname="Anna")
    carrier = pbx.dial(caller, "PJSIP/carrier", "+493012345678@carrier", context="from-carrier")
    assert pbx.leg("PJSIP/101")["state"] == "dialing"
    bridge = pbx.at(5).answer(caller, carrier)
    pbx.at(15).end(bridge, carrier, caller)
    call = pbx.call()
    assert (call["direction"], call["result"], call["hung_up_by"]) == ("outgoing", "answered", "callee")
    assert call["caller"] == {"number": "101", "name": "Anna", "endpoint": "PJSIP/101"}
    assert call["callee"] == {"number": "+493012345678", "name": "", "endpoint": None}
    assert (call["trunk"], call["did"], call["rang"], call["answered_by"]) == ("PJSIP/carrier", None, [], None)


def test_the_second_trunk_may_succeed_where_the_first_failed(pbx):
    caller = pbx.outgoing()
    first = pbx.dial(caller, "PJSIP/carrier1", "+493012345678@carrier1", ring=False, context="from-trunk")
    pbx.end_dial(caller, first, "CONGESTION")
    pbx.hang(first, cause=34)
    second = pbx.dial(caller, "PJSIP/carrier2", "+493012345678@carrier2", context="from-trunk")
    pbx.at(5).answer(caller, second)
    assert (pbx.call()["direction"], pbx.call()["trunk"]) == ("outgoing", "PJSIP/carrier2")


def test_an_employee_calls_a_colleague(pbx):
    caller = pbx.outgoing("102")
    phone = pbx.dial(caller, "PJSIP/102", calleridnum="102", calleridname="Boris")
    bridge = pbx.at(5).answer(caller, phone)
    pbx.at(6).end(bridge, caller, phone)
    call = pbx.call()
    assert (call["direction"], call["answered_by"]) == ("internal", "PJSIP/102")
    assert call["callee"] == {"number": "102", "name": "Boris", "endpoint": "PJSIP/102"}


def test_hold_is_told_of_the_phone_that_pressed_the_key(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(1).answer(caller, phone)
    pbx.at(2).tell("Hold", phone.fields())
    assert (pbx.call()["state"], pbx.leg("PJSIP/101")["state"]) == ("held", "held")
    assert pbx.leg("PJSIP/carrier")["state"] == "talking"
    pbx.at(3).tell("Unhold", phone.fields())
    assert pbx.call()["state"] == "talking"


def test_a_withheld_number_is_no_number(pbx):
    caller = pbx.new(
        "PJSIP/carrier",
        calleridnum="anonymous",
        calleridname="Anonymous",
        context="from-carrier",
        exten="+493055570100",
    )
    pbx.dial(caller, "PJSIP/101")
    assert pbx.call()["caller"]["number"] == ""


def test_two_calls_between_the_same_numbers_stay_two(pbx):
    first, second = pbx.incoming(), pbx.incoming()
    one, two = pbx.dial(first, "PJSIP/101"), pbx.dial(second, "PJSIP/101")
    bridge = pbx.at(1).answer(first, one)
    pbx.at(2).ask(second)
    pbx.end_dial(second, two, "CANCEL")
    pbx.hang(two, second)
    pbx.at(9).end(bridge, first, one)
    answered, cancelled = pbx.snapshots()
    assert (answered["result"], cancelled["result"]) == ("answered", "cancelled")


def test_a_second_device_of_the_same_extension_is_a_leg_of_its_own():
    pbx = Story(
        [{"endpoint": "PJSIP/101", "extension": "101"}, {"endpoint": "PJSIP/softphone-anna", "extension": "101"}]
    )
    caller = pbx.incoming()
    desk, soft = pbx.dial(caller, "PJSIP/101"), pbx.dial(caller, "PJSIP/softphone-anna")
    pbx.at(1).end_dial(caller, desk, "CANCEL")
    pbx.answer(caller, soft)
    pbx.hang(desk, cause=26)
    call = pbx.call()
    assert (call["rang"], call["answered_by"]) == (["PJSIP/101", "PJSIP/softphone-anna"], "PJSIP/softphone-anna")
    assert pbx.leg("PJSIP/softphone-anna")["number"] == "101"
