"""Waiting for what must happen, and pauses short enough for tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, Callable

from pbx_agent import agent
from pbx_agent.commands import executor, originate
from pbx_agent.odoo import backoff, commands, heartbeat, uplink


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return what `condition` gives once that is true; fail when it is not by then."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds:g} s")
        await asyncio.sleep(0.003)


async def until_asked(question: Callable[[], Awaitable[Any]], seconds: float = 10.0) -> Any:
    """As `until`, where asking takes an await."""
    deadline = time.monotonic() + seconds
    while True:
        found = await question()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds:g} s")
        await asyncio.sleep(0.003)


async def nothing_more(count: Callable[[], int], seconds: float = 0.15) -> None:
    """Fail when `count` grows within some time: long enough for what the code would do at once or after a pause."""
    before, deadline = count(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        assert count() == before


def hurry(monkeypatch: Any) -> None:
    """Make all pauses of the agent tests' length; their order stays."""
    monkeypatch.setattr(backoff, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(backoff, "LONGEST_SECONDS", 0.04)
    monkeypatch.setattr(backoff, "KNOCK_SECONDS", 0.04)
    monkeypatch.setattr(backoff, "MISCONFIGURED_SECONDS", 0.08)
    monkeypatch.setattr(heartbeat, "HELLO_SECONDS", 0.05)
    monkeypatch.setattr(commands, "CLOSE_SECONDS", 0.2)
    monkeypatch.setattr(uplink, "SPOOL_AGAIN_SECONDS", 0.03)
    monkeypatch.setattr(executor, "WRITE_AGAIN_SECONDS", 0.02)
    monkeypatch.setattr(originate, "LAST_WORDS_SECONDS", 0.05)
    monkeypatch.setattr(agent, "UPKEEP_SECONDS", 0.05)
