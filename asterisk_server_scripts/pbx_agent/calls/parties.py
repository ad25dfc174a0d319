"""Who called whom, and in which direction, seen from the company."""

from __future__ import annotations

import re
from typing import NamedTuple

from .call import Call
from .channels import ANSWERED, Channel, attempts_above, is_dialable
from .endpoints import EXTERNAL_NUMBER, Directory, dialled_number, is_ghost, is_local

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SHORT_NUMBER = re.compile(r"[0-9A-Za-z]{2,6}", re.ASCII)
#: What a PBX adds to or takes from a dialled number on its way to the trunk is not longer than this.
_LONGEST_PREFIX = 4


class Roles(NamedTuple):
    """The parties of a call: who began it, whom the PBX called (in order), and who came in by himself.

    `origin` is the channel whose dialplan dials for the caller: his own, or the Local half of a click that first rings
    his phones (`own`) through it.
    """

    caller: Channel | None
    callees: list[Channel]
    others: list[Channel]
    origin: Channel | None
    own: list[Channel]


def roles(call: Call) -> Roles:
    """Sort the parties of `call`."""
    parties = call.parties
    caller = origin = _root(call, parties)
    local = _click_half(call)
    own = [c for c in parties if local is not None and local in attempts_above(c)[-1:]]
    if own:
        origin = local
        caller = next((c for c in own if c.talked or c.dial_status == ANSWERED), own[0])
    callees, others = [], []
    for channel in parties:
        if channel is caller:
            continue
        is_callee = channel.dialled or channel.joined_in or channel.originated or call.partial
        (callees if is_callee and channel not in own else others).append(channel)
    callees.sort(key=lambda channel: channel.dialled_at_step or channel.order)
    return Roles(caller, callees, others, origin, own)


def _root(call: Call, parties: list[Channel]) -> Channel | None:
    """Return who began the call: the channel that gave it its linkedid, else the first that nobody dialled, else the
    first; None where all that we met of a call is the last of somebody who was called.
    """
    for channel in parties:
        if channel.uniqueid == call.linkedid and not channel.dialled:
            return channel
    free = [c for c in parties if not c.dialled and not c.joined_in] or parties
    alone = free[0] if len(parties) == 1 else None
    if alone is not None and call.partial and not alone.originated and call.linkedid not in call.channels:
        return None
    return min(free, key=_age, default=None)


def _age(channel: Channel) -> tuple[float, int]:
    """Uniqueids count upwards; that holds also where the order of the events does not."""
    match = re.search(r"([0-9]+)\.([0-9]+)$", channel.uniqueid, re.ASCII)
    return (float(match[1]), int(match[2])) if match else (float(int(channel.born)), -1)


def _click_half(call: Call) -> Channel | None:
    """Return the Local channel that began the call (an Originate of it): its other half rings the caller's phones."""
    free = [c for c in call.channels.values() if not c.dialled and not c.joined_in and not is_ghost(c.name)]
    first = min(free, key=_age, default=None)
    if first is None or not is_local(first.name):
        return None
    return first.half if first.name.endswith(";2") else first


class Parties(NamedTuple):
    """The call as a person would tell it."""

    direction: str
    roles: Roles
    caller: dict
    callee: dict
    did: str | None
    trunk: str | None


def is_phone(channel: Channel, directory: Directory) -> bool:
    """Tell whether a channel's endpoint is one of the company's phones."""
    return directory.is_phone(channel.endpoint, channel.evidence(channel.endpoint))


def leg_number(channel: Channel, directory: Directory) -> str:
    """Return the number at the end of a leg: an extension, the number dialled on a trunk, the caller's number from
    one.
    """
    if is_phone(channel, directory):
        return directory.extension(channel.endpoint, channel.number, not channel.dialled and not channel.originated)
    if channel.dialled or channel.originated:
        return dialled_number(channel.dial_string, channel.endpoint) or channel.number
    return channel.number


def tell(call: Call, directory: Directory) -> Parties:
    """Return direction, caller, callee, DID and trunk of `call`."""
    found = _turned(roles(call), directory)
    if found.caller is None and len(found.callees) == 1:
        return _told_by_callee(found, directory)
    dialled = _dialled(found.origin, directory)
    direction = _direction(found, dialled, directory)
    trunk = next((c for c in _talkers_first(found) if not is_phone(c, directory)), None)
    return Parties(
        direction,
        found,
        _party(found.caller, directory),
        _callee(found, dialled, direction, directory),
        dialled if direction == "incoming" and dialled else None,
        trunk.endpoint if trunk is not None else None,
    )


