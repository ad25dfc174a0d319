"""Two requests of one PBX that Odoo carries out at the same moment, neither of which sees what the other does."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator

import psycopg2
import pytest

from sandbox.postgres import SOCKET_NUMBER, USER
from sandbox.world import DB
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import eventually
from tests.faults.people import EVA, OLE, ring

OTHERS_CHANNELS = """
UPDATE asterisk_cdr SET channel = 'before/' || channel, dstchannel = 'before/' || dstchannel;
UPDATE asterisk_cel SET channame = 'before/' || channame
"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextlib.contextmanager
def locked(world: FragileWorld, table: str, mode: str) -> Iterator[None]:
    """Whoever needs this table in another way waits."""
    place = {"host": str(world.cluster.socket), "port": SOCKET_NUMBER, "user": USER, "dbname": DB}
    with contextlib.closing(psycopg2.connect(**place)) as holder:
        holder.cursor().execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield


async def crash_with_all_told(world: FragileWorld) -> None:
    """The agent dies with nothing left to be sent again.

    A snapshot sent again would lock its call before the request comes to the legs, and the record would wait for that.
    """
    for _attempt in range(5):
        await world.crash_agent()
        with contextlib.closing(sqlite3.connect(world.agent_config.parent / "spool.sqlite")) as spool:
            if not spool.execute("SELECT count(*) FROM item").fetchone()[0]:
                return
        await world.revive_agent()
    raise AssertionError("something always waits in the spool")


async def test_records_arrive_while_the_end_is_being_written(world, office, ledger):
    """The agent was dead when the caller gave up; back again, it tells that the call is gone and sends its record."""

    async def count(what: str) -> int:
        return int(await asyncio.to_thread(world.cluster.sql, f"SELECT count(*) FROM {what}", DB))

    # Asterisk numbers its channels anew after each start: a call of another test would be taken for a part of this one.
    await asyncio.to_thread(world.cluster.sql, OTHERS_CHANNELS, DB)
    # One call before, told to its last record: what other tests have left behind does not come in the same request.
    await world.crash_agent()
    await world.revive_agent()
    caller, _phone = await ring(office, OLE, "102")
    await caller.cancel()
    await ledger.wait_calls((OLE, "incoming", "cancelled", True))
    before = (await ledger.read("asterisk.call", "linkedid"))[0]["linkedid"]
    await eventually(lambda: count(f"asterisk_cdr WHERE linkedid = '{before}'"), lambda rows: rows > 0)
    ended = f"asterisk_cel WHERE linkedid = '{before}' AND eventtype = 'LINKEDID_END'"
    await eventually(lambda: count(ended), lambda rows: rows > 0)
    await eventually(lambda: count("asterisk_cdr_pending"), 0)
    await ledger.begin()

    caller, _phone = await ring(office, EVA, "101")
    await eventually(ledger.live, {"anna": [(EVA, "ringing")]})
    call = (await ledger.read("asterisk.call", "linkedid"))[0]
    await crash_with_all_told(world)
    await caller.cancel()
    with locked(world, "asterisk_call_leg", "ACCESS EXCLUSIVE"):
        with locked(world, "asterisk_cdr", "SHARE"):
            world.start_agent()
            waiting = "pg_locks WHERE relation = 'asterisk_call_leg'::regclass AND NOT granted"
            await eventually(lambda: count(waiting), lambda waits: waits > 0)
        await eventually(lambda: count(f"asterisk_cdr WHERE linkedid = '{call['linkedid']}'"), lambda rows: rows > 0)
        assert await ledger.calls() == [(EVA, "incoming", "ringing", False)], "its end waits"
    await ledger.wait_calls((EVA, "incoming", "cancelled", True))
