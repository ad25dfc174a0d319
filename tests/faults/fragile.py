"""The running system with a wire of ours on either side of the agent, and hands to break and to mend all of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from sandbox.process import wait_for
from sandbox.world import DB, World
from tests.faults.wire import Wire

BACK_SECONDS = 40
OPEN = """
SELECT (SELECT count(*) FROM asterisk_call WHERE state != 'ended')
     + (SELECT count(*) FROM asterisk_command WHERE state IN ('sent', 'accepted'))
"""
CONNECTED = "SELECT connected AND connected_since >= date_trunc('second', agent_started_at) FROM asterisk_server"


class FragileWorld(World):
    """`async with FragileWorld(folder) as world`; `odoo_wire` and `ami_wire` lead from the agent to its partners.

    What PostgreSQL has confirmed is on its disk, as on a customer's: a killed database must not be an excuse.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, durable=True)
        self.odoo_wire, self.ami_wire = Wire(self.agent_odoo_port), Wire(self.agent_ami_port)
        self._wires = contextlib.AsyncExitStack()
        self._bus_sleeps = False

    async def __aenter__(self) -> FragileWorld:
        for wire in (self.odoo_wire, self.ami_wire):
            await self._wires.enter_async_context(wire)
        self.agent_odoo_port, self.agent_ami_port = self.odoo_wire.port, self.ami_wire.port
        await asyncio.to_thread(World.__enter__, self)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)
        await self._wires.aclose()

    # -- Asterisk ------------------------------------------------------------------------------------------------------

    async def kill_asterisk(self) -> None:
        """As `kill -9` does."""
        await asyncio.to_thread(self.asterisk.kill)

    async def revive_asterisk(self) -> None:
        """Returns when it takes calls; the agent may not have found it yet."""
        await asyncio.to_thread(self.asterisk.start)

    def stun_asterisk(self) -> None:
        """It stands still: the sockets are open, nobody reads them."""
        os.kill(self.asterisk.process.pid, signal.SIGSTOP)

    def wake_asterisk(self) -> None:
        """It goes on where it stood, with everything that was sent to it meanwhile."""
        os.kill(self.asterisk.process.pid, signal.SIGCONT)

    def _agent_is_logged_in(self) -> bool:
        return "odoo" in self.asterisk.rx("manager show connected")

    # -- the agent -----------------------------------------------------------------------------------------------------

    async def crash_agent(self) -> None:
        """As `kill -9` does."""
        await asyncio.to_thread(self.kill_agent)

    @contextlib.contextmanager
    def agent_asleep(self) -> Iterator[None]:
        """It stands still: everything that is sent to it waits until the end of the block."""
        os.kill(self.agent.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.agent.pid, signal.SIGCONT)

    async def revive_agent(self) -> None:
        """Returns when it works again: it is logged in to Asterisk, and Odoo has heard that from it."""
        before = await asyncio.to_thread(self._agents_birth)
        self.start_agent()
        await self._eventually(lambda: self._agents_birth() != before and self._has_told(), "the agent")

    def _has_told(self) -> bool:
        """Whether Odoo's word that the PBX is connected is this agent's, not that of the one before."""
        return self.cluster.sql(f"{CONNECTED} WHERE id = {self.server_id}", DB) == "t" and self._agent_is_logged_in()

    def _agents_birth(self) -> str:
        return self.cluster.sql(f"SELECT agent_started_at FROM asterisk_server WHERE id = {self.server_id}", DB)

    # -- Odoo and its database -----------------------------------------------------------------------------------------

    async def kill_odoo(self) -> None:
        """As `kill -9` does."""
        await asyncio.to_thread(self.odoo.kill)

    async def revive_odoo(self) -> None:
        """Returns when it answers."""
        await asyncio.to_thread(lambda: self.odoo.start().wait_ready())

    async def kill_postgresql(self) -> None:
        """As `kill -9` of all its processes does."""
        await asyncio.to_thread(self.cluster.kill)

    async def revive_postgresql(self) -> None:
        """Returns when it has recovered and takes connections."""
        await asyncio.to_thread(self.cluster.start)
        self._bus_sleeps = True

    # -- everything ----------------------------------------------------------------------------------------------------

    async def heal(self) -> None:
        """Mends what a test has left broken, and waits until everything works together again."""
        self.odoo_wire.mend()
        self.ami_wire.mend()
        if self._bus_sleeps:  # Odoo's bus pauses for 50 s when it has lost PostgreSQL; a new Odoo is there sooner
            await self.kill_odoo()
            self._bus_sleeps = False
        if self.asterisk.process:
            self.wake_asterisk()
        for process, revive in (
            (self.cluster.process, self.revive_postgresql),
            (self.odoo.process, self.revive_odoo),
            (self.asterisk.process, self.revive_asterisk),
            (self.agent, self.revive_agent),
        ):
            if not process:
                await revive()
        await self.wait_together()

    async def wait_together(self) -> None:
        """Until the agent is logged in to Asterisk, Odoo says that the PBX is connected, and commands get through."""
        await self._eventually(
            lambda: self._agent_is_logged_in() and self.is_connected() and self._hears_commands(),
            "agent, Asterisk and Odoo",
        )

    def _hears_commands(self) -> bool:
        """Whether the last that the agent has said of its command channel is that it is open."""
        words = (self.folder / "agent.log").read_text(errors="replace")
        return words.rfind("command channel open") > max(words.rfind("opening it again"), words.rfind(" begins: "))

    async def wait_settled(self) -> None:
        """Until Odoo knows of no call and no command that goes on."""
        await self._eventually(lambda: self.cluster.sql(OPEN, DB) == "0", "an end of what a test before has begun")

    async def _eventually(self, check, what: str) -> None:
        assert await asyncio.to_thread(wait_for, check, BACK_SECONDS), f"{what} did not come back"
