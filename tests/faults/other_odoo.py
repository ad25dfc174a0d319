"""A second Odoo beside the world's own, and what comes over its bus."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.odoo import Odoo
from sandbox.odoo_client import OdooClient
from sandbox.world import World


@contextlib.asynccontextmanager
async def beside(world: World, db: str) -> AsyncIterator[Odoo]:
    """Another Odoo process for a database of the same cluster, with the same files."""
    folder: Path = world.folder / f"odoo-{db}"
    odoo = Odoo(world.cluster, db, folder)
    odoo.data = world.odoo.data
    odoo.options["max_cron_threads"] = 0
    folder.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(odoo.start)
    try:
        await asyncio.to_thread(odoo.wait_ready)
        yield odoo
    finally:
        await asyncio.to_thread(odoo.stop)


@contextlib.asynccontextmanager
async def bus_of(client: OdooClient, last: int) -> AsyncIterator[list[dict]]:
    """What this person's browser hears over the bus, as it comes, after the message with the id `last`."""
    heard: list[dict] = []
    session = next(cookie["value"] for cookie in client.cookies if cookie["name"] == "session_id")
    headers = {"Origin": client.url, "Cookie": f"session_id={session}"}
    # Without a User-Agent, or Odoo takes this for a browser with a bus worker of another version.
    async with aiohttp.ClientSession(skip_auto_headers=("User-Agent",)) as http:
        async with http.ws_connect(f"{client.url}/websocket", headers=headers) as socket:
            await socket.send_json({"event_name": "subscribe", "data": {"channels": [], "last": last}})
            listening = asyncio.ensure_future(_listen(socket, heard))
            yield heard
            listening.cancel()


async def _listen(socket: aiohttp.ClientWebSocketResponse, heard: list[dict]) -> None:
    async for message in socket:
        heard += [notification["message"] for notification in json.loads(message.data)]


async def post(url: str, world: World, db: str, flow: str, body: dict[str, Any]) -> tuple[int, Any]:
    """What this Odoo answers to the agent's key: status and JSON (None where it is none)."""
    headers = {
        "Authorization": f"Bearer {world.key}", "X-Odoo-Database": db, "Content-Type": "application/json",
    }  # fmt: skip
    request = urllib.request.Request(f"{url}/asterisk/v1/{flow}", json.dumps(body).encode(), headers)
    return await asyncio.to_thread(_answer, request)


def _answer(request: urllib.request.Request) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None
