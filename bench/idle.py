"""Colleagues who do nothing: signed-in clients of Odoo's WebSocket, each subscribed as a browser tab would be."""

from __future__ import annotations

import asyncio
import itertools
import json

import aiohttp

from sandbox.odoo_client import OdooClient
from sandbox.say import SandboxError
from sandbox.world import World

PEOPLE = ("boris", "clara", "dmitri", "elena")
SUBSCRIBE = json.dumps({"event_name": "subscribe", "data": {"channels": [], "last": 0}})
SUBSCRIBED_SECONDS = 30


class IdleClients:
    """`async with IdleClients(world, 50) as idle`: so many connections, shared out among the sessions of PEOPLE.

    All of them have been seen to hear their user's notifications before it goes on, and again at `check()`.
    """

    def __init__(self, world: World, count: int) -> None:
        self._world, self._count = world, count
        self._sessions: list[OdooClient] = []
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []
        self._readers: list[asyncio.Task[None]] = []
        self._heard: list[int] = [0] * count
        self._rounds = itertools.count(1)

    async def __aenter__(self) -> IdleClients:
        # Without User-Agent: Odoo asks who has one for the version of its own JavaScript.
        self._http = aiohttp.ClientSession(skip_auto_headers=("User-Agent",))
        try:
            self._sessions = [await asyncio.to_thread(self._world.client, login) for login in PEOPLE]
            for number in range(self._count):
                await self._connect(number)
            await self.check()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _connect(self, number: int) -> None:
        cookies = self._sessions[number % len(self._sessions)].cookies
        headers = {
            "Origin": self._world.odoo.url,
            "Cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies),
        }
        socket = await self._http.ws_connect(f"{self._world.odoo.url}/websocket", headers=headers)
        self._sockets.append(socket)
        self._readers.append(asyncio.ensure_future(self._read(number, socket)))
        await socket.send_str(SUBSCRIBE)

    async def _read(self, number: int, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if "res.users.settings" in str(message.data):
                self._heard[number] += 1

    async def check(self) -> None:
        """Let Odoo tell each of them something. SandboxError when one does not hear it."""
        self._heard = [0] * self._count
        deadline = asyncio.get_running_loop().time() + SUBSCRIBED_SECONDS
        while not all(self._heard):
            await asyncio.gather(*(asyncio.to_thread(self._tell, client) for client in self._sessions))
            await asyncio.sleep(0.2)
            if asyncio.get_running_loop().time() > deadline:
                deaf = self._heard.count(0)
                raise SandboxError(f"{deaf} of {self._count} WebSocket clients do not hear Odoo")

    def _tell(self, client: OdooClient) -> None:
        touch_settings(client, settings_of(client), next(self._rounds))

    async def _close(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in self._sockets), return_exceptions=True)
        await self._http.close()


def settings_of(client: OdooClient) -> int:
    """The id of the user's settings."""
    return client.read("res.users.settings", [("user_id", "=", client.uid)], ["id"])[0]["id"]


def touch_settings(client: OdooClient, settings: int, number: int) -> None:
    """Write one of the user's settings; Odoo tells his browsers."""
    values = {"voice_active_duration": 200 + number % 200}
    client.call("res.users.settings", "set_res_users_settings", [settings], new_settings=values)
