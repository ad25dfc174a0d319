"""hello and status: who this agent is, whether Asterisk answers, and what Odoo configured."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import socket
import time
from typing import Any, Callable

from .. import __version__
from . import backoff
from .answers import MISCONFIGURED, OK, Answer
from .client import OdooClient
from .clock import OdooClock, seconds

_logger = logging.getLogger(__name__)

CONTRACT = 1
FAREWELL_SECONDS = 2.0
#: Not more often than this is hello said, seconds, whatever Odoo answers.
HELLO_SECONDS = 1.0


class Heartbeat:
    """Says hello until Odoo knows us, then sends the status at each change and every `heartbeat_seconds`.

    :param status: returns the contract's status fields of this moment
    :param asterisk: returns ``{"version", "system_name"}`` or None
    :param on_hello: called with hello's answer, each time
    :param on_answer: called after each answer that came
    :param on_back: called when Odoo answers again after it did not
    """

    def __init__(
        self,
        client: OdooClient,
        clock: OdooClock,
        *,
        status: Callable[[], dict[str, Any]],
        asterisk: Callable[[], dict[str, str] | None],
        on_hello: Callable[[dict[str, Any]], None],
        on_answer: Callable[[], None],
        on_back: Callable[[], None],
    ) -> None:
        self._client, self._clock = client, clock
        self._status, self._asterisk = status, asterisk
        self._on_hello, self._on_answer, self._on_back = on_hello, on_answer, on_back
        self._started_at = time.time()
        self._changed = asyncio.Event()
        self._config_version: object = None
        self._said_hello, self._hello_due, self._hello_at = False, True, 0.0
        self._told_asterisk: dict[str, str] | None = None
        self._seconds = 15.0
        self._ticket, self._ticket_until = "", 0.0
        self._have_ticket = asyncio.Event()
        self._trouble = ""
        #: Since when Odoo has answered each time (as `time.monotonic`); infinity: it does not.
        self.answered_since = math.inf

    def changed(self) -> None:
        """Something that the status tells changed: tell it now."""
        self._changed.set()

    def configuration_changed(self) -> None:
        """Odoo says that its configuration changed: say hello again."""
        self._hello_due = True
        self._changed.set()

    async def ticket(self, refused: str = "") -> str:
        """Return a ticket for the command channel that is valid for some time yet; wait until Odoo gave one.

        :param refused: a ticket that Odoo did not take: any but this one
        """
        if refused and refused == self._ticket:
            self._ticket_until = 0.0
        while time.monotonic() > self._ticket_until:
            self._have_ticket.clear()
            self._changed.set()
            await self._have_ticket.wait()
        return self._ticket

    async def run(self) -> None:
        """Keep Odoo informed until cancelled."""
        failures = 0
        while True:
            self._changed.clear()
            answer = await self._once()
            self._report(answer)
            if answer.outcome == OK:
                self.answered_since = min(self.answered_since, time.monotonic())
                if failures:
                    self._on_back()
                failures = 0
                pause = self._until_hello() if self._hello_due else self._seconds
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), pause)
                continue
            failures += 1
            self.answered_since = math.inf
            pause = backoff.delay(failures, backoff.KNOCK_SECONDS)
            await asyncio.sleep(backoff.MISCONFIGURED_SECONDS if answer.outcome == MISCONFIGURED else pause)

    def _until_hello(self) -> float:
        """Seconds until hello may be said."""
        return max(0.0, self._hello_at + HELLO_SECONDS - time.monotonic()) if self._said_hello else 0.0

    async def farewell(self) -> None:
        """Tell Odoo that this agent stops on purpose."""
        if self._said_hello:
            status = {**self._status(), "connected": False, "reason": "stopping"}
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._client.post("status", status), FAREWELL_SECONDS)

    async def _once(self) -> Answer:
        """Say hello where it is due and may be said, else tell the status."""
        if self._asterisk() not in (None, self._told_asterisk):
            self._hello_due = True  # it was not there when we said hello, or is another one now
        asked_at = time.time()
        if self._hello_due and not self._until_hello():
            self._hello_at, self._told_asterisk = time.monotonic(), self._asterisk()
            self._hello_due = False  # what changes from here on, the answer may not tell yet
            answer = await self._client.post("hello", self._hello())
            if answer.outcome == OK:
                self._take_hello(answer.body)
            else:
                self._hello_due = True
        else:
            answer = await self._client.post("status", self._status())
            if answer.outcome == OK and answer.body.get("config_version") != self._config_version:
                self._hello_due = True
        if answer.outcome == OK:
            self._clock.learn(answer.body.get("time"), asked_at)
            self._take_ticket(answer.body)
            self._on_answer()
        return answer

    def _hello(self) -> dict[str, Any]:
        agent = {"version": __version__, "host": socket.gethostname()[:80], "started_at": self._started_at}
        return {"contract": CONTRACT, "agent": agent, "asterisk": self._told_asterisk}

    def _take_hello(self, body: dict[str, Any]) -> None:
        self._config_version = body.get("config_version")
        self._seconds = seconds(body.get("heartbeat_seconds"), 1.0, 300.0, self._seconds)
        self._said_hello = True
        self._changed.set()  # the status follows at once
        self._on_hello(body)

    def _take_ticket(self, body: dict[str, Any]) -> None:
        ticket, lives = body.get("ticket"), seconds(body.get("ticket_seconds"), 0.0, 86_400.0, 0.0)
        if isinstance(ticket, str) and ticket and lives:
            self._ticket = ticket
            self._ticket_until = time.monotonic() + lives * 0.8
            self._have_ticket.set()

    def _report(self, answer: Answer) -> None:
        reason = "" if answer.outcome == OK else answer.reason
        if reason and reason != self._trouble:
            log = _logger.error if answer.outcome == MISCONFIGURED else _logger.warning
            log("Odoo at %s does not answer as it should: %s", self._client.url, reason)
        elif self._trouble and not reason:
            _logger.info("Odoo answers again")
        self._trouble = reason
