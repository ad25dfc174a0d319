"""Who talks with whom: bridges, joined through Local pairs, and what changes when a channel joins or leaves one.

Two parties talk when a path of bridges and Local pairs connects them; a holding bridge (parking, waiting agents)
connects nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ami import events as ev
from .call import Call
from .channels import Channel
from .registry import Registry


class Bridges:
    """The members of every bridge, and the talk that follows from it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._members: dict[str, dict[str, Channel]] = {}
        self._holding: set[str] = set()

    def joined(self, event: ev.BridgeJoined, now: float) -> None:
        """BridgeEnter, ConfbridgeJoin: the same in any order and number."""
        channel = self._registry.meet(event.channel, now)
        if channel is not None:
            self.put(channel, event.bridge, event.holding, now)

    def put(self, channel: Channel, bridge: str, holding: bool, now: float, since_known: bool = True) -> None:
        """`channel` is in `bridge` now, and in no other; since now, or since a moment that nobody told us."""
        if not bridge:
            return
        if channel.bridge != bridge:
            self._take_out(channel)
        if holding:
            self._holding.add(bridge)
        channel.bridge = bridge
        channel.waiting = bridge in self._holding
        members = self._members.setdefault(bridge, {})
        members[channel.uniqueid] = channel
        if not channel.waiting:
            for member in list(members.values()):
                self._registry.join(channel.call, member.call)
        self.settle(channel.call, now, since_known)

    def left(self, event: ev.BridgeLeft, now: float) -> None:
        """BridgeLeave. Of a bridge that we never saw joined it proves that people talked in it."""
        channel = self._registry.meet(event.channel, now)
        if channel is None:
            return
        if channel.bridge == event.bridge:
            self.remove(channel, now)
        elif not channel.bridge and not event.holding and channel.is_party and channel.call.partial:
            channel.talked = True
            others = [other for other in channel.call.parties if other is not channel and other.talked]
            if event.remaining or others:
                channel.call.answered = True
            if event.remaining and channel.call.left_by is None and not channel.handed_over:
                channel.call.left_by = channel
            self._registry.mark(channel.call)

    def gone(self, event: ev.BridgeGone, now: float) -> None:
        """A bridge was destroyed; its members moved on to `into` or are in none."""
        members = self._members.get(event.bridge, {})
        for channel in list(members.values()):
            if event.into:
                self.put(channel, event.into, False, now)
            else:
                self.remove(channel, now)
        self._members.pop(event.bridge, None)
        self._holding.discard(event.bridge)

    def remove(self, channel: Channel, now: float) -> None:
        """`channel` is in no bridge any more; who of the last talkers leaves first is remembered, it tells who hung up;
        who handed the call over did not.
        """
        if channel.talking_since is not None and channel.call.left_by is None and not channel.handed_over:
            channel.call.left_by = channel
        self._take_out(channel)
        self.settle(channel.call, now)

    def forget(self, channels: list[Channel]) -> None:
        """Let go of channels, also of such whose Hangup was lost."""
        for channel in channels:
            self._take_out(channel)

    def hold_people(self, bridges: set[str]) -> None:
        """The list of bridges says that these, and no others, only hold people."""
        self._holding = bridges | {bridge for bridge in self._holding if bridge in self._members}

    def _take_out(self, channel: Channel) -> None:
        members = self._members.get(channel.bridge)
        if members is not None:
            members.pop(channel.uniqueid, None)
            if not members:
                del self._members[channel.bridge]
                self._holding.discard(channel.bridge)
        channel.bridge = ""
        channel.waiting = False

    # -- talk ------------------------------------------------------------------------------------------------------

    def settle(self, call: Call, now: float, since_known: bool = True) -> None:
        """Let every party of `call` talk, or stop, as the bridges say."""
        talkers: set[str] = set()
        for group in self._groups(call):
            parties = [channel for channel in group if channel.is_party]
            if len(parties) >= 2:
                talkers.update(channel.uniqueid for channel in parties)
        moved = False
        for channel in call.channels.values():
            if (channel.uniqueid in talkers) != (channel.talking_since is not None):
                moved = True
                if channel.talking_since is None:
                    channel.start_talking(now, since_known)
                else:
                    channel.stop_talking(now)
        if talkers and moved:
            call.asked_by = call.left_by = None  # the others talk on: nobody has ended the call yet
        if talkers:
            call.start_talk(now, since_known)
        else:
            call.stop_talk(now)
        self._registry.mark(call)

    def _groups(self, call: Call) -> Iterable[list[Channel]]:
        """Yield the channels of `call` that hear each other, group by group."""
        left = {c.uniqueid: c for c in call.channels.values() if c.bridge and not c.waiting and not c.dead}
        while left:
            _uniqueid, first = left.popitem()
            group, open_ends = [first], [first]
            while open_ends:
                for near in self._neighbours(open_ends.pop()):
                    if left.pop(near.uniqueid, None) is not None:
                        group.append(near)
                        open_ends.append(near)
            yield group

    def _neighbours(self, channel: Channel) -> Iterable[Channel]:
        yield from self._members.get(channel.bridge, {}).values()
        if channel.half is not None and channel.half.bridge and not channel.half.dead:
            yield channel.half

    def companions(self, channel: Channel) -> list[Channel]:
        """Return the parties that `channel` is connected with, through bridges and Local pairs, itself left out."""
        seen, open_ends = {channel.uniqueid: channel}, [channel]
        while open_ends:
            for near in self._neighbours(open_ends.pop()):
                if near.uniqueid not in seen:
                    seen[near.uniqueid] = near
                    open_ends.append(near)
        return [c for c in seen.values() if c is not channel and c.is_party and not c.dead]
