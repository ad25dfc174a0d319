"""The whole agent with a store: a call that ends and a notification of Odoo both lead to its rows."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from pbx_agent.agent import Agent
from pbx_agent.cdr.settings import Store
from tests.unit.agent.cdr.history_odoo import HistoryOdoo
from tests.unit.agent.cdr.records import CsvStore, record
from tests.unit.agent.fake_ami import FakeAmi
from tests.unit.agent.waiting import hurry, until
from tests.unit.agent.whole import QUICK, Exchange, is_connected, settings


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


@contextlib.asynccontextmanager
async def running(ami, odoo, folder, store):
    cdr = Store(source="csv", path=str(store.path), columns=tuple(store.order), zone="UTC")
    stop = asyncio.Event()
    work = asyncio.ensure_future(Agent(settings(ami, odoo, folder, cdr=cdr), QUICK).run(stop))
    try:
        await until(lambda: odoo.sockets and is_connected(odoo) and odoo.told() and not odoo.told()[-1]["behind"])
        yield
    finally:
        stop.set()
        await asyncio.wait_for(work, 5)


async def test_history_follows_hangups_and_what_odoo_asks(tmp_path):
    store = CsvStore(tmp_path)
    store.add(0)
    async with FakeAmi() as ami, HistoryOdoo() as odoo, running(ami, odoo, tmp_path, store):
        await until(lambda: odoo.sequences() == [0])
        exchange = Exchange(ami)
        caller, (phone,) = exchange.ring()
        exchange.answer(caller, phone)
        await until(lambda: odoo.calls(caller.linkedid))
        exchange.hang_up(phone, caller)
        await until(lambda: odoo.calls(caller.linkedid)[-1]["state"] == "ended")
        store.add(1, linkedid=caller.linkedid, start=record(1)["start"])
        ended_at = time.monotonic()
        await until(lambda: odoo.sequences() == [0, 1])
        assert time.monotonic() - ended_at < 3.0
        await until(lambda: odoo.told()[-1]["through"] == max(row["end"] for row in odoo.rows["cdr"].values()))
        await odoo.push("asterisk.history", {"do": "audit"})
        await until(lambda: odoo.told()[-1].get("days") == [{"day": "2025-11-24", "rows": 2}])
