"""One call told: who called, whom, which phones rang, who answered, how it ended."""

import re

from .endings import Endings
from .events import Witness
from .lazy import lazy
from .names import STEERING, dialled_endpoints, endpoint_of, is_local, is_party, number_in, other_half
from .talk import Talk

_OUTSIDE = re.compile(r"\+[0-9]+|00[0-9]{5,}|[0-9]{7,}", re.ASCII)
_WITHHELD = frozenset({"anonymous", "unknown", "unavailable", "private", "restricted", "withheld", "<unknown>"})
#: rooms: who is in one was not dialled by the others
_ROOMS = frozenset({"confbridge", "meetme", "parkedcall", "park", "bridge"})
_TAKEN = frozenset({"pickup", "appdial", "appqueue"})
#: applications that a channel seems to be in when it was dialled by another one
_DIALLED_BY = frozenset({"appdial", "appqueue", "appdial2"})


class Story(Endings):
    """What the rows and events of one call mean.

    :param linkedids: its identities, the first one first
    :param rows: CDR rows in order
    :param events: channel events in order
    :param directory: who is a phone of the company
    """

    def __init__(self, linkedids, rows, events, directory):
        self.linkedids, self.directory = linkedids, directory
        self.witness = Witness(events)
        #: whether it surely is over: the PBX writes a row at an end, but events from the first moment on
        self.is_over = bool(rows) or self.witness.is_over
        known = {name for row in rows for name in (row.channel, row.dstchannel)}
        made_up = self.witness.rows(known)
        self.rows = sorted([*rows, *made_up], key=lambda row: row.start) if made_up else rows
        self.caller, self.caller_side, self._voice = self._find_caller()
        self.talk = Talk(self.witness.edges)
        if not self.talk.stretches:
            self.talk = Talk(self._edges())  # no events, or not all of them have come yet
        self.callees = self._find_callees()

    # -- who -----------------------------------------------------------------------------------------------------------

    def _find_caller(self):
        """Return who called: the channel, those on its side that were dialled first (a click through Local), and the
        channel that dialled the rest.
        """
        free = [row for row in self.rows if row.lastapp.lower() not in _DIALLED_BY]
        own = [row for row in free if row.uniqueid == row.linkedid] or free or self.rows
        party = next((row.channel for row in own if is_party(row.channel)), None)
        first = own[0] if own else None
        if first is not None and is_local(first.channel) and not self._dials_in(first.channel):
            half = other_half(first.channel)
            phones = [row for row in self.rows if row.channel == half and is_party(row.dstchannel)]
            if phones:
                answered = next((row for row in phones if row.talked_from is not None), phones[0])
                return answered.dstchannel, {row.dstchannel for row in phones}, first.channel
        return party, set(), party

    def _dials_in(self, local):
        """Return whether somebody dialled this Local channel (then the call began elsewhere)."""
        return any(row.dstchannel in (local, other_half(local)) for row in self.rows)

    def _find_callees(self):
        """Return the dialled channels, each once, in the order in which they were dialled."""
        dialled = [row.dstchannel for row in self.rows if is_party(row.dstchannel)]
        return [c for c in dict.fromkeys(dialled) if c != self.caller and c not in self.caller_side]

    def is_phone(self, channel):
        """Return whether a channel is a phone of the company."""
        return self.directory.is_phone(channel)

    def rows_to(self, channel):
        """Return the rows in which a channel was dialled or joined."""
        return [row for row in self.rows if row.dstchannel == channel]

    @lazy
    def own_rows(self):
        """The rows of the calling channel."""
        return [row for row in self.rows if row.channel == self._voice] or self.rows

    # -- talk ----------------------------------------------------------------------------------------------------------

    def _edges(self):
        return [
            (row.channel, row.dstchannel, self._since(row), row.end) for row in self.rows if row.talked_from is not None
        ]

    def _since(self, row):
        """Return when the two of a row began to talk.

        Where the PBX had picked up before (a queue, a menu) the row's answer is that earlier moment; the other phones
        of the same round stopped to ring when this one answered.
        """
        rivals = [
            other.end
            for other in self.rows
            if other.channel == row.channel and other.talked_from is None and other.dstchannel
            and abs(other.start - row.start) <= 1 and other.end <= row.end
        ]  # fmt: skip
        return max([row.talked_from, *rivals])

    # -- facts ---------------------------------------------------------------------------------------------------------

    @lazy
    def started_at(self):
        """When the call began."""
        first = self.witness.channels.get(self.caller)
        return first.started_at if first else min(row.start for row in self.rows)

    @lazy
    def ended_at(self):
        """When its last channel went."""
        ends = [seen.ended_at or seen.last_at for seen in self.witness.channels.values()]
        return max(ends) if ends else max(row.end for row in self.rows)

    @lazy
    def dialled(self):
        """What the caller dialled, "" when it cannot be told."""
        seen = self.witness.channels.get(self.caller)
        extens = [seen.exten if seen else "", *(row.dst for row in self.own_rows)]
        return next((exten for exten in extens if exten not in STEERING), "")

    @lazy
    def direction(self):
        """``incoming``, ``outgoing`` or ``internal``, seen from the company."""
        if self.caller is None:
            return "internal"
        if not self.is_phone(self.caller):
            return "incoming"
        phones = [c for c in self.callees if self.is_phone(c)]
        if self.directory.knows(self.dialled) or any(self.directory.extension(c) == self.dialled for c in phones):
            return "internal"
        if self.callees:
            return "internal" if self.is_phone(self.callees[0]) else "outgoing"
        return "outgoing" if _OUTSIDE.fullmatch(self.dialled) else "internal"

    @lazy
    def did(self):
        """The number of ours that the carrier dialled; None when the call did not come from outside."""
        if self.direction != "incoming":
            return None
        return next((row.did for row in self.rows if row.did), "") or self.dialled or None

    @lazy
    def queue(self):
        """The queue that the caller stood in, None when in none."""
        names = [row.lastdata.partition(",")[0] for row in self.rows if row.lastapp.lower() == "queue"]
        return next((name for name in names if name), None)

    @lazy
    def trunk(self):
        """The line to the outside, None in an internal call."""
        lines = [c for c in (self.caller, *self.callees) if c and not self.is_phone(c)]
        lines.sort(key=lambda channel: (channel != self.caller, channel not in self.talk.of))
        return endpoint_of(lines[0]) if lines else None

    def party(self, channel):
        """Return a channel as a party of the contract: ``{"number", "name", "endpoint"}``."""
        if channel is None:
            return {"number": "", "name": "", "endpoint": None}
        if self.is_phone(channel):
            return {"number": self.directory.extension(channel), "name": "", "endpoint": endpoint_of(channel)}
        if channel != self.caller:
            number = next((n for row in self.rows_to(channel) if (n := number_in(row.lastdata, channel))), "")
            return {"number": number or self.dialled, "name": "", "endpoint": None}
        first = self.own_rows[0]
        number = "" if first.src.lower() in _WITHHELD else first.src
        return {"number": number, "name": first.caller_name, "endpoint": None}

    @lazy
    def callee(self):
        """Whom the caller wanted: what was dialled, with the endpoint where exactly that phone was rung."""
        if not self.dialled:
            return self.party(self.callees[0] if self.callees else None)
        for channel in self.callees:
            if self.is_phone(channel) and self.directory.extension(channel) == self.dialled:
                return self.party(channel)
        return {"number": self.dialled, "name": "", "endpoint": None}

    # -- ringing -------------------------------------------------------------------------------------------------------

    def rang(self, channel):
        """Return whether this phone rang: it was dialled, and was neither busy nor out of reach from the start."""
        for row in self.rows_to(channel):
            named = dialled_endpoints(row.lastapp, row.lastdata)
            was_dialled = named is None or endpoint_of(channel) in named or any(n.startswith("Local/") for n in named)
            by_itself = row.lastapp.lower() in _ROOMS | _TAKEN
            if was_dialled and not by_itself and row.disposition not in ("BUSY", "FAILED", "CONGESTION"):
                return True
        return False

    @lazy
    def answered_by(self):
        """The company's phone that talked first; None in an outgoing call, where that is none of ours."""
        if self.direction == "outgoing":
            return None
        talked = [c for c in self.callees if c in self.talk.of and self.is_phone(c) and self._came_by_dial(c)]
        return min(talked, key=lambda c: self.talk.of[c][0][0], default=None)

    def _came_by_dial(self, channel):
        return any(row.lastapp.lower() not in _ROOMS for row in self.rows_to(channel))

    @property
    def is_call(self):
        """Whether anybody called anybody: not a listening test, not a look into the own mailbox."""
        return self.caller is not None and (bool(self.callees) or self.direction != "internal")
