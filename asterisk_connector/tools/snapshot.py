"""Check a call snapshot of the wire contract and cut it to its limits.

``parse`` is the only door: what it returns has every key, the right types and clean text, so that nothing behind it
needs to doubt a value. Source: docs/contract.md, "Snapshot", "Leg" and "Limits".
"""

import math

from .text import CHANNEL_LENGTH, ID_LENGTH, NAME_LENGTH, NUMBER_LENGTH, clean

STATES = ("ringing", "talking", "held", "ended")
DIRECTIONS = ("incoming", "outgoing", "internal")
RESULTS = ("answered", "busy", "no-answer", "cancelled", "rejected", "failed", "voicemail", "ivr")
SIDES = ("caller", "callee", "pbx")
ROLES = ("caller", "callee", "other")
LEG_STATES = ("dialing", "ringing", "talking", "held", "ended")
LEG_RESULTS = ("answered", "busy", "no-answer", "cancelled", "rejected", "failed", "elsewhere")
RECORDING = ("on", "paused")
TRANSFER_KINDS = ("blind", "attended")

MAX_LEGS = 60
MAX_TRANSFERS = 20
MAX_LINKEDIDS = 20
MAX_RANG = 60
#: 2100-01-01: what lies behind it is no time of a call, and too large a number breaks the database's dates
MAX_TIME = 4102444800.0
#: a snapshot's version must fit a JavaScript number
MAX_VERSION = 2**53


class SnapshotError(ValueError):
    """The item cannot be taken. ``str(error)`` says which value is wrong and what was expected."""

    code = "bad_snapshot"


def middle_out(items: list, most: int) -> list:
    """Return at most ``most`` items, leaving out those in the middle: the beginning and the end tell the story."""
    if len(items) <= most:
        return items
    head = most // 2
    return items[:head] + items[len(items) - (most - head) :]


def parse(item: object) -> dict:
    """Return the snapshot with every key of the contract, checked and cut.

    :param item: one element of ``items`` of a ``calls`` request, as JSON gave it
    :raise SnapshotError: it is no object, has no linkedid, no integer version, or a fact of the wrong type
    """
    if not isinstance(item, dict):
        raise SnapshotError("the item must be an object")
    linkedid = clean(item.get("linkedid"), ID_LENGTH)
    if not linkedid:
        raise SnapshotError("linkedid: text is missing")
    started_at = _time(item, "started_at")
    if started_at is None:
        raise SnapshotError("started_at: the call's start is missing")
    return {
        "linkedid": linkedid,
        "linkedids": _linkedids(item, linkedid),
        "version": _version(item.get("version")),
        "partial": item.get("partial") is True,
        "state": _choice(item, "state", STATES, required=True),
        "direction": _choice(item, "direction", DIRECTIONS, required=True),
        "started_at": started_at,
        "answered_at": _time(item, "answered_at"),
        "ended_at": _time(item, "ended_at"),
        "caller": _party(item, "caller"),
        "callee": _party(item, "callee"),
        "did": clean(item.get("did"), NUMBER_LENGTH),
        "queue": clean(item.get("queue"), NAME_LENGTH),
        "trunk": clean(item.get("trunk"), NAME_LENGTH),
        "result": _choice(item, "result", RESULTS),
        "rang": _texts(item, "rang", NAME_LENGTH, MAX_RANG),
        "answered_by": clean(item.get("answered_by"), NAME_LENGTH),
        "hung_up_by": _choice(item, "hung_up_by", SIDES),
        "ring_seconds": _seconds(item, "ring_seconds"),
        "talk_seconds": _seconds(item, "talk_seconds"),
        "transfers": [_transfer(t, i) for i, t in enumerate(middle_out(_list(item, "transfers"), MAX_TRANSFERS))],
        "command": clean(item.get("command"), ID_LENGTH),
        "recording": _choice(item, "recording", RECORDING),
        "legs": _legs(item),
    }


