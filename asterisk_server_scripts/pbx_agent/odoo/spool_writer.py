"""Writes to the spool in the order they were given, without waiting for the disk: what gathers during one sync of the
disk goes into the next.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Callable

from .spool import Spool, Write

_logger = logging.getLogger(__name__)


class SpoolWriter:
    """One batch at a time, each in one transaction."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._gathered: list[tuple[Write, Callable[[bool], None] | None]] = []
        self._given = self._settled = 0
        self._working: asyncio.Task[None] | None = None
        self._progress = asyncio.Event()
        self._trouble = ""

    def write(self, method: Callable[..., Any], *args: Any, on_settled: Callable[[bool], None] | None = None) -> None:
        """Carry out one of the spool's writing methods soon.

        :param on_settled: called with True when it is on disk, with False when the disk did not take it
        """
        self._gathered.append(((method, args), on_settled))
        self._given += 1
        if self._working is None:
            self._working = asyncio.ensure_future(self._work())

    async def flush(self) -> None:
        """Wait until everything given so far is on disk or was refused by it."""
        given = self._given
        while self._settled < given:
            self._progress.clear()
            await self._progress.wait()

    async def _work(self) -> None:
        try:
            while self._gathered:
                batch, self._gathered = self._gathered, []
                is_written = await self._write([write for write, _on_settled in batch])
                self._settled += len(batch)
                self._progress.set()
                for _write, on_settled in batch:
                    if on_settled is not None:
                        on_settled(is_written)
        finally:
            self._working = None

    async def _write(self, writes: list[Write]) -> bool:
        try:
            await self._spool.call(self._spool.together, writes)
        except Exception as error:
            # Once: a full disk stays full for a while, and calls go on.
            log = _logger.error if str(error) != self._trouble else _logger.debug
            log("the spool could not be written: %s. Is the disk full?", error)
            self._trouble = str(error)
            return False
        if self._trouble:
            _logger.info("the spool can be written again")
        self._trouble = ""
        return True
