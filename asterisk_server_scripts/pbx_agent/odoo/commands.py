"""The command channel: Odoo's bus over a WebSocket that this agent opens, and the question what it missed meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import time
from collections.abc import Awaitable
from typing import Any, Callable

import aiohttp

from . import backoff
from .answers import OK
from .client import OdooClient, parsed
from .clock import OdooClock

_logger = logging.getLogger(__name__)

#: Odoo's close code for a ticket that is forged or has expired.
TICKET_REFUSED = 4001
#: A channel that stayed open so long (seconds) was a good one.
STEADY_SECONDS = 60.0
#: A channel that stays closed so long (seconds) while Odoo answers is no restart of Odoo: something is wrong. No
#: request hangs so long that Odoo's absence would not be known by then.
BLOCKED_SECONDS = 45.0
CLOSE_SECONDS = 1.0


class CommandChannel:
    """Keeps a WebSocket open and hands over what comes.

    :param ticket: awaited for a ticket that opens our own channel; given the last one where Odoo refused it
    :param on_command: called with each command (any JSON value); twice for the same one is possible
    :param on_config: called when Odoo's configuration changed
    :param on_history: called with what Odoo asks about history (any JSON value)
    :param odoo_answers_since: returns since when Odoo has answered other requests (as `time.monotonic`); infinity: it
        does not
    :param on_blocked: called when `blocked_since` has changed
    """

    def __init__(
        self,
        client: OdooClient,
        clock: OdooClock,
        *,
        ticket: Callable[[str], Awaitable[str]],
        on_command: Callable[[Any], None],
        on_config: Callable[[], None],
        on_history: Callable[[Any], None] = lambda payload: None,
        odoo_answers_since: Callable[[], float] = lambda: math.inf,
        on_blocked: Callable[[], None] = lambda: None,
    ) -> None:
        self._client, self._clock = client, clock
        self._ticket, self._on_command, self._on_config = ticket, on_command, on_config
        self._on_history = on_history
        self._odoo_answers_since, self._on_blocked = odoo_answers_since, on_blocked
        self._last = 0
        self._refused_ticket = ""
        self._opened_at, self._closed_at = 0.0, time.monotonic()
        self.path = "/websocket"
        self.connected = False
        #: Since when no command can come though Odoo answers (what lies between lets no WebSocket through, for
        #: instance); seconds since 1970, 0: it is not so.
        self.blocked_since = 0.0

    async def run(self) -> None:
        """Keep the channel open until cancelled."""
        failures = 0
        while True:
            try:
                reason = await self._once()
            except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
                reason = f"{type(error).__name__}: {error}"
            except Exception:
                _logger.exception("the command channel broke on an error of ours; opening it again")
                reason = "internal error"
            was_steady = self.connected and time.monotonic() - self._opened_at > STEADY_SECONDS
            if self.connected:
                self.connected, self._closed_at = False, time.monotonic()
            elif time.monotonic() - max(self._closed_at, self._odoo_answers_since()) > BLOCKED_SECONDS:
                self._block(time.time() - BLOCKED_SECONDS)
            failures = 1 if was_steady else failures + 1
            log = _logger.warning if failures == 1 else _logger.debug
            log("command channel: %s; opening it again", reason)
            await asyncio.sleep(backoff.delay(failures, backoff.KNOCK_SECONDS))

    def _block(self, since: float) -> None:
        if bool(since) != bool(self.blocked_since):
            self.blocked_since = since
            self._on_blocked()

    async def _once(self) -> str:
        """Open, subscribe, ask what was missed, listen until it closes; return why it did."""
        ticket = await self._ticket(self._refused_ticket)
        websocket = await self._client.websocket(self.path)
        try:
            data = {"channels": [f"asterisk_agent:{ticket}"], "last": self._last}
            await websocket.send_str(json.dumps({"event_name": "subscribe", "data": data}))
            # Subscribed first, asked second: a command that comes in between comes twice rather than never.
            await self._ask_missed()
            self.connected, self._opened_at = True, time.monotonic()
            self._block(0.0)
            _logger.info("command channel open")
            async for message in websocket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
            self._refused_ticket = ticket if websocket.close_code == TICKET_REFUSED else ""
            return f"closed by Odoo (code {websocket.close_code})"
        finally:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(websocket.close(), CLOSE_SECONDS)

    async def _ask_missed(self) -> None:
        asked_at = time.time()
        answer = await self._client.post("commands", {})
        if answer.outcome != OK:
            raise aiohttp.ClientConnectionError(f"commands: {answer.reason}")
        self._clock.learn(answer.body.get("time"), asked_at)
        items = answer.body.get("items")
        for command in items if isinstance(items, list) else []:
            self._on_command(command)

    def _take(self, text: str) -> None:
        """Take one message of the bus: a list of notifications."""
        notifications = parsed(text)
        if notifications is None:
            _logger.warning("the command channel brought no JSON")
        for notification in notifications if isinstance(notifications, list) else []:
            if not isinstance(notification, dict):
                continue
            number, message = notification.get("id"), notification.get("message")
            if isinstance(number, int) and not isinstance(number, bool):
                self._last = max(self._last, number)
            if not isinstance(message, dict):
                continue
            if message.get("type") == "asterisk.command":
                self._on_command(message.get("payload"))
            elif message.get("type") == "asterisk.config":
                self._on_config()
            elif message.get("type") == "asterisk.history":
                self._on_history(message.get("payload"))
