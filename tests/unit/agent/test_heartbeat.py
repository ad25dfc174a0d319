"""hello and status: Odoo knows who this agent is and whether Asterisk answers; the agent knows what Odoo configured."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from aiohttp import web

from pbx_agent import __version__
from pbx_agent.odoo import backoff, heartbeat
from pbx_agent.odoo.client import OdooClient
from pbx_agent.odoo.clock import OdooClock
from pbx_agent.odoo.heartbeat import Heartbeat
from pbx_agent.tasks import end
from tests.unit.agent.fake_odoo import DEVICES
from tests.unit.agent.waiting import hurry, nothing_more, until


class Told:
    """A heartbeat's surroundings."""

    def __init__(self):
        self.connected, self.asterisk = True, {"version": "22.10.1", "system_name": ""}
        self.hellos, self.answers, self.returns = [], 0, 0

    def status(self):
        return {"connected": self.connected}

    def answered(self):
        self.answers += 1

    def is_back(self):
        self.returns += 1


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
def told():
    return Told()


@contextlib.asynccontextmanager
async def beating(odoo, told, runs=True):
    async with OdooClient(odoo.url, odoo.key, seconds=0.3) as client:
        heart = Heartbeat(
            client, OdooClock(),
            status=told.status, asterisk=lambda: told.asterisk, on_hello=told.hellos.append, on_answer=told.answered,
            on_back=told.is_back,
        )  # fmt: skip
        running = asyncio.ensure_future(heart.run()) if runs else None
        try:
            yield heart
        finally:
            await end([running] if running else [])


def flows(odoo):
    return [flow for flow, _body in odoo.requests]


async def test_hello_comes_first_and_the_status_follows_at_once(odoo, told):
    began = time.time()
    async with beating(odoo, told):
        await until(lambda: told.answers == 2)
    assert flows(odoo) == ["hello", "status"]
    hello = odoo.bodies("hello")[0]
    assert hello["contract"] == 1 and hello["agent"]["version"] == __version__ and hello["agent"]["host"]
    assert began - 1 <= hello["agent"]["started_at"] <= time.time()
    assert hello["asterisk"] == {"version": "22.10.1", "system_name": ""}
    assert odoo.bodies("status") == [{"connected": True}]
    assert told.hellos[0]["devices"] == DEVICES


async def test_a_change_is_told_at_once(odoo, told):
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        told.connected = False
        heart.changed()
        await until(lambda: odoo.bodies("status")[-1] == {"connected": False})


async def test_a_change_during_a_request_is_told_with_the_next(odoo, told):
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        gate = odoo.close_gate("status")
        heart.changed()
        await until(lambda: len(odoo.requests) == 3)
        told.connected = False
        heart.changed()
        gate.set()
        await until(lambda: odoo.bodies("status")[-1] == {"connected": False})


async def test_the_status_is_repeated_as_often_as_odoo_wishes(odoo, told):
    odoo.replies["hello"] = lambda body: {
        "config_version": "7f3a",
        "heartbeat_seconds": 1,
        "ticket": "t",
        "ticket_seconds": 5,
    }
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        assert heart._seconds == 1.0
        heart._seconds = 0.02
        heart.changed()
        await until(lambda: len(odoo.bodies("status")) > 5)
    assert flows(odoo).count("hello") == 1


@pytest.mark.parametrize("said", [None, "5", True, float("nan"), [], {}])
async def test_a_nonsense_interval_changes_nothing(odoo, told, said):
    odoo.replies["hello"] = lambda body: {"config_version": "7f3a", "heartbeat_seconds": said}
    async with beating(odoo, told) as heart:
        await until(lambda: told.hellos)
        assert heart._seconds == 15.0


@pytest.mark.parametrize("said, taken", [(0, 1), (-5, 1), (86_400, 300), (10**400, 300), (20.5, 20.5)])
async def test_the_interval_is_bounded(odoo, told, said, taken):
    text = f'{{"config_version": "7f3a", "heartbeat_seconds": {said}}}'
    odoo.replies["hello"] = lambda body: web.Response(text=text, content_type="application/json")
    async with beating(odoo, told) as heart:
        await until(lambda: told.hellos)
        assert heart._seconds == taken


async def test_it_is_told_once_that_odoo_answers_again(odoo, told):
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        assert told.returns == 0
        odoo.replies["status"] = lambda body: web.Response(status=503)
        heart.changed()
        await until(lambda: flows(odoo).count("status") > 3)
        odoo.replies.clear()
        await until(lambda: told.returns)
        await nothing_more(lambda: told.returns)


async def test_another_configuration_makes_it_say_hello_again(odoo, told):
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        odoo.config_version = "8aaa"
        heart.changed()  # the next status learns of it
        await until(lambda: flows(odoo).count("hello") == 2)
        heart.configuration_changed()  # the bus told it
        await until(lambda: flows(odoo).count("hello") == 3)
        await nothing_more(lambda: flows(odoo).count("hello"))


