"""Channels that begin, ring, are answered or refused, and end."""

from __future__ import annotations

import re

from ..ami import events as ev
from ..ami.facts import RINGING, UP
from .bridges import Bridges
from .channels import ANSWERED, CANCELLED, Channel
from .registry import Registry

#: Contexts and extensions by which the usual dialplans lead to a mailbox (FreePBX: macro-vm, vmu101). FreePBX's
#: macro-exten-vm is no mailbox: every call to an extension that has one passes through it.
_MAILBOX_CONTEXT = re.compile(r"(?:^|(?<!exten)[-_])(?:vm|vmx|voice-?mail)(?:[-_]|$)", re.IGNORECASE)
_MAILBOX_EXTEN = re.compile(r"vm[usbi]?[0-9]+", re.IGNORECASE | re.ASCII)
#: Events of one moment come in any order.
JUST_NOW_SECONDS = 0.5
_MAILBOX_APPLICATIONS = frozenset({"voicemail", "voicemailmain", "minivmrecord", "comedian mail"})


class Dialing:
    """Handlers of what concerns one channel, or one channel that dials another.

    What became of a dial attempt is also taken from an event that comes after the Hangup.
    """

    def __init__(self, registry: Registry, bridges: Bridges) -> None:
        self._registry, self._bridges = registry, bridges

    def seen(self, event: ev.ChannelSeen, now: float) -> None:
        """Newchannel, Newstate, NewCallerid … and any event that mentions a channel."""
        channel = self._registry.recall(event.channel, now, new=event.kind == "new")
        if channel is None:
            return
        if event.kind in ("state", "caller", "connected"):
            channel.call.hears_details = True
        if event.channel.state == RINGING:
            self._rings(channel)
        if _MAILBOX_CONTEXT.search(event.channel.context) or _MAILBOX_EXTEN.fullmatch(event.channel.exten):
            self._mailbox(channel)

    def begun(self, event: ev.DialBegun, now: float) -> None:
        """DialBegin; without a dialling channel it is the first leg of an Originate."""
        dialer, dest = self._meet_both(event.channel, event.dest, now)
        self._walks(dialer)
        if dest is None:
            return
        if event.channel is None and not dest.dialled:
            dest.originated = True
        dest.dial_string = dest.dial_string or event.dial_string
        self._registry.mark(dest.call)

    def moved(self, event: ev.DialMoved, now: float) -> None:
        """DialState: RINGING, PROGRESS."""
        _dialer, dest = self._meet_both(event.channel, event.dest, now)
        if dest is None:
            return
        dest.call.hears_details = True
        if event.status in ("RINGING", "PROGRESS"):
            self._rings(dest)

    def ended(self, event: ev.DialEnded, now: float) -> None:
        """DialEnd. app_queue says twice of the losers that it took the attempt back; any reason is better, an answer
        best.
        """
        _dialer, dest = self._meet_both(event.channel, event.dest, now)
        if dest is None or not event.status:
            return
        if dest.dial_status in ("", CANCELLED) and dest.dial_status != event.status or event.status == ANSWERED:
            dest.dial_status = event.status
            dest.dial_ended, dest.dial_ended_step = now, self._registry.step
        dest.forwarded = dest.forwarded or bool(event.forward)
        self._registry.mark(dest.call)

    def _meet_both(
        self, dialer: ev.ChannelFacts | None, dest: ev.ChannelFacts, now: float
    ) -> tuple[Channel | None, Channel | None]:
        """Recall both ends of a dial attempt; the dialled one belongs to the call of who dials it, whatever linkedid is
        (not) told.
        """
        by = self._registry.recall(dialer, now)
        to = self._registry.recall(dest, now, new=by is not None and not by.call.partial and not self._knows(dest))
        if by is not None and to is not None:
            self._registry.join(by.call, to.call)
        if dialer is not None and to is not None:
            self._dialled_by(to, by, now)
        return by, to

    def _knows(self, facts: ev.ChannelFacts) -> bool:
        return self._registry.find(facts.uniqueid) is not None

    def _dialled_by(self, dest: Channel, dialer: Channel | None, now: float) -> None:
        if dest.dialer is None and dialer is not None:
            dest.dialer = dialer
            self._registry.mark(dest.call)
        if not dest.dialled:
            dest.dialled, dest.originated = True, False
            dest.dialled_at, dest.dialled_at_step = now, self._registry.step
            dest.rang_as = dest.rang_as or dest.endpoint

    def _rings(self, channel: Channel) -> None:
        if not channel.rang:
            channel.rang = True
            channel.rang_as = channel.rang_as or channel.endpoint
            self._registry.mark(channel.call)

    def asked(self, event: ev.HangupAsked, now: float) -> None:
        """HangupRequest (the far end), SoftHangupRequest (the PBX)."""
        channel = self._registry.recall(event.channel, now)
        if channel is None or not channel.is_party:
            return
        channel.call.hears_details = channel.call.hears_requests = True
        if event.soft:
            channel.softly = True
        else:
            if not channel.asked:
                channel.asked, channel.asked_step = True, self._registry.step
            if channel.call.asked_by is None and _may_end_it(channel, now):
                channel.call.asked_by = channel
        self._registry.mark(channel.call)

    def hung_up(self, event: ev.HungUp, now: float) -> None:
        """Hangup: the channel is gone; with the last one the call is over."""
        channel = self._registry.meet(event.channel, now)
        if channel is not None:
            self.bury(channel, now, event.cause)

    def bury(self, channel: Channel, now: float, cause: int | None) -> None:
        """End a channel, seen or unseen."""
        self._bridges.remove(channel, now)
        self._registry.bury(channel, now, cause)
        if channel.half is not None:
            channel.half.orphan = True  # its own Hangup is on the way
            self._registry.mark(channel.half.call)

    def held(self, event: ev.Held, now: float) -> None:
        """Hold, Unhold: said of the channel whose device pressed the key."""
        channel = self._registry.meet(event.channel, now)
        if channel is not None and channel.held != event.on:
            channel.held = event.on
            self._registry.mark(channel.call)

    def recorded(self, event: ev.MonitorChanged, now: float) -> None:
        """MixMonitorStart, MixMonitorStop."""
        self._set_recording(event.channel, "on" if event.on else "", now)

    def muted(self, event: ev.MonitorMuted, now: float) -> None:
        """MixMonitorMute: said of a channel that is recorded, also where we did not see that begin."""
        self._set_recording(event.channel, "paused" if event.on else "on", now)

    def _set_recording(self, facts: ev.ChannelFacts, recording: str, now: float) -> None:
        channel = self._registry.meet(facts, now)
        if channel is not None and channel.recording != recording:
            channel.recording = recording
            self._registry.mark(channel.call)

    def renamed(self, event: ev.Renamed, now: float) -> None:
        """Rename: a masquerade put another device behind the channel."""
        channel = self._registry.meet(event.channel, now)
        if channel is not None and event.new_name:
            channel.on_its_own = channel.on_its_own or event.new_name.startswith("AsyncGoto/")
            self._registry.rename(channel, event.new_name)
            self._bridges.settle(channel.call, now)

    def application(self, event: ev.AppStarted, now: float) -> None:
        """Newexten, where the AMI user may read it."""
        channel = self._registry.recall(event.channel, now)
        if channel is None:
            return
        name = event.application.lower()
        if not name.startswith("appdial"):
            self._walks(channel)
        if name in _MAILBOX_APPLICATIONS:
            self._mailbox(channel)
        elif name == "queue" and not channel.call.queue:
            channel.call.queue = event.data.partition(",")[0]
            self._registry.mark(channel.call)

    def _walks(self, channel: Channel | None) -> None:
        """The channel walks the dialplan itself, so it does not end with who dialled it."""
        if channel is not None and not channel.on_its_own:
            channel.on_its_own = True
            self._registry.mark(channel.call)

    def message_left(self, event: ev.MessageLeft, now: float) -> None:
        """MessageWaiting with the channel that left the message."""
        channel = self._registry.recall(event.channel, now)
        if channel is not None:
            self._mailbox(channel)

    def _mailbox(self, channel: Channel) -> None:
        if not channel.call.voicemail:
            channel.call.voicemail = True
            self._registry.mark(channel.call)

    def detail_record(self, event: ev.CdrWritten, now: float) -> None:
        """Cdr: comes after the end, and knows the last application."""
        channel = self._registry.find(event.uniqueid)
        if channel is not None and event.application.lower() in _MAILBOX_APPLICATIONS:
            self._mailbox(channel)


def _may_end_it(channel: Channel, now: float) -> bool:
    """Tell whether this channel's wish to hang up can end the call: it talks; or nobody does any more, and it left
    first or just now; or it waits on the line.
    """
    call = channel.call
    if call.talking_since is not None:
        return channel.talking_since is not None
    if channel.handed_over:
        return False
    if call.left_by is None or channel is call.left_by:
        return channel.talked or not channel.dialled or channel.state == UP
    # Its BridgeLeave may have been told after the other's; the other has not asked for anything.
    just_now = bool(call.stretches) and now - call.stretches[-1][1] <= JUST_NOW_SECONDS
    return channel.talked and just_now and not call.left_by.asked
