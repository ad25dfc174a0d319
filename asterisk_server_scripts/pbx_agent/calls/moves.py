"""Calls that move: transfer, pickup, parking, queue; and what a queue or an Originate says about its channels.

Handlers here also take what comes after a channel's Hangup: that two calls are one stays true.
"""

from __future__ import annotations

from ..ami import events as ev
from .bridges import Bridges
from .call import Transfer
from .channels import Channel, is_dialable
from .endpoints import is_local
from .registry import Registry

MAX_TRANSFERS = 20


class Moves:
    """Handlers of what changes who is in a call."""

    def __init__(self, registry: Registry, bridges: Bridges) -> None:
        self._registry, self._bridges = registry, bridges

    def blind(self, event: ev.BlindTransferred, now: float) -> None:
        """BlindTransfer: the target is only a number as yet; who rings there is seen later."""
        by = self._registry.recall(event.transferer, now)
        transferee = self._registry.recall(event.transferee, now)
        if by is not None and transferee is not None:
            self._registry.join(by.call, transferee.call)
        subject = by or transferee
        if subject is None:
            return
        succeeded = event.result == "SUCCESS"
        if transferee is not None:
            transferee.on_its_own = True  # from now on it walks the dialplan itself
        if by is not None and succeeded:
            self._hands_over(by)
        who = by.endpoint if by is not None else ""
        self._add(Transfer("blind", subject, who, event.exten, now, self._registry.step, succeeded, transferee))

    def attended(self, event: ev.AttendedTransferred, now: float) -> None:
        """AttendedTransfer: two calls, with two linkedids where the phone did it, become one."""
        met = [
            self._registry.recall(facts, now) for facts in (event.first, event.second, event.transferee, event.target)
        ]
        present = [channel for channel in met if channel is not None]
        if not present:
            return
        for channel in present[1:]:
            self._registry.join(present[0].call, channel.call)
        first, second, transferee, target = met
        by = first or second
        if event.threeway:
            return  # nobody was passed on: all of them talk
        succeeded = event.result == "SUCCESS"
        if succeeded:
            for channel in (first, second):
                if channel is not None:
                    self._hands_over(channel)
        dialled = second.exten if second is not None and second is not first else ""
        who = by.endpoint if by is not None else ""
        transfer = Transfer("attended", by or present[0], who, dialled, now, self._registry.step, succeeded, transferee)
        transfer.target = self._person(target, first, second, transferee)
        self._add(transfer)

    def _person(
        self, target: Channel | None, first: Channel | None, second: Channel | None, transferee: Channel | None
    ) -> Channel | None:
        """Return who is at the other end of the consultation: where Asterisk names a Local channel, behind it."""
        known = (first, second, transferee)
        if target is not None and is_local(target.name):
            others = [channel for channel in self._bridges.companions(target) if channel not in known]
            return others[0] if others else _dialled_behind(target) or target
        if target is None and second is not None:
            others = [channel for channel in self._bridges.companions(second) if channel not in known]
            return others[0] if others else None
        return target

    def _hands_over(self, channel: Channel) -> None:
        channel.handed_over = True
        if channel.call.left_by is channel:
            channel.call.left_by = None
        if channel.call.asked_by is channel:
            channel.call.asked_by = None

    def _add(self, transfer: Transfer) -> None:
        """Note a transfer; nobody passes the same call on twice from the same channel, but he may fail first."""
        call = transfer.who.call
        for known in call.transfers:
            if (known.kind, known.who, known.transferee) == (transfer.kind, transfer.who, transfer.transferee):
                if not known.succeeded and transfer.succeeded:
                    call.transfers[call.transfers.index(known)] = transfer
                break
        else:
            if len(call.transfers) < 4 * MAX_TRANSFERS:
                call.transfers.append(transfer)
        self._registry.mark(call)

    def picked_up(self, event: ev.PickedUp, now: float) -> None:
        """Pickup: `channel` answers what rang at `target`; both are one call."""
        channel = self._registry.recall(event.channel, now)
        target = self._registry.recall(event.target, now)
        if channel is None:
            return
        channel.joined_in = True
        if target is not None:
            self._registry.join(channel.call, target.call)
        self._registry.mark(channel.call)

    def parked(self, event: ev.ParkChanged, now: float) -> None:
        """ParkedCall and its end; who fetches the parked one belongs to the call."""
        parkee = self._registry.recall(event.parkee, now)
        retriever = self._registry.recall(event.retriever, now)
        if retriever is not None:
            retriever.joined_in = True
            if parkee is not None:
                self._registry.join(parkee.call, retriever.call)
        if parkee is not None:
            parkee.waiting = event.parked and not parkee.dead
            parkee.on_its_own = True
            self._bridges.settle(parkee.call, now)
            if event.parked:
                _mark_parked(parkee)

    def queued(self, event: ev.QueueMoved, now: float) -> None:
        """QueueCallerJoin, QueueCallerLeave, QueueCallerAbandon."""
        channel = self._registry.recall(event.channel, now)
        if channel is None:
            return
        call = channel.call
        if event.queue:
            call.queue = event.queue
        call.in_queue = event.joined and not channel.dead
        if not event.joined:
            call.queue_left_step = self._registry.step
        call.abandoned = (call.abandoned or event.abandoned) and not event.joined
        self._registry.mark(call)

    def agent_silent(self, event: ev.AgentDidNotAnswer, now: float) -> None:
        """AgentRingNoAnswer: the queue gave up on a member who did not pick up, though it says CANCEL of the dial."""
        dest = self._registry.recall(event.dest, now)
        if dest is None or dest.call.abandoned or dest.talked:
            return
        caller = dest.dialer
        if caller is not None and (caller.dead or caller.asked):
            return
        if dest.dial_status in ("", "CANCEL"):
            dest.dial_status = "NOANSWER"
            dest.dial_ended = dest.dial_ended or now
            dest.dial_ended_step = dest.dial_ended_step or self._registry.step
            self._registry.mark(dest.call)

    def originated(self, event: ev.OriginateAnswered, now: float) -> None:
        """OriginateResponse: its channel was made by the PBX, not dialled by a phone, to be sent to `exten`."""
        channel = self._registry.find(event.uniqueid)
        if channel is None or channel.dialled:
            return
        channel.originated = True
        if is_dialable(event.exten):
            channel.target = event.exten
        self._registry.mark(channel.call)


def _mark_parked(parkee: Channel) -> None:
    """The transfer that led to the parking lot led nowhere else, whoever rings afterwards."""
    passed = [t for t in parkee.call.transfers if t.kind == "blind" and t.transferee is parkee]
    rang_since = passed and any(c.dialled_at_step > passed[-1].step for c in parkee.call.channels.values())
    if passed and not rang_since:
        passed[-1].parked = True


def _dialled_behind(local: Channel) -> Channel | None:
    """Return the party that rings (or was dialled) behind a Local channel: its other half dialled it."""
    for channel in local.call.parties:
        if channel.dialer is not None and channel.dialer in (local.half, local) and not channel.is_over:
            return channel
    return None
