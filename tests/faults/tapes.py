"""Recordings as the PBX leaves them in its folder, and what becomes of them in Odoo."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from sandbox.odoo import filestore
from sandbox.world import DB
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import eventually
from tests.unit.agent.recordings import sounds

DAY = "2001/02/03"  # not today: that folder is Asterisk's own user's to make
SECONDS = 8  # of sound: several pieces
BACK_SECONDS = 60
_numbers = itertools.count(1)


class Tape:
    """One recording of a call that Odoo does not know, as Asterisk has left it in its folder.

    file: its path there; default: what the plain dialplan calls it. `{}` stands for the call's id.
    """

    def __init__(self, world: FragileWorld, seconds: float = SECONDS, file: str = DAY + "/in-{}.wav") -> None:
        self._world = world
        self.linkedid = f"{int(time.time()) - 3600}.{next(_numbers)}"
        self.file = file.format(self.linkedid)
        self.path = world.asterisk.recordings / self.file
        sounds.record(world.asterisk.recordings, self.file, seconds)

    @property
    def paths(self) -> list[Path]:
        """Its three files."""
        return [self.path, *(self.path.with_name(f"{self.path.stem}{side}.wav") for side in ("-rx", "-tx"))]

    def leave(self, raw: bytes) -> Tape:
        """Let Asterisk have left this instead, in one file."""
        for path in self.paths:
            path.unlink()
        self.path.write_bytes(raw)
        return self

    async def sql(self, columns: str) -> str:
        """What Odoo says of it, "" for nothing."""
        query = f"SELECT {columns} FROM asterisk_recording WHERE linkedid = '{self.linkedid}'"
        return await asyncio.to_thread(self._world.cluster.sql, query, DB)

    async def agents_state(self) -> str:
        """What the agent says of it, "" for nothing."""
        database = self._world.agent_config.parent / "recordings.sqlite"
        with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as state:
            row = state.execute("SELECT state FROM recording WHERE file = ?", (self.file,)).fetchone()
        return row[0] if row else ""

    async def arrived(self) -> int:
        """How many of its bytes Odoo has in its part file."""
        name = await self.sql("server_id || '-' || key")
        part = filestore(self._world.odoo.data, DB) / "asterisk_recording" / f"{name}.part"
        return part.stat().st_size if part.exists() else 0

    async def check(self, session_of) -> bytes:
        """It is there once, whole, and can be heard as it was told; returns its sound."""
        state = await eventually(lambda: self.sql("state"), "ready", BACK_SECONDS)
        assert state == "ready"
        elena = await asyncio.to_thread(session_of, "elena")
        number, told, size = (await self.sql("id, sha256, bytes")).split("|")
        played = await asyncio.to_thread(elena.call, "asterisk.recording", "play", int(number))
        sound = await asyncio.to_thread(elena.fetch, played["url"])
        assert (len(sound), hashlib.sha256(sound).hexdigest()) == (int(size), told)
        assert await eventually(self.arrived, 0) == 0, "no part is left behind"
        return sound


@contextlib.asynccontextmanager
async def configured(world: FragileWorld, **options: object) -> AsyncIterator[None]:
    """The agent is dead, and at its next start has these options of [recordings]; afterwards the old ones again."""
    await world.crash_agent()
    before = world.agent_config.read_text()
    lines = "".join(f"{name} = {value}\n" for name, value in options.items())
    world.agent_config.write_text(before.replace("[recordings]\n", f"[recordings]\n{lines}"))
    try:
        yield
    finally:
        await world.crash_agent()
        world.agent_config.write_text(before)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sender(world) -> AsyncIterator[FragileWorld]:
    """The world, its agent sending WAV, which is large."""
    await world.heal()
    async with configured(world, format="wav"):
        await world.revive_agent()
        yield world
        await world.heal()
    await world.revive_agent()
