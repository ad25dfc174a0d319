"""Calls that are passed on: transfers blind and attended; two linkedids become one call."""

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


def test_a_blind_transfer_that_is_answered(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "103")
    assert pbx.call()["transfers"][0] == {
        "kind": "blind", "by": "PJSIP/101", "from": "PJSIP/101", "to": "103", "result": None, "at": START + 10,
    }  # fmt: skip
    pbx.leave(caller, bridge, 1)
    pbx.leave(employee, bridge)
    pbx.hang(employee)
    assert pbx.call()["state"] != "ended"
    third = pbx.at(11).dial(caller, "PJSIP/103")
    again = pbx.at(13).answer(caller, third)
    pbx.at(20).end(again, third, caller)
    call = pbx.call()
    assert call["transfers"][0]["to"] == "PJSIP/103"
    assert call["transfers"][0]["result"] == "success"
    assert (call["rang"], call["answered_by"]) == (["PJSIP/101", "PJSIP/103"], "PJSIP/101")
    assert (call["talk_seconds"], call["hung_up_by"]) == (13, "callee")


def test_a_blind_transfer_to_a_busy_phone_did_not_succeed(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "103")
    pbx.leave(caller, bridge, 1)
    pbx.leave(employee, bridge)
    pbx.hang(employee)
    third = pbx.dial(caller, "PJSIP/103", ring=False)
    pbx.end_dial(caller, third, "BUSY")
    pbx.hang(third, caller, cause=17)
    call = pbx.call()
    assert (call["transfers"][0]["to"], call["transfers"][0]["result"]) == ("PJSIP/103", "busy")
    assert call["result"] == "answered"


def test_a_blind_transfer_into_the_void_did_not_succeed_though_asterisk_says_so(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "999")
    pbx.leave(caller, bridge, 1)
    pbx.leave(employee, bridge)
    pbx.hang(employee, caller)
    assert pbx.call()["transfers"][0]["result"] == "failed"


