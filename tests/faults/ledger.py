"""What Odoo has written down since a test began, and what its people see."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.odoo_client import OdooClient
from sandbox.say import SandboxError

COLLEAGUES = ("anna", "boris", "clara", "dmitri", "elena")


async def eventually(read: Callable[[], Awaitable[Any]], wanted: Any, seconds: float = 30) -> Any:
    """Returns what `read` gives as soon as it is `wanted` (a value, or a condition for one)."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    while True:
        try:
            seen = await read()
        except (OSError, SandboxError) as error:  # Odoo may just be coming back
            seen = error
        if wanted(seen) if callable(wanted) else seen == wanted:
            return seen
        assert clock() < deadline, f"not within {seconds:g} s: expected {wanted}, found {seen}"
        await asyncio.sleep(0.1)


class Ledger:
    """Odoo's calls and commands that are newer than this object; its people's screens as far as Odoo feeds them."""

    def __init__(self, session_of: Callable[[str], OdooClient]) -> None:
        self._session_of = session_of
        self._marks: dict[str, int] = {}

    async def begin(self) -> Ledger:
        """Everything that is there already is not of interest."""
        for model in ("asterisk.call", "asterisk.command"):
            newest = await self.ask("admin", model, "search", [], limit=1, order="id desc")
            self._marks[model] = newest[0] if newest else 0
        return self

    async def ask(self, login: str, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """A method of a model, called as this person."""
        return await asyncio.to_thread(lambda: self._session_of(login).call(model, method, *args, **kwargs))

    # -- calls ---------------------------------------------------------------------------------------------------------

    async def read(self, model: str, *fields: str) -> list[dict]:
        """The new records, the oldest first."""
        domain = [("id", ">", self._marks[model])]
        return await self.ask("admin", model, "search_read", domain, list(fields), order="id")

    async def calls(self) -> list[tuple]:
        """(number, direction, result, missed) of each new call, sorted; the result of one that goes on is its state."""
        found = await self.read("asterisk.call", "number", "direction", "result", "missed", "state")
        return sorted(
            (call["number"] or "", call["direction"], call["result"] or call["state"], call["missed"]) for call in found
        )

    async def wait_calls(self, *expected: tuple, seconds: float = 30) -> list[dict]:
        """Until the new calls are exactly these, and nobody is shown a call any more; returns their records."""
        await eventually(self.calls, sorted(expected), seconds)
        await eventually(self.live, {}, seconds)
        return await self.read("asterisk.call")

    async def live(self) -> dict[str, list[tuple[str, str]]]:
        """Who is shown which calls: login → [(number, state)]; whoever is shown none is left out."""
        seen = {login: await self.views(login) for login in COLLEAGUES}
        return {login: [(view["number"], view["state"]) for view in views] for login, views in seen.items() if views}

    async def views_of_anna(self) -> list[dict]:
        """What Anna is shown."""
        return await self.views("anna")

    async def views(self, login: str) -> list[dict]:
        """The call views that this person's browser would get if it were opened now."""
        return (await self.ask(login, "asterisk.call", "client_state"))["calls"]

    # -- commands ------------------------------------------------------------------------------------------------------

    async def click(self, login: str, number: str) -> str:
        """This person clicks "Call"; returns the command's uuid."""
        view = await self.ask(
            login, "asterisk.command", "click_to_call", number, False, False, request_uuid=str(uuid.uuid4())
        )
        return view["uuid"]

    async def commands(self) -> list[tuple]:
        """(state, code) of each new command, the oldest first; asked for by its user, as a waiting browser does."""
        return [
            (command["state"], command["code"] or "")
            for command in await self.read("asterisk.command", "state", "code")
        ]