async def test_what_changes_while_hello_is_said_is_asked_for(odoo, told):
    gate = odoo.close_gate("hello")
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello"])
        heart.configuration_changed()  # the answer that is on its way may be older than this
        gate.set()
        await until(lambda: flows(odoo).count("hello") == 2)
        await nothing_more(lambda: flows(odoo).count("hello"))


async def test_an_odoo_that_never_agrees_with_itself_is_not_stormed(odoo, told):
    odoo.replies["status"] = lambda body: {"config_version": "another"}
    async with beating(odoo, told):
        began = time.monotonic()
        await until(lambda: flows(odoo).count("hello") >= 5)
        assert time.monotonic() - began >= 4 * heartbeat.HELLO_SECONDS
        assert len(odoo.requests) < 15


async def test_asterisk_that_was_not_there_at_hello_is_told_later(odoo, told):
    told.asterisk = None
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        assert odoo.bodies("hello")[0]["asterisk"] is None
        told.asterisk = {"version": "22.10.1", "system_name": "pbx"}
        heart.changed()
        await until(lambda: flows(odoo).count("hello") == 2)
        assert odoo.bodies("hello")[1]["asterisk"] == {"version": "22.10.1", "system_name": "pbx"}
        told.asterisk = None  # it went away: no news worth a hello
        heart.changed()
        await until(lambda: len(odoo.requests) >= 5)
        assert flows(odoo).count("hello") == 2


async def test_the_ticket_is_waited_for_and_renewed_before_it_expires(odoo, told, monkeypatch):
    async with beating(odoo, told) as heart:
        first = await asyncio.wait_for(heart.ticket(), 1)
        assert first in odoo.tickets
        await until(lambda: flows(odoo) == ["hello", "status"])
        newest = odoo.tickets[-1]
        assert await heart.ticket() == newest and len(odoo.tickets) == 2
        later = time.monotonic() + 600 * 0.8 + 1
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert await asyncio.wait_for(heart.ticket(), 1) not in (first, newest)


async def test_a_refused_ticket_is_not_given_twice(odoo, told):
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        bad = await heart.ticket()
        fresh = await asyncio.wait_for(heart.ticket(bad), 1)
        assert fresh != bad and await heart.ticket(bad) == fresh


@pytest.mark.parametrize("ticket, seconds", [("", 600), (None, 600), (5, 600), ("t", "600"), ("t", 0), ("t", -1)])
async def test_what_is_no_ticket_is_not_used(odoo, told, ticket, seconds):
    odoo.replies["hello"] = lambda body: {"config_version": "7f3a", "ticket": ticket, "ticket_seconds": seconds}
    odoo.close_gate("status")
    async with beating(odoo, told) as heart:
        await until(lambda: told.hellos)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(heart.ticket(), 0.02)


async def test_a_wrong_key_is_said_once_and_tried_again(odoo, told, monkeypatch, caplog):
    caplog.set_level("INFO")
    odoo.key, right = "another", odoo.key
    client_key = right
    async with OdooClient(odoo.url, client_key) as client:
        heart = Heartbeat(
            client, OdooClock(),
            status=told.status, asterisk=lambda: None, on_hello=told.hellos.append, on_answer=told.answered,
            on_back=told.is_back,
        )  # fmt: skip
        running = asyncio.ensure_future(heart.run())
        await until(lambda: "the key is wrong" in caplog.text)
        await asyncio.sleep(2 * backoff.MISCONFIGURED_SECONDS)
        odoo.key = right
        await until(lambda: told.hellos)
        await end([running])
    assert caplog.text.count("the key is wrong") == 1 and "Odoo answers again" in caplog.text
    assert right not in caplog.text


async def test_hello_is_repeated_until_odoo_is_there(odoo, told, caplog):
    await odoo.stop()
    async with beating(odoo, told):
        await until(lambda: "does not answer as it should" in caplog.text)
        await odoo.start()
        await until(lambda: flows(odoo) == ["hello", "status"])


async def test_the_farewell_says_that_it_stops_on_purpose(odoo, told):
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
    await heart_farewell(odoo, told, heart)


async def heart_farewell(odoo, told, heart):
    async with OdooClient(odoo.url, odoo.key) as client:
        heart._client = client
        await heart.farewell()
    assert odoo.bodies("status")[-1] == {"connected": False, "reason": "stopping"}


async def test_the_farewell_of_an_agent_that_odoo_never_knew_is_none(odoo, told):
    async with beating(odoo, told, runs=False) as heart:
        await heart.farewell()
    assert odoo.requests == []


async def test_the_farewell_waits_for_no_odoo_that_hangs(odoo, told, monkeypatch):
    monkeypatch.setattr(heartbeat, "FAREWELL_SECONDS", 0.05)
    async with beating(odoo, told) as heart:
        await until(lambda: flows(odoo) == ["hello", "status"])
        odoo.close_gate("status")
        began = time.monotonic()
        await heart.farewell()
        assert time.monotonic() - began < 0.25