def _turned(found: Roles, directory: Directory) -> Roles:
    """Where the PBX called somebody outside first and then an employee (a callback, a dialler), the employee is the
    caller.
    """
    outside = found.own or [found.caller]
    if found.caller is None or is_phone(found.caller, directory) or not (found.own or found.caller.originated):
        return found
    phones = [channel for channel in found.callees if is_phone(channel, directory)]
    employee = next((channel for channel in phones if channel.talked), phones[0] if phones else None)
    callees = [*outside, *(channel for channel in found.callees if channel is not employee)]
    return Roles(employee, callees, found.others, employee, [])


def _told_by_callee(found: Roles, directory: Directory) -> Parties:
    """The caller is gone, but the leg that he called shows his number."""
    leg = found.callees[0]
    caller = {"number": leg.connected_number, "name": leg.connected_name, "endpoint": None}
    if not is_phone(leg, directory):
        return Parties("outgoing", found, caller, _leg_party(leg, directory), None, leg.endpoint)
    direction = "incoming" if EXTERNAL_NUMBER.fullmatch(leg.connected_number) else "internal"
    return Parties(direction, found, caller, _leg_party(leg, directory), None, None)


def _talkers_first(found: Roles) -> list[Channel]:
    callees = sorted(found.callees, key=lambda channel: not channel.talked)
    return [found.caller, *callees, *found.others] if found.caller is not None else [*callees, *found.others]


def _dialled(origin: Channel | None, directory: Directory) -> str:
    """Return what the caller dialled, "" where it cannot be told."""
    if origin is None:
        return ""
    if origin.target:
        return origin.target
    if origin.originated and len(origin.exten) < 2:
        return origin.connected_number
    if is_local(origin.name):
        return ""  # it began with the extension of the phone that it rings first
    if not origin.exten_sure and len(origin.exten) < 5 and not is_phone(origin, directory):
        return ""  # a line without a number; this is what the caller chose in a menu
    return origin.exten


def _direction(found: Roles, dialled: str, directory: Directory) -> str:
    if found.caller is None:
        return "outgoing" if found.callees and not is_phone(found.callees[0], directory) else "internal"
    if not is_phone(found.caller, directory):
        return "incoming"
    phones = [c for c in found.callees if is_phone(c, directory)]
    if directory.knows_number(dialled) or any(leg_number(c, directory) == dialled for c in phones):
        return "internal"
    if found.callees:
        first = found.callees[0]
        return "internal" if first in phones or _was_forwarded(dialled, leg_number(first, directory)) else "outgoing"
    return "outgoing" if EXTERNAL_NUMBER.fullmatch(dialled) else "internal"


def _was_forwarded(dialled: str, number: str) -> bool:
    """Tell whether `number`, called through a trunk, is not what was dialled but where a colleague's calls go."""
    longer, shorter = sorted((dialled, number.lstrip("+")), key=len, reverse=True)
    same = bool(shorter) and longer.endswith(shorter) and len(longer) - len(shorter) <= _LONGEST_PREFIX
    return bool(_SHORT_NUMBER.fullmatch(dialled)) and not same


def _party(channel: Channel | None, directory: Directory) -> dict:
    if channel is None:
        return {"number": "", "name": "", "endpoint": None}
    phone = is_phone(channel, directory)
    # The PBX shows the client's name on the employee's own phone when it makes the call.
    own_name = "" if channel.originated or (phone and channel.dialled) else channel.caller_name
    return {
        "number": leg_number(channel, directory),
        "name": own_name,
        "endpoint": channel.endpoint if phone else None,
    }


def _callee(found: Roles, dialled: str, direction: str, directory: Directory) -> dict:
    """Whom the caller wanted: what was dialled, with the leg's name and endpoint where that leg is exactly this
    number.
    """
    if not dialled or not is_dialable(dialled):
        return _leg_party(found.callees[0], directory) if found.callees else _party(None, directory)
    for channel in found.callees:
        if leg_number(channel, directory) == dialled and (direction != "incoming" or is_phone(channel, directory)):
            return {**_leg_party(channel, directory), "number": dialled}
    origin = found.origin
    # The PBX showed whom it is going to call on the phone that it called first.
    shown = origin is not None and origin.originated and origin.connected_number == dialled
    return {"number": dialled, "name": origin.connected_name if shown else "", "endpoint": None}


def _leg_party(channel: Channel, directory: Directory) -> dict:
    phone = is_phone(channel, directory)
    return {
        "number": leg_number(channel, directory),
        "name": leg_name(channel, directory),
        "endpoint": channel.endpoint if phone else None,
    }


def leg_name(channel: Channel, directory: Directory) -> str:
    """Return the name of who is at the end of a leg; a name that repeats the number is none."""
    name = channel.caller_name
    if channel.originated:
        return ""
    return "" if name == leg_number(channel, directory) else name


def command_of(call: Call) -> str | None:
    """Return the uuid of the click-to-call command that made `call`: it is the first channel's uniqueid."""
    return next((linkedid for linkedid in call.linkedids if _UUID.fullmatch(linkedid)), None)
