"""Stores in a database server, carried to Odoo."""

from __future__ import annotations

import time

import pytest

from pbx_agent.cdr.source import StoreTrouble
from tests.unit.agent.cdr.records import NOON, record
from tests.unit.agent.cdr.running import Running
from tests.unit.agent.waiting import hurry


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


async def test_a_table_that_is_read_again_sends_only_what_is_new(odoo, table, tmp_path):
    now = int((time.time() - NOON) / 10)
    table.add(*range(now - 50, now))
    async with Running(odoo, table.source(), tmp_path) as running:
        await running.catch_up()
        table.add(now - 20, sequence=now + 7)  # committed late, of an older call
        table.add(now)
        await running.catch_up()
        assert (await running.look(time.time() - 60)).imported == 0
        table.add(now + 1)
        look = await running.look(time.time())
        assert look.imported == 1 and look.linkedids >= {record(now + 1)["uniqueid"]}
        await running.catch_up()
    assert odoo.sequences() == sorted([*range(now - 50, now + 2), now + 7]) and odoo.repeated == 0
    odoo.requests.clear()
    async with Running(odoo, table.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.repeated <= 1 and sum(len(body["rows"]) for body in odoo.portions()) <= 1


async def test_a_server_that_is_away_is_a_trouble_and_then_none(odoo, table, tmp_path, request):
    server = request.getfixturevalue(f"{table.kind}_server")
    table.add(1)
    async with Running(odoo, table.source(), tmp_path) as running:
        await running.catch_up()
        table.connection.close()
        server.stop()
        try:
            with pytest.raises(StoreTrouble):
                await running.catch_up()
        finally:
            server.start()
        table.connection = table.connect() if table.kind == "postgresql" else table.connect_again()
        table.add(2)
        await running.catch_up()
    assert odoo.sequences() == [1, 2]
