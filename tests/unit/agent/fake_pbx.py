"""Asterisk as commands see it, played by hand: implements `commands.pbx.Pbx`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

from pbx_agent.ami.errors import NotConnected
from pbx_agent.commands.pbx import RESYNCED


class FakePbx:
    """Keeps the actions it was sent; `answers` holds what to say to an action: a frame's fields, or an exception."""

    def __init__(self) -> None:
        self.connected = True
        self.sent: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {
            "Getvar": {"response": "Success", "value": "NOT_INUSE"},
            "Originate": {"response": "Success", "message": "Originate successfully queued"},
            "Hangup": {"response": "Success", "message": "Channel Hungup"},
            "MixMonitorMute": {"response": "Success"},
            "Setvar": {"response": "Success", "message": "Variable Set"},
        }
        self.names: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.recorded: dict[str, list[str]] = {}
        self.wanted: list[str] = []
        self.queues: list[asyncio.Queue[Any]] = []

    async def send(self, action: dict[str, Any]) -> list[dict[str, Any]]:
        if not self.connected:
            raise NotConnected("not connected")
        self.sent.append(action)
        answer = self.answers[action["Action"]]
        if callable(answer):
            answer = answer(action)
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = {"response": "Success"}
        if isinstance(answer, Exception):
            raise answer
        return [answer]

    def named(self, action: str) -> list[dict[str, Any]]:
        return [sent for sent in self.sent if sent["Action"] == action]

    def channel_name(self, uniqueid: str) -> str:
        return self.names.get(uniqueid, "")

    def recorded_channels(self, linkedid: str) -> list[str]:
        return self.recorded.get(linkedid, [])

    def call_is(self, linkedid: str) -> str:
        return self.states.get(linkedid, "gone")

    def hang_up_wanted(self, uniqueid: str) -> None:
        self.wanted.append(uniqueid)

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Any]]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.queues.append(queue)
        try:
            yield queue
        finally:
            self.queues.remove(queue)

    def tell(self, *events: Any) -> None:
        for queue in self.queues:
            for event in events:
                queue.put_nowait(event)

    def resynced(self) -> None:
        self.tell(RESYNCED)
