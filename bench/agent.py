"""The agent under load: two thousand AMI events a second of real calls, told to an Odoo that acknowledges everything.

The agent is the real one (`pbx-agent run`), on one core. Asterisk is a small server that plays the recorded scenarios
with fresh ids, a hundred calls at a time; Odoo is a small server that takes what comes. Both run in this process.

Two lags: the one that the agent itself tells Odoo with its heartbeat (how long an event waited for its handler, the
worst of each second), and the one seen from outside: a call's last Hangup written to the socket → the ended call has
arrived at Odoo. Beside it a program that only parses the same stream with panoramisk.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from bench.process_facts import cpu_seconds, pin, rss_mb
from bench.report import Row, spread
from bench.traces import Frame, Ids, load, traffic
from sandbox import venv
from sandbox.paths import AGENT, ROOT, temporary
from sandbox.process import Process, spawn
from sandbox.say import SandboxError
from tests.unit.agent.fake_ami import FakeAmi, reply
from tests.unit.agent.fake_odoo import FakeOdoo

RATE = 2000  # events a second
AT_ONCE = 100  # calls
CALLS_EACH = 100  # calls for each of --count
TICK_SECONDS = 0.005
HEARTBEAT_SECONDS = 1
WAIT_SECONDS = 30
LAG_GOAL = 250.0  # ms
MEMORY_GOAL = 120.0  # MB


class Asterisk(FakeAmi):
    """Tells events at a given pace. Its list of channels is true at the login only (none); later it refuses one."""

    async def play(self, frames: Iterator[Frame], on_ended: Callable[[str], None]) -> tuple[int, float]:
        """Send frames, RATE a second; returns how many and in how many seconds."""
        begin, sent = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - begin) * RATE) - sent
            for _ in range(due):
                frame = next(frames, None)
                if frame is None:
                    return sent, time.monotonic() - begin
                self.say(frame.raw)
                sent += 1
                if frame.ended is not None:
                    on_ended(frame.ended)
            await asyncio.sleep(TICK_SECONDS)

    def list_no_more(self) -> None:
        """From now on the list of channels is refused."""
        self.answers["coreshowchannels"] = lambda fields: reply(fields, Response="Error", Message="not now")


class Odoo(FakeOdoo):
    """Acknowledges everything and remembers when calls ended, not what it was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.requests, self.headers = deque(maxlen=20), deque(maxlen=20)
        self.lags: list[float] = []
        self.ended: dict[str, float] = {}
        self.connected = False

    def _hello(self, body: dict) -> dict:
        return {**super()._hello(body), "heartbeat_seconds": HEARTBEAT_SECONDS}

    def _status(self, body: dict) -> dict:
        self.connected = body["connected"]
        self.lags.append(float(body["event_lag_ms"]))
        return super()._status(body)

    def _calls(self, body: dict) -> dict:
        for item in body["items"]:
            if item["state"] == "ended":
                self.ended.setdefault(item["linkedid"], time.monotonic())
        return super()._calls(body)


class Watch:
    """Notes when calls ended at Asterisk, and the agent's memory after some of them."""

    def __init__(self, pid: int, early: int) -> None:
        self._pid, self._early = pid, early
        self.ended: dict[str, float] = {}
        self.early_mb = self.most_mb = 0.0

    def note(self, linkedid: str) -> None:
        """A call's last channel has just been hung up."""
        self.ended[linkedid] = time.monotonic()
        if len(self.ended) % self._early == 0:
            memory = rss_mb(self._pid)
            self.early_mb = self.early_mb or memory
            self.most_mb = max(self.most_mb, memory)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something; SandboxError when it does not come."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SandboxError(f"{what}: not within {WAIT_SECONDS} s")
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running(name: str, argv: list[str], folder: Path) -> AsyncIterator[Process]:
    """A program on one core; stopped at the end."""
    process = spawn(name, [venv.python(), "-m", *argv], log=folder / f"{name}.log", env=venv.environment(AGENT, ROOT))
    try:
        pin(process.pid)
        yield process
    finally:
        await asyncio.to_thread(process.stop)


