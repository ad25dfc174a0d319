"""What became of a call and of each of its legs, and who ended it. Pure judgement over what the tracker remembers.

Causes are Q.850 numbers as Asterisk's Hangup event tells them.
"""

from __future__ import annotations

from ..ami.facts import UP
from .call import Call
from .channels import ANSWERED, CANCELLED, Channel, attempts_above, fate
from .endpoints import is_local
from .parties import Roles

BUSY_CAUSE, REJECTED_CAUSE, ELSEWHERE_CAUSE = 17, 21, 26
_NO_ANSWER_CAUSES = frozenset({18, 19})
#: Nothing can be concluded from these alone: normal clearing, what Asterisk writes where it has no cause, and "answered
#: elsewhere", which it also writes where nobody answered (Dial's option c).
_NEUTRAL_CAUSES = frozenset({None, 0, 16, ELSEWHERE_CAUSE, 31, 127})
#: Which outcome of several attempts tells the caller's story best.
_RANK = ("no-answer", "rejected", "busy", "failed")


def leg_result(leg: Channel, call: Call, found: Roles) -> str | None:
    """Return what became of one leg; None while it is open, and for who came in without being dialled."""
    if leg is found.caller:
        outcome = call_result(call, found) if call.ended_at is not None else None
        return None if outcome in ("voicemail", "ivr") else outcome
    if has_talked(leg, call) or (leg.dial_status == ANSWERED and not leg.is_over):
        return "answered"
    if leg in found.others or not leg.is_over:
        return None
    return _attempt(leg, call, found)


def has_talked(leg: Channel, call: Call) -> bool:
    """Tell whether somebody talked on a leg that was called; where we came late, that it is up is proof enough."""
    return leg.talked or (call.partial and leg.state == UP)


def _attempt(leg: Channel, call: Call, found: Roles) -> str | None:
    """Return what became of an attempt that nobody talked on."""
    status = fate(leg)
    if status in ("", CANCELLED):
        return _taken_back(leg, status, call, found)
    if status == ANSWERED:  # by a machine, or at the moment when the caller had enough
        return "cancelled" if _caller_gone(found, leg) else "no-answer"
    if status == "BUSY" or leg.cause == BUSY_CAUSE:
        return "busy"
    if leg.cause == REJECTED_CAUSE:
        return "rejected"
    if status == "NOANSWER":
        return "no-answer" if leg.cause in _NEUTRAL_CAUSES or leg.cause in _NO_ANSWER_CAUSES else "failed"
    return "failed"


def _taken_back(leg: Channel, status: str, call: Call, found: Roles) -> str | None:
    """The PBX took the attempt back: another leg answered, the caller gave up, or the reason is not known yet."""
    if any(_won(other, leg) for other in found.callees):
        return "elsewhere"
    caller = found.caller
    gone = call.ended_at is not None or caller is None or caller.asked or caller.dead
    if leg.cause == ELSEWHERE_CAUSE and (call.answered or not gone):
        return "elsewhere"
    if not status and leg.cause not in _NEUTRAL_CAUSES:
        return by_cause(leg.cause)
    if not gone:
        return None
    return "cancelled" if status or caller is None else _unheard(leg, caller)


def _unheard(leg: Channel, caller: Channel) -> str:
    """We did not hear how the attempt ended, but what the caller was told, or that he was still there."""
    if caller.cause not in _NEUTRAL_CAUSES:
        return by_cause(caller.cause)
    outlived = caller.asked and 0 < leg.ended_step < caller.asked_step
    return "no-answer" if caller.taken_out or caller.unseen or outlived else "cancelled"


def _won(other: Channel, leg: Channel) -> bool:
    """Tell whether `other` was answered while both rang."""
    if other is leg or not (other.talked or (other.dial_status == ANSWERED and not other.is_over)):
        return False
    answered_at = other.answered_at if other.answered_at is not None else other.dial_ended
    ended_at = leg.dial_ended if leg.dial_ended is not None else leg.ended_at
    if answered_at is None or ended_at is None:
        return False
    return leg.born <= answered_at + 0.5 and other.born <= ended_at + 0.5 and ended_at <= answered_at + 5.0


def _caller_gone(found: Roles, leg: Channel) -> bool:
    """Tell whether the caller hung up before this attempt was over."""
    caller = found.caller
    if caller is None or not caller.asked:
        return False
    ended_step = leg.dial_ended_step or leg.ended_step
    return not ended_step or caller.asked_step < ended_step or leg.dial_status == ANSWERED


def by_cause(cause: int | None) -> str:
    """Return the outcome that a hangup cause stands for, of a call that nobody answered."""
    if cause == BUSY_CAUSE:
        return "busy"
    if cause == REJECTED_CAUSE:
        return "rejected"
    if cause in _NO_ANSWER_CAUSES:
        return "no-answer"
    return "cancelled" if cause in _NEUTRAL_CAUSES else "failed"


