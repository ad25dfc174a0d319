"""Calls that others come into: pickup, parking, conference, forwarding."""

from __future__ import annotations

from tests.unit.agent.ami_script import START


def talking_call(pbx, phone="PJSIP/101"):
    """A customer talks with an employee since second 4."""
    caller = pbx.incoming()
    employee = pbx.dial(caller, phone)
    return caller, employee, pbx.at(4).answer(caller, employee)


def blind(pbx, caller, employee, exten, result="Success"):
    pbx.tell(
        "BlindTransfer", employee.fields("transferer"), caller.fields("transferee"), result=result, extension=exten
    )


def test_a_pickup_belongs_to_the_call_that_was_taken(pbx):
    caller = pbx.incoming()
    ringing = pbx.dial(caller, "PJSIP/101")
    picker = pbx.at(3).outgoing("*8", "PJSIP/104")
    pbx.tell("Pickup", picker.fields(), ringing.fields("target"))
    pbx.end_dial(caller, picker, "ANSWER")
    pbx.hang(ringing)
    bridge = pbx.talk(picker, caller)
    pbx.at(9).end(bridge, caller, picker)
    call = pbx.call()
    assert (call["rang"], call["answered_by"], call["direction"]) == (["PJSIP/101"], "PJSIP/104", "incoming")
    assert pbx.leg("PJSIP/101")["result"] == "elsewhere"
    assert pbx.leg("PJSIP/104")["role"] == "callee"


def test_a_parked_caller_waits_and_is_fetched(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "700")
    pbx.leave(caller, bridge, 1)
    pbx.leave(employee, bridge)
    pbx.tell("ParkedCall", caller.fields("parkee"), parkingspace="701")
    pbx.enter(caller, "lot", 1, "holding_bridge")
    pbx.hang(employee)
    assert pbx.call()["state"] == "held"
    stranger = pbx.incoming(number="+4940999")
    pbx.enter(stranger, "lot", 2, "holding_bridge")
    assert len(pbx.snapshots()) == 2  # two parked callers do not talk with each other
    pbx.hang(stranger)
    retriever = pbx.at(30).outgoing("701", "PJSIP/103")
    pbx.tell("UnParkedCall", caller.fields("parkee"), retriever.fields("retriever"))
    pbx.leave(caller, "lot")
    again = pbx.talk(retriever, caller)
    retriever.linkedid = caller.linkedid
    pbx.at(40).end(again, caller, retriever)
    call = pbx.snapshots()[0]
    assert (call["result"], call["talk_seconds"], call["direction"]) == ("answered", 16, "incoming")
    assert [leg["role"] for leg in call["legs"]] == ["caller", "callee", "callee"]


def test_a_conference_of_people_who_dialled_in_is_one_call(pbx):
    members = [pbx.at(n).outgoing("600", f"PJSIP/10{n}") for n in (1, 2, 3)]
    for number, member in enumerate(members, 1):
        pbx.at(3 + number).enter(member, "conf", number, "softmix")
        pbx.tell("ConfbridgeJoin", member.fields(), bridgeuniqueid="conf", conference="600")
    assert len(pbx.call()["linkedids"]) == 3
    for member in members:
        pbx.at(20).tell("ConfbridgeLeave", member.fields(), bridgeuniqueid="conf")
        pbx.leave(member, "conf")
        pbx.hang(member)
    assert (pbx.call()["state"], pbx.call()["result"], pbx.call()["talk_seconds"]) == ("ended", "answered", 15)


def test_a_forwarded_call_rings_where_it_was_forwarded_to(pbx):
    caller = pbx.incoming("+493055570101")
    phone = pbx.dial(caller, "PJSIP/101", ring=False)
    near = pbx.new("Local/+491701234567@from-internal-00000001;1", caller)
    far = pbx.new("Local/+491701234567@from-internal-00000001;2", caller, exten="+491701234567")
    pbx.tell(
        "DialEnd",
        caller.fields(),
        phone.fields("dest"),
        dialstatus="CANCEL",
        forward="Local/+491701234567@from-internal",
    )
    pbx.hang(phone, cause=0)
    pbx.begin(caller, near)
    mobile = pbx.dial(far, "PJSIP/carrier", "+491701234567@carrier", context="from-carrier")
    inner = pbx.at(5).answer(far, mobile)
    pbx.end_dial(caller, near, "ANSWER")
    pbx.talk(caller, near)
    call = pbx.call()
    assert (call["state"], call["direction"], call["answered_by"]) == ("talking", "incoming", None)
    assert call["answered_at"] == START + 5
    assert [leg["number"] for leg in call["legs"] if leg["role"] == "callee"] == ["101", "+491701234567"]
    assert inner


