"""Calls as PBX distributions route them: macros; Local channels for groups, queues and follow-me."""

from __future__ import annotations

import pytest

from tests.unit.agent.ami_script import START

CUSTOMER, DID = "+493012345678", "+493055570100"


def from_trunk(pbx, did=DID):
    """A call comes in and walks through the inbound route's contexts."""
    caller = pbx.incoming(did, trunk="SIP/mytrunk", context="from-trunk-sip-mytrunk")
    for context, exten in (("from-did-direct", "101"), ("ext-local", "101"), ("macro-exten-vm", "s")):
        pbx.walk(caller, context, exten, "Set", "RINGTIMER=15")
    caller.facts.update(context="macro-dial-one", exten="s")
    return caller


# -- an extension --------------------------------------------------------------------------------------------------


def test_an_extension_with_a_mailbox_is_answered(pbx):
    caller = from_trunk(pbx)
    phone = pbx.dial(caller, "PJSIP/101", "101/sip:101@10.0.0.5:5060", context="from-internal", calleridnum="101")
    bridge = pbx.at(8).answer(caller, phone)
    pbx.at(30).end(bridge, phone, caller)
    call = pbx.call()
    assert (call["result"], call["direction"], call["trunk"]) == ("answered", "incoming", "SIP/mytrunk")
    assert (call["did"], call["rang"], call["answered_by"]) == (DID, ["PJSIP/101"], "PJSIP/101")
    assert (call["ring_seconds"], call["talk_seconds"], call["hung_up_by"]) == (8, 22, "callee")


def test_passing_through_the_macro_for_mailboxes_is_no_message(pbx):
    caller = from_trunk(pbx)
    pbx.tell("NewCallerid", {**caller.fields(), "context": "macro-exten-vm"})
    phone = pbx.dial(caller, "PJSIP/101", context="from-internal")
    pbx.at(15).end_dial(caller, phone, "NOANSWER")
    pbx.hang(phone, cause=0)
    pbx.soft(caller)
    pbx.hang(caller, cause=19)
    assert pbx.call()["result"] == "no-answer"


@pytest.mark.parametrize("reached", [("macro-vm", "s-NOANSWER"), ("ext-local", "vmu101"), ("sub-vmx", "s")])
def test_the_mailbox_itself_is(pbx, reached):
    caller = from_trunk(pbx)
    phone = pbx.dial(caller, "PJSIP/101", context="from-internal")
    pbx.at(15).end_dial(caller, phone, "NOANSWER")
    pbx.hang(phone, cause=0)
    caller.facts.update(context=reached[0], exten=reached[1])
    pbx.state(caller, "Up")
    pbx.at(40).ask(caller)
    pbx.hang(caller)
    assert (pbx.call()["result"], pbx.call()["hung_up_by"], pbx.call()["rang"]) == (
        "voicemail",
        "caller",
        ["PJSIP/101"],
    )


def test_a_phone_with_calls_forwarded_to_a_mobile_is_still_an_inside_call(pbx):
    caller = pbx.outgoing("102")
    near, far = pbx.pair(caller, "00491701234567")
    mobile = pbx.dial(far, "SIP/mytrunk", "mytrunk/00491701234567", context="from-pstn")
    pbx.at(6).answer_behind(caller, near, far, mobile)
    call = pbx.call()
    assert (call["direction"], call["callee"]["number"], call["state"]) == ("internal", "102", "talking")
    assert (call["answered_by"], call["rang"], call["trunk"]) == (None, [], "SIP/mytrunk")


def test_a_short_number_outside_is_an_outgoing_call(pbx):
    caller = pbx.outgoing("9112")
    pbx.dial(caller, "DAHDI/i1/112", "g0/112", context="from-digital")
    assert (pbx.call()["direction"], pbx.call()["callee"]["number"]) == ("outgoing", "9112")


# -- ring group, follow me -----------------------------------------------------------------------------------------


def test_a_ring_group_through_local_channels(pbx):
    caller = from_trunk(pbx)
    anna, boris = (pbx.behind(caller, f"PJSIP/{n}", str(n), index=n) for n in (101, 102))
    ringing = pbx.call()
    assert (ringing["state"], ringing["rang"]) == ("ringing", ["PJSIP/101", "PJSIP/102"])
    inner, outer = pbx.at(5).answer_behind(caller, *boris)
    pbx.take_back(caller, *anna, "CANCEL", cause=26)
    assert pbx.leg("PJSIP/101")["result"] == "elsewhere"
    pbx.at(25).ask(boris[2])
    pbx.leave(boris[2], inner, 1)
    pbx.leave(boris[1], inner)
    pbx.leave(boris[0], outer, 1)
    pbx.leave(caller, outer)
    pbx.soft(caller)
    pbx.hang(boris[2], boris[1], boris[0], caller)
    call = pbx.call()
    assert (call["result"], call["answered_by"], call["hung_up_by"]) == ("answered", "PJSIP/102", "callee")
    assert (call["ring_seconds"], call["talk_seconds"]) == (5, 20)
    assert [leg["endpoint"] for leg in call["legs"]] == [None, "PJSIP/101", "PJSIP/102"]


def test_a_ring_group_through_local_channels_that_nobody_answers(pbx):
    caller = from_trunk(pbx)
    members = [pbx.behind(caller, f"PJSIP/{n}", str(n), index=n) for n in (101, 102)]
    pbx.at(20)
    for member in members:
        pbx.take_back(caller, *member, "NOANSWER")
    pbx.soft(caller)
    pbx.hang(caller, cause=19)
    call = pbx.call()
    assert (call["result"], call["hung_up_by"], call["rang"]) == ("no-answer", "pbx", ["PJSIP/101", "PJSIP/102"])
    assert {leg["result"] for leg in call["legs"] if leg["role"] == "callee"} == {"no-answer"}


