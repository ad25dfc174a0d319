"""The call tracker: AMI events in, changed calls out. Pure: time is an argument, nothing is read or written.

It bears what a telephone exchange and a network do to events: duplicates, loss, another order, beginning in the
middle. An event for an unknown channel creates it; a channel that hung up stays dead; the last hangup ends the call.
Two calls whose channels meet (attended transfer, parking, conference) become one, under the linkedid that was seen
first.
"""

from __future__ import annotations

from typing import Any, Callable

from ..ami import events as ev
from .bridges import Bridges
from .call import Call
from .channels import Channel
from .dialing import Dialing
from .endpoints import Directory
from .listing import Listing
from .moves import Moves
from .registry import KEEP_ENDED_SECONDS, Registry

#: How short a time ago a channel must have been seen alive to be spared when a list lacks it.
GRACE_SECONDS = 2.0

Handlers = dict[type, Callable[[Any, float], None]]


class Tracker:
    """All calls of one Asterisk.

    :param directory: which endpoints are phones of the company; may be replaced at any time
    :param grace_seconds: a channel seen alive this short a time ago is not declared dead because a list lacks it
    :param keep_seconds: how long an ended call is remembered, so that what arrives late can still correct it
    """

    def __init__(
        self,
        directory: Directory | None = None,
        grace_seconds: float = GRACE_SECONDS,
        keep_seconds: float = KEEP_ENDED_SECONDS,
    ) -> None:
        self.directory = directory or Directory()
        self._registry = registry = Registry(keep_seconds)
        self._bridges = bridges = Bridges(registry)
        dialing, moves = Dialing(registry, bridges), Moves(registry, bridges)
        self._listing = listing = Listing(registry, bridges, dialing, grace_seconds)
        self._handlers = {**_of_channels(dialing), **_of_calls(bridges, moves, listing)}

    def feed(self, event: ev.AmiEvent, now: float) -> None:
        """Take one event that happened at `now` (seconds since the epoch)."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            self._registry.step += 1
            handler(event, now)
            self._registry.settle_ends(now)
            self._bridges.forget(self._registry.forget_old(now))

    def lost(self, now: float) -> None:
        """The connection to Asterisk broke at `now` (seconds since the epoch); a list will tell what lives when it is
        there again.
        """
        self._listing.lost(now)

    def take_changed(self) -> list[Call]:
        """Return the calls that changed since this was last asked, each once; calls without any party are nobody's
        business.
        """
        changed, self._registry.changed = self._registry.changed, {}
        return [call for call in changed if call.parties]

    def take_absorbed(self) -> list[str]:
        """Return the linkedids of calls that became part of another one since this was last asked."""
        absorbed, self._registry.absorbed = self._registry.absorbed, []
        return absorbed

    @property
    def in_doubt(self) -> bool:
        """Whether the last list of channels lacked one that was alive a moment before: ask again after the grace."""
        return self._listing.in_doubt

    def calls(self) -> list[Call]:
        """Return all known calls with a party, alive or ended a short while ago."""
        return [call for call in self._registry.calls() if call.parties]

    def living(self) -> list[Call]:
        """Return the calls that are not over."""
        return [call for call in self.calls() if call.ended_at is None]

    def living_linkedids(self) -> list[str]:
        """Return what the calls that are not over are told by."""
        return [call.linkedid for call in self.living()]

    def call_of(self, linkedid: str) -> Call | None:
        """Return the call known by any of its linkedids."""
        return self._registry.call_of(linkedid)

    def call_with(self, uniqueid: str) -> Call | None:
        """Return the call of a channel, alive or ended a short while ago."""
        channel = self._registry.find(uniqueid)
        return channel.call if channel is not None else None

    def channel(self, uniqueid: str) -> Channel | None:
        """Return a living channel by its uniqueid."""
        channel = self._registry.find(uniqueid)
        return channel if channel is not None and not channel.dead else None

    def hang_up_wanted(self, uniqueid: str) -> None:
        """The person at this channel had it ended through us: Asterisk will call it the PBX's doing, and it is not."""
        channel = self.channel(uniqueid)
        if channel is not None:
            channel.asked = True
            channel.call.asked_by = channel.call.asked_by or channel


def _of_channels(dialing: Dialing) -> Handlers:
    return {
        ev.ChannelSeen: dialing.seen,
        ev.DialBegun: dialing.begun,
        ev.DialMoved: dialing.moved,
        ev.DialEnded: dialing.ended,
        ev.HangupAsked: dialing.asked,
        ev.HungUp: dialing.hung_up,
        ev.Held: dialing.held,
        ev.MonitorChanged: dialing.recorded,
        ev.MonitorMuted: dialing.muted,
        ev.Renamed: dialing.renamed,
        ev.AppStarted: dialing.application,
        ev.MessageLeft: dialing.message_left,
        ev.CdrWritten: dialing.detail_record,
    }


def _of_calls(bridges: Bridges, moves: Moves, listing: Listing) -> Handlers:
    return {
        ev.BridgeJoined: bridges.joined,
        ev.BridgeLeft: bridges.left,
        ev.BridgeGone: bridges.gone,
        ev.BlindTransferred: moves.blind,
        ev.AttendedTransferred: moves.attended,
        ev.PickedUp: moves.picked_up,
        ev.ParkChanged: moves.parked,
        ev.QueueMoved: moves.queued,
        ev.AgentDidNotAnswer: moves.agent_silent,
        ev.OriginateAnswered: moves.originated,
        ev.ChannelListed: listing.channel,
        ev.BridgeListed: listing.bridge,
        ev.ListEnded: listing.ended,
        ev.Booted: listing.booted,
        ev.ShutDown: listing.shut_down,
    }
