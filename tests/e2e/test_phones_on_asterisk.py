"""Simulated phones and the sandbox's dialplan on a real Asterisk, without Odoo: who rings, who hears whom."""

import asyncio

import pytest
import pytest_asyncio

from sandbox.asterisk import HOLD_TONE
from sandbox.phones.behaviour import Behaviour
from sandbox.phones.call import CONFIRMED, ENDED
from sandbox.phones.numbering import DEVICES, MENU, SALES, SUPPORT_QUEUE, direct_number
from tests.scenarios.world import world as small_world

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVA = "+493023456711"
TONES = {user: 400 + 40 * place for place, user in enumerate(DEVICES)}
ALL = {*TONES.values(), HOLD_TONE, 1000}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small():
    """Asterisk, all phones with a tone of their own, the carrier (1000 Hz)."""
    async with small_world() as running:
        running.carrier.default = Behaviour("answer", after=0)
        for user, phone in running.phones.items():
            phone.tone = TONES[user]
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def office(small):
    """The same, with nobody in a call and every phone doing nothing but ring."""
    small.all_manual()
    yield small
    await quiet(small)


async def quiet(office):
    """End all calls and wait until Asterisk has none."""
    everybody = (*office.phones.values(), office.carrier)
    await asyncio.gather(*(call.hang_up() for agent in everybody for call in agent.live_calls))
    await office.idle()


async def talk(office, user, caller=EVA):
    """(the customer's call, the employee's call): a customer calls an employee, who answers; they hear each other."""
    customer = office.carrier.bring(caller, direct_number(user))
    employee = await office.phones[user].wait_ringing()
    await employee.answer()
    await customer.wait_state(CONFIRMED)
    await employee.wait_state(CONFIRMED)
    # The phones may be faster than Asterisk, which refuses to transfer a call that is not in its bridge yet.
    await asyncio.gather(customer.wait_hears({TONES[user]}, ALL), employee.wait_hears({1000}, ALL))
    return customer, employee


async def test_the_whole_sales_team_rings_until_one_answers(office):
    customer = office.carrier.bring(EVA, SALES)
    ringing = await asyncio.gather(*(office.phones[user].wait_ringing() for user in ("101", "102", "103")))
    await ringing[1].answer()
    for loser in (ringing[0], ringing[2]):
        await loser.wait_state(ENDED)
        assert loser.ending.reason == "cancelled"
    await customer.wait_hears({TONES["102"]}, ALL)
    await ringing[1].wait_hears({1000}, ALL)


async def test_both_devices_of_one_employee_ring(office):
    office.carrier.bring(EVA, direct_number("105"))
    desk, other = await asyncio.gather(office.phones["105"].wait_ringing(), office.phones["1052"].wait_ringing())
    await other.answer()
    await desk.wait_state(ENDED)


async def test_a_queue_plays_music_until_somebody_answers(office):
    customer = office.carrier.bring(EVA, SUPPORT_QUEUE)
    ringing = await asyncio.gather(*(office.phones[user].wait_ringing() for user in ("103", "104", "105")))
    await customer.wait_hears({HOLD_TONE}, ALL)
    await ringing[0].answer()
    await customer.wait_hears({TONES["103"]}, ALL)
    await ringing[2].wait_state(ENDED)


async def test_the_menu_listens_to_keys(office):
    customer = office.carrier.bring(EVA, MENU)
    await customer.wait_state(CONFIRMED)
    await customer.send_digits("1")
    await asyncio.gather(*(office.phones[user].wait_ringing() for user in ("101", "102", "103")))


@pytest.mark.parametrize("ending, status", [("0486", 486), ("0404", 404), ("0503", 503), ("0603", 403)])
async def test_what_the_carrier_refuses_is_told_to_the_phone(office, ending, status):
    call = office.phones["101"].call("+493012345" + ending)
    await call.wait_state(ENDED)
    assert (call.ending.by, call.ending.status) == ("remote", status)


async def test_the_customer_sees_the_employees_direct_number(office):
    call = office.phones["1052"].call("030123456")
    await call.wait_state(CONFIRMED)
    shown = office.carrier.last_invite.sender
    assert (shown.uri.user, shown.name) == (direct_number("105"), "")


