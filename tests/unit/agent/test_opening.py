"""A call that has dialled nobody yet lets go first what rings at a phone."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.agent.fake_ami import FakeAmi
from tests.unit.agent.waiting import hurry, until
from tests.unit.agent.whole import Exchange, whole


@pytest.fixture
async def exchange():
    async with FakeAmi() as fake:
        yield Exchange(fake)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


def came_in(exchange):
    return exchange._channel("PJSIP/carrier", calleridnum="+493012345678", context="from-carrier", exten="100")


async def introduced(odoo, agent):
    """Nothing else is about to be sent that the call would go along with."""
    await until(lambda: odoo.bodies("hello")[-1]["asterisk"] and odoo.requests[-1][0] != "hello")
    await until(lambda: not agent._uplink._work.is_set() and not odoo.in_flight)


async def test_the_first_that_odoo_hears_of_a_call_is_whose_phone_rings(odoo, exchange, tmp_path, monkeypatch):
    monkeypatch.setattr("pbx_agent.agent.OPENING_SECONDS", 30.0)
    async with whole(exchange.ami, odoo, tmp_path) as agent:
        await introduced(odoo, agent)
        caller = came_in(exchange)
        await asyncio.sleep(0.02)  # long enough for a request, of which there must be none
        assert not odoo.calls(caller.linkedid)
        exchange.dial(caller, exchange._channel("PJSIP/101", caller.linkedid))
        first = (await until(lambda: odoo.calls(caller.linkedid)))[0]
        assert first["rang"] == ["PJSIP/101"]


async def test_a_call_that_dials_nobody_is_told_all_the_same(odoo, exchange, tmp_path):
    async with whole(exchange.ami, odoo, tmp_path):
        caller = came_in(exchange)
        await until(lambda: odoo.calls(caller.linkedid))


async def test_a_call_that_ends_before_it_dials_is_told_at_once(odoo, exchange, tmp_path, monkeypatch):
    monkeypatch.setattr("pbx_agent.agent.OPENING_SECONDS", 30.0)
    async with whole(exchange.ami, odoo, tmp_path):
        caller = came_in(exchange)
        exchange.hang_up(caller)
        told = await until(lambda: odoo.calls(caller.linkedid))
        assert told[-1]["state"] == "ended"
