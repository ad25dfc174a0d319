"""Odoo from the administrator's side: what a test sets up, and what is left behind when the screens are closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sandbox.odoo_client import OdooClient

CALL_FIELDS = [
    "state", "result", "direction", "number", "partner_id", "lead_id", "user_id", "missed_user_ids", "leg_ids",
    "talk_seconds",
]  # fmt: skip
OPEN = {"asterisk.call": [("state", "!=", "ended")], "asterisk.command": [("state", "in", ("sent", "accepted"))]}
PATIENCE = 15  # seconds that what has happened on the telephone may take to be read in Odoo


class BackOffice:
    """One signed-in administrator. Everything is asked in a thread: the phones go on meanwhile."""

    def __init__(self, client: OdooClient) -> None:
        self.client = client
        self._given_up: dict[str, set[int]] = {model: set() for model in OPEN}
        self._last_call = 0

    async def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method."""
        return await asyncio.to_thread(self.client.call, model, method, *args, **kwargs)

    async def read(self, model: str, domain: list, fields: list[str], **kwargs: Any) -> list[dict]:
        """Search and read, newest first."""
        return await asyncio.to_thread(self.client.read, model, domain, fields, **kwargs)

    async def id_of(self, model: str, name: str) -> int:
        """Id of the record of that name."""
        found = await self.read(model, [("name", "=", name)], ["id"])
        assert found, f"no {model} is called {name!r}"
        return found[0]["id"]

    async def device(self, endpoint: str) -> int:
        """Id of the telephone with that name in Asterisk."""
        found = await self.read("asterisk.extension", [("endpoint", "=", endpoint)], ["id"])
        assert found, f"no telephone {endpoint!r}"
        return found[0]["id"]

    @contextlib.asynccontextmanager
    async def changed(self, model: str, record_id: int, **values: Any) -> AsyncIterator[None]:
        """The record with other values, for the time of the block."""
        before = (await self.read(model, [("id", "=", record_id)], list(values)))[0]
        await self.call(model, "write", [record_id], values)
        try:
            yield
        finally:
            plain = {name: value[0] if isinstance(value, list) else value for name, value in before.items()}
            await self.call(model, "write", [record_id], {name: plain[name] for name in values})

    async def begin(self) -> None:
        """What is in Odoo now is not of this test."""
        newest = await self.read("asterisk.call", [], ["id"], limit=1)
        self._last_call = newest[0]["id"] if newest else 0

    async def newest_call(self, **fields: Any) -> dict:
        """The newest call record of this test, once it has ended and says what it should."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            found = await self.read("asterisk.call", [("id", ">", self._last_call)], CALL_FIELDS, limit=1)
            if found and found[0]["state"] == "ended" and all(found[0][key] == value for key, value in fields.items()):
                return found[0]
            assert asyncio.get_running_loop().time() < deadline, f"expected {fields}, found {found}"
            await asyncio.sleep(0.1)

    async def confirmed(self) -> None:
        """Until the PBX's own records have confirmed every call of this test: nothing will change in them any more."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        domain = [("id", ">", self._last_call), ("source", "=", "live")]
        while left := await self.read("asterisk.call", domain, ["display_name"]):
            assert asyncio.get_running_loop().time() < deadline, f"no detail records of {left}"
            await asyncio.sleep(0.1)

    async def calm(self) -> None:
        """Until no call and no click goes on; then nobody has missed any.

        What does not end is complained of once, not by every test that follows.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE
        for model, domain in OPEN.items():
            while left := await self._left(model, domain):
                if asyncio.get_running_loop().time() > deadline:
                    self._given_up[model] |= {one["id"] for one in left}
                    raise AssertionError(f"{model} that do not end in Odoo: {left}")
                await asyncio.sleep(0.1)
        missed = await self.read("asterisk.call", [("missed_user_ids", "!=", False)], ["id"])
        await self.call("asterisk.call", "write", [call["id"] for call in missed], {"missed_user_ids": [[5]]})

    async def _left(self, model: str, domain: list) -> list[dict]:
        known = [("id", "not in", list(self._given_up[model]))]
        return await self.read(model, [*domain, *known], ["display_name", "state"])
