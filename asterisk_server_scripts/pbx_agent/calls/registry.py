"""Which channels and calls there are: found by uniqueid, name or linkedid, joined when two calls turn out to be one,
forgotten in time.

A channel that has hung up stays known for a while (its call too), and its uniqueid longer still: an event that arrives
late or twice must find it dead instead of bringing it back to life.
"""

from __future__ import annotations

import re
from collections import OrderedDict

from ..ami.facts import ChannelFacts
from .call import Call
from .channels import Channel
from .endpoints import is_local, other_half

#: How long an ended call can still be corrected (its detail record, a late event), seconds.
KEEP_ENDED_SECONDS = 60.0
MAX_TOMBSTONES = 20_000


def epoch_of(uniqueid: str, now: float) -> float:
    """Return when a channel was born as its uniqueid (``[system-]epoch.sequence``) tells, whole seconds; `now` where
    it does not.
    """
    match = re.search(r"(?:^|-)([0-9]{9,11})\.[0-9]+$", uniqueid, re.ASCII)
    born = float(match[1]) if match else now
    return born if 0 <= now - born <= 86_400 else now


class Registry:
    """All that is known; `step` counts events and orders what carries the same time.

    :param keep_seconds: how long an ended call is remembered
    """

    def __init__(self, keep_seconds: float = KEEP_ENDED_SECONDS) -> None:
        self.step = 0
        self._keep = keep_seconds
        self._channels: dict[str, Channel] = {}
        self._names: dict[str, Channel] = {}
        self._calls: dict[str, Call] = {}
        self._tombstones: OrderedDict[str, None] = OrderedDict()
        self._ended: OrderedDict[Call, float] = OrderedDict()
        self._touched: dict[Call, None] = {}
        self.changed: dict[Call, None] = {}
        self.absorbed: list[str] = []

    def mark(self, call: Call) -> None:
        """`call` is not what it was."""
        self.changed[call] = None
        self._touched[call] = None

    # -- finding ---------------------------------------------------------------------------------------------------

    def find(self, uniqueid: str) -> Channel | None:
        """Return a channel, alive or ended a short while ago."""
        return self._channels.get(uniqueid)

    def calls(self) -> list[Call]:
        """Return all calls that are known, in the order they began; also those that ended a short while ago."""
        return sorted(set(self._calls.values()), key=lambda call: call.order)

    def call_of(self, linkedid: str) -> Call | None:
        """Return the call that has (or took over) `linkedid`."""
        return self._calls.get(linkedid)

    # -- meeting ---------------------------------------------------------------------------------------------------

    def meet(self, facts: ChannelFacts | None, now: float, *, new: bool = False) -> Channel | None:
        """Return the living channel of `facts`, created where it is unknown; None where it is dead or cannot be told.

        :param new: the event says that the channel begins now; otherwise an unknown one was there before we came
        """
        channel = self.recall(facts, now, new=new)
        return None if channel is None or channel.dead else channel

    def recall(self, facts: ChannelFacts | None, now: float, *, new: bool = False) -> Channel | None:
        """Return the channel of `facts` like `meet`, also when it died a short while ago: what arrives late is still
        true of it.
        """
        if facts is None:
            return None
        channel = self._channels.get(facts.uniqueid) if facts.uniqueid else self._names.get(facts.name)
        if channel is not None:
            self._learn(channel, facts, now, new)
            if new:
                self._is_born(channel)
        elif facts.uniqueid and facts.uniqueid not in self._tombstones:
            channel = self._create(facts, now, new)
            self._learn(channel, facts, now, new)
            if new and channel.uniqueid in channel.call.unborn:
                self._is_born(channel)
        return channel

    def _create(self, facts: ChannelFacts, now: float, new: bool) -> Channel:
        linkedid = facts.linkedid or facts.uniqueid
        call = self._calls.get(linkedid)
        if call is None:
            is_root = new and linkedid == facts.uniqueid
            began = now if is_root else min(now, epoch_of(linkedid, now))
            call = self._calls[linkedid] = Call([linkedid], began, self.step, set() if is_root else {linkedid})
        born = now if new or not call.partial else min(now, epoch_of(facts.uniqueid, now))
        channel = Channel(facts.uniqueid, facts.name, facts.linkedid, call, born, self.step, seen_at=now)
        self._channels[facts.uniqueid] = call.channels[facts.uniqueid] = channel
        self.mark(call)
        return channel

    def _learn(self, channel: Channel, facts: ChannelFacts, now: float, new: bool) -> None:
        before = (channel.name, channel.number, channel.caller_name, channel.exten, channel.state)
        channel.learn(facts, new)
        if not channel.dead:
            channel.touched = now
            self.rename(channel, facts.name or channel.name)
        if (channel.name, channel.number, channel.caller_name, channel.exten, channel.state) != before:
            self.mark(channel.call)
        if facts.linkedid and facts.linkedid != channel.linkedid:
            stood_in = not channel.linkedid and channel.call.linkedids == [channel.uniqueid]
            channel.linkedid = facts.linkedid
            self._join_linkedid(channel.call, facts.linkedid, stood_in)

    def _is_born(self, channel: Channel) -> None:
        """Its Newchannel came, perhaps after other events of the same moment: it was not there before we came."""
        call = channel.call
        channel.born = channel.seen_at
        call.unborn.discard(channel.uniqueid)
        if not call.partial:
            for leg in call.channels.values():
                leg.born = leg.seen_at
            call.started_at = min(leg.born for leg in call.channels.values())
        self.mark(call)

    def rename(self, channel: Channel, name: str) -> None:
        """Let `channel` be found by `name` from now on."""
        if self._names.get(name) is not channel:
            if self._names.get(channel.name) is channel:
                del self._names[channel.name]
            self._names[name] = channel
            self._pair(channel, name)
        channel.name = name

    def _pair(self, channel: Channel, name: str) -> None:
        half = self._names.get(other_half(name)) if is_local(name) else None
        if half is not None:
            channel.half, half.half = half, channel

    # -- joining ---------------------------------------------------------------------------------------------------

    def _join_linkedid(self, call: Call, linkedid: str, stood_in: bool) -> None:
        """The linkedid of one of `call`'s channels changed to `linkedid`: both are one call.

        :param stood_in: the call's only identity is a uniqueid that stood in for a linkedid that was not told
        """
        other = self._calls.get(linkedid)
        if other is not None:
            self.join(call, other)
            return
        self._calls[linkedid] = call
        if stood_in and len(call.channels) == 1:
            self.absorbed.append(call.linkedid)
            call.linkedids.insert(0, linkedid)
        elif linkedid not in call.linkedids:
            call.linkedids.append(linkedid)
        self.mark(call)

    def join(self, one: Call, other: Call) -> Call:
        """Make one call of two; the older one absorbs the younger. Return it."""
        if one is other:
            return one
        older, younger = sorted((one, other), key=lambda call: call.order)
        older.absorb(younger)
        for linkedid in younger.linkedids:
            self._calls[linkedid] = older
        for known in (self._ended, self._touched, self.changed):
            known.pop(younger, None)
        if older.ended_at is None:
            self._ended.pop(older, None)
        else:
            self._ended[older] = older.ended_at
        self.mark(older)
        self.absorbed.append(younger.linkedid)
        return older

    # -- ending and forgetting -------------------------------------------------------------------------------------

    def bury(self, channel: Channel, now: float, cause: int | None) -> None:
        """`channel` is gone for good."""
        channel.dead = True
        channel.ended_at, channel.ended_step = now, self.step
        channel.cause = cause
        channel.stop_talking(now)
        if self._names.get(channel.name) is channel:
            del self._names[channel.name]
        self._tomb(channel.uniqueid)
        self.mark(channel.call)

    def _tomb(self, uniqueid: str) -> None:
        self._tombstones[uniqueid] = None
        while len(self._tombstones) > MAX_TOMBSTONES:
            self._tombstones.popitem(last=False)

    def settle_ends(self, now: float) -> None:
        """End the calls in which nothing can ring or talk any more, and take that back where it was too early: the end
        is concluded also where a Hangup was lost.
        """
        touched, self._touched = self._touched, {}
        for call in touched:
            if call.is_alive:
                if call.ended_at is not None:
                    call.ended_at = None
                    del self._ended[call]
            elif call.ended_at is None:
                ends = [channel.ended_at for channel in call.channels.values()]
                call.end(now if None in ends else max(ends, default=now))
                self._ended[call] = now

    def forget_old(self, now: float) -> list[Channel]:
        """Let go of calls that ended long enough ago; return their channels."""
        forgotten: list[Channel] = []
        while self._ended:
            call, ended_at = next(iter(self._ended.items()))
            if now - ended_at < self._keep:
                break
            del self._ended[call]
            forgotten += call.channels.values()
            for uniqueid, channel in call.channels.items():
                self._channels.pop(uniqueid, None)
                if self._names.get(channel.name) is channel:
                    del self._names[channel.name]
                self._tomb(uniqueid)
            for linkedid in call.linkedids:
                if self._calls.get(linkedid) is call:
                    del self._calls[linkedid]
            if call not in self.changed:
                call.dissolve()
        return forgotten
