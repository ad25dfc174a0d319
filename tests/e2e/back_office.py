"""Odoo from the administrator's side: what a test sets up, and what is left behind when the screens are closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sandbox.asterisk import Asterisk
from sandbox.odoo_client import OdooClient

CALL_FIELDS = [
    "state", "result", "direction", "number", "partner_id", "lead_id", "user_id", "missed_user_ids", "leg_ids",
    "talk_seconds",
]  # fmt: skip
OPEN = {"asterisk.call": [("state", "!=", "ended")], "asterisk.command": [("state", "in", ("sent", "accepted"))]}
PATIENCE = 30  # seconds that what has happened on the telephone may take to be read in Odoo


class BackOffice:
    """One signed-in administrator. Everything is asked in a thread: the phones go on meanwhile."""

    def __init__(self, client: OdooClient, asterisk: Asterisk) -> None:
        self.client = client
        self.asterisk = asterisk
        self._given_up: dict[str, set[int]] = {model: set() for model in OPEN}
        self._last_call = 0
        self._last_record = 0

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
        self._last_record = len(self.asterisk.written())

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
        """Until the PBX's own records have confirmed every call of this test: nothing will change in them any more.

        Asterisk writes the records of one call one after the other, the last ones a moment after its end; Odoo tells
        the call anew with each. So all that is written must be in Odoo, and nothing more be written for a second.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE
        calm_since = None
        while calm_since is None or asyncio.get_running_loop().time() - calm_since < 1:
            before = len(self.asterisk.written())
            left = await self._unconfirmed()
            is_calm = not left and before == len(self.asterisk.written())
            calm_since = (calm_since or asyncio.get_running_loop().time()) if is_calm else None
            assert is_calm or asyncio.get_running_loop().time() < deadline, f"no detail records of {left}"
            await asyncio.sleep(0.1)

    async def _unconfirmed(self) -> list:
        """What Odoo does not know yet of this test's calls."""
        live = [("id", ">", self._last_call), ("source", "=", "live")]
        if left := await self.read("asterisk.call", live, ["display_name"]):
            return left
        rows = self.asterisk.written(self._last_record)
        linkedids = [("linkedid", "in", sorted({row["linkedid"] for row in rows}))]
        if len(await self.read("asterisk.cdr", linkedids, ["id"])) < len(rows):
            return rows
        return await self.read("asterisk.cdr.pending", linkedids, ["linkedid"])

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
