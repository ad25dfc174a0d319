"""Click-to-call: the call that an Originate makes, told from the employee's side."""

from __future__ import annotations

import pytest

from tests.unit.agent.ami_script import START

UUID = "0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a01"
NUMBER = "+493012345678"


def originate(pbx, **facts):
    """Asterisk begins to ring the employee's phone, showing the client's number on it."""
    phone = pbx.new(
        "PJSIP/101", uniqueid=UUID, calleridnum="101", calleridname="Anna", context="from-internal", **facts
    )
    phone.facts.update(calleridnum=NUMBER, calleridname="Acme GmbH")
    pbx.tell("NewCallerid", phone.fields())
    phone.facts.update(connectedlinenum=NUMBER, connectedlinename="Acme GmbH")
    pbx.begin(None, phone, "101")
    return phone


def pick_up(pbx, phone):
    """The employee picks up; the phone's channel walks into our dialplan."""
    pbx.state(phone, "Up")
    pbx.end_dial(None, phone, "ANSWER")
    pbx.tell("OriginateResponse", phone.fields(), actionid=UUID, response="Success", reason="4")
    phone.facts.update(context="odoo-dial", exten=NUMBER, calleridnum="101", calleridname="Anna")
    pbx.tell("NewCallerid", phone.fields())


def test_it_is_an_outgoing_call_of_the_employee(pbx):
    phone = originate(pbx)
    pbx.state(phone, "Ringing")
    ringing = pbx.call()
    assert (ringing["state"], ringing["command"], ringing["linkedid"]) == ("ringing", UUID, UUID)
    assert (pbx.leg("PJSIP/101")["role"], pbx.leg("PJSIP/101")["state"]) == ("caller", "ringing")
    assert ringing["rang"] == []
    pick_up(pbx, phone)
    assert pbx.leg("PJSIP/101")["state"] == "dialing"
    carrier = pbx.dial(phone, "PJSIP/carrier", f"{NUMBER}@carrier", context="from-carrier")
    bridge = pbx.at(4).answer(phone, carrier)
    pbx.at(9).end(bridge, phone, carrier)
    call = pbx.call()
    assert (call["direction"], call["result"], call["hung_up_by"], call["trunk"]) == (
        "outgoing", "answered", "caller", "PJSIP/carrier",
    )  # fmt: skip
    assert call["caller"] == {"number": "101", "name": "", "endpoint": "PJSIP/101"}
    assert call["callee"]["number"] == NUMBER
    assert (call["answered_at"], call["talk_seconds"]) == (START + 4, 5)


@pytest.mark.parametrize(
    "status, cause, result",
    [("BUSY", 17, "busy"), ("NOANSWER", 21, "rejected"), ("", 19, "no-answer"), ("NOANSWER", 0, "no-answer")],
)
def test_the_employees_own_phone_does_not_take_it(pbx, status, cause, result):
    phone = originate(pbx)
    if status:
        pbx.end_dial(None, phone, status)
    pbx.tell("OriginateResponse", phone.fields(), actionid=UUID, response="Failure", reason="0")
    pbx.hang(phone, cause=cause)
    call = pbx.call()
    assert (call["result"], call["direction"], call["callee"]["number"]) == (result, "outgoing", NUMBER)


@pytest.mark.parametrize(
    "status, cause, result",
    [("BUSY", 17, "busy"), ("NOANSWER", 21, "rejected"), ("NOANSWER", 1, "failed"), ("CONGESTION", 34, "failed")],
)
def test_the_client_does_not_take_it(pbx, status, cause, result):
    phone = originate(pbx)
    pick_up(pbx, phone)
    carrier = pbx.dial(phone, "PJSIP/carrier", f"{NUMBER}@carrier", context="from-carrier")
    pbx.end_dial(phone, carrier, status)
    pbx.hang(carrier, phone, cause=cause)
    assert pbx.call()["result"] == result
    assert pbx.leg("PJSIP/carrier")["number"] == NUMBER


def test_the_employee_gives_up_while_the_client_rings(pbx):
    phone = originate(pbx)
    pick_up(pbx, phone)
    carrier = pbx.dial(phone, "PJSIP/carrier", f"{NUMBER}@carrier", context="from-carrier")
    pbx.at(6).ask(phone)
    pbx.end_dial(phone, carrier, "CANCEL")
    pbx.hang(carrier, phone)
    assert (pbx.call()["result"], pbx.call()["hung_up_by"]) == ("cancelled", "caller")


