"""History while something is killed at each step of a portion: no row is lost, none is there twice, nor is a call.

The steps of a portion, as the agent's cursor sees them: Odoo has taken the first ones; one is on the way; Odoo is
writing it; Odoo has committed it and the agent does not know yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import psycopg2
import pytest
import pytest_asyncio

from sandbox.asterisk import CDR_COLUMNS
from sandbox.postgres import SOCKET_NUMBER, USER, Cluster
from sandbox.world import DB
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import eventually
from tests.faults.people import EVA, ring

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS, PORTION = 600, 60
DAY = 86_400
BACK_SECONDS = 60
AT_ONCE = 4  # seconds: two, and as much again for a machine that has more to do
_numbers = itertools.count(1)


class Store:
    """Rows of one test in the PBX's file: each identity once, spread over so many days until two days ago."""

    def __init__(self, world: FragileWorld, rows: int, days: int = 1) -> None:
        self._world, self.count = world, rows
        self._begin, self._step = time.time() - (days + 2) * DAY, days * DAY / rows
        self.prefix = f"{int(self._begin)}.{next(_numbers)}"
        self.rows = [self._row(number) for number in range(rows)]

    def _row(self, number: int) -> dict[str, str]:
        begin = self._begin + number * self._step
        start, answer, end = (time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(begin + more)) for more in (0, 5, 30))
        identity = f"{self.prefix}{number:06d}"
        return dict.fromkeys(CDR_COLUMNS.split(), "") | {
            "start": start, "answer": answer, "end": end, "src": f"+4930{20_000_000 + number}", "dst": "+493055570101",
            "clid": f'"Caller {number}" <+4930{20_000_000 + number}>', "channel": f"PJSIP/carrier-{identity}",
            "dstchannel": f"PJSIP/101-{identity}", "lastapp": "Dial", "lastdata": "PJSIP/101,30", "duration": "30",
            "billsec": "25", "disposition": "ANSWERED", "uniqueid": identity, "linkedid": identity, "sequence": "7",
        }  # fmt: skip

    def write(self) -> None:
        """Let Asterisk have written them."""
        with self._world.asterisk.records("cdr").open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(row.values() for row in self.rows)

    async def imported(self) -> int:
        """How many rows of these Odoo has committed."""
        return int(await self._sql("SELECT count(*) FROM asterisk_cdr WHERE linkedid LIKE '{}%'"))

    async def check(self) -> None:
        """Each row is in Odoo as it is in the file, and each call once."""
        await eventually(self.imported, lambda found: found == self.count, BACK_SECONDS)
        waiting = "SELECT count(*) FROM asterisk_cdr_pending WHERE linkedid LIKE '{}%'"
        await eventually(lambda: self._sql(waiting), "0", BACK_SECONDS)
        columns = ("linkedid", "uniqueid", "sequence", "src", "clid", "channel", "dstchannel", "billsec", "disposition")
        texts = ", ".join(f"{name}::text" for name in columns)
        found = (
            await self._sql(f"SELECT {texts} FROM asterisk_cdr WHERE linkedid LIKE '{{}}%' ORDER BY 1")
        ).splitlines()
        assert found == ["|".join(row[name] for name in columns) for row in self.rows]
        told = "SELECT linkedid, result, number, talk_seconds FROM asterisk_call WHERE linkedid LIKE '{}%' ORDER BY 1"
        calls = (await self._sql(told)).splitlines()
        assert calls == [f"{row['linkedid']}|answered|{row['src']}|25" for row in self.rows]

    async def _sql(self, query: str) -> str:
        return await asyncio.to_thread(self._world.cluster.sql, query.format(self.prefix), DB)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reader(world) -> AsyncIterator[FragileWorld]:
    """The world, its agent with small portions."""
    await world.heal()
    before = world.agent_config.read_text()
    world.agent_config.write_text(before.replace("[cdr]\n", f"[cdr]\nportion = {PORTION}\n"))
    yield world
    await world.heal()
    world.agent_config.write_text(before)
    await world.crash_agent()
    await world.revive_agent()


@pytest_asyncio.fixture(loop_scope="session")
async def store(reader) -> Store:
    """Rows that the agent has not seen yet, because it is not there."""
    await reader.heal()
    await reader.crash_agent()
    store = Store(reader, ROWS)
    store.write()
    return store


# -- the steps ---------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def first_ones_taken(world: FragileWorld, store: Store) -> AsyncIterator[None]:
    world.start_agent()
    await eventually(store.imported, lambda found: 0 < found < ROWS)
    yield


@contextlib.asynccontextmanager
async def on_the_way(world: FragileWorld, store: Store) -> AsyncIterator[None]:
    world.odoo_wire.freeze()
    before = world.odoo_wire.requests["/asterisk/v1/cdr"]
    world.start_agent()

    async def sent() -> int:
        return world.odoo_wire.requests["/asterisk/v1/cdr"]

    await eventually(sent, lambda count: count > before)
    yield
    world.odoo_wire.mend()


