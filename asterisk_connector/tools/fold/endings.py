"""How a call ended: what became of each attempt, of the whole, and who hung up."""

from .lazy import lazy
from .names import other_half, ring_limit

_MAILBOX = frozenset({"voicemail", "minivmrecord", "record"})
_DIAL_ENDS = {
    "NOANSWER": "no-answer",
    "CANCEL": "cancelled",
    "BUSY": "busy",
    "CONGESTION": "failed",
    "CHANUNAVAIL": "failed",
}
#: which outcome of several attempts tells the caller's story best
RANK = ("no-answer", "rejected", "busy", "failed", "cancelled")
BUSY, REJECTED = 17, 21
_FAILED_CAUSES = frozenset({1, 2, 3, 20, 22, 27, 28, 34, 38, 41, 42, 44, 50, 57, 58})


class Endings:
    """The half of `Story` that judges; it only reads what the other half has gathered."""

    @lazy
    def ender(self):
        """The channel that hung up, as channel events tell; "": the PBX did; None: nobody knows."""
        ender, channels = self.witness.hung_up_by(self.caller), self.witness.channels
        if ender is None or ender in channels:
            return ender
        # Through Local channels only the far end may know; a dialplan's Hangup names itself.
        return next((seen.ended_by for seen in channels.values() if seen.ended_by in channels), "")

    @property
    def is_cut(self):
        """Whether the events stop before the call's end: Asterisk was killed, and nobody saw how it ended."""
        return self.ender is None and bool(self.witness.channels)

    @property
    def _waits_to_the_end(self):
        return self.own_rows[-1].lastapp.lower() == "queue"

    @lazy
    def result(self):
        """How the call ended: a ``result`` of the contract."""
        if self.talk.stretches:
            return "answered"
        in_mailbox = any(row.lastapp.lower() in _MAILBOX and row.disposition == "ANSWERED" for row in self.own_rows)
        if in_mailbox or self.witness.apps(self.caller) & _MAILBOX:
            return "voicemail"
        outcomes = [self.attempt(channel) for channel in self.callees]
        if self.queue:
            # It goes on in the dialplan when nobody came; where it does not, the caller had enough.
            gave_up = self.ender == self.caller if self.ender is not None else self._waits_to_the_end
            return "cancelled" if gave_up else "no-answer"
        if outcomes:
            gave_up = "cancelled" in outcomes and self.ender == self.caller
            return "cancelled" if gave_up else min(outcomes, key=RANK.index)
        up = any(row.disposition == "ANSWERED" for row in self.own_rows)
        return "ivr" if up and self.direction == "incoming" else "failed"

    def attempt(self, channel):
        """Return what became of a dialled channel on which nobody talked."""
        row = self.rows_to(channel)[-1]
        if row.talked_from is not None:
            row = self.outer(row)  # picked up without taking the call: follow me asks for a key
        cause, told = self.witness.cause(channel), self._told_by_dial(row)
        if row.disposition == "BUSY" or cause == BUSY:
            return "busy"
        if told == "cancelled" or (told in (None, "no-answer") and self.ender == self.caller):
            return "cancelled"
        if cause == REJECTED:
            return "rejected"
        if row.disposition in ("FAILED", "CONGESTION") or cause in _FAILED_CAUSES:
            return "failed"
        return told or self._told_afterwards(row) or self._gave_up(row)

    def _told_by_dial(self, row):
        """How the caller's own Dial ended, where that tells of this attempt: of several it tells only one's fate."""
        told = _DIAL_ENDS.get(self.witness.dialstatus(self.outer(row).channel))
        return told if told in ("no-answer", "cancelled") or len(self.callees) == 1 else None

    def outer(self, row):
        """Return the row in which a Local channel was dialled that itself dialled in this row; else the row."""
        half = other_half(row.channel)
        return next((outer for outer in self.rows if half and outer.dstchannel == half), row)

    def _told_afterwards(self, row):
        """A dialplan that ends with the cause of its Dial tells it: ``Hangup(21)``."""
        tail = next((r for r in self.rows if r.channel == row.channel and r.lastapp.lower() == "hangup"), None)
        if tail is None or not tail.lastdata.isdigit():
            return None
        cause = int(tail.lastdata)
        if cause == BUSY:
            return "busy"
        if cause == REJECTED:
            return "rejected"
        return "failed" if cause in _FAILED_CAUSES else None

    def _gave_up(self, row):
        limits = [(r, ring_limit(r.lastdata)) for r in (row, self.outer(row))]
        rang_out = any(limit is not None and r.end - r.start >= limit - 1 for r, limit in limits)
        went_on = any(
            other.channel == row.channel and other.start >= row.end
            and (other.lastapp, other.lastdata) != (row.lastapp, row.lastdata)
            for other in self.rows
        )  # fmt: skip
        if rang_out or went_on or self.is_cut:
            return "no-answer"
        # Nobody gives up before the line has answered in any way.
        return "failed" if self.direction == "outgoing" and row.end == row.start else "cancelled"

    @lazy
    def hung_up_by(self):
        """Who ended it: ``caller``, ``callee``, ``pbx``; None: only events could tell, and there are none."""
        ender = self.ender
        if self.is_cut:
            return None
        if self.result in ("cancelled", "busy", "rejected"):
            return "caller" if self.result == "cancelled" else "callee"
        if self.result in ("no-answer", "failed"):
            return "pbx"
        if not ender:
            return "pbx" if ender == "" else None
        if self.result == "answered":
            return "caller" if ender == self.caller else "callee"
        return "caller" if ender == self.caller else "pbx"
