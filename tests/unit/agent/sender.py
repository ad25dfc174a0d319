"""An uplink with a spool, towards a fake Odoo, and calls that are told by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pbx_agent.odoo.client import OdooClient
from pbx_agent.odoo.spool import Spool
from pbx_agent.odoo.uplink import Uplink
from pbx_agent.tasks import end


class HandCall:
    """As much of a call as the uplink sees."""

    def __init__(self, linkedid: str) -> None:
        self.linkedid = linkedid
        self.ended_at: float | None = None
        self.state = "ringing"


class Sender:
    """`async with Sender(odoo, folder) as sender`: the uplink runs until the block is left, as in the agent."""

    def __init__(self, odoo: Any, folder: Path, seconds: float = 0.3) -> None:
        self.client = OdooClient(odoo.url, odoo.key, seconds=seconds)
        self.path = folder / "spool.sqlite"
        self.calls: dict[str, HandCall] = {}
        self.version = 0
        self.is_broken: set[str] = set()

    async def __aenter__(self) -> Sender:
        self.spool = Spool(self.path)
        await self.client.__aenter__()
        self.uplink = Uplink(self.client, self.spool, self.render, self.calls.get, self.living)
        self.running = asyncio.ensure_future(self.uplink.run())
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await end([self.running])
        await self.uplink.flush()
        self.spool.close()
        await self.client.__aexit__()

    def render(self, call: HandCall) -> dict[str, Any]:
        if call.linkedid in self.is_broken:
            raise ValueError("cannot be told")
        self.version += 1
        state = "ended" if call.ended_at is not None else call.state
        return {"linkedid": call.linkedid, "version": self.version, "state": state}

    def living(self) -> list[str]:
        return [call.linkedid for call in self.calls.values() if call.ended_at is None]

    def ring(self, linkedid: str, state: str = "ringing", wait: float = 0.0) -> HandCall:
        """A call changed its state; that may `wait` some seconds for others."""
        call = self.calls.setdefault(linkedid, HandCall(linkedid))
        call.state = state
        self.uplink.offer(call, wait)
        return call

    def end(self, linkedid: str) -> HandCall:
        call = self.calls.setdefault(linkedid, HandCall(linkedid))
        call.ended_at = 1_764_000_000.0
        self.uplink.offer(call)
        return call

    async def put_result(self, uuid: str, status: str = "done") -> None:
        result = {"uuid": uuid, "status": status, "code": "", "message": "", "at": 1.0, "linkedid": None}
        await self.spool.call(self.spool.put, "result", uuid, result)
        self.uplink.results_wait()

    async def counts(self) -> tuple[int, int]:
        await self.uplink.flush()
        return await self.spool.call(self.spool.counts)

    async def is_empty(self) -> bool:
        return await self.counts() == (0, 0)

    async def letters(self) -> list[tuple[str, str]]:
        await self.uplink.flush()
        return [(letter.key, letter.reason) for letter in await self.spool.call(self.spool.dead_letters)]


def states(odoo, linkedid):
    """The states of a call as Odoo was told them, in order."""
    return [call["state"] for call in odoo.calls(linkedid)]