def test_the_callee_of_an_outgoing_call_lives_on_after_a_blind_transfer(pbx):
    caller = pbx.outgoing()
    customer = pbx.dial(caller, "PJSIP/carrier", "+493012345678@carrier", context="from-carrier")
    bridge = pbx.at(2).answer(caller, customer)
    blind(pbx.at(10), customer, caller, "103")
    pbx.leave(customer, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.hang(caller)
    assert pbx.call()["state"] != "ended"
    third = pbx.at(11).dial(customer, "PJSIP/103")
    pbx.at(12).answer(customer, third)
    call = pbx.call()
    assert (call["direction"], call["transfers"][0]["to"]) == ("outgoing", "PJSIP/103")


def attended_by_phone(pbx):
    """101 asks 103 on a second line, then joins the customer with 103."""
    caller, employee, bridge = talking_call(pbx)
    consultation = pbx.at(10).outgoing("103")
    colleague = pbx.dial(consultation, "PJSIP/103")
    second = pbx.at(14).answer(consultation, colleague)
    assert len(pbx.snapshots()) == 2
    pbx.at(20).leave(caller, bridge, 1)
    pbx.leave(consultation, second, 1)
    pbx.enter(caller, second)
    pbx.tell(
        "AttendedTransfer", employee.fields("origtransferer"), consultation.fields("secondtransferer"),
        caller.fields("transferee"), colleague.fields("transfertarget"), result="Success",
        secondbridgeuniqueid=second, desttype="Bridge",
    )  # fmt: skip
    pbx.leave(employee, bridge)
    pbx.hang(employee, consultation)
    return caller, colleague, second


def test_an_attended_transfer_by_phone_joins_two_calls(pbx):
    caller, colleague, second = attended_by_phone(pbx)
    assert pbx.tracker.take_absorbed() == [colleague.linkedid]
    colleague.linkedid = caller.linkedid  # as Asterisk tells from then on
    pbx.at(60).end(second, colleague, caller)
    call = pbx.call()
    assert call["linkedids"] == [caller.linkedid, f"{int(START)}.3"]
    assert call["transfers"] == [
        {
            "kind": "attended",
            "by": "PJSIP/101",
            "from": "PJSIP/101",
            "to": "PJSIP/103",
            "result": "success",
            "at": START + 20,
        }
    ]
    assert (call["direction"], call["result"], call["hung_up_by"]) == ("incoming", "answered", "callee")
    assert call["caller"]["number"] == "+493012345678"
    assert call["talk_seconds"] == 56
    assert {leg["role"] for leg in call["legs"] if leg["channel"].startswith("PJSIP/103")} == {"callee"}


def test_the_younger_linkedid_still_finds_the_call(pbx):
    caller, colleague, _second = attended_by_phone(pbx)
    assert pbx.tracker.call_of(f"{int(START)}.3") is pbx.tracker.call_of(caller.linkedid)


def test_a_changed_linkedid_alone_joins_two_calls(pbx):
    caller, employee, _bridge = talking_call(pbx)
    other = pbx.outgoing("102")
    other.linkedid = caller.linkedid
    pbx.state(other, "Up")
    assert len(pbx.call()["linkedids"]) == 2


def test_an_attended_transfer_through_local_channels_finds_the_person_behind_them(pbx):
    caller, employee, bridge = talking_call(pbx)
    pbx.at(10).tell("Hold", employee.fields())
    near = pbx.new("Local/103@transfer-00000001;1", caller)
    far = pbx.new("Local/103@transfer-00000001;2", caller, exten="103")
    pbx.leave(employee, bridge, 1)
    second = pbx.talk(employee, near)
    colleague = pbx.dial(far, "PJSIP/103")
    third = pbx.at(14).answer(far, colleague)
    assert pbx.call()["state"] in ("talking", "held")
    pbx.at(20).tell(
        "AttendedTransfer", employee.fields("origtransferer"), employee.fields("secondtransferer"),
        caller.fields("transferee"), near.fields("transfertarget"), result="Success", secondbridgeuniqueid=second,
    )  # fmt: skip
    pbx.leave(employee, second, 1)
    pbx.leave(near, second)
    pbx.enter(near, bridge)
    pbx.hang(employee)
    # Asterisk takes the Local pair out: the colleague joins the customer's bridge.
    pbx.at(21).leave(colleague, third, 1)
    pbx.leave(near, bridge, 1)
    pbx.enter(colleague, bridge)
    pbx.leave(far, third)
    pbx.hang(near, far)
    assert pbx.call()["state"] == "talking"
    pbx.at(40).end(bridge, caller, colleague)
    call = pbx.call()
    assert call["transfers"][0]["to"] == "PJSIP/103"
    # From second 10 to 14 nobody talked: the customer heard music, the employee a ringing tone.
    assert (call["result"], call["hung_up_by"], call["talk_seconds"]) == ("answered", "caller", 32)
    assert all("Local" not in leg["channel"] for leg in call["legs"])


def test_who_was_passed_on_and_hangs_up_ended_the_call(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "103")
    pbx.leave(employee, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.ask(employee)
    pbx.hang(employee)
    third = pbx.at(11).dial(caller, "PJSIP/103")
    pbx.at(15).ask(caller)
    pbx.end_dial(caller, third, "CANCEL")
    pbx.hang(third, caller)
    call = pbx.call()
    assert (call["hung_up_by"], call["transfers"][0]["result"], call["talk_seconds"]) == ("caller", "cancelled", 6)


def test_who_is_passed_on_to_a_busy_phone_was_refused_by_it(pbx):
    caller, employee, bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "103")
    pbx.leave(employee, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.hang(employee)
    third = pbx.dial(caller, "PJSIP/103", ring=False)
    pbx.ask(third, 17)
    pbx.end_dial(caller, third, "BUSY")
    pbx.hang(third, cause=17)
    pbx.soft(caller)
    pbx.hang(caller, cause=17)
    assert (pbx.call()["hung_up_by"], pbx.call()["rang"]) == ("callee", ["PJSIP/101"])


def test_a_transfer_that_is_told_twice_is_one_and_a_failed_one_may_succeed_later(pbx):
    caller, employee, _bridge = talking_call(pbx)
    blind(pbx.at(10), caller, employee, "999", result="Fail")
    assert pbx.call()["transfers"][0]["result"] == "failed"
    for second in (12, 12, 30):
        blind(pbx.at(second), caller, employee, "103")
    assert [(t["to"], t["at"]) for t in pbx.call()["transfers"]] == [("103", START + 12)]


def test_an_attended_transfer_whose_target_nobody_names_went_where_it_was_dialled(pbx):
    caller, employee, _bridge = talking_call(pbx)
    consultation = pbx.at(10).outgoing("400")
    pbx.at(20).tell(
        "AttendedTransfer", employee.fields("origtransferer"), consultation.fields("secondtransferer"),
        caller.fields("transferee"), result="Success", desttype="App", destapp="Queue",
    )  # fmt: skip
    assert (pbx.call()["transfers"][0]["to"], pbx.call()["transfers"][0]["result"]) == ("400", "success")


def test_an_attended_transfer_to_a_mobile_names_its_number(pbx):
    caller, employee, _bridge = talking_call(pbx)
    consultation = pbx.at(10).outgoing("01701234567")
    mobile = pbx.dial(consultation, "PJSIP/carrier", "01701234567@carrier", context="from-carrier")
    pbx.at(14).answer(consultation, mobile)
    pbx.at(20).tell(
        "AttendedTransfer", employee.fields("origtransferer"), consultation.fields("secondtransferer"),
        caller.fields("transferee"), mobile.fields("transfertarget"), result="Success",
    )  # fmt: skip
    call = pbx.call()
    assert (call["transfers"][0]["to"], call["direction"], call["rang"]) == ("01701234567", "incoming", ["PJSIP/101"])


def test_an_attended_transfer_that_names_no_target_went_to_who_stayed(pbx):
    """As after *6, back to the customer and to the colleague again: their bridges are one before it is told."""
    caller, employee, bridge = talking_call(pbx)
    near, far, colleague = pbx.at(10).behind(employee, "PJSIP/103", "103", "transfer")
    inner = pbx.at(14).answer(far, colleague)
    pbx.at(20).leave(employee, bridge, 1)
    pbx.enter(near, bridge)
    pbx.tell(
        "AttendedTransfer", employee.fields("origtransferer"), employee.fields("secondtransferer"),
        caller.fields("transferee"), result="Success", desttype="Bridge",
    )  # fmt: skip
    pbx.hang(employee)
    assert (pbx.call()["transfers"][0]["to"], pbx.call()["state"]) == ("PJSIP/103", "talking")
    assert inner
