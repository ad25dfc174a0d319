"""The hops in Odoo: key, contract, clocks, whether it hears of the agent, and the way back through the WebSocket.

Everything is asked by a hello with a ``probe`` (docs/contract.md): Odoo answers and keeps nothing, so a running agent
is not disturbed, and one that does not run does not seem to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import time
import uuid
from typing import Any

import aiohttp

from .. import __version__
from ..ami.text import clean
from ..config import Config
from ..odoo.answers import OK as TAKEN
from ..odoo.answers import Answer
from ..odoo.client import OdooClient
from ..odoo.heartbeat import CONTRACT
from .findings import FAILS, Finding, fails, note, ok, untold
from .network import certificates, reach

SECONDS = 10.0
#: The agent reckons with the difference of the clocks; the times of calls, and people, do not.
CLOCK_NOTE_SECONDS, CLOCK_FAILS_SECONDS = 2.0, 30.0
MISSED_HEARTBEATS = 3
ANSWER, KEY, CONTRACT_HOP, CLOCKS = "Odoo's answer", "key", "contract", "clocks"
AGENT, CHANNEL = "agent", "command channel"

_KEY_TODO = "make a new key in Odoo (PBX Servers, New Key for the Agent), then run pbx-agent setup again"
_TODO = {
    404: "is the addon installed in this database? Check [odoo] database, or [odoo] url where a proxy is in front",
    409: "update the agent or the addon, whichever is older",
    429: "a proxy in front of Odoo limits requests: let this machine through",
}
#: What Odoo answers depends on whether it may list its databases.
_NO_SUCH_DATABASE = (302, 303, 404)
_REASONS = {
    "agent_silent": "it fell silent",
    "asterisk_down": "Asterisk does not answer it",
    "no_commands": "it cannot open Odoo's WebSocket",
    "ami_refused": "Asterisk refuses its login: restart it if setup made a new password",
    "ami_silent": "Asterisk stopped talking to it",
    "stopping": "it was stopped",
}


async def examine(config: Config, starting: bool) -> tuple[list[Finding], list[dict[str, Any]] | None]:
    """Go all hops; return what was found, and the devices that Odoo knows (None: it could not be asked).

    :param starting: the agent is not expected to run yet
    """
    found = await reach(config)
    if found[-1].level == FAILS:
        return [*found, *(untold(hop, "Odoo is out of reach") for hop in (KEY, AGENT, CHANNEL))], None
    async with OdooClient(config.url, config.key, config.database, certificates(config)) as client:
        asked_at = time.time()
        answer = await client.post("hello", _hello("doctor"))
        answered_at = time.time()
        if answer.outcome != TAKEN:
            return [*found, *_refused(config, answer)], None
        body = answer.body
        found += [
            _greeting(config, body),
            _clocks(body.get("time"), (asked_at + answered_at) / 2),
            _agent(body, starting),
            await _channel(client, body),
        ]
    devices = body.get("devices")
    return found, [device for device in devices if isinstance(device, dict)] if isinstance(devices, list) else []


def _hello(probe: str) -> dict[str, Any]:
    agent = {"version": __version__, "host": socket.gethostname()[:80], "started_at": time.time()}
    return {"contract": CONTRACT, "agent": agent, "asterisk": None, "probe": probe}


def _refused(config: Config, answer: Answer) -> list[Finding]:
    """Sort what is no answer to hello into the hop that it belongs to."""
    match = re.match(r".*?HTTP (\d{3})", answer.reason)
    status = int(match[1]) if match else 0
    blind = [untold(hop, "Odoo does not take the hello") for hop in (AGENT, CHANNEL)]
    if status in (401, 403):
        return [fails(KEY, answer.reason, _KEY_TODO), *blind]
    if status == 409:
        return [ok(KEY, "Odoo takes it"), fails(CONTRACT_HOP, answer.reason, _TODO[409]), *blind]
    if status in _NO_SUCH_DATABASE and config.database:
        todo = f"is there a database {config.database}, with the addon in it? Check [odoo] database, then url"
    elif status in _TODO:
        todo = _TODO[status]
    elif status >= 500:
        todo = "look at Odoo's log; a 502 or 503 comes from the proxy when Odoo itself is down"
    else:
        todo = "is this address Odoo's? Check [odoo] url"
    return [fails(ANSWER, answer.reason, todo), untold(KEY, "Odoo does not take the hello"), *blind]


def _greeting(config: Config, body: dict[str, Any]) -> Finding:
    server = body.get("server")
    name = clean(server.get("name"), 80) if isinstance(server, dict) else ""
    where = f" in the database {config.database}" if config.database else ""
    return ok(KEY, f"Odoo takes it and knows this PBX as {name}{where}; contract version {CONTRACT}")


def _clocks(told: object, now: float) -> Finding:
    if isinstance(told, bool) or not isinstance(told, (int, float)):
        return untold(CLOCKS, "Odoo did not tell its time")
    difference = told - now
    words = f"Odoo's is {abs(difference):.1f} s {'ahead' if difference > 0 else 'behind'}"
    todo = "let both machines follow a time server (chrony, systemd-timesyncd)"
    if abs(difference) > CLOCK_FAILS_SECONDS:
        return fails(CLOCKS, f"{words}: calls are shown at wrong times", todo)
    if abs(difference) > CLOCK_NOTE_SECONDS:
        return note(CLOCKS, words, todo)
    return ok(CLOCKS, words)


def _agent(body: dict[str, Any], starting: bool) -> Finding:
    """Say whether Odoo hears of the agent that should be running."""
    agent = body.get("agent")
    if not isinstance(agent, dict):
        return untold(AGENT, "this Odoo does not tell whether it hears of the agent", "update the addon")
    verdict = note if starting else fails
    start = "systemctl enable --now pbx-agent; what it says: journalctl -u pbx-agent"
    seen, told = agent.get("last_seen"), body.get("time")
    if not isinstance(seen, (int, float)) or not isinstance(told, (int, float)):
        return verdict(AGENT, "it is not started yet" if starting else "Odoo has never heard of the agent", start)
    silence, heartbeat = told - seen, body.get("heartbeat_seconds")
    if silence > MISSED_HEARTBEATS * (heartbeat if isinstance(heartbeat, (int, float)) else 15):
        return verdict(AGENT, f"Odoo has not heard of the agent for {silence:.0f} s: it does not run", start)
    if agent.get("connected") is not True:
        reason = clean(agent.get("reason"), 40)
        return verdict(
            AGENT, f"it runs, but is not connected: {_REASONS.get(reason, reason or 'no reason told')}", start
        )
    host = clean(agent.get("host"), 80)
    words = f"it runs on {host}, version {clean(agent.get('version'), 40)}, and is connected to Asterisk"
    if host != socket.gethostname()[:80]:
        return note(AGENT, words, f"this machine is {socket.gethostname()}: two agents must not share a key")
    return ok(AGENT, words)


async def _channel(client: OdooClient, body: dict[str, Any]) -> Finding:
    """Open the WebSocket as the agent does, and see whether something that Odoo sends arrives."""
    path, ticket = body.get("websocket"), body.get("ticket")
    if not isinstance(path, str) or not isinstance(ticket, str) or not path.startswith("/"):
        return fails(CHANNEL, "Odoo gave no ticket for it", "update the addon")
    proxy = f"let the proxy in front of Odoo pass {path} with its Upgrade header, to the port of Odoo's event worker"
    try:
        websocket = await client.websocket(path)
    except asyncio.TimeoutError:
        return fails(CHANNEL, f"{path} did not open in time", proxy)
    except aiohttp.WSServerHandshakeError as error:
        return fails(CHANNEL, f"{path} does not become a WebSocket: HTTP {error.status}", proxy)
    except (aiohttp.ClientError, OSError) as error:
        return fails(CHANNEL, f"{path} does not open: {type(error).__name__}: {error}", proxy)
    try:
        return await asyncio.wait_for(_echo(client, websocket, ticket), SECONDS)
    except asyncio.TimeoutError:
        words = f"{path} opened, but what Odoo sent did not arrive within {SECONDS:g} s"
        return fails(CHANNEL, words, "look at Odoo's log for errors of bus or longpolling; " + proxy)
    finally:
        with contextlib.suppress(asyncio.TimeoutError, aiohttp.ClientError, OSError):
            await asyncio.wait_for(websocket.close(), 2.0)


async def _echo(client: OdooClient, websocket: aiohttp.ClientWebSocketResponse, ticket: str) -> Finding:
    mark = uuid.uuid4().hex
    await websocket.send_str(
        json.dumps({"event_name": "subscribe", "data": {"channels": [f"asterisk_agent:{ticket}"], "last": 0}})
    )
    answer = await client.post("hello", _hello(mark))
    if answer.outcome != TAKEN:
        return fails(CHANNEL, f"Odoo does not take a second hello: {answer.reason}", "look at Odoo's log")
    sent_at = time.monotonic()
    async for message in websocket:
        if message.type == aiohttp.WSMsgType.TEXT and mark in message.data:
            return ok(CHANNEL, f"what Odoo sends arrives, {(time.monotonic() - sent_at) * 1000:.0f} ms later")
    words = f"Odoo closed it (code {websocket.close_code}): it does not take the ticket"
    return fails(CHANNEL, words, "is there more than one Odoo behind this address, with different database secrets?")