def test_three_that_talk_together_are_no_transfer(pbx):
    caller, employee, bridge = talking_call(pbx)
    consultation = pbx.at(10).outgoing("103")
    colleague = pbx.dial(consultation, "PJSIP/103")
    second = pbx.at(12).answer(consultation, colleague)
    pbx.at(20).tell(
        "AttendedTransfer", employee.fields("origtransferer"), consultation.fields("secondtransferer"),
        caller.fields("transferee"), colleague.fields("transfertarget"), result="Success", desttype="Threeway",
    )  # fmt: skip
    pbx.leave(colleague, second, 1)
    pbx.enter(colleague, bridge, 3)
    call = pbx.call()
    assert (call["transfers"], call["state"], len(call["linkedids"])) == ([], "talking", 2)


def test_a_parked_caller_whom_nobody_fetches_rings_again_where_he_came_from(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "700")
    pbx.leave(caller, bridge, 1)
    pbx.tell("ParkedCall", caller.fields("parkee"), parkingspace="701")
    pbx.enter(caller, "lot", 1, "holding_bridge")
    pbx.leave(employee, bridge)
    pbx.hang(employee)
    pbx.at(70).tell("ParkedCallTimeOut", caller.fields("parkee"), parkingspace="701")
    pbx.leave(caller, "lot")
    again = pbx.dial(caller, "PJSIP/101")
    second = pbx.at(74).answer(caller, again)
    pbx.at(80).end(second, caller, again)
    call = pbx.call()
    assert (call["transfers"][0]["to"], call["transfers"][0]["result"]) == ("700", "success")
    assert (call["talk_seconds"], call["rang"], call["hung_up_by"]) == (12, ["PJSIP/101"], "caller")


def test_a_parked_caller_who_hangs_up(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "700")
    pbx.leave(caller, bridge, 1)
    pbx.tell("ParkedCall", caller.fields("parkee"), parkingspace="701")
    pbx.enter(caller, "lot", 1, "holding_bridge")
    pbx.leave(employee, bridge)
    pbx.hang(employee)
    pbx.at(30).ask(caller)
    pbx.leave(caller, "lot")
    pbx.tell("ParkedCallGiveUp", caller.fields("parkee"), parkingspace="701")
    pbx.hang(caller)
    assert (pbx.call()["state"], pbx.call()["hung_up_by"], pbx.call()["talk_seconds"]) == ("ended", "caller", 6)


def test_a_pickup_that_moves_the_phone_into_the_ringing_channel(pbx):
    """Some versions keep the channel that rang and rename it to the phone that took the call."""
    caller = pbx.incoming()
    ringing = pbx.dial(caller, "SIP/101")
    picker = pbx.at(3).outgoing("*8", "SIP/104")
    pbx.tell("Pickup", picker.fields(), ringing.fields("target"))
    old, new = ringing.name, picker.name
    pbx.tell("Rename", picker.fields(), newname=new + "<MASQ>")
    pbx.tell("Rename", ringing.fields(), newname=new)
    pbx.tell("Rename", picker.fields(), newname=old + "<ZOMBIE>")
    ringing.name, picker.name = new, old + "<ZOMBIE>"
    pbx.hang(picker)
    bridge = pbx.answer(caller, ringing)
    pbx.at(9).end(bridge, caller, ringing)
    call = pbx.call()
    assert (call["rang"], call["answered_by"], call["talk_seconds"]) == (["SIP/101"], "SIP/104", 6)


def test_whom_the_pbx_calls_into_a_conference_rang(pbx):
    caller, employee, bridge = talking_call(pbx)
    for channel in (caller, employee):
        pbx.at(10).leave(channel, bridge)
        pbx.enter(channel, "room", technology="softmix")
    third = pbx.at(12).dial(None, "PJSIP/103")
    pbx.answer(None, third)
    pbx.enter(third, "room", technology="softmix")
    call = pbx.call()
    assert (call["rang"], call["answered_by"], len(call["linkedids"])) == (["PJSIP/101", "PJSIP/103"], "PJSIP/101", 2)
