"""A call -> the dictionary of the wire contract (docs/contract.md, "Snapshot"), cut to the contract's limits. Pure."""

from __future__ import annotations

from typing import Any

from ..ami.facts import UP
from ..ami.text import CHANNEL_LIMIT, ID_LIMIT, NAME_LIMIT, NUMBER_LIMIT
from .call import Call, Transfer
from .channels import ANSWERED, CANCELLED, Channel
from .endpoints import Directory
from .parties import Parties, Roles, command_of, is_phone, leg_name, leg_number, tell
from .result import call_result, has_talked, hung_up_by, leg_result

MAX_LEGS, MAX_TRANSFERS, MAX_LINKEDIDS = 60, 20, 20


def snapshot(call: Call, directory: Directory, version: int) -> dict[str, Any]:
    """Return `call` as a snapshot of the contract.

    :param directory: which endpoints are the company's phones
    :param version: grows with every snapshot of any call
    """
    parties = tell(call, directory)
    result = call_result(call, parties.roles) if call.ended_at is not None else None
    return {
        "linkedid": call.linkedid[:ID_LIMIT],
        "linkedids": _middle_out([linkedid[:ID_LIMIT] for linkedid in call.linkedids], MAX_LINKEDIDS),
        "version": version,
        "partial": call.partial,
        "state": _state(call),
        "direction": parties.direction,
        "started_at": _time(call.started_at),
        "answered_at": _time(call.answered_at),
        "ended_at": _time(call.ended_at),
        "caller": _cut(parties.caller),
        "callee": _cut(parties.callee),
        "did": parties.did[:NUMBER_LIMIT] if parties.did else None,
        "queue": call.queue[:NAME_LIMIT] or None,
        "trunk": parties.trunk[:NAME_LIMIT] if parties.trunk else None,
        "result": result,
        **_course(call, parties, directory, result),
        "command": command_of(call),
        "recording": _recording(call),
        "legs": _middle_out([_leg(c, call, parties.roles, directory) for c in call.parties], MAX_LEGS),
    }


def _course(call: Call, parties: Parties, directory: Directory, result: str | None) -> dict[str, Any]:
    """How the call went on from its beginning to its end."""
    return {
        "rang": rang(call, parties.roles, directory),
        "answered_by": _answered_by(call, parties, directory),
        "hung_up_by": hung_up_by(call, parties.roles, result) if result is not None else None,
        "ring_seconds": _ring_seconds(call, result),
        "talk_seconds": round(call.talk_seconds(), 3),
        "transfers": _middle_out([_transfer(t, call, parties.roles, directory) for t in call.transfers], MAX_TRANSFERS),
    }


def _middle_out(items: list, limit: int) -> list:
    """Return at most `limit` items; the first and the last tell most, so the middle is left out."""
    if len(items) <= limit:
        return items
    head = limit // 2
    return items[:head] + items[head - limit :]


def _time(moment: float | None) -> float | None:
    return None if moment is None else round(moment, 3)


def _cut(party: dict) -> dict:
    return {
        "number": party["number"][:NUMBER_LIMIT],
        "name": party["name"][:NAME_LIMIT],
        "endpoint": party["endpoint"][:NAME_LIMIT] if party["endpoint"] else None,
    }


def _state(call: Call) -> str:
    if call.ended_at is not None:
        return "ended"
    if not call.answered:
        return "ringing"
    resting = any((c.held and c.talking_since is not None) or (c.waiting and not c.dead) for c in call.parties)
    return "held" if resting else "talking"


def _recording(call: Call) -> str | None:
    """``on`` while anything of the call is recorded, ``paused`` while only silence is; None: nothing, or not known."""
    if call.ended_at is not None:
        return None
    found = {channel.recording for channel in call.channels.values() if not channel.is_over}
    return next((recording for recording in ("on", "paused") if recording in found), None)


def _ring_seconds(call: Call, result: str | None) -> float:
    until = call.answered_at if call.answered or result == "answered" else call.ended_at
    return round(max(0.0, until - call.started_at), 3) if until is not None else 0.0


def rang(call: Call, found: Roles, directory: Directory) -> list[str]:
    """Return the company's endpoints that rang, in order; a phone that was busy or unreachable from the start did not
    ring, nor did one that took a call which rang elsewhere.
    """
    endpoints = []
    for channel in found.callees:
        endpoint = channel.rang_as or channel.endpoint
        if endpoint[:NAME_LIMIT] in endpoints or not directory.is_phone(endpoint, channel.evidence(endpoint)):
            continue
        if _has_rung(channel, call):
            endpoints.append(endpoint[:NAME_LIMIT])
    return _middle_out(endpoints, MAX_LEGS)


