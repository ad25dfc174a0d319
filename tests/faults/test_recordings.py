"""Recordings while something is killed at each step of an upload: none is lost that the PBX still has, none is broken.

The steps: the agent has told of it and hears nothing; some of its bytes are in Odoo; all are, and nobody has said so.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.world import DB
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import eventually
from tests.faults.test_history import FAULTS
from tests.unit.agent.recordings import sounds

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 8  # of sound: several pieces
BACK_SECONDS = 60
_numbers = itertools.count(1)


class Tape:
    """One recording of a call that Odoo does not know, as Asterisk has left it in its folder."""

    def __init__(self, world: FragileWorld) -> None:
        self._world = world
        self.linkedid = f"{int(time.time()) - 3600}.{next(_numbers)}"
        self.file = f"2026/11/24/in-{self.linkedid}.wav"
        sounds.record(world.asterisk.recordings, self.file, SECONDS)

    async def sql(self, columns: str) -> str:
        """What Odoo says of it, "" for nothing."""
        query = f"SELECT {columns} FROM asterisk_recording WHERE linkedid = '{self.linkedid}'"
        return await asyncio.to_thread(self._world.cluster.sql, query, DB)

    async def arrived(self) -> int:
        """How many of its bytes Odoo has, in its part file or as a whole."""
        parts = list(self._world.odoo.data.rglob("*.part"))
        return max((part.stat().st_size for part in parts if part.exists()), default=0)

    async def check(self, session_of) -> None:
        """It is there once, whole, and can be heard as it was told."""
        state = await eventually(lambda: self.sql("state"), "ready", BACK_SECONDS)
        assert state == "ready"
        elena = await asyncio.to_thread(session_of, "elena")
        number, told, size = (await self.sql("id, sha256, bytes")).split("|")
        played = await asyncio.to_thread(elena.call, "asterisk.recording", "play", int(number))
        sound = await asyncio.to_thread(elena.fetch, played["url"])
        assert (len(sound), hashlib.sha256(sound).hexdigest()) == (int(size), told)
        assert not await self.arrived(), "no part is left behind"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sender(world) -> AsyncIterator[FragileWorld]:
    """The world, its agent sending WAV, which is large."""
    await world.heal()
    before = world.agent_config.read_text()
    world.agent_config.write_text(before.replace("[recordings]\n", "[recordings]\nformat = wav\n"))
    yield world
    await world.heal()
    world.agent_config.write_text(before)
    await world.crash_agent()
    await world.revive_agent()


@pytest_asyncio.fixture(loop_scope="session")
async def tape(sender) -> Tape:
    """A recording that the agent has not seen yet, because it is not there."""
    await sender.heal()
    await sender.crash_agent()
    return Tape(sender)


@contextlib.asynccontextmanager
async def told(world: FragileWorld, tape: Tape) -> AsyncIterator[None]:
    world.odoo_wire.slow(1.0)  # not frozen: before the agent tells anything it asks Odoo what is wanted
    before = world.odoo_wire.requests["/asterisk/v1/recordings"]
    world.start_agent()

    async def asked() -> int:
        return world.odoo_wire.requests["/asterisk/v1/recordings"]

    await eventually(asked, lambda count: count > before, BACK_SECONDS)
    yield
    world.odoo_wire.mend()


@contextlib.asynccontextmanager
async def half_of_it(world: FragileWorld, tape: Tape) -> AsyncIterator[None]:
    world.odoo_wire.slow(0.3)
    world.start_agent()
    await eventually(tape.arrived, lambda size: size > 0, BACK_SECONDS)
    yield
    world.odoo_wire.mend()


@contextlib.asynccontextmanager
async def all_of_it(world: FragileWorld, tape: Tape) -> AsyncIterator[None]:
    world.odoo_wire.slow(0.3)
    world.start_agent()
    await eventually(lambda: tape.sql("state"), "ready", BACK_SECONDS)
    yield
    world.odoo_wire.mend()


STEPS = {step.__name__: step for step in (told, half_of_it, all_of_it)}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_killed_in_an_upload(sender, tape, session_of, fault, step):
    async with STEPS[step](sender, tape):
        await FAULTS[fault].strike(sender)
    await FAULTS[fault].repair(sender)
    await tape.check(session_of)
