"""The connection to Asterisk is open and nothing comes through it: that is found, told and mended."""

import asyncio

import pytest

from tests.faults.ledger import eventually
from tests.faults.people import EVA, OLE, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOUND_SECONDS = 10


async def test_it_is_found_within_ten_seconds_and_the_gap_is_filled(world, office, ledger):
    ended, _phone = await talk(office, OLE, "102")
    answered, phone = await ring(office, EVA, "101")
    await eventually(ledger.live, {"boris": [(OLE, "talking")], "anna": [(EVA, "ringing")]})
    world.ami_wire.freeze()
    await ended.hang_up()
    await phone.answer()
    await answered.wait_state("confirmed")

    async def seen():
        servers = (await ledger.ask("anna", "asterisk.call", "client_state"))["servers"]
        return [(server["connected"], server["reason"]) for server in servers]

    await eventually(seen, [(False, "ami_silent")], FOUND_SECONDS)
    world.ami_wire.mend()
    await eventually(seen, [(True, "")])
    await eventually(ledger.live, {"anna": [(EVA, "talking")]})
    await asyncio.gather(answered.hang_up(), answered.wait_state("ended"))
    await ledger.wait_calls((EVA, "incoming", "answered", False), (OLE, "incoming", "answered", False))
