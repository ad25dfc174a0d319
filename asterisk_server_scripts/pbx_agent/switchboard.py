"""The PBX as commands see it: the connection to act, the tracker to know, the events to follow."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from .ami.actions import Action, InvalidArgument, keep_recording_paused, mute_recording
from .ami.errors import AmiError
from .ami.events import AmiEvent, MonitorChanged, RecordingBegun
from .ami.link import AmiLink
from .ami.parser import Frame
from .ami.text import NAME_LIMIT
from .calls.tracker import Tracker
from .commands.pbx import RESYNCED
from .recordings.policy import Circumstances

_logger = logging.getLogger(__name__)

#: A recorded channel whose end nobody told is forgotten when there are so many others.
MOST_RECORDED = 10_000


class Switchboard:
    """Implements `commands.pbx.Pbx`, and tells of the calls that recordings are of."""

    def __init__(self, ami: AmiLink, tracker: Tracker) -> None:
        self._ami, self._tracker = ami, tracker
        self._listeners: set[asyncio.Queue[Any]] = set()
        self._recorded: dict[str, None] = {}  # uniqueids of channels that are known to be recorded
        self._muting: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        return self._ami.connected

    async def send(self, action: Action) -> list[Frame]:
        """Send one action; raises what `AmiLink.send` raises."""
        return await self._ami.send(action)

    def channel_name(self, uniqueid: str) -> str:
        """Return the name of a living channel, "" when there is none."""
        channel = self._tracker.channel(uniqueid)
        return channel.name if channel is not None else ""

    def call_is(self, linkedid: str) -> str:
        """Return ``gone``, ``answered`` (two parties talked) or ``open``."""
        call = self._tracker.call_of(linkedid)
        if call is not None and call.answered:
            return "answered"
        return "gone" if call is None or call.ended_at is not None else "open"

    def hang_up_wanted(self, uniqueid: str) -> None:
        """The person at this channel asked for its end."""
        self._tracker.hang_up_wanted(uniqueid)

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Any]]:
        """Give the events from now on, and RESYNCED after a reconnect."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def recorded_channels(self, linkedid: str) -> list[str]:
        """Return the names of a call's living channels, those that are known to be recorded first."""
        call = self._tracker.call_of(linkedid)
        living = [channel for channel in call.channels.values() if not channel.dead] if call is not None else []
        return [channel.name for channel in sorted(living, key=lambda channel: channel.uniqueid not in self._recorded)]

    def circumstances(self, linkedid: str, uniqueid: str) -> Circumstances | None:
        """Return what is known of the call that a recording is of, None: nothing (any more)."""
        call = self._tracker.call_of(linkedid) or self._tracker.call_with(uniqueid)
        if call is None:
            return None
        channel = call.channels.get(uniqueid)
        lives = call.ended_at is None if channel is None else not channel.dead
        endpoints = {endpoint[:NAME_LIMIT] for c in call.parties for endpoint in (c.endpoint, c.rang_as) if endpoint}
        # Of several trunks that were tried, one was answered.
        talked = call.answered if channel is None else channel.talked
        return Circumstances(lives, talked, call.linkedid, call.answered, call.answered_at, endpoints, call.queue)

    def tell(self, event: AmiEvent) -> None:
        """Pass an event on to who listens."""
        if isinstance(event, MonitorChanged):
            _keep(self._recorded, event.channel.uniqueid, event.on)
        elif isinstance(event, RecordingBegun) and event.paused:
            task = asyncio.ensure_future(self._pause_again(event.channel.name))
            self._muting.add(task)
            task.add_done_callback(self._muting.discard)
        for queue in self._listeners:
            queue.put_nowait(event)

    async def _pause_again(self, channel: str) -> None:
        """What began again would record what a person wanted left out. The dialplan waits for it, not for long."""
        try:
            answer = (await self._ami.send(mute_recording(channel, muted=True)))[0]
            if str(answer.get("response", "")).lower() == "success":
                await self._ami.send(keep_recording_paused(channel, paused=True))
                return
        except (AmiError, InvalidArgument) as error:
            answer = {"message": str(error)}
        _logger.error("the paused recording of %s ends with its transfer: %s", channel, answer.get("message"))

    def resynced(self) -> None:
        """Asterisk is back and its channels are known again."""
        for queue in self._listeners:
            queue.put_nowait(RESYNCED)


def _keep(names: dict[str, None], name: str, kept: bool) -> None:
    """Remember a name or forget it; of too many the oldest go."""
    names.pop(name, None)
    if kept:
        names[name] = None
        while len(names) > MOST_RECORDED:
            del names[next(iter(names))]
