"""The command channel: Odoo's bus, and what was missed while it was closed."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from aiohttp import web

from pbx_agent.odoo import client
from pbx_agent.odoo.client import OdooClient
from pbx_agent.odoo.clock import OdooClock
from pbx_agent.odoo.commands import CommandChannel
from pbx_agent.tasks import end
from tests.unit.agent.waiting import hurry, until

EXPIRE_SECONDS = 8  # a click is good for so long, see the addon


class Owner:
    """Takes what the channel brings; hands out tickets."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.commands, self.configs, self.refused = [], 0, []
        self.clock = OdooClock()

    async def ticket(self, refused):
        self.refused.append(refused)
        return self.odoo._ticket()["ticket"]

    def configuration_changed(self):
        self.configs += 1


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
def owner(odoo):
    return Owner(odoo)


@contextlib.asynccontextmanager
async def opened(odoo, owner, wait=True, database=""):
    async with OdooClient(odoo.url, odoo.key, database, seconds=0.5) as door:
        channel = CommandChannel(
            door, owner.clock,
            ticket=owner.ticket, on_command=owner.commands.append, on_config=owner.configuration_changed,
        )  # fmt: skip
        running = asyncio.ensure_future(channel.run())
        try:
            if wait:
                await until(lambda: channel.connected and odoo.sockets)
            yield channel
        finally:
            await end([running])


async def test_it_subscribes_with_its_ticket_and_hears_commands(odoo, owner):
    async with opened(odoo, owner):
        told = odoo.subscriptions[0]
        assert (told["event_name"], told["data"]) == (
            "subscribe", {"channels": [f"asterisk_agent:{odoo.tickets[0]}"], "last": 0},
        )  # fmt: skip
        await odoo.push("asterisk.command", {"uuid": "u1"})
        await until(lambda: owner.commands == [{"uuid": "u1"}])
        await odoo.push("asterisk.config", {"config_version": "8"})
        await until(lambda: owner.configs == 1)


async def test_where_a_host_serves_several_databases_a_session_names_ours(odoo, owner):
    async with opened(odoo, owner, database="berlin"):
        headers = odoo.subscriptions[0]["headers"]
        assert headers["Cookie"] == "session_id=session-of-berlin" and "X-Odoo-Database" not in headers


async def test_what_was_missed_is_asked_for_after_each_opening(odoo, owner):
    odoo.pending = [{"uuid": "u1"}, {"uuid": "u2"}]
    async with opened(odoo, owner):
        assert owner.commands == [{"uuid": "u1"}, {"uuid": "u2"}]
        odoo.pending = [{"uuid": "u3"}]
        await odoo.close_sockets()
        await until(lambda: {"uuid": "u3"} in owner.commands)
    order = [flow for flow, _body in odoo.requests]
    assert order == ["commands", "commands"] and odoo.bodies("commands") == [{}, {}]


async def test_it_asks_only_after_it_has_subscribed(odoo, owner):
    gate = odoo.close_gate("commands")
    async with opened(odoo, owner, wait=False) as channel:
        await until(lambda: odoo.sockets and odoo.bodies("commands"))
        await odoo.push("asterisk.command", {"uuid": "between"})
        assert not channel.connected
        odoo.pending = [{"uuid": "between"}]
        gate.set()
        await until(lambda: owner.commands.count({"uuid": "between"}) == 2)  # rather twice than never


async def test_odoos_time_is_learned_with_them(odoo, owner):
    odoo.clock = lambda: 1_764_000_000.0
    async with opened(odoo, owner):
        assert owner.clock.now() == pytest.approx(1_764_000_000.0, abs=1.0)


async def test_after_a_reconnect_the_bus_goes_on_where_it_was(odoo, owner):
    async with opened(odoo, owner):
        await odoo.push("asterisk.command", {"uuid": "u1"}, number=41)
        await odoo.push("asterisk.command", {"uuid": "u2"}, number=40)
        await until(lambda: len(owner.commands) == 2)
        await odoo.close_sockets()
        await until(lambda: len(odoo.subscriptions) == 2)
        assert odoo.subscriptions[1]["data"]["last"] == 41


async def test_an_expired_ticket_is_followed_by_a_fresh_one(odoo, owner):
    odoo.is_expired = lambda ticket: ticket.startswith("1.0.")
    async with opened(odoo, owner):
        assert [told["ticket"] for told in odoo.subscriptions] == odoo.tickets[:2]
        assert owner.refused == ["", odoo.tickets[0]]