@contextlib.asynccontextmanager
async def being_written(world: FragileWorld, store: Store) -> AsyncIterator[None]:
    holder = psycopg2.connect(host=str(world.cluster.socket), port=SOCKET_NUMBER, user=USER, dbname=DB)
    holder.cursor().execute("LOCK TABLE asterisk_cdr IN SHARE MODE")
    world.start_agent()

    async def blocked() -> str:
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'asterisk_cdr'::regclass AND NOT granted"
        return await asyncio.to_thread(world.cluster.sql, waiting, DB)

    await eventually(blocked, lambda count: count != "0")
    yield
    with contextlib.suppress(psycopg2.Error):  # PostgreSQL was killed, and the lock with it
        holder.rollback()
    holder.close()


@contextlib.asynccontextmanager
async def committed_not_told(world: FragileWorld, store: Store) -> AsyncIterator[None]:
    world.odoo_wire.slow(0.5)
    world.start_agent()
    await eventually(store.imported, lambda found: found > 0)
    yield
    world.odoo_wire.mend()


@dataclass(frozen=True)
class Fault:
    strike: Callable[[FragileWorld], Awaitable[None]]
    repair: Callable[[FragileWorld], Awaitable[None]]


FAULTS = {
    "agent": Fault(FragileWorld.crash_agent, FragileWorld.revive_agent),
    "Odoo": Fault(FragileWorld.kill_odoo, FragileWorld.revive_odoo),
    "PostgreSQL": Fault(FragileWorld.kill_postgresql, FragileWorld.revive_postgresql),
    "Asterisk": Fault(FragileWorld.kill_asterisk, FragileWorld.revive_asterisk),
}
STEPS = {step.__name__: step for step in (first_ones_taken, on_the_way, being_written, committed_not_told)}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_killed_in_a_portion(reader, store, fault, step):
    async with STEPS[step](reader, store):
        await FAULTS[fault].strike(reader)
    await FAULTS[fault].repair(reader)
    await store.check()


# -- the PBX's database ------------------------------------------------------------------------------------------------


async def test_the_pbxs_database_is_killed_while_it_is_read(reader):
    await reader.heal()
    await reader.crash_agent()
    store = Store(reader, ROWS)
    before = reader.agent_config.read_text()
    cluster = Cluster(reader.folder / "cdr-pg", durable=True)
    try:
        await asyncio.to_thread(fill, cluster, store)
        section = f"[cdr]\nsource = postgresql\nhost = {cluster.socket}\nport = {SOCKET_NUMBER}\nuser = {USER}\n"
        section += f"database = postgres\nportion = {PORTION}\nzone = UTC\n"
        reader.agent_config.write_text(before[: before.index("[cdr]")] + section)
        reader.odoo_wire.slow(0.05)
        async with first_ones_taken(reader, store):
            await asyncio.to_thread(cluster.kill)
        reader.odoo_wire.mend()
        assert await store.imported() < ROWS
        await asyncio.to_thread(cluster.start)
        await store.check()
    finally:
        reader.agent_config.write_text(before)
        await reader.crash_agent()
        await reader.revive_agent()
        await asyncio.to_thread(cluster.stop)


def fill(cluster: Cluster, store: Store) -> None:
    """A table as cdr_pgsql has it, with the rows in it."""
    cluster.init()
    cluster.start()
    names = CDR_COLUMNS.split()
    times = ("start", "answer", "end")
    columns = ", ".join(f'"{name}" {"timestamp" if name in times else "text"}' for name in names)
    with contextlib.closing(
        psycopg2.connect(host=str(cluster.socket), port=SOCKET_NUMBER, user=USER, dbname="postgres")
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE cdr ({columns})")
        cursor.execute("CREATE INDEX ON cdr (start)")
        places = ", ".join(["%s"] * len(names))
        cursor.executemany(f"INSERT INTO cdr VALUES ({places})", [[row[name] for name in names] for row in store.rows])
        connection.commit()


# -- twice, and beside live calls --------------------------------------------------------------------------------------


async def test_the_same_file_read_from_its_beginning_again(reader, store):
    reader.start_agent()
    await store.check()
    await reader.crash_agent()
    for tail in ("", "-wal", "-shm"):
        (reader.agent_config.parent / f"history.sqlite{tail}").unlink(missing_ok=True)
    before = reader.odoo_wire.requests["/asterisk/v1/cdr"]
    await reader.revive_agent()

    async def asked() -> int:
        return reader.odoo_wire.requests["/asterisk/v1/cdr"]

    await eventually(asked, lambda count: count > before)
    await store.check()


async def test_a_phone_rings_while_thirty_days_are_read(reader, office, ledger):
    await reader.crash_agent()
    store = Store(reader, 10 * ROWS, days=30)
    store.write()
    await reader.revive_agent()
    await eventually(store.imported, lambda found: found > 0, BACK_SECONDS)
    for _call in range(3):
        customer, _phone = await ring(office, EVA, "101")
        await eventually(ledger.live, {"anna": [(EVA, "ringing")]}, AT_ONCE)
        await customer.cancel()
        await eventually(ledger.live, {}, AT_ONCE)
    assert await store.imported() < store.count, "the calls went beside the history"
    await store.check()
