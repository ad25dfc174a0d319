"""Any sequence of calls, rotations, kills and outages between two steps of a portion: 0 rows lost, 0 doubled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.cdr.state import State
from pbx_agent.cdr.sync import Sync
from pbx_agent.odoo import backoff
from pbx_agent.odoo.answers import OK, UNAVAILABLE, Answer
from tests.unit.agent.cdr.history_odoo import HistoryOdoo
from tests.unit.agent.cdr.records import CsvStore, line, record
from tests.unit.agent.cdr.test_sqlite_source import Table


@pytest.fixture(autouse=True, scope="module")
def _quick():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backoff, "FIRST_SECONDS", 0.0)
        yield


class Killed(BaseException):
    """The agent was killed."""


class Odoo(HistoryOdoo):
    """Without a network: `post` is the client's. `mishaps` says what happens to the next requests."""

    url = "http://127.0.0.1"

    def __init__(self):
        super().__init__()
        self.mishaps = []

    async def post(self, flow, body, seconds=None, is_packed=False):
        mishap = self.mishaps.pop() if self.mishaps else ""
        if mishap == "kill before":
            raise Killed
        if mishap == "away":
            return Answer(UNAVAILABLE, {}, "HTTP 503")
        answer = getattr(self, f"_{flow}")(json.loads(body))
        if mishap == "kill after":
            raise Killed
        return Answer(OK, answer) if mishap != "lost answer" else Answer(UNAVAILABLE, {}, "no answer")


MISHAPS = st.lists(st.sampled_from(["", "", "away", "lost answer", "kill before", "kill after"]), max_size=5)
ROTATIONS = st.sampled_from([".1", ".1.gz", ".1.xz", "copy"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 12)),
        st.tuples(st.just("twins"), st.integers(2, 4)),
        st.tuples(st.just("rotate"), ROTATIONS),
        st.tuples(st.just("half"), st.floats(0.1, 0.9)),
        st.tuples(st.just("read"), MISHAPS),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("day"), MISHAPS),
    ),
    max_size=25,
)


class Agent:
    """A Sync that can be killed and started again; its state stays in `folder`."""

    def __init__(self, folder, make_source, limit):
        self.folder, self.make_source, self.limit, self.odoo = folder, make_source, limit, Odoo()
        self.sync = None

    async def start(self):
        self.state = State(self.folder / "history.sqlite")
        self.sync = Sync("cdr", self.make_source(), self.state, self.odoo, self.limit)

    async def stop(self):
        if self.sync is not None:
            await self.sync.close()
            self.state.close()
        self.sync = None

    async def do(self, what, mishaps):
        self.odoo.mishaps = list(mishaps)
        if self.sync is None:
            await self.start()
        try:
            await (self.sync.catch_up() if what == "read" else self.sync.read_days(["2025-11-24"]))
        except Killed:
            await self.stop()
        self.odoo.mishaps = []


async def carry_out(steps, limit, has_ids):
    """Play the steps; return (uniqueid → rows written, uniqueid → rows in Odoo)."""
    folder = Path(tempfile.mkdtemp())
    store, ids = CsvStore(folder), {} if has_ids else {"sequence": ""}
    agent, written, number, half = Agent(folder, store.source, limit), Counter(), 0, ""
    try:
        for step, value in [*steps, ("read", []), ("read", [])]:
            if half and step in ("add", "twins", "half", "rotate"):
                store.raw(half)
                half = ""
            if step == "add":
                store.add(*range(number, number + value), **ids)
                written.update(record(n)["uniqueid"] for n in range(number, number + value))
                number += value
            elif step == "twins":
                count = value if not has_ids else 1
                store.add(*[number] * count, **ids)
                written[record(number)["uniqueid"]] += count
                number += 1
            elif step == "half":
                text = line(record(number, **ids))
                cut = max(1, int(len(text) * value))
                store.raw(text[:cut])
                half = text[cut:]
                written[record(number)["uniqueid"]] += 1
                number += 1
            elif step == "rotate" and store.path.exists() and store.path.stat().st_size:
                store.copy_and_truncate() if value == "copy" else store.rotate(value)
            elif step in ("read", "day"):
                await agent.do(step, value)
            elif step == "restart":
                await agent.stop()
        if half:
            store.raw(half)
        await agent.do("read", [])
        found = Counter(row["uniqueid"] for row in agent.odoo.rows["cdr"].values())
        assert not agent.odoo.problems, agent.odoo.problems
        return written, found
    finally:
        with contextlib.suppress(Exception):
            await agent.stop()
        shutil.rmtree(folder)