@pytest.mark.parametrize("trouble", ["no websocket", "no commands", "gone"])
async def test_it_is_opened_again_for_ever(odoo, owner, trouble, caplog):
    if trouble == "no commands":
        odoo.replies["commands"] = lambda body: web.Response(status=500)
    elif trouble == "gone":
        await odoo.stop()
    async with opened(odoo, owner, wait=False) as channel:
        if trouble == "no websocket":
            channel.path = "/nowhere"
        await until(lambda: len(owner.refused) >= 4)
        assert not channel.connected
        channel.path = "/websocket"
        odoo.replies.clear()
        if trouble == "gone":
            await odoo.start()
        await until(lambda: channel.connected)
    lines = [r for r in caplog.records if r.levelname == "WARNING" and "opening it again" in r.getMessage()]
    assert len(lines) == 1  # said once, not at each attempt


async def test_however_long_odoo_was_away_a_click_is_in_time(odoo, owner, monkeypatch):
    monkeypatch.undo()
    waits, real = [], asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: real(waits.append(seconds) or 0))
    await odoo.stop()
    async with opened(odoo, owner, wait=False):
        deadline = asyncio.get_running_loop().time() + 10
        while len(waits) < 50 and asyncio.get_running_loop().time() < deadline:
            await real(0.003)
    longest = max(waits)
    assert len(waits) >= 50 and 2 < longest < EXPIRE_SECONDS / 2


async def test_odoo_restarts(odoo, owner):
    async with opened(odoo, owner) as channel:
        await odoo.stop()
        await until(lambda: not channel.connected)
        await odoo.start()
        await until(lambda: channel.connected and odoo.sockets)
        await odoo.push("asterisk.command", {"uuid": "u1"})
        await until(lambda: owner.commands)


HOSTILE = [
    "no json", "{}", "null", "[null, 5, \"x\", []]", "[" * 100_000, '[{"id": "x"}]', '[{"id": true, "message": []}]',
    '[{"id": 1, "message": {"type": 5}}]', '[{"id": 1, "message": {"type": "another", "payload": {}}}]', "[[[]]]",
    '[{"message": null}]', '[{"id": -5}]',
]  # fmt: skip


async def test_whatever_the_bus_brings_the_channel_stays_open(odoo, owner):
    async with opened(odoo, owner) as channel:
        for text in HOSTILE:
            await odoo.say(text)
        await odoo.push("asterisk.command", "no object", number=2)
        await until(lambda: owner.commands == ["no object"])  # the executor says what is wrong with it
        assert channel.connected and len(odoo.subscriptions) == 1 and channel._last == 2


@pytest.mark.parametrize("items", [None, {}, "x", 5])
async def test_an_answer_without_a_list_is_no_list(odoo, owner, items):
    odoo.replies["commands"] = lambda body: {"time": "soon", "items": items}
    async with opened(odoo, owner):
        assert owner.commands == []


async def test_one_bad_notification_costs_no_good_one(odoo, owner):
    async with opened(odoo, owner):
        message = {"type": "asterisk.command", "payload": {"uuid": "u1"}}
        await odoo.say(json.dumps([{"id": 7, "message": 5}, {"id": 8, "message": message}]))
        await until(lambda: owner.commands == [{"uuid": "u1"}])


async def test_a_half_dead_channel_is_found_and_opened_again(odoo, owner, monkeypatch):
    monkeypatch.setattr(client, "PING_SECONDS", 0.1)
    odoo.is_deaf = True
    async with opened(odoo, owner):
        await until(lambda: len(odoo.subscriptions) >= 2)
        odoo.is_deaf = False


async def test_closing_waits_for_no_odoo_that_hangs(odoo, owner):
    odoo.is_deaf = True
    odoo.replies["commands"] = lambda body: web.Response(status=500)
    async with opened(odoo, owner, wait=False):
        await until(lambda: len(odoo.subscriptions) >= 2, 2)
        odoo.is_deaf = False


async def test_stopping_waits_for_no_odoo_that_hangs(odoo, owner):
    odoo.is_deaf = True
    async with opened(odoo, owner):
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 1
    odoo.is_deaf = False