def test_the_answer_to_originate_may_come_before_the_phone_is_up(pbx):
    phone = originate(pbx)
    pbx.tell("OriginateResponse", phone.fields(), actionid=UUID, response="Success", reason="4")
    pick_up(pbx, phone)
    assert pbx.leg("PJSIP/101")["role"] == "caller"


def test_a_click_that_rings_through_a_local_channel(pbx):
    """FreePBX and others originate Local/101@from-internal, so that all phones of the extension ring."""
    near = pbx.new("Local/101@from-internal-00000001;1", context="from-internal")
    far = pbx.new("Local/101@from-internal-00000001;2", near, context="from-internal", exten="101")
    desk = pbx.dial(far, "PJSIP/101", calleridnum="101")
    soft = pbx.dial(far, "PJSIP/99101", calleridnum="101")
    pbx.at(2).end_dial(far, desk, "CANCEL")
    bridge = pbx.answer(far, soft)
    pbx.hang(desk, cause=26)
    near.facts.update(exten=NUMBER, channelstatedesc="Up")
    carrier = pbx.dial(near, "PJSIP/carrier", f"{NUMBER}@carrier", context="from-trunk")
    outer = pbx.at(6).answer(near, carrier)
    talking = pbx.call()
    assert (talking["state"], talking["direction"], talking["caller"]["endpoint"]) == (
        "talking",
        "outgoing",
        "PJSIP/99101",
    )
    assert talking["answered_at"] == START + 6
    pbx.at(16).ask(carrier)
    pbx.leave(carrier, outer, 1)
    pbx.leave(near, outer)
    pbx.leave(far, bridge, 1)
    pbx.leave(soft, bridge)
    pbx.hang(carrier, near, far, soft)
    call = pbx.call()
    assert (call["result"], call["talk_seconds"], call["hung_up_by"]) == ("answered", 10, "callee")
    assert {leg["channel"].partition("-")[0] for leg in call["legs"]} == {"PJSIP/101", "PJSIP/99101", "PJSIP/carrier"}


def call_outside_first(pbx):
    """A callback: the PBX calls the customer, and an employee when he is there."""
    customer = pbx.new("SIP/mytrunk", context="from-pstn")
    pbx.begin(None, customer, f"mytrunk/{NUMBER}")
    pbx.state(customer, "Ringing")
    return customer


def test_a_callback_that_calls_the_customer_first_is_an_outgoing_call_of_the_employee(pbx):
    customer = call_outside_first(pbx)
    pick_up_there(pbx.at(4), customer)
    phone = pbx.dial(customer, "PJSIP/101")
    bridge = pbx.at(6).answer(customer, phone)
    pbx.at(16).end(bridge, customer, phone)
    call = pbx.call()
    assert (call["direction"], call["result"], call["hung_up_by"]) == ("outgoing", "answered", "callee")
    assert (call["caller"]["endpoint"], call["callee"]["number"]) == ("PJSIP/101", NUMBER)
    assert (call["trunk"], call["did"], call["talk_seconds"]) == ("SIP/mytrunk", None, 10)


@pytest.mark.parametrize(
    "status, cause, result, ender",
    [("BUSY", 17, "busy", "callee"), ("NOANSWER", 21, "rejected", "callee"), ("", 19, "no-answer", "pbx")],
)
def test_a_callback_that_the_customer_does_not_take(pbx, status, cause, result, ender):
    customer = call_outside_first(pbx)
    if status:
        pbx.end_dial(None, customer, status)
    pbx.at(9).hang(customer, cause=cause)
    call = pbx.call()
    assert (call["direction"], call["result"], call["hung_up_by"]) == ("outgoing", result, ender)
    assert (call["callee"]["number"], call["rang"]) == (NUMBER, [])


def test_a_customer_whom_only_a_machine_called_talked_with_nobody(pbx):
    customer = call_outside_first(pbx)
    pick_up_there(pbx.at(4), customer)
    pbx.at(60).soft(customer)
    pbx.hang(customer)
    call = pbx.call()
    assert (call["direction"], call["result"], call["callee"]["number"]) == ("outgoing", "ivr", NUMBER)


def pick_up_there(pbx, customer):
    pbx.state(customer, "Up")
    pbx.end_dial(None, customer, "ANSWER")