@settings(max_examples=120)
@given(STEPS, st.integers(1, 7), st.booleans())
def test_a_csv_file(steps, limit, has_ids):
    written, found = asyncio.run(carry_out(steps, limit, has_ids))
    assert found == written


async def carry_out_on_sqlite(steps, limit):
    folder = Path(tempfile.mkdtemp())
    table = Table(folder / "master.db")
    agent, written, number = Agent(folder, table.source, limit), Counter(), 0
    try:
        for step, value in [*steps, ("read", [])]:
            if step in ("add", "twins"):
                table.add(*range(number, number + value))
                written.update(record(n)["uniqueid"] for n in range(number, number + value))
                number += value
            elif step == "rotate":  # the PBX throws old rows away
                with sqlite3.connect(table.path) as other:
                    other.execute("DELETE FROM cdr WHERE AcctId < (SELECT max(AcctId) FROM cdr) - 500")
                other.close()
            elif step in ("read", "day"):
                await agent.do(step, value)
            elif step == "restart":
                await agent.stop()
        return written, Counter(row["uniqueid"] for row in agent.odoo.rows["cdr"].values())
    finally:
        await agent.stop()
        table.database.close()
        shutil.rmtree(folder)


@settings(max_examples=60)
@given(STEPS, st.integers(1, 7))
def test_a_sqlite_file(steps, limit):
    written, found = asyncio.run(carry_out_on_sqlite(steps, limit))
    assert found == written


async def carry_out_on_sql(table, folder, seed):
    """Calls that are committed late, by several connections of the PBX, while an agent reads and dies."""
    chance = random.Random(seed)
    agent, written, number, now = Agent(folder, table.source, chance.randint(1, 7)), Counter(), 0, 0
    connect = table.connect if table.kind == "postgresql" else table.connect_again
    open_calls = []
    mishaps = ["", "", "away", "lost answer", "kill before", "kill after"]
    for _step in range(25):
        what = chance.choice(["add", "add", "begin", "commit", "read", "read", "restart", "day"])
        if what in ("add", "begin"):
            connection = connect() if what == "begin" else None
            calls = [max(0, now - chance.randint(0, 200)) for _call in range(chance.randint(1, 4))]
            for call in calls:
                number += 1
                table.add(call, connection=connection, sequence=number, linkedid=f"call-{number}")
                written[number] += 1
            now += chance.randint(0, 100)
            if connection is not None:
                open_calls.append(connection)
        elif what == "commit" and open_calls:
            connection = open_calls.pop(chance.randrange(len(open_calls)))
            connection.commit()
            connection.close()
        elif what in ("read", "day"):
            await agent.do(what, chance.choices(mishaps, k=chance.randint(0, 4)))
        elif what == "restart":
            await agent.stop()
    for connection in open_calls:
        connection.commit()
        connection.close()
    await agent.do("read", [])
    await agent.stop()
    return written, Counter(row["sequence"] for row in agent.odoo.rows["cdr"].values())


async def test_a_table_of_a_server(table, tmp_path):
    for seed in range(12):
        table.sql("DELETE FROM cdr")
        folder = tmp_path / str(seed)
        folder.mkdir()
        written, found = await carry_out_on_sql(table, folder, seed)
        assert found == written, seed
