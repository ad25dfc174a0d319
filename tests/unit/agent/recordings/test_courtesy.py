"""Calls go first: what is done for recordings stands still while a call begins to ring, and is done all the same."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import pytest

from pbx_agent.recordings import courtesy
from pbx_agent.recordings.courtesy import Courtesy
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.post import TALKED, Post, quick
from tests.unit.agent.recordings.recordings_odoo import RecordingsOdoo
from tests.unit.agent.waiting import until


@contextlib.asynccontextmanager
async def program():
    """One that would run for long."""
    process = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def is_stopped(process):
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_a_program_stands_still_while_a_call_rings_and_goes_on(monkeypatch):
    monkeypatch.setattr(courtesy, "FRESH_SECONDS", 1.0)
    calls = Courtesy()
    async with program() as process:
        with calls.holding(process):
            assert not is_stopped(process)
            calls.call_rings()
            await until(lambda: is_stopped(process), 0.9)
            await until(lambda: not is_stopped(process))
        calls.call_rings()
        assert not is_stopped(process), "it is not ours any more"


async def test_a_program_that_begins_while_a_call_rings_waits(monkeypatch):
    monkeypatch.setattr(courtesy, "FRESH_SECONDS", 1.0)
    calls = Courtesy()
    calls.call_rings()
    async with program() as process:
        with calls.holding(process):
            await until(lambda: is_stopped(process), 0.9)
            await until(lambda: not is_stopped(process))


async def test_a_program_that_has_ended_is_left_alone():
    calls = Courtesy()
    async with program() as process:
        with calls.holding(process):
            process.kill()
            await process.wait()
            calls.call_rings()
    await asyncio.sleep(courtesy.FRESH_SECONDS + 0.05)  # nothing is said to it later either


def test_however_many_calls_ring_half_of_the_time_is_for_work(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(courtesy.time, "monotonic", lambda: now)
    calls, waits = Courtesy(), 0
    for _moment in range(1000):
        calls.call_rings()
        waits += calls.is_on
        now += 0.01
    assert 450 < waits < 550


async def test_threads_wait_too(monkeypatch):
    monkeypatch.setattr(courtesy, "FRESH_SECONDS", 0.2)
    calls = Courtesy()
    began = time.monotonic()
    calls.pause()
    assert time.monotonic() - began < 0.1
    calls.call_rings()
    await asyncio.to_thread(calls.pause)
    assert time.monotonic() - began >= 0.2 and not calls.is_on


@pytest.mark.parametrize("moment", ["before it is converted", "before it is sent"])
async def test_a_recording_waits_for_calls(tmp_path, monkeypatch, moment):
    quick(monkeypatch)
    monkeypatch.setattr(courtesy, "FRESH_SECONDS", 1.0)
    async with RecordingsOdoo() as odoo, Post(odoo, tmp_path) as post:
        gate = odoo.close_gate("recordings")
        if moment == "before it is converted":
            post.recordings.call_rings()
        began = time.monotonic()
        post.recordings.begun(sounds.NAME, sounds.LINKEDID, "1764000000.10")
        sounds.record(post.folder)
        post.calls[sounds.LINKEDID] = TALKED
        post.recordings.call_ended()
        await until(lambda: post.is_("ready"))
        assert time.monotonic() - began >= 1.0 or moment != "before it is converted"
        await until(lambda: odoo.bodies("recordings"))
        began = time.monotonic()
        if moment == "before it is sent":
            post.recordings.call_rings()
        gate.set()
        await until(lambda: odoo.bytes_of(sounds.NAME))
        assert time.monotonic() - began >= 0.95 or moment != "before it is sent"
