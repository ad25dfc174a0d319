"""What a command may ask of the PBX, and how it ends. The agent implements `Pbx`; tests put a fake in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractContextManager
from typing import Any, Callable, NamedTuple, Protocol

from ..ami.actions import Action
from ..ami.parser import Frame

#: Put among the events after each reconnect, when the list of living channels has been read.
RESYNCED = object()


class Pbx(Protocol):
    """Asterisk, as commands see it."""

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""

    async def send(self, action: Action) -> list[Frame]:
        """Send one action; see `AmiLink.send` for what it raises."""

    def channel_name(self, uniqueid: str) -> str:
        """Return the name of a living channel, "" when there is none."""

    def call_is(self, linkedid: str) -> str:
        """Return ``gone``, ``answered`` (two parties talked) or ``open``."""

    def recorded_channels(self, linkedid: str) -> list[str]:
        """Return the names of a call's living channels, those that are known to be recorded first."""

    def listen(self) -> AbstractContextManager[asyncio.Queue[Any]]:
        """Give the events from now on, and RESYNCED after a reconnect."""

    def hang_up_wanted(self, uniqueid: str) -> None:
        """The person at this channel asked for its end; so the PBX did not end it by itself."""


class Outcome(NamedTuple):
    """The contract's result of a command: `status` is ``accepted``, ``done`` or ``failed``; `message` is for a log or
    a manager.
    """

    status: str
    code: str = ""
    message: str = ""
    linkedid: str | None = None


def failed(code: str, message: str, linkedid: str | None = None) -> Outcome:
    """Return the outcome of a command that did not succeed."""
    return Outcome("failed", code, message, linkedid)


async def no_recordings(key: str, file: str) -> str:
    """Erase nothing, because there is nothing to erase."""
    return "this agent keeps no recordings"


class Task(NamedTuple):
    """One command that is being carried out.

    `in_time` tells whether it may still be begun; `accepted` reports that Asterisk took it; `erase` deletes the
    recording of a key and file and returns "", or in words why it cannot.
    """

    uuid: str
    args: dict[str, Any]
    pbx: Pbx
    in_time: Callable[[], bool]
    accepted: Callable[[Outcome], None]
    erase: Callable[[str, str], Awaitable[str]] = no_recordings
