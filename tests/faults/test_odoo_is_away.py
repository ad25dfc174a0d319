"""Odoo is not there for a while: nobody on the telephone notices, and everything is told later, once."""

import asyncio

import pytest

from sandbox.phones.numbering import SALES, direct_number
from tests.faults.ledger import eventually
from tests.faults.people import EVA, OLE, URS, ring, talk, talking

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_stopped_and_started(world, office, ledger, agents_log):
    long = await talk(office, OLE, "102")
    await eventually(ledger.live, {"boris": [(OLE, "talking")]})
    await asyncio.to_thread(world.odoo.stop)

    group = office.carrier.bring(EVA, SALES)
    await (await office.phone("103").wait_ringing()).answer()
    await group.wait_state("confirmed")
    await group.hang_up()
    missed, _phone = await ring(office, URS, "104")
    await missed.cancel()
    begun = await talk(office, EVA, "101")
    inside = office.phone("105").call("104")
    await (await office.phone("104").wait_ringing()).answer()
    await inside.wait_state("confirmed")
    await eventually(agents_log, lambda log: "does not take calls" in log and log.count("call ended") == 2)
    assert talking(*long, *begun, inside)

    await world.revive_odoo()
    shown = {"anna": [(EVA, "talking")], "boris": [(OLE, "talking")]}
    await eventually(ledger.live, {**shown, "dmitri": [("105", "talking")], "elena": [("104", "talking")]})
    await asyncio.gather(*(call.hang_up() for call in (long[0], begun[0], inside)))
    calls = await ledger.wait_calls(
        (EVA, "incoming", "answered", False),
        (EVA, "incoming", "answered", False),
        (OLE, "incoming", "answered", False),
        (URS, "incoming", "cancelled", True),
        ("104", "internal", "answered", False),
    )
    assert len({call["linkedid"] for call in calls}) == 5

    async def endings() -> set[tuple]:
        found = await ledger.read("asterisk.call", "hung_up_by", "ended_unseen")
        return {(call["hung_up_by"], call["ended_unseen"]) for call in found}

    await eventually(endings, {("caller", False)}, 60)  # detail records may come before the events that tell who


async def test_a_wire_that_swallows_everything_and_then_does_not(world, office, ledger):
    world.odoo_wire.freeze()
    outside, _inside = await talk(office, EVA, "101")
    missed, _phone = await ring(office, URS, "104")
    await missed.cancel()
    world.odoo_wire.mend()
    await eventually(ledger.live, {"anna": [(EVA, "talking")]})
    await outside.hang_up()
    await ledger.wait_calls((EVA, "incoming", "answered", False), (URS, "incoming", "cancelled", True))


async def test_a_call_to_a_number_without_its_name_in_odoo_is_not_held_up(world, office, ledger):
    await world.kill_odoo()
    outside = office.carrier.bring(EVA, direct_number("105"))
    await office.phone("105").wait_ringing(3)
    await outside.cancel()
    await world.revive_odoo()
    await ledger.wait_calls((EVA, "incoming", "cancelled", True))
