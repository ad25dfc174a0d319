"""When one store is read: right after a hangup, once a minute, when Odoo asks; and again when it could not be read."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Iterable
from typing import Callable

from ..odoo import backoff
from .hangups import Hangups
from .source import StoreTrouble
from .sync import Look, Sync

_logger = logging.getLogger(__name__)

POLL_SECONDS = 60.0
#: A store that is slow to look into is looked into less often: so many times the time it took is kept free of it. Time
#: in which Odoo was waited for does not count.
REST = 20.0
#: Days are counted so long after the start, and after the last time.
FIRST_AUDIT_SECONDS = 300.0
AUDIT_SECONDS = 3600.0


class Feed:
    """Keeps one store read until cancelled.

    :param tell: awaited after each reading; given True when the days are to be counted and told
    """

    def __init__(self, sync: Sync, tell: Callable[[Feed, bool], Awaitable[None]]) -> None:
        self.sync, self._tell = sync, tell
        self._hangups = Hangups()
        self._wake = asyncio.Event()
        self._days: set[str] = set()
        self._is_asked = self._is_audit_asked = False
        self._poll_at = self._audit_at = 0.0
        self.trouble = ""

    def read_now(self) -> None:
        """Look for new rows at once."""
        self._is_asked = True
        self._wake.set()

    def audit(self) -> None:
        """Count the days and tell them."""
        self._is_audit_asked = True
        self.read_now()

    def read_days(self, days: Iterable[str]) -> None:
        """Read these days (YYYY-MM-DD) from their beginning."""
        self._days.update(days)
        self._wake.set()

    def call_ended(self, linkedid: str, began: float) -> None:
        """A call that began then (seconds since the epoch) ended just now: its rows come in a moment."""
        self._hangups.add(linkedid, began, time.monotonic())
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        failures = 0
        self._audit_at = time.monotonic() + FIRST_AUDIT_SECONDS
        while True:
            self._wake.clear()
            try:
                await self._turn()
                failures, trouble = 0, ""
            except StoreTrouble as error:
                failures, trouble = failures + 1, str(error)
            if trouble != self.trouble:
                self._say(trouble)
                await self._tell(self, False)
            await self._rest(failures)

    def _say(self, trouble: str) -> None:
        self.trouble = trouble
        if trouble:
            _logger.warning("%s: %s; trying again", self.sync.flow, trouble)
        else:
            _logger.info("%s: %s can be read again", self.sync.flow, self.sync.source.name)

    async def _turn(self) -> None:
        """Do what is due. :raises StoreTrouble: the store cannot be read"""
        if self._days:
            await self._read_days()
        if self._is_asked or time.monotonic() >= self._poll_at:
            await self._read_on()
        due = self._hangups.due()
        if due is not None and due <= time.monotonic():
            await self._look()

    async def _read_days(self) -> None:
        days, self._days = self._days, set()
        try:
            await self.sync.read_days(sorted(days))
        except StoreTrouble:
            self._days |= days
            raise
        await self._tell(self, True)  # what they lack now

    async def _read_on(self) -> None:
        # Taken before the work begins: who asks meanwhile, asks for what comes after it.
        self._is_asked, before = False, self.sync.reading.seconds
        self._poll_at = time.monotonic()
        await self.sync.catch_up()
        is_audit = self._is_audit_asked or time.monotonic() >= self._audit_at
        self._poll_at = time.monotonic() + max(POLL_SECONDS, (self.sync.reading.seconds - before) * REST)
        if is_audit:
            self._is_audit_asked, self._audit_at = False, time.monotonic() + AUDIT_SECONDS
        await self._tell(self, is_audit)

    async def _look(self) -> None:
        look, began, before = Look(), time.monotonic(), self.sync.reading.seconds
        try:
            look = await self.sync.look(self._hangups.since())
        finally:
            is_any = look.imported > 0 and not any(look.linkedids)
            reading = self.sync.reading.seconds - before
            self._hangups.looked(look.linkedids, is_any, began, time.monotonic(), reading)
        if look.imported:
            await self._tell(self, False)

    async def _rest(self, failures: int) -> None:
        """Wait until something is due."""
        now, due = time.monotonic(), self._hangups.due()
        seconds = min(self._poll_at, self._poll_at if due is None else due) - now
        if failures:
            self._is_asked, seconds = True, backoff.delay(failures)
        elif self._days or self._is_asked:
            seconds = 0.0
        with contextlib.suppress(asyncio.TimeoutError):
            if failures:
                await asyncio.sleep(seconds)
            elif seconds > 0:
                await asyncio.wait_for(self._wake.wait(), seconds)