@pytest.mark.parametrize("mode, status", [("busy", 486), ("decline", 403), ("dnd", 480)])
async def test_an_employee_who_refuses_is_told_to_the_customer(office, mode, status):
    office.phones["102"].behaviour = Behaviour(mode)
    customer = office.carrier.bring(EVA, direct_number("102"))
    await customer.wait_state(ENDED)
    assert customer.ending.status == status


async def test_an_unregistered_phone_can_not_be_reached(office):
    await office.phones["104"].unregister()
    customer = office.carrier.bring(EVA, direct_number("104"))
    await customer.wait_state(ENDED)
    assert customer.ending.status == 404
    await office.phones["104"].register()


async def test_hold_plays_music_and_keys_go_both_ways(office):
    customer, employee = await talk(office, "101")
    await employee.hold()
    await customer.wait_hears({HOLD_TONE}, ALL)
    await employee.resume()
    await customer.wait_hears({TONES["101"]}, ALL)
    await customer.send_digits("159")
    await employee.wait_digits("159")
    await employee.send_digits("84")
    await customer.wait_digits("84")


async def test_a_blind_transfer_by_the_phone(office):
    customer, employee = await talk(office, "101")
    await employee.blind_transfer("102")
    target = await office.phones["102"].wait_ringing()
    assert target.number == EVA
    await target.answer()
    await employee.wait_state(ENDED)
    await customer.wait_hears({TONES["102"]}, ALL)
    await target.wait_hears({1000}, ALL)


async def test_an_attended_transfer_by_the_phone(office):
    customer, employee = await talk(office, "101")
    await employee.hold()
    consultation = office.phones["101"].call("103")
    target = await office.phones["103"].wait_ringing()
    await target.answer()
    await consultation.wait_hears({TONES["103"]}, ALL)
    await employee.attended_transfer(consultation)
    await employee.wait_state(ENDED)
    await consultation.wait_state(ENDED)
    await customer.wait_hears({TONES["103"]}, ALL)
    await target.changes.until(lambda: target.remote.uri.user == EVA, 5, lambda: f"display: {target.remote}")


async def test_an_attended_transfer_by_keys(office):
    customer, employee = await talk(office, "101")
    await employee.send_digits("*2")
    await customer.wait_hears({HOLD_TONE}, ALL)
    await employee.send_digits("102")
    target = await office.phones["102"].wait_ringing(10)
    await target.answer()
    # Whoever hangs up in the very moment of the answer makes Asterisk 22.10 crash, one time in forty.
    await asyncio.gather(employee.wait_hears({TONES["102"]}, ALL), target.wait_hears({TONES["101"]}, ALL))
    await employee.hang_up()
    await customer.wait_hears({TONES["102"]}, ALL)


async def test_a_colleague_takes_a_ringing_call(office):
    customer = office.carrier.bring(EVA, direct_number("101"))
    ringing = await office.phones["101"].wait_ringing()
    taken = office.phones["104"].call("*8")
    await taken.wait_state(CONFIRMED)
    await ringing.wait_state(ENDED)
    await customer.wait_hears({TONES["104"]}, ALL)


async def test_a_call_is_parked_and_taken_back(office):
    customer, employee = await talk(office, "101")
    await employee.blind_transfer("700")
    await customer.wait_hears({HOLD_TONE}, ALL)
    office.phones["102"].call("701")
    await customer.wait_hears({TONES["102"]}, ALL)


async def test_three_meet_in_a_conference(office):
    calls = {user: office.phones[user].call("600") for user in ("101", "102", "103")}
    for user, call in calls.items():
        await call.wait_hears({TONES[other] for other in calls if other != user}, ALL)


async def test_a_hidden_number_never_reaches_a_phone(office):
    office.carrier.bring(EVA, direct_number("101"), name="Eva", withheld=True, asserted=True)
    call = await office.phones["101"].wait_ringing()
    assert call.remote.uri.user == "anonymous"
    assert EVA[3:].encode() not in call.invite.encode()


@pytest.mark.parametrize(
    "name", ["Eva Müller 🎉", "<img src=x onerror=alert(1)>", "Event: Hangup", "${SHELL(id)}, &; #"]
)
async def test_a_hostile_name_arrives_as_it_is(office, name):
    office.carrier.bring(EVA, direct_number("101"), name=name)
    call = await office.phones["101"].wait_ringing()
    assert call.remote.name == name
