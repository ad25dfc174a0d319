"""Two Odoo processes on one database, as on several workers or hosts; and a copy of that database."""

import asyncio
import json

import pytest
import pytest_asyncio

from sandbox.odoo_client import OdooClient, OdooError
from sandbox.paths import ADDON, ROOT
from sandbox.world import DB
from tests.faults.ledger import eventually
from tests.faults.other_odoo import beside, bus_of, post
from tests.faults.people import EVA, OLE, invites, new_invites, ring

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENDED = json.loads((ROOT / "tests/contract/agent/call_missed.json").read_text())
COPY = "copy"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second(world):
    """Another Odoo on the same database; the agent does not know of it."""
    async with beside(world, DB) as odoo:
        yield odoo


async def test_a_popup_comes_from_the_other_one(world, office, second):
    client = await asyncio.to_thread(OdooClient(second.url, DB).login, "anna", "anna")
    last = int(world.cluster.sql("SELECT coalesce(max(id), 1) FROM bus_bus", DB))
    async with bus_of(client, last) as heard:
        outside, _inside = await ring(office, EVA, "101")

        async def states():
            views = [message["payload"] for message in heard if message["type"] == "asterisk_connector.call"]
            return [(view["number"], view["state"]) for view in views]

        await eventually(states, [(EVA, "ringing")], 3)
        await outside.cancel()
        await eventually(states, [(EVA, "ringing"), (EVA, "ended")], 3)


async def test_the_same_call_told_to_both_at_once_is_one(world, ledger, second):
    urls = [world.odoo.url, second.url] * 4
    told = [
        {**ENDED, "linkedid": f"1764000{number}.20", "linkedids": [f"1764000{number}.20"]} for number in range(100, 110)
    ]

    async def until_taken(url):
        while True:
            _status, answer = await post(url, world, DB, "calls", {"items": told})
            said = {result["status"] for result in answer["results"]}
            if "retry" not in said:
                return said

    assert {status for said in await asyncio.gather(*map(until_taken, urls)) for status in said} == {"ok", "stale"}
    calls = await ledger.wait_calls(*[("+493012345678", "incoming", "cancelled", True)] * 10)
    assert [len(call["leg_ids"]) for call in calls] == [2] * 10


async def test_a_copy_neither_hears_nor_dials(world, office, ledger):
    before = invites(office)
    await world.crash_agent()
    await ledger.click("anna", OLE)  # it waits in the original, and in the copy
    await asyncio.to_thread(copy_database, world.cluster)
    await world.revive_agent()
    client = await office.carrier.wait_ringing()
    await client.wait_state("confirmed")
    async with beside(world, COPY) as copy:
        assert world.cluster.sql("SELECT state, code FROM asterisk_command", COPY).splitlines()[-1] == "failed|expired"
        for flow, body in (("hello", {"contract": 1}), ("commands", {}), ("calls", {"items": []})):
            assert (await post(copy.url, world, COPY, flow, body))[0] in (401, 403)
        anna = await asyncio.to_thread(OdooClient(copy.url, COPY).login, "anna", "anna")
        with pytest.raises(OdooError, match="is not connected"):
            await asyncio.to_thread(anna.call, "asterisk.command", "click_to_call", EVA, False, False, None)
    await client.hang_up()
    await ledger.wait_calls((OLE, "outgoing", "answered", False))
    assert new_invites(office, before) == {"101": 1, "carrier": 1}


def copy_database(cluster):
    """Copy the world's database while nobody is in it, as one copies for a trial, and neutralise the copy."""
    cluster.sql(f"ALTER DATABASE {DB} ALLOW_CONNECTIONS false")
    cluster.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DB}'")
    cluster.createdb(COPY, template=DB)
    for name in (DB, COPY):
        cluster.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    cluster.sql((ADDON / "data" / "neutralize.sql").read_text(), COPY)
