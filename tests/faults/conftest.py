"""One world for all tests of faults: a part of it is broken by a test, and healed before the next one."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.paths import cache, temporary
from tests.e2e.conftest import (  # noqa: F401 - all but one: fixtures
    back_office,
    calm,
    chromium,
    session_of,
    sign_in,
    whole_office,
)
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import Ledger

LOGS = ("agent.log", "odoo/odoo.log", "pbx/log/console", "pg/postgres.log")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world():
    """The running system. Nothing of it is left behind."""
    folder = temporary("pbx-f", fast=True)
    async with FragileWorld(folder) as running:
        yield running
        for name in LOGS:
            shutil.copy(folder / name, cache("logs", f"faults-{Path(name).stem}.log"))
        words = (folder / "agent.log").read_text(errors="replace")
    assert "Traceback" not in words, f"the agent met an error of its own:\n{words[words.index('Traceback') - 500 :]}"


@pytest_asyncio.fixture(loop_scope="session")
async def office(world, whole_office):  # noqa: F811 - the fixture
    """The employees' phones and the carrier, in a world in which everything works and nothing goes on."""
    await world.heal()
    await calm(whole_office)
    await world.wait_settled()
    # A killed Asterisk may not have kept a registration that it had just prolonged: it ends then long before the phone
    # thinks of the next one.
    await asyncio.gather(*(phone.register() for phone in whole_office.phones.values()))
    yield whole_office
    await calm(whole_office)


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(office, session_of):  # noqa: F811 - the fixture
    """What Odoo writes down from now on."""
    return await Ledger(session_of).begin()


@pytest.fixture
def agents_log(world):
    """What the agent has said since the test began."""
    log = world.folder / "agent.log"
    begin = log.stat().st_size

    async def read() -> str:
        return log.read_bytes()[begin:].decode(errors="replace")

    return read