def _version(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_VERSION:
        raise SnapshotError("version: an integer is expected")
    return value


def _linkedids(item: dict, linkedid: str) -> list:
    """The call's own linkedid first, then the others once each."""
    others = _texts(item, "linkedids", ID_LENGTH, MAX_LINKEDIDS)
    return [linkedid, *(other for other in others if other != linkedid)]


def _legs(item: dict) -> list:
    """The legs by uniqueid; should one come twice, the later word counts."""
    legs = [_leg(leg, index) for index, leg in enumerate(middle_out(_list(item, "legs"), MAX_LEGS))]
    return list({leg["uniqueid"]: leg for leg in legs}.values())


def _leg(leg: object, index: int) -> dict:
    path = f"legs[{index}]"
    if not isinstance(leg, dict):
        raise SnapshotError(f"{path}: an object is expected")
    uniqueid = clean(leg.get("uniqueid"), ID_LENGTH)
    if not uniqueid:
        raise SnapshotError(f"{path}.uniqueid: text is missing")
    cause = leg.get("cause")
    return {
        "uniqueid": uniqueid,
        "channel": clean(leg.get("channel"), CHANNEL_LENGTH),
        "endpoint": clean(leg.get("endpoint"), NAME_LENGTH),
        "role": _choice(leg, "role", ROLES, path) or "other",
        "number": clean(leg.get("number"), NUMBER_LENGTH),
        "name": clean(leg.get("name"), NAME_LENGTH),
        "state": _choice(leg, "state", LEG_STATES, path, required=True),
        "result": _choice(leg, "result", LEG_RESULTS, path),
        "started_at": _time(leg, "started_at", path),
        "answered_at": _time(leg, "answered_at", path),
        "ended_at": _time(leg, "ended_at", path),
        "talk_seconds": _seconds(leg, "talk_seconds", path),
        "cause": cause if isinstance(cause, int) and not isinstance(cause, bool) and 0 <= cause < 1000 else 0,
    }


def _transfer(transfer: object, index: int) -> dict:
    path = f"transfers[{index}]"
    if not isinstance(transfer, dict):
        raise SnapshotError(f"{path}: an object is expected")
    return {
        "kind": _choice(transfer, "kind", TRANSFER_KINDS, path),
        "by": clean(transfer.get("by"), NAME_LENGTH),
        "from": clean(transfer.get("from"), NAME_LENGTH),
        "to": clean(transfer.get("to"), NAME_LENGTH),
        "result": clean(transfer.get("result"), NAME_LENGTH),
        "at": _time(transfer, "at", path),
    }


def _party(item: dict, key: str) -> dict:
    party = item.get(key)
    if party is None:
        party = {}
    if not isinstance(party, dict):
        raise SnapshotError(f"{key}: an object is expected")
    return {
        "number": clean(party.get("number"), NUMBER_LENGTH),
        "name": clean(party.get("name"), NAME_LENGTH),
        "endpoint": clean(party.get("endpoint"), NAME_LENGTH),
    }


def _choice(item: dict, key: str, allowed: tuple, path: str = "", required: bool = False) -> str:
    value = item.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or value not in allowed:
        raise SnapshotError(f"{_at(path, key)}: one of {', '.join(allowed)} is expected")
    return value


def _list(item: dict, key: str) -> list:
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise SnapshotError(f"{key}: a list is expected")
    return value


def _texts(item: dict, key: str, length: int, most: int) -> list:
    """The different texts of a list, in order; what is no text is left out."""
    texts = (clean(value, length) for value in middle_out(_list(item, key), most))
    return list(dict.fromkeys(text for text in texts if text))


def _time(item: dict, key: str, path: str = "") -> float | None:
    value = item.get(key)
    if value is None:
        return None
    if not _is_number(value) or not 0 <= value <= MAX_TIME:
        raise SnapshotError(f"{_at(path, key)}: seconds since 1970 (UTC) are expected")
    return float(value)


def _seconds(item: dict, key: str, path: str = "") -> float:
    value = item.get(key)
    if value is None:
        return 0.0
    if not _is_number(value) or abs(value) > MAX_TIME:
        raise SnapshotError(f"{_at(path, key)}: a number of seconds is expected")
    # A clock that was set back during the call must not give a negative length.
    return max(0.0, float(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
