"""A click that could not be delivered in its time never dials: the next one does, and its INVITE is the only one."""

import asyncio

import pytest

from sandbox.odoo_client import OdooError
from tests.faults.ledger import eventually
from tests.faults.people import EVA, OLE, URS, invites, new_invites, ring

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def only_the_next_click_dials(office, ledger):
    """Awaited after a click on OLE that must not dial: a click on EVA dials, and nobody else was dialled."""
    before = invites(office)

    async def dials(before=before):
        await ledger.click("anna", EVA)
        client = await office.carrier.wait_ringing()
        await client.wait_state("confirmed")
        assert client.dialled == EVA
        await client.hang_up()
        assert new_invites(office, before) == {"101": 1, "carrier": 1}

    return dials


async def wait_expired(ledger):
    """The browser asks what became of the click, until its time has run out."""
    uuid = (await ledger.read("asterisk.command", "uuid"))[-1]["uuid"]

    async def ask():
        view = await ledger.ask("anna", "asterisk.command", "check", uuid)
        return view["state"], view["code"]

    await eventually(ask, ("failed", "expired"))


async def test_the_agent_comes_back_too_late(world, office, ledger, only_the_next_click_dials):
    await world.crash_agent()
    await ledger.click("anna", OLE)
    await wait_expired(ledger)
    await world.revive_agent()
    await only_the_next_click_dials()
    assert (await ledger.commands())[0] == ("failed", "expired")


async def test_the_agent_comes_back_in_time(world, office, ledger):
    await world.crash_agent()
    await ledger.click("anna", OLE)
    await world.revive_agent()
    client = await office.carrier.wait_ringing()
    assert client.dialled == OLE
    await eventually(ledger.live, {"anna": [(OLE, "talking")]})
    await client.hang_up()
    await ledger.wait_calls((OLE, "outgoing", "answered", False))
    await eventually(ledger.commands, [("done", "")])


async def test_the_wire_to_odoo_lets_it_through_too_late(world, office, ledger, only_the_next_click_dials):
    world.odoo_wire.freeze()
    await ledger.click("anna", OLE)
    await wait_expired(ledger)
    world.odoo_wire.mend()
    await only_the_next_click_dials()


async def test_odoo_is_back_and_somebody_clicks(world, office, ledger):
    await world.kill_odoo()
    await asyncio.sleep(20)  # the fault: attempts that came ever more rarely would let a click wait too long
    await world.revive_odoo()
    await ledger.click("anna", EVA)
    client = await office.carrier.wait_ringing(8)  # no later: a click is good for so long
    await client.wait_state("confirmed")
    await client.hang_up()
    await eventually(ledger.commands, [("done", "")])


async def test_a_proxy_lets_no_websocket_through(world, office, ledger, only_the_next_click_dials):
    world.odoo_wire.narrow()
    await asyncio.to_thread(world.wait_connected, False, 90)
    with pytest.raises(OdooError, match="cannot open Odoo's WebSocket"):
        await ledger.click("anna", OLE)
    customer, _phone = await ring(office, URS, "102")
    await eventually(ledger.live, {"boris": [(URS, "ringing")]})  # what does not need it goes on
    await customer.cancel()
    world.odoo_wire.mend()
    await asyncio.to_thread(world.wait_connected)
    await only_the_next_click_dials(invites(office))


async def test_asterisk_stands_still_and_wakes_up(world, office, ledger, only_the_next_click_dials):
    world.stun_asterisk()
    await ledger.click("anna", OLE)
    await eventually(ledger.commands, [("failed", "not_connected")])
    world.wake_asterisk()
    await world.wait_together()
    await only_the_next_click_dials()


async def test_asterisk_is_down_and_odoo_does_not_know_yet(world, office, ledger, only_the_next_click_dials):
    world.odoo_wire.slow(1)
    await world.kill_asterisk()
    await ledger.click("anna", OLE)
    await eventually(ledger.commands, [("failed", "not_connected")])
    world.odoo_wire.mend()
    await world.revive_asterisk()
    await world.wait_together()
    await only_the_next_click_dials()


async def test_asterisk_is_down_and_odoo_knows(world, office, ledger, only_the_next_click_dials):
    await world.kill_asterisk()
    await asyncio.to_thread(world.wait_connected, False)
    with pytest.raises(OdooError, match="is not connected"):
        await ledger.click("anna", OLE)
    await world.revive_asterisk()
    await world.wait_together()
    await only_the_next_click_dials()
