"""What becomes of a click-to-call, read from the events. Pure.

The `Reason` of OriginateResponse is no help (0 for everything but a timeout), so the outcome is told by DialEnd and by
the hangup cause (Q.850) of the leg concerned. Asterisk's threads write them in any order: as long as something that
could still decide has not come, there is no outcome, and who waits gives it a moment (`is_ending`, `undecided`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ami import events as ev
from ..ami.facts import UP
from .pbx import Outcome, failed

_BUSY, _REJECTED = 17, 21
_NO_ANSWER = frozenset({18, 19})
_BAD_NUMBER = frozenset({1, 3, 22, 28})
_ABSENT = frozenset({20})
#: What a leg's cause says when it says nothing.
_NO_CAUSE = frozenset({None, 0, 16})
ORIGINATE_TIMED_OUT = 3


@dataclass
class _Leg:
    """One leg of the client's side."""

    status: str = ""
    cause: int | None = None
    gone: bool = False


@dataclass
class OriginateWatch:
    """Follows the call that carries `uuid`; `feed` returns its outcome once there is one.

    :param endpoint: the employee's phone, for the messages
    """

    uuid: str
    endpoint: str
    _seen: bool = False
    _answered: bool = False
    _refused: bool = False
    _reason: int = 0
    _gone: bool = False
    _status: str = ""
    _cause: int | None = None
    _asked: bool = False
    _softly: bool = False
    _legs: dict[str, _Leg] = field(default_factory=dict)
    #: Legs that hung up before their dialling was told.
    _early: dict[str, int | None] = field(default_factory=dict)

    def feed(self, event: ev.AmiEvent) -> Outcome | None:
        """Take an event; return the outcome, or None while it is open."""
        if isinstance(event, ev.OriginateAnswered):
            self._originated(event)
        elif isinstance(event, (ev.DialBegun, ev.DialEnded)):
            self._dialled(event)
        elif isinstance(event, ev.HungUp):
            self._hung_up(event)
        elif isinstance(event, ev.HangupAsked) and event.channel.uniqueid == self.uuid:
            self._asked = self._asked or not event.soft
            self._softly = self._softly or event.soft
        elif isinstance(event, ev.ChannelSeen) and event.channel.uniqueid == self.uuid:
            self._seen = True
            self._answered = self._answered or event.channel.state == UP
        return self._outcome()

    def _originated(self, event: ev.OriginateAnswered) -> None:
        if event.action_id == self.uuid:
            self._answered = self._answered or event.success
            self._refused = not event.success
            self._reason = event.reason

    def _dialled(self, event: ev.DialBegun | ev.DialEnded) -> None:
        status = event.status if isinstance(event, ev.DialEnded) else ""
        dest = event.dest
        if dest.uniqueid == self.uuid:
            self._seen = True
            self._status = self._status or status
            self._answered = self._answered or status == "ANSWER"
        elif dest.linkedid == self.uuid or (event.channel is not None and event.channel.linkedid == self.uuid):
            leg = self._legs.setdefault(dest.uniqueid, _Leg())
            leg.status = leg.status or status
            if dest.uniqueid in self._early:
                leg.cause, leg.gone = self._early.pop(dest.uniqueid), True

    def _hung_up(self, event: ev.HungUp) -> None:
        channel = event.channel
        if channel.uniqueid == self.uuid:
            self._seen = self._gone = True
            self._cause = event.cause
        elif channel.uniqueid in self._legs:
            leg = self._legs[channel.uniqueid]
            leg.cause, leg.gone = event.cause, True
        elif channel.linkedid == self.uuid:
            self._early[channel.uniqueid] = event.cause

    # -- judgement -------------------------------------------------------------------------------------------------

    @property
    def is_ending(self) -> bool:
        """Whether the employee's side is over: what can still decide comes within a moment or never."""
        return self._is_refused or self._gone

    @property
    def _is_refused(self) -> bool:
        return self._refused and not self._answered

    def undecided(self) -> Outcome:
        """Return the best outcome there is when what could still decide does not come."""
        return self._ended() if self._answered or self._legs else self._own_side()

    def _outcome(self) -> Outcome | None:
        if any(leg.status == "ANSWER" for leg in self._legs.values()):
            return Outcome("done", linkedid=self.uuid)
        if not self._answered and not self._legs:
            says_why = self._cause not in _NO_CAUSE or self._softly or self._status not in ("", "NOANSWER")
            return self._own_side() if self._is_refused and self._gone and says_why else None
        if self._gone:
            return self._ended() if self._is_complete() else None
        return self._client_side()

    def _is_complete(self) -> bool:
        """Whether all has come that can say why it ended."""
        if not self._legs:
            return self._cause in _BAD_NUMBER
        return all(leg.gone and leg.status for leg in self._legs.values())

    def _own_side(self) -> Outcome:
        """The employee's phone was not answered."""
        if not self._seen:
            return failed("unregistered", f"{self.endpoint} has no registered phone")
        if self._softly or self._status == "CANCEL":
            return failed("cancelled", "the call was ended before it was answered", self.uuid)
        if self._status == "BUSY" or self._cause == _BUSY:
            return failed("busy", f"{self.endpoint} is busy", self.uuid)
        if self._cause == _REJECTED:
            return failed("declined", f"{self.endpoint} declined the call", self.uuid)
        if self._cause in _ABSENT or self._status == "CHANUNAVAIL":
            return failed("unregistered", f"{self.endpoint} cannot be reached", self.uuid)
        if self._reason == ORIGINATE_TIMED_OUT or self._cause in _NO_ANSWER:
            return failed("no_answer", f"nobody picked up {self.endpoint}", self.uuid)
        return failed("refused", f"{self.endpoint} did not take the call (cause {self._cause})", self.uuid)

    def _client_side(self) -> Outcome | None:
        """The employee waits while the client is being dialled, or was."""
        told = [leg for leg in self._legs.values() if leg.gone and leg.cause in (_BUSY, _REJECTED)]
        # Busy and rejected are the client's own words; other failures may be followed by another trunk.
        if told and all(leg.gone or leg.status for leg in self._legs.values()):
            return self._of_leg(told[-1])
        return None

    def _ended(self) -> Outcome:
        """The employee's leg is gone and the client did not answer."""
        legs = [leg for leg in self._legs.values() if leg.status or leg.gone]
        if legs:
            decided = [leg for leg in legs if leg.status not in ("CANCEL", "CONGESTION", "CHANUNAVAIL")]
            return self._of_leg((decided or legs)[-1])
        if self._cause in _BAD_NUMBER:
            return failed("bad_number", f"the PBX does not dial this number (cause {self._cause})", self.uuid)
        if self._asked:
            return failed("cancelled", "the employee hung up before the client was dialled", self.uuid)
        return failed("client_failed", f"the client was not dialled (cause {self._cause})", self.uuid)

    def _of_leg(self, leg: _Leg) -> Outcome:
        if leg.status == "BUSY" or leg.cause == _BUSY:
            return failed("client_busy", "the client is busy", self.uuid)
        if leg.cause == _REJECTED:
            return failed("client_rejected", "the client rejected the call", self.uuid)
        if leg.status == "CANCEL":
            return failed("cancelled", "the employee hung up before the client answered", self.uuid)
        if leg.cause in _BAD_NUMBER:
            return failed("bad_number", f"this number does not exist (cause {leg.cause})", self.uuid)
        if leg.cause in _NO_ANSWER or (leg.status == "NOANSWER" and leg.cause in _NO_CAUSE):
            return failed("client_no_answer", "the client did not answer", self.uuid)
        return failed("client_failed", f"the client could not be reached (cause {leg.cause})", self.uuid)
