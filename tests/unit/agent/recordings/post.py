"""The agent's recordings between a folder of files and an Odoo; the calls are told by hand."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from pbx_agent.odoo.client import OdooClient
from pbx_agent.recordings import recordings, sending, watch
from pbx_agent.recordings.policy import Circumstances
from pbx_agent.recordings.recordings import Recordings
from pbx_agent.recordings.settings import Folder
from pbx_agent.recordings.watch import Pbx
from pbx_agent.tasks import end
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.recordings_odoo import RecordingsOdoo
from tests.unit.agent.waiting import hurry, until

CHANNEL = "1764000000.10"
TALKED = Circumstances(False, True, sounds.LINKEDID, True, 1_764_000_007.5, {"PJSIP/101"}, "")
MISSED = TALKED._replace(talked=False, answered=False, answered_at=None)


class Post:
    """`async with Post(odoo, folder) as post`: recordings are sent until the block is left, as in the agent.

    `calls[linkedid]` is what the exchange knows of a call.
    """

    def __init__(self, odoo: RecordingsOdoo, folder: Path, **settings: Any) -> None:
        self.odoo, self.state_dir, self.folder = odoo, folder / "state", folder / "monitor"
        self.state_dir.mkdir(exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        self.settings = Folder(str(self.folder), **settings)
        self.calls: dict[str, Circumstances] = {}
        self.is_connected, self.is_busy = True, False
        self.client = OdooClient(odoo.url, odoo.key, seconds=5)

    async def __aenter__(self) -> Post:
        await self.client.__aenter__()
        pbx = Pbx(lambda: self.is_connected, lambda linkedid, uniqueid: self.calls.get(linkedid))
        self.recordings = Recordings(self.settings, self.client, self.state_dir, pbx, lambda: self.is_busy)
        self.running = asyncio.ensure_future(self.recordings.run())
        await until(lambda: self.state or self.running.done())
        self.recordings.told(self.odoo.policy)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await end([self.running])
        await self.client.__aexit__()
        with contextlib.suppress(asyncio.CancelledError):
            self.running.result()  # an error of ours must not hide

    @property
    def state(self) -> Any:
        return self.recordings._state

    def row(self, file: str = sounds.NAME) -> Any:
        """What is known of a recording, None: nothing."""
        return self.state.get(file) if self.state is not None else None

    def is_(self, state: str, file: str = sounds.NAME) -> bool:
        row = self.row(file)
        return row is not None and row.state == state

    def made(self) -> list[str]:
        """The files in the state folder's room for recordings."""
        work = self.state_dir / "recordings"
        return sorted(path.name for path in work.iterdir()) if work.is_dir() else []


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses short enough for tests; their order stays."""
    hurry(monkeypatch)
    monkeypatch.setattr(recordings, "CLOSE_SECONDS", 0.02)
    monkeypatch.setattr(recordings, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(recordings, "FIRST_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(sending, "FIRST_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(sending, "PROBLEMS_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(sending, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(watch, "APPEARS_SECONDS", 0.3)


def begin(post, file=sounds.NAME, linkedid=sounds.LINKEDID, uniqueid=CHANNEL):
    """A call is being recorded."""
    post.calls[linkedid] = TALKED._replace(lives=True)
    post.recordings.begun(file, linkedid, uniqueid)


def hang_up(post, linkedid=sounds.LINKEDID, call=TALKED):
    """A call has ended."""
    post.calls[linkedid] = call
    post.recordings.call_ended()
