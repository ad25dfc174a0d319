"""What happens together goes in one request, and what concerns nobody yet keeps nobody waiting."""

from __future__ import annotations

import pytest

from tests.unit.agent.sender import Sender
from tests.unit.agent.waiting import hurry, until

MAY_WAIT = 30.0  # seconds, more than a test lasts


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
async def sender(odoo, tmp_path):
    async with Sender(odoo, tmp_path) as running:
        await until(lambda: not running.uplink._work.is_set())
        yield running


async def test_what_happens_together_goes_together(odoo, sender):
    for linkedid in ("1.1", "1.2", "1.3"):
        sender.ring(linkedid)
    await until(lambda: len(odoo.items("calls")) == 3)
    assert len(odoo.bodies("calls")) == 1


async def test_a_call_that_may_wait_is_sent_after_its_time(odoo, sender):
    sender.ring("1.1", wait=0.01)
    await until(lambda: odoo.calls("1.1"))


async def test_nobody_waits_for_a_call_that_may_wait(odoo, sender):
    sender.ring("1.1", wait=MAY_WAIT)
    sender.ring("1.2")
    await until(lambda: odoo.calls("1.2"))
    assert odoo.calls("1.1"), "it goes along with the other"


async def test_news_of_a_call_end_its_waiting(odoo, sender):
    sender.ring("1.1", "dialing", wait=MAY_WAIT)
    sender.ring("1.1", "ringing")
    await until(lambda: odoo.calls("1.1"))
    assert [call["state"] for call in odoo.calls("1.1")] == ["ringing"]
