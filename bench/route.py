"""Odoo's route for snapshots: how many a second, one, ten and a hundred a request.

Each snapshot is a call that begins to ring at two people's phones, so each finds its customer and tells two browsers.
Over HTTP one request is under way at a time, as the agent sends them; beside it the least that Odoo does for the same
key: its own JSON-2 interface, asked for the user's context. Then, in one process and without HTTP, what the addon does
beside what the plain creation of the very same rows costs.
"""

from __future__ import annotations

import asyncio
import configparser
import time

import aiohttp

from bench.report import Row
from bench.shell import measure_in
from bench.snapshots import RingingCalls, ended
from sandbox.paths import temporary
from sandbox.say import SandboxError
from sandbox.world import DB, World

#: Snapshots a request, and how many requests for each hundred of --count.
SIZES = {1: 100, 10: 30, 100: 10}
WARM_UP = 10


class Route:
    """The agent's request `calls`, with its key."""

    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self._url, self._http = world.odoo.url, http
        config = configparser.ConfigParser()
        config.read(world.agent_config)
        self._headers = {"Authorization": f"Bearer {config['odoo']['key']}", "X-Odoo-Database": DB}

    async def post(self, items: list[dict]) -> float:
        """Send snapshots; returns seconds. SandboxError when Odoo does not take each of them."""
        seconds, body = await self._ask("/asterisk/v1/calls", {"items": items})
        if not all(result["status"] == "ok" for result in body["results"]):
            raise SandboxError(f"Odoo did not take the snapshots: {body}")
        return seconds

    async def nothing(self) -> float:
        """Ask Odoo for next to nothing; returns seconds."""
        return (await self._ask("/json/2/res.users/context_get", {}))[0]

    async def _ask(self, path: str, body: dict) -> tuple[float, dict]:
        begin = time.perf_counter()
        async with self._http.post(self._url + path, json=body, headers=self._headers) as answer:
            answered = await answer.json()
        if answer.status != 200:
            raise SandboxError(f"Odoo answers {answer.status}: {answered}")
        return time.perf_counter() - begin, answered


async def over_http(world: World, rounds: dict[int, int]) -> tuple[dict[int, float], float]:
    """Seconds for so many requests of each size, and for as many as of size 1 that ask for nothing."""
    ringing, seconds = RingingCalls(), {}
    async with aiohttp.ClientSession() as http:
        route = Route(world, http)
        for size, requests in [(1, WARM_UP), *rounds.items()]:
            spent = 0.0
            for _ in range(requests):
                calls = ringing.take(size)
                spent += await route.post(calls)
                await route.post([ended(call) for call in calls])
            seconds[size] = spent
        nothing = sum([await route.nothing() for _ in range(rounds[1])])
    return seconds, nothing


def rows_of(
    http: dict[int, float], nothing: float, inside: dict[str, dict[str, float]], rounds: dict[int, int]
) -> list[Row]:
    """Snapshots a second; `inside` has JSON's text keys, the others are of `over_http`."""
    rows = []
    for size in SIZES:
        name, count = f"snapshots, {size} a request", size * rounds[size]
        peer = ("Odoo: JSON-2 context_get", round(rounds[1] / nothing)) if size == 1 else ()
        rows.append(Row(name, "over HTTP", "calls/s", round(count / http[size]), *peer))
        ours, plain = (round(count / inside[str(size)][way]) for way in ("ours", "plain"))
        rows.append(Row(name, "in Odoo", "calls/s", ours, "plain create of the same rows", plain))
    return rows


def main(count: int = 100) -> list[Row]:
    """Start a world, send requests of each size, then measure inside its Odoo."""
    rounds = {size: max(3, count * requests // 100) for size, requests in SIZES.items()}
    with World(temporary("pbx-b", fast=True)) as world:
        world.stop_agent()
        http, nothing = asyncio.run(over_http(world, rounds))
        inside = measure_in(world.odoo, "bench.inside.route", rounds=list(rounds.items()))
    return rows_of(http, nothing, inside, rounds)