async def agent_under_load(calls: int, folder: Path) -> dict:
    """Play `calls` calls to the agent and return what was seen."""
    traces = load(ROOT / "tests" / "scenarios")
    async with FakeOdooAndAsterisk() as (odoo, asterisk):
        config = folder / "agent.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"[odoo]\nurl = {odoo.url}\nkey = {odoo.key}\n[asterisk]\nport = {asterisk.port}\n"
            f"secret = {asterisk.secret}\n[agent]\nstate_dir = {folder}\n"
        )
        async with running("agent", ["pbx_agent", "run", "--config", str(config)], folder) as process:
            await until(lambda: odoo.connected, "the agent connects")
            asterisk.list_no_more()
            odoo.lags.clear()
            watch = Watch(process.pid, max(1, calls // 10))
            begin = cpu_seconds(process.pid)
            frames = traffic(traces, calls, AT_ONCE, Ids(int(time.time())))
            sent, seconds = await asterisk.play(frames, watch.note)
            computed = cpu_seconds(process.pid) - begin
            await until(lambda: len(odoo.ended) >= len(watch.ended), "every call's end arrives at Odoo")
            await until(lambda: len(odoo.lags) > 2, "heartbeats")
    missing = watch.ended.keys() - odoo.ended.keys()
    if missing:
        raise SandboxError(f"{len(missing)} of {calls} calls never ended at Odoo, for instance {missing.pop()}")
    return {
        "rate": sent / seconds,
        "share": 100 * computed / seconds,
        "told": odoo.lags,
        "seen": [1000 * (odoo.ended[linkedid] - moment) for linkedid, moment in watch.ended.items()],
        "early_calls": max(1, calls // 10),
        "early_mb": watch.early_mb,
        "most_mb": watch.most_mb,
        "calls": calls,
    }


@contextlib.asynccontextmanager
async def FakeOdooAndAsterisk() -> AsyncIterator[tuple[Odoo, Asterisk]]:  # noqa: N802
    """Both sides of the agent."""
    async with Odoo() as odoo, Asterisk() as asterisk:
        yield odoo, asterisk


async def panoramisk_under_load(calls: int, folder: Path) -> float:
    """Play `calls` calls to the peer and return its share of a core, %."""
    async with Asterisk() as asterisk:
        argv = ["bench.plain_panoramisk", str(asterisk.port), asterisk.secret]
        async with running("panoramisk", argv, folder) as process:
            await until(lambda: asterisk.logins > 0, "panoramisk connects")
            begin = cpu_seconds(process.pid)
            traces = load(ROOT / "tests" / "scenarios")
            _sent, seconds = await asterisk.play(
                traffic(traces, calls, AT_ONCE, Ids(int(time.time()))), lambda _linkedid: None
            )
            return 100 * (cpu_seconds(process.pid) - begin) / seconds


def rows_of(seen: dict, panoramisk_share: float) -> list[Row]:
    """Lag beside the goal, share of a core beside the peer's, memory beside the goal."""
    goal = {"p95": ("goal", LAG_GOAL), "max": ("goal", LAG_GOAL)}
    share, peer_share = round(seen["share"], 1), round(panoramisk_share, 1)
    early, most = round(seen["early_mb"], 1), round(seen["most_mb"], 1)
    return [
        Row("agent: events played", "rate", "events/s", round(seen["rate"]), "wanted", RATE),
        *spread("agent: an event's wait for its handler", seen["told"], peers=goal),
        *spread("agent: last hangup → ended call at Odoo", seen["seen"], peers=goal),
        Row("agent: of one core", "share", "%", share, "plain panoramisk, parsing only", peer_share),
        Row(f"agent: memory, {seen['calls']} calls", "max", "MB", most, "goal", MEMORY_GOAL),
        Row("agent: memory's growth", "", "MB", round(most - early, 1), f"at call {seen['early_calls']}", early),
    ]


def main(count: int = 100) -> list[Row]:
    """Play `100 × count` calls to the agent, a fifth of them to the peer."""
    folder = temporary("pbx-b", fast=True)
    calls = CALLS_EACH * count
    try:
        seen = asyncio.run(agent_under_load(calls, folder))
        return rows_of(seen, asyncio.run(panoramisk_under_load(max(AT_ONCE, calls // 5), folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
