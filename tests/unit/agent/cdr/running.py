"""A store being carried to Odoo, for tests."""

from __future__ import annotations

from pbx_agent.cdr.state import State
from pbx_agent.cdr.sync import Sync
from pbx_agent.odoo.client import OdooClient


class Running:
    """`async with Running(odoo, source, folder) as running`: a Sync with its state on disk."""

    def __init__(self, odoo, source, folder, limit=5000, flow="cdr"):
        self.client = OdooClient(odoo.url, odoo.key, seconds=2.0)
        self.source, self.path, self.limit, self.flow = source, folder / "history.sqlite", limit, flow

    async def __aenter__(self):
        await self.client.__aenter__()
        self.state = State(self.path)
        self.sync = Sync(self.flow, self.source, self.state, self.client, self.limit)
        return self.sync

    async def __aexit__(self, *_exception):
        await self.sync.close()
        self.state.close()
        await self.client.__aexit__()
