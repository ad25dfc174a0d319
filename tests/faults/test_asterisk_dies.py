"""Asterisk is killed in the middle of a call and started again: nothing of the call haunts Odoo."""

import pytest
from playwright.async_api import expect

from tests.faults.ledger import eventually
from tests.faults.people import EVA, OLE, lines_go_dead, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOT_PEOPLE = (False, "pbx")  # until the PBX's own records have come nobody knows who ended it


async def test_while_it_rings_the_popup_goes(world, office, ledger, sign_in):
    anna = await sign_in("anna")
    await ring(office, EVA, "101")
    await expect(anna.title).to_contain_text("Incoming")
    await world.kill_asterisk()
    lines_go_dead(office)
    await world.revive_asterisk()
    await expect(anna.title).to_contain_text("Missed")
    calls = await ledger.wait_calls((EVA, "incoming", "no-answer", True))
    assert calls[0]["hung_up_by"] in NOT_PEOPLE


async def test_while_two_talk_the_call_is_closed_once(world, office, ledger):
    await talk(office, OLE, "102")
    await eventually(ledger.live, {"boris": [(OLE, "talking")]})
    await world.kill_asterisk()
    lines_go_dead(office)
    await world.revive_asterisk()
    calls = await ledger.wait_calls((OLE, "incoming", "answered", False))
    assert calls[0]["hung_up_by"] in NOT_PEOPLE


async def test_the_phones_work_as_before(world, office, ledger):
    await world.kill_asterisk()
    await world.revive_asterisk()
    await world.wait_together()
    outside, _inside = await talk(office, EVA, "101")
    await eventually(ledger.live, {"anna": [(EVA, "talking")]})
    await outside.hang_up()
    await ledger.wait_calls((EVA, "incoming", "answered", False))