def test_a_local_channel_behind_which_no_phone_is_reached_was_an_attempt_too(pbx):
    caller = from_trunk(pbx)
    near, far = pbx.pair(caller, "101")
    pbx.end_dial(caller, near, "BUSY")
    pbx.hang(far, near, cause=17)
    pbx.soft(caller)
    pbx.hang(caller, cause=17)
    assert (pbx.call()["result"], pbx.call()["rang"]) == ("busy", [])


def test_follow_me_first_the_desk_phone_then_the_mobile(pbx):
    caller = from_trunk(pbx)
    desk = pbx.behind(caller, "PJSIP/101", "FMPR-101", index=1)
    pbx.at(10).take_back(caller, *desk, "NOANSWER")
    near, far = pbx.pair(caller, "FMGL-01701234567#", index=2)
    inner_near, inner_far = pbx.pair(far, "01701234567", index=3)
    mobile = pbx.dial(inner_far, "SIP/mytrunk", "mytrunk/01701234567", context="from-pstn")
    pbx.at(14).answer(inner_far, mobile)
    pbx.end_dial(far, inner_near, "ANSWER")
    pbx.talk(inner_near, far)
    assert pbx.call()["state"] == "ringing"  # it is being asked to press 1
    pbx.at(18).end_dial(caller, near, "ANSWER")
    outer = pbx.talk(near, caller)
    pbx.at(60).end(outer, caller, near)
    pbx.hang(far, inner_near, inner_far, mobile)
    call = pbx.call()
    assert (call["result"], call["rang"], call["answered_by"]) == ("answered", ["PJSIP/101"], None)
    assert (call["ring_seconds"], call["talk_seconds"], call["hung_up_by"]) == (18, 42, "caller")
    assert pbx.leg("PJSIP/101")["result"] == "no-answer"


def test_a_mobiles_own_mailbox_that_does_not_press_1_has_answered_nobody(pbx):
    caller = from_trunk(pbx)
    near, far = pbx.pair(caller, "FMGL-01701234567#")
    mobile = pbx.dial(far, "SIP/mytrunk", "mytrunk/01701234567", context="from-pstn")
    pbx.at(5).state(mobile, "Up")
    pbx.end_dial(far, mobile, "ANSWER")
    pbx.at(20).hang(mobile)
    pbx.end_dial(caller, near, "NOANSWER")
    pbx.hang(near, far)
    pbx.soft(caller)
    pbx.hang(caller, cause=19)
    assert (pbx.call()["result"], pbx.call()["answered_at"], pbx.call()["talk_seconds"]) == ("no-answer", None, 0)


# -- menu and DID --------------------------------------------------------------------------------------------------


def test_what_the_caller_chose_in_a_menu_is_not_what_he_dialled(pbx):
    caller = pbx.new("DAHDI/4", channelstatedesc="Ring", context="from-analog", exten="s", calleridnum="03012345678")
    pbx.state(caller, "Up")
    pbx.walk(caller, "ivr-1", "2", "Goto", "ext-local,102,1")
    caller.facts.update(context="ext-local", exten="102")
    phone = pbx.dial(caller, "PJSIP/102", context="from-internal", calleridnum="102", calleridname="Boris")
    pbx.at(9).answer(caller, phone)
    call = pbx.call()
    assert (call["direction"], call["did"], call["trunk"]) == ("incoming", None, "DAHDI/4")
    assert call["callee"] == {"number": "102", "name": "Boris", "endpoint": "PJSIP/102"}


def test_a_number_that_the_dialplan_finds_out_later_is_the_did(pbx):
    caller = pbx.new("Dongle/dongle0", channelstatedesc="Ring", context="from-trunk-dongle", exten="s")
    pbx.walk(caller, "from-trunk", "79991234567", "Goto")
    pbx.dial(caller, "PJSIP/101", context="from-internal")
    assert (pbx.call()["did"], pbx.call()["trunk"]) == ("79991234567", "Dongle/dongle0")


# -- a click of other software -------------------------------------------------------------------------------------


def test_a_click_through_nested_local_channels_is_the_employees_call(pbx):
    near = pbx.new("Local/101@from-internal-00000001;1", context="from-internal", exten="101")
    far = pbx.new("Local/101@from-internal-00000001;2", near, context="from-internal", exten="101")
    pbx.begin(None, near, "101@from-internal")
    inner, inner_far, phone = pbx.behind(far, "PJSIP/101", "FMPR-101", index=2)
    pbx.at(3).answer(inner_far, phone)
    pbx.end_dial(far, inner, "ANSWER")
    pbx.talk(inner, far)
    pbx.state(near, "Up")
    pbx.end_dial(None, near, "ANSWER")
    pbx.tell("OriginateResponse", near.fields(), response="Success", exten=CUSTOMER, context="from-internal")
    near.facts.update(exten=CUSTOMER)
    customer = pbx.dial(near, "SIP/mytrunk", f"mytrunk/{CUSTOMER}", context="from-pstn")
    ringing = pbx.call()
    assert (ringing["state"], ringing["rang"]) == ("ringing", [])
    outer = pbx.at(7).answer(near, customer)
    pbx.at(17).ask(customer)
    pbx.leave(customer, outer, 1)
    pbx.hang(customer, near, far, inner, inner_far, phone)
    call = pbx.call()
    assert (call["direction"], call["caller"]["endpoint"]) == ("outgoing", "PJSIP/101")
    assert (call["callee"]["number"], call["answered_at"]) == (CUSTOMER, START + 7)
    assert (call["result"], call["talk_seconds"], call["hung_up_by"]) == ("answered", 10, "callee")
