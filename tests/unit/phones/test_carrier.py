"""The carrier: what happens to a called number, and what callers look like."""

from __future__ import annotations

import pytest

from sandbox.phones.behaviour import Behaviour
from sandbox.phones.call import CONFIRMED, ENDED
from sandbox.phones.carrier import Carrier
from sandbox.phones.phone import Phone

from .conftest import T1, running


@pytest.fixture
async def world():
    """(carrier, phone); each sends its calls to the other."""
    phone = Phone("101", "", ("127.0.0.1", 9), t1=T1)
    await phone.start()
    carrier = Carrier((phone.host, phone.transport.port), t1=T1)
    async with running(carrier):
        phone.pbx = (carrier.host, carrier.transport.port)
        yield carrier, phone
    await phone.stop()


@pytest.mark.parametrize(
    "ending, status",
    [("0486", 486), ("0404", 404), ("0503", 503), ("0603", 603), ("0480", 480)],
)
async def test_a_telling_ending_decides(world, ending, status):
    call = world[1].call("+493012345" + ending)
    await call.wait_state(ENDED)
    assert call.ending.status == status


@pytest.mark.parametrize(
    "number, mode, after",
    [("+4930123450408", "ring", 0.2), ("+4930123450003", "answer", 3), ("+4930123450183", "answer", 2)],
)
async def test_endings_that_take_their_time(world, number, mode, after):
    carrier, phone = world
    phone.call(number)
    call = await carrier.wait_ringing()
    rule = carrier.behaviour_for(call)
    assert (rule.mode, rule.after) == (mode, after)


async def test_own_rules_come_first_and_the_default_last(world):
    carrier, phone = world
    carrier.rules["+4930123450486"] = Behaviour("answer", after=0)
    carrier.default = Behaviour("answer", after=0.1, talk=0.1)
    ruled, plain = phone.call("+4930123450486"), phone.call("+49301")
    await ruled.wait_state(CONFIRMED)
    await plain.wait_state(ENDED)
    assert (ruled.state, plain.ending.by) == (CONFIRMED, "remote")


@pytest.mark.parametrize("number", ["+4930901820", "030 90 18-20", "", "anonymous", 'x"><y', "1" * 90])
async def test_a_caller_may_have_any_number_and_name(world, number):
    carrier, phone = world
    carrier.bring(number, "+493055570101", name='Müller "Ω" <b>')
    call = await phone.wait_ringing()
    assert (call.number, call.remote.name, call.dialled) == (number, 'Müller "Ω" <b>', "+493055570101")
    assert call.invite.sender.uri.host == "127.0.0.2"


async def test_a_hidden_number_is_in_no_header(world):
    carrier, phone = world
    carrier.bring("+4930901820", "101", name="Eva", withheld=True)
    call = await phone.wait_ringing()
    assert (call.number, call.remote.name) == ("anonymous", "Anonymous")
    assert call.invite.headers.get("Privacy") == "id"
    assert "901820" not in call.invite.encode().decode()


async def test_the_carrier_may_assert_a_hidden_number(world):
    carrier, phone = world
    carrier.bring("+4930901820", "101", withheld=True, asserted=True)
    call = await phone.wait_ringing()
    assert (call.number, call.remote.uri.user) == ("anonymous", "+4930901820")