def _has_rung(channel: Channel, call: Call) -> bool:
    if channel.rang:
        return True
    if channel.joined_in or channel.forwarded:
        return False
    if not channel.dialled:
        return call.partial and has_talked(channel, call)  # it was answered before we came
    if channel.talked or not channel.is_over:
        return True
    # Nobody said that it rings. Where such details are told that means something, else only a refusal does.
    ended = channel.dial_ended if channel.dial_ended is not None else channel.ended_at
    was_short = ended is None or channel.dialled_at is None or ended - channel.dialled_at < 1.0
    if channel.dial_status in ("", CANCELLED):
        return was_short or not call.hears_details
    return channel.dial_status == "NOANSWER" and not was_short and not call.hears_details


def _answered_by(call: Call, parties: Parties, directory: Directory) -> str | None:
    """The company's endpoint that took the call; in an outgoing call that is none of ours."""
    if parties.direction == "outgoing":
        return None
    talked = [c for c in parties.roles.callees if has_talked(c, call) and is_phone(c, directory)]
    first = min(talked, key=lambda c: (c.answered_at is None, c.answered_at or 0.0, c.order), default=None)
    return first.endpoint[:NAME_LIMIT] if first is not None else None


def _transfer(transfer: Transfer, call: Call, found: Roles, directory: Directory) -> dict[str, Any]:
    to, result = transfer.to, "success" if transfer.succeeded else "failed"
    if transfer.kind == "attended":
        target = transfer.target or _left_with(transfer, found)
        if target is not None:
            to = _whereto(target, directory) or to
    elif transfer.parked:
        result = "success"
    elif transfer.succeeded:
        later = [c for c in found.callees if c.dialled_at_step > transfer.step]
        best = next((c for c in later if c.talked), later[0] if len(later) == 1 else None)
        if best is not None and is_phone(best, directory):
            to = best.endpoint
        result = _blind_result(transfer, call, found, later)
    return {
        "kind": transfer.kind,
        "by": transfer.by[:NAME_LIMIT],
        "from": transfer.by[:NAME_LIMIT],
        "to": to[:NAME_LIMIT],
        "result": result,
        "at": _time(transfer.at),
    }


def _left_with(transfer: Transfer, found: Roles) -> Channel | None:
    """Whom Asterisk does not name: the last who was called before the transfer and talked on after it."""
    others = [c for c in found.callees if c not in (transfer.who, transfer.transferee) and c.endpoint != transfer.by]
    stayed = [c for c in others if c.talked and c.born <= transfer.at and (c.ended_at or transfer.at + 1) > transfer.at]
    return stayed[-1] if stayed else None


def _whereto(target: Channel, directory: Directory) -> str:
    return target.endpoint if is_phone(target, directory) else leg_number(target, directory)


def _blind_result(transfer: Transfer, call: Call, found: Roles, later: list[Channel]) -> str | None:
    """What the transfer led to: Asterisk says Success also where it sent the caller into the void."""
    if any(c.talked for c in later):
        return "success"
    if call.ended_at is None:
        return None
    if not later:
        # Into a queue, a menu, a mailbox; or nowhere, and then the end comes at once.
        return "success" if call.ended_at - transfer.at > 1.0 or call.voicemail else "failed"
    outcomes = [leg_result(c, call, found) for c in later]
    return next((outcome for outcome in outcomes if outcome), "failed")


def _leg(channel: Channel, call: Call, found: Roles, directory: Directory) -> dict[str, Any]:
    role = "caller" if channel is found.caller else "callee" if channel in found.callees else "other"
    over = channel.is_over or call.ended_at is not None
    ended_at = channel.ended_at if channel.dial_ended is None or channel.talked or not over else channel.dial_ended
    return {
        "uniqueid": channel.uniqueid[:ID_LIMIT],
        "channel": channel.name[:CHANNEL_LIMIT],
        "endpoint": channel.endpoint[:NAME_LIMIT] if is_phone(channel, directory) else None,
        "role": role,
        "number": leg_number(channel, directory)[:NUMBER_LIMIT],
        "name": leg_name(channel, directory)[:NAME_LIMIT],
        "state": "ended" if over else _leg_state(channel, role),
        "result": leg_result(channel, call, found),
        "started_at": _time(channel.born),
        "answered_at": _time(channel.answered_at),
        "ended_at": _time(ended_at if ended_at is not None else call.ended_at) if over else None,
        "talk_seconds": round(channel.talk_seconds, 3),
        "cause": channel.cause,
    }


def _leg_state(channel: Channel, role: str) -> str:
    if channel.waiting:
        return "held"
    if channel.talked:
        return "held" if channel.held else "talking"
    if role == "callee" and channel.dial_status != ANSWERED and not channel.joined_in:
        return "ringing"
    if channel.originated and channel.state != UP:
        return "ringing"  # a click to call: the employee's own phone, to be picked up
    return "dialing"
