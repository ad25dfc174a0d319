"""What a list of living channels says: calls that we missed the beginning of, and calls whose end we missed."""

from __future__ import annotations

from ..ami import events as ev
from ..ami.facts import RINGING, UP
from .bridges import Bridges
from .channels import Channel
from .dialing import Dialing
from .registry import Registry

#: Asterisk's name for the application of a channel that it dialled itself.
_DIALLED = frozenset({"appdial", "appqueue"})
_ORIGINATED = frozenset({"appdial2"})


class Listing:
    """Handlers of CoreShowChannels, BridgeList and of Asterisk's own beginning and end."""

    def __init__(self, registry: Registry, bridges: Bridges, dialing: Dialing, grace_seconds: float) -> None:
        self._registry, self._bridges, self._dialing = registry, bridges, dialing
        self._grace = grace_seconds
        self._listed: set[str] = set()
        self._holding: set[str] = set()
        self._since: int | None = None
        #: Whether the last list lacked a channel that was seen so short a time before that another list must decide.
        self.in_doubt = False
        self._lost_at: float | None = None

    def lost(self, now: float) -> None:
        """The connection to Asterisk broke: what the next list lacks ended since; this is the last sure moment."""
        if self._lost_at is None:
            self._lost_at = now

    def bridge(self, event: ev.BridgeListed, now: float) -> None:
        """One bridge; only the holding ones matter, members come with the channels."""
        if event.holding:
            self._holding.add(event.bridge)

    def channel(self, event: ev.ChannelListed, now: float) -> None:
        """One living channel."""
        if self._since is None:
            self._since = self._registry.step
        self._listed.add(event.channel.uniqueid)
        known = self._registry.find(event.channel.uniqueid) is not None
        channel = self._registry.meet(event.channel, now)
        if channel is None:
            return
        if not known and event.age is not None:
            channel.born = now - event.age
            channel.call.started_at = min(channel.call.started_at, channel.born)
        application = event.application.lower()
        if not known:
            channel.dialled = application in _DIALLED or (
                event.channel.state == RINGING and application not in _ORIGINATED
            )
            channel.originated = application in _ORIGINATED
        if event.channel.state == RINGING:
            channel.rang = True
        if event.bridge:
            # Of a call that we know from its beginning the gap in our hearing is short; of another one we can't tell.
            self._bridges.put(channel, event.bridge, event.bridge in self._holding, now, not channel.call.partial)
        elif channel.bridge and event.channel.state == UP:
            self._bridges.remove(channel, now)

    def ended(self, event: ev.ListEnded, now: float) -> None:
        """The list is complete: who is not in it has ended unseen."""
        since = self._registry.step if self._since is None else self._since
        self.in_doubt = False
        for channel in self._living():
            if channel.uniqueid in self._listed or channel.order >= since:
                continue
            if channel.touched > 0 and now - channel.touched < self._grace:
                self.in_doubt = True
            else:
                self._bury(channel, now)
        self._bridges.hold_people(self._holding)
        self._listed, self._holding, self._since = set(), set(), None
        if not self.in_doubt:
            self._lost_at = None

    def booted(self, event: ev.Booted, now: float) -> None:
        """FullyBooted comes at every login; only what is older than Asterisk itself is gone."""
        if event.uptime is not None:
            for channel in self._living():
                if channel.born < now - event.uptime - 1.0:
                    channel.softly = True  # it went down with the old Asterisk
                    self._bury(channel, now)

    def shut_down(self, event: ev.ShutDown, now: float) -> None:
        """Shutdown: no channel outlives it."""
        for channel in self._living():
            self._dialing.bury(channel, now, None)

    def _living(self) -> list[Channel]:
        return [channel for call in self._registry.calls() for channel in call.channels.values() if not channel.dead]

    def _bury(self, channel: Channel, now: float) -> None:
        """End a channel whose end nobody saw."""
        channel.unseen = not channel.taken_out
        self._dialing.bury(channel, now if self._lost_at is None else max(self._lost_at, channel.touched), None)
