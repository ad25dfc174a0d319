"""The whole agent while Asterisk or Odoo is away."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from pbx_agent import agent as agent_module
from pbx_agent.agent import VERSION_MARGIN_MS
from pbx_agent.odoo import commands
from tests.unit.agent.fake_ami import reply
from tests.unit.agent.waiting import hurry, until
from tests.unit.agent.whole import is_connected, last, live, whole


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


# -- Asterisk away -----------------------------------------------------------------------------------------------------


async def test_asterisk_goes_and_comes_back(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path):
        gone_since = time.time()
        caller, _phones = exchange.ring()
        await until(lambda: last(odoo, caller.linkedid))
        await ami.stop()
        await until(lambda: not is_connected(odoo))
        told = odoo.bodies("status")[-1]
        assert told["reason"] == "asterisk_down" and told["since"] >= gone_since - 0.01
        await ami.start()  # with nothing alive any more
        await until(lambda: is_connected(odoo))
        await until(lambda: live(odoo) == [])
        await until(lambda: last(odoo, caller.linkedid)["state"] == "ended")
        assert odoo.bodies("status")[-1]["reason"] == ""


async def test_asterisk_is_killed_and_starts_again(ami, odoo, exchange, tmp_path, monkeypatch):
    later = 0.0
    clock = SimpleNamespace(time=lambda: time.time() + later, monotonic=time.monotonic)
    monkeypatch.setattr(agent_module, "time", clock)
    async with whole(ami, odoo, tmp_path):
        caller, (phone,) = exchange.ring()
        exchange.answer(caller, phone)
        await until(lambda: last(odoo, caller.linkedid).get("state") == "talking")
        later = 60.0  # a minute of talk
        ami.uptime_at_start = 0
        await ami.crash()
        await until(lambda: not is_connected(odoo))
        await ami.start()
        await until(lambda: last(odoo, caller.linkedid)["state"] == "ended")
        await until(lambda: live(odoo) == [])


async def test_a_refused_login_is_told_as_such(ami, odoo, tmp_path):
    ami.secret = "another"
    async with whole(ami, odoo, tmp_path, wait=False):
        await until(lambda: odoo.bodies("status") and odoo.bodies("status")[-1]["reason"] == "ami_refused")


async def test_a_missing_right_is_told_as_refused_and_said_in_words(ami, odoo, tmp_path, caplog):
    ami.answers["coreshowchannels"] = lambda fields: reply(fields, Response="Error", Message="Permission denied")
    async with whole(ami, odoo, tmp_path, wait=False):
        await until(lambda: odoo.bodies("status") and odoo.bodies("status")[-1]["reason"] == "ami_refused")
    assert "it may not list channels (Permission denied), it needs write=reporting" in caplog.text


async def test_a_silent_asterisk_is_told_as_silent(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path):
        ami.is_silent = True
        await until(lambda: odoo.bodies("status")[-1]["reason"] == "ami_silent")


async def test_an_asterisk_that_came_after_hello_is_introduced(ami, odoo, tmp_path):
    await ami.stop()
    async with whole(ami, odoo, tmp_path, wait=False):
        await until(lambda: odoo.bodies("hello"))
        assert odoo.bodies("hello")[0]["asterisk"] is None
        await ami.start()
        await until(lambda: odoo.bodies("hello")[-1]["asterisk"] == {"version": "22.10.1", "system_name": ""})


# -- the way from Odoo -------------------------------------------------------------------------------------------------


async def test_a_proxy_that_lets_no_websocket_through_is_told(ami, odoo, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "BLOCKED_SECONDS", 0.2)
    path, began = "/nowhere", time.time()
    odoo.replies["hello"] = lambda body: {**odoo._hello(body), "heartbeat_seconds": 1, "websocket": path}
    async with whole(ami, odoo, tmp_path, wait=False):
        await until(lambda: is_connected(odoo))  # what may be a restart of Odoo is not told yet
        await until(lambda: not is_connected(odoo))
        told = odoo.bodies("status")[-1]
        assert told["reason"] == "no_commands" and began - 0.01 <= told["since"] <= time.time() - 0.1
        path = "/websocket"
        odoo.config_version = "8"
        await until(lambda: is_connected(odoo) and odoo.sockets)
        assert odoo.bodies("status")[-1]["reason"] == ""


async def test_an_odoo_that_was_away_for_long_is_no_such_proxy(ami, odoo, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "BLOCKED_SECONDS", 1.5)
    odoo.replies["hello"] = lambda body: {**odoo._hello(body), "heartbeat_seconds": 1}
    async with whole(ami, odoo, tmp_path):
        await until(lambda: odoo.sockets)
        await odoo.stop()
        await asyncio.sleep(2.5)  # the fault
        odoo.requests.clear()
        await odoo.start()
        await until(lambda: odoo.sockets and is_connected(odoo))
        assert {body["reason"] for body in odoo.bodies("status")} == {""}


# -- Odoo away ---------------------------------------------------------------------------------------------------------


async def test_odoo_comes_later_than_the_calls(ami, odoo, exchange, tmp_path):
    await odoo.stop()
    async with whole(ami, odoo, tmp_path, wait=False):
        await until(lambda: ami.named("CoreShowChannels"))
        caller, phones = exchange.ring()
        exchange.hang_up(*phones, caller)
        second, _phones = exchange.ring("+49777", "PJSIP/102")
        await odoo.start()
        await until(lambda: last(odoo, caller.linkedid).get("state") == "ended")
        await until(lambda: last(odoo, second.linkedid).get("state") == "ringing" and live(odoo) == [second.linkedid])


async def test_how_much_waits_and_was_refused_is_told(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path) as agent:
        odoo.replies["calls"] = lambda body: {"results": [{"status": "refused"} for _item in body["items"]]}
        caller, phones = exchange.ring()
        exchange.hang_up(*phones, caller)
        await until(lambda: agent._counts == (0, 1))
        agent._heartbeat.changed()
        await until(lambda: odoo.bodies("status")[-1]["dead_letters"] == 1)
        odoo.replies.clear()
        await agent._spool.call(agent._spool.revive)  # what `pbx-agent doctor` does beside the running agent
        await until(lambda: agent._counts == (0, 0))
        assert last(odoo, caller.linkedid)["state"] == "ended"


async def test_versions_go_on_above_those_of_a_former_life(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path) as before:
        caller, phones = exchange.ring()
        await until(lambda: last(odoo, caller.linkedid))
        exchange.hang_up(*phones, caller)
        before._versions.last += 10_000_000  # its clock was hours ahead
        await until(lambda: last(odoo, caller.linkedid)["state"] == "ended")
        told = last(odoo, caller.linkedid)["version"]
    async with whole(ami, odoo, tmp_path):
        second, _phones = exchange.ring()
        await until(lambda: last(odoo, second.linkedid))
    assert last(odoo, second.linkedid)["version"] > told + VERSION_MARGIN_MS - 1000
