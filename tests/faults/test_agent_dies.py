"""The agent is killed and started again: what it slept through is told, and nothing of it twice."""

import asyncio

import pytest

from tests.faults.ledger import eventually
from tests.faults.people import EVA, OLE, URS, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = 4  # seconds after its return: two, and as much again for a machine that has more to do


async def test_what_is_shown_is_right_soon_after_its_return(world, office, ledger):
    answered, phone = await ring(office, EVA, "101")
    given_up, _phone = await ring(office, OLE, "102")
    await eventually(ledger.live, {"anna": [(EVA, "ringing")], "boris": [(OLE, "ringing")]})
    await world.crash_agent()
    await phone.answer()
    await answered.wait_state("confirmed")
    await given_up.cancel()
    late, _phone = await ring(office, URS, "103")
    await world.revive_agent()
    await eventually(ledger.live, {"anna": [(EVA, "talking")], "clara": [(URS, "ringing")]}, AT_ONCE)
    await late.cancel()
    await answered.hang_up()
    await ledger.wait_calls(
        (EVA, "incoming", "answered", False),
        (OLE, "incoming", "cancelled", True),  # nobody saw it; the PBX's own records tell
        (URS, "incoming", "cancelled", True),
    )


async def test_a_conversation_whose_end_it_missed_is_closed(world, office, ledger):
    outside, inside = await talk(office, OLE, "102")
    await eventually(ledger.live, {"boris": [(OLE, "talking")]})
    await world.crash_agent()
    await inside.hang_up()
    await outside.wait_state("ended")
    await world.revive_agent()
    await eventually(ledger.live, {}, AT_ONCE)
    await ledger.wait_calls((OLE, "incoming", "answered", False))


async def test_killed_in_the_moment_of_the_hangup(world, office, ledger):
    outside, _inside = await talk(office, OLE, "102")
    await eventually(ledger.live, {"boris": [(OLE, "talking")]})
    await asyncio.gather(outside.hang_up(), world.crash_agent())
    await world.revive_agent()
    await ledger.wait_calls((OLE, "incoming", "answered", False))


async def test_what_odoo_had_not_taken_yet_survives_on_disk(world, office, ledger, agents_log):
    outside, inside = await ring(office, EVA, "101")
    await eventually(ledger.live, {"anna": [(EVA, "ringing")]})
    world.odoo_wire.cut()
    await inside.answer()
    await outside.wait_state("confirmed")
    await outside.hang_up()
    await eventually(agents_log, lambda log: "call ended" in log)
    await world.crash_agent()
    world.odoo_wire.mend()
    await world.revive_agent()
    calls = await ledger.wait_calls((EVA, "incoming", "answered", False))
    assert (calls[0]["ended_unseen"], calls[0]["hung_up_by"]) == (False, "caller")
