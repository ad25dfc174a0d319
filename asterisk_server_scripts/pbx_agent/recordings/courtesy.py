"""Calls go first: while one begins to ring, and people are about to see it, recordings stand still.

On a small machine an encoder with the least priority still makes everybody else slower: it keeps the caches and wakes
the others late. So it is stopped, as Ctrl+Z does, for the moment that counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Iterator

from ..cdr.pace import PAUSE_SECONDS

#: From the event of a ringing call until its people have seen it, seconds.
FRESH_SECONDS = 0.4
#: Then work goes on for at least as long, however many calls ring: recordings come at half the speed, but they come.
WORK_SECONDS = 0.4


class Courtesy:
    """Who works on recordings asks it, or is stopped by it. All but `pause` belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._until = self._next = 0.0
        self._processes: set[Process] = set()

    @property
    def is_on(self) -> bool:
        """Whether recordings have to wait right now."""
        return time.monotonic() < self._until

    def call_rings(self) -> None:
        """A call begins to ring, or rings somebody else: its people may not have seen it yet."""
        now = time.monotonic()
        if now < self._next:
            return
        self._until, self._next = now + FRESH_SECONDS, now + FRESH_SECONDS + WORK_SECONDS
        for process in self._processes:
            self._stop(process)

    def pause(self) -> None:
        """In a thread: let the event loop work, and wait as long as recordings have to."""
        time.sleep(max(PAUSE_SECONDS, self._until - time.monotonic()))

    @contextlib.contextmanager
    def holding(self, process: Process) -> Iterator[None]:
        """For the time of the block this program is stopped whenever recordings have to wait."""
        self._processes.add(process)
        if self.is_on:
            self._stop(process)
        try:
            yield
        finally:
            self._processes.discard(process)

    def _stop(self, process: Process) -> None:
        if _signal(process, signal.SIGSTOP):
            later = max(0.0, self._until - time.monotonic())
            asyncio.get_running_loop().call_later(later, _signal, process, signal.SIGCONT)


def _signal(process: Process, number: int) -> bool:
    """Send a signal to a program that runs; tell whether it did."""
    if process.returncode is not None:
        return False
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)
        return True
    return False
