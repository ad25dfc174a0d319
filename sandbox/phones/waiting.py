"""Waiting for a condition with a deadline, so that nobody has to sleep blindly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 15.0  #: seconds that a telephone waits for what should happen at once: a busy machine is slow, not wrong


class DeadlineMissed(AssertionError):
    """What was waited for did not happen in time. An AssertionError, because a test that waits in vain has failed."""


class Changes:
    """The bell of one object: `ring()` after every change, `until()` looks again at each of them."""

    def __init__(self) -> None:
        self._sleepers: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Let everyone who waits look again."""
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    async def until(self, condition: Callable[[], T], timeout: float, what: Callable[[], str]) -> T:
        """Return the first true value of `condition`.

        :param timeout: seconds; after them :class:`DeadlineMissed` is raised
        :param what: asked only on failure: one phrase that says what was expected and what is there instead
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            value = condition()
            if value:
                return value
            sleeper = loop.create_future()
            self._sleepers.add(sleeper)
            try:
                await asyncio.wait_for(sleeper, max(0, deadline - loop.time()))
            except asyncio.TimeoutError:
                raise DeadlineMissed(f"not within {timeout:g} s: {what()}") from None
            finally:
                self._sleepers.discard(sleeper)