def call_result(call: Call, found: Roles) -> str:
    """Return the result of an ended call, as in the contract."""
    if call.answered or any(has_talked(leg, call) for leg in found.callees):
        return "answered"
    if call.voicemail:
        return "voicemail"
    caller = found.caller
    if _is_own_phone(found):
        return _own_phone(caller) if not found.own else _best([_attempt(leg, call, found) for leg in found.own])
    if any(leg.originated and leg.state == UP and leg.dial_status == ANSWERED for leg in found.callees):
        return "ivr"  # the PBX called him, and nobody of the company came
    attempts = [leg for leg in (*found.callees, *_empty_locals(call)) if not leg.forwarded]
    outcomes = [_attempt(leg, call, found) for leg in attempts]
    if _gave_up(call, found, attempts, outcomes):
        return "cancelled"
    return _best(outcomes) if outcomes else _never_dialled(call, caller)


def _best(outcomes: list[str | None]) -> str:
    told = [outcome for outcome in outcomes if outcome in _RANK]
    if told:
        return min(told, key=_RANK.index)
    return "cancelled" if "cancelled" in outcomes else "no-answer"


def _is_own_phone(found: Roles) -> bool:
    """Tell whether the PBX called its own employee first (a click), and that is all that happened."""
    caller = found.caller
    if caller is None or found.callees:
        return False
    return bool(found.own) or (caller.originated and caller.dial_status != ANSWERED and caller.state != UP)


def _own_phone(caller: Channel) -> str:
    """What became of a click-to-call whose own phone was never picked up."""
    if caller.dial_status in ("BUSY", "CONGESTION", "CHANUNAVAIL"):
        return "busy" if caller.dial_status == "BUSY" else "failed"
    if caller.dial_status == CANCELLED or caller.taken_out:
        return "cancelled"
    return by_cause(caller.cause) if caller.cause not in _NEUTRAL_CAUSES else "no-answer"


def _empty_locals(call: Call) -> list[Channel]:
    """Return the dialled Local channels behind which no phone was found: what they met is an attempt too."""
    behind = {id(half) for party in call.parties for half in attempts_above(party)}
    return [c for c in call.channels.values() if c.dialled and is_local(c.name) and id(c) not in behind]


def _gave_up(call: Call, found: Roles, attempts: list[Channel], outcomes: list[str | None]) -> bool:
    """Tell whether the caller hung up while he still waited for somebody: a phone rang, or he stood in a queue."""
    caller = found.caller
    if caller is not None and caller.unseen and not caller.asked:
        return False
    if caller is not None and caller.asked:
        if call.in_queue or caller.asked_step < call.queue_left_step:
            return True
        if any(_caller_gone(found, leg) for leg in attempts):
            return True
    elif call.abandoned and not outcomes and not (caller is not None and caller.taken_out):
        return True  # a queue also calls it so when its own patience is over, but then the PBX goes on or hangs up
    # Nobody told us who asked, or told it late: an attempt that was taken back, and no other was made after it.
    last = max((leg.dialled_at_step for leg in attempts), default=0)
    return any(
        outcome == "cancelled" and last <= (leg.dial_ended_step or last) for leg, outcome in zip(attempts, outcomes)
    )


def _never_dialled(call: Call, caller: Channel | None) -> str:
    if caller is None:
        return "failed"
    if call.queue:
        return "cancelled" if caller.asked else "no-answer"
    if caller.originated and (caller.asked or caller.cause not in _NEUTRAL_CAUSES):
        return "cancelled" if caller.asked else by_cause(caller.cause)
    if caller.state == UP:
        return "ivr"
    return "cancelled" if caller.asked else by_cause(caller.cause) if caller.cause not in _NEUTRAL_CAUSES else "failed"


def hung_up_by(call: Call, found: Roles, result: str) -> str | None:
    """Return who ended a call: ``caller``, ``callee``, ``pbx``, or None where nobody saw it."""
    caller = found.caller
    if caller is not None and caller.unseen and call.asked_by is None:
        return None
    if result == "answered":
        return _ender(call, found)
    if result == "cancelled":
        return "pbx" if caller is not None and caller.taken_out else "caller"
    if result in ("busy", "rejected"):
        return "caller" if _is_own_phone(found) else "callee"
    if caller is not None and caller.asked:
        return "caller"
    if result in ("ivr", "voicemail") and (caller is None or not caller.taken_out):
        return None
    return "pbx"


def _ender(call: Call, found: Roles) -> str | None:
    """Who ended a conversation: who asked for it, else who left first; None where nobody saw it.

    Where requests are told and the one who left made none, the PBX took him out.
    """
    ender = call.asked_by or call.left_by
    if ender is None:
        if _was_refused(call, found):
            return "callee"
        return "pbx" if found.caller is not None and found.caller.taken_out else None
    if ender.taken_out or (call.hears_requests and not ender.asked and not call.partial):
        return "pbx"
    return "caller" if ender is found.caller else "callee"


def _was_refused(call: Call, found: Roles) -> bool:
    """Tell whether the call was passed on to somebody who did not want it."""
    step = call.transfers[-1].step if call.transfers else None
    later = [leg for leg in found.callees if step is not None and leg.dialled_at_step > step]
    return any(_attempt(leg, call, found) in ("busy", "rejected") for leg in later)
