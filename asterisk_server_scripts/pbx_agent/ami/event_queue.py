"""Events between the socket and their handler: in order, one at a time, so that reading never waits for handling."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Callable

from .parser import Frame

_logger = logging.getLogger(__name__)

#: Asterisk throws out a client that does not read; we would rather start again than grow without end.
MAX_QUEUED_EVENTS = 100_000
#: After so many events handled in a row others get their turn, so that a burst delays no ping.
AT_A_TIME = 50


class TooManyEvents(Exception):
    """More events wait than will ever be handled in time; they were dropped."""


class EventQueue:
    """Hands events to one handler.

    :param handle: called with each event; its exceptions are logged and cost that event only
    :param limit: how many events may wait
    """

    def __init__(self, handle: Callable[[Frame], None], limit: int = MAX_QUEUED_EVENTS) -> None:
        self._handle, self._limit = handle, limit
        self._waiting: deque[tuple[float, Frame]] = deque()
        self._some = asyncio.Event()
        self._worst_lag = 0.0

    def put(self, frame: Frame) -> None:
        """Let `frame` be handled after those that wait.

        :raises TooManyEvents: the limit is reached; nothing waits any more, the events after it are incomplete
        """
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            raise TooManyEvents(f"more than {self._limit} events wait")
        self._waiting.append((asyncio.get_running_loop().time(), frame))
        self._some.set()

    def take_lag_ms(self) -> int:
        """Return the longest time (ms) that an event waited since this was last asked; those that still wait count."""
        worst, self._worst_lag = self._worst_lag, 0.0
        if self._waiting:
            worst = max(worst, asyncio.get_running_loop().time() - self._waiting[0][0])
        return int(worst * 1000)

    async def work(self) -> None:
        """Handle events until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._some.wait()
            for _turn in range(min(AT_A_TIME, len(self._waiting))):
                queued_at, frame = self._waiting.popleft()
                self._worst_lag = max(self._worst_lag, loop.time() - queued_at)
                self._one(frame)
            if not self._waiting:
                self._some.clear()
            await asyncio.sleep(0)

    def _one(self, frame: Frame) -> None:
        try:
            self._handle(frame)
        except Exception:
            _logger.exception("event %s could not be handled", frame.get("event"))
