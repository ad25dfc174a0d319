"""What an AMI event says about a channel. Pure.

Asterisk prefixes the same set of fields with the role of the channel in the event: none, ``Dest``, ``Transferee`` …
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .parser import Frame
from .text import CHANNEL_LIMIT, ID_LIMIT, NAME_LIMIT, clean, known, phone_number, unescaped

DOWN, RINGING, UP = 0, 5, 6

_STATES = {
    "down": 0, "rsrvd": 1, "reserved": 1, "offhook": 2, "dialing": 3, "ring": 4, "ringing": 5, "up": 6, "busy": 7,
    "dialing offhook": 8, "pre-ring": 9,
}  # fmt: skip


class ChannelFacts(NamedTuple):
    """One channel as an event shows it; "" and -1 stand for "not said"."""

    name: str
    uniqueid: str
    linkedid: str
    state: int = -1
    number: str = ""
    caller_name: str = ""
    connected_number: str = ""
    connected_name: str = ""
    context: str = ""
    exten: str = ""


def channel_facts(event: Frame, prefix: str = "") -> ChannelFacts | None:
    """Return the facts about the channel whose fields carry `prefix` (lower case), or None where there is none."""
    name = clean(event.get(prefix + "channel"), CHANNEL_LIMIT)
    uniqueid = clean(event.get(prefix + "uniqueid"), ID_LIMIT)
    if not name and not uniqueid:
        return None
    return ChannelFacts(
        name,
        uniqueid,
        clean(event.get(prefix + "linkedid"), ID_LIMIT),
        _state(event, prefix),
        phone_number(event.get(prefix + "calleridnum")),
        known(unescaped(event.get(prefix + "calleridname")), NAME_LIMIT),
        phone_number(event.get(prefix + "connectedlinenum")),
        known(unescaped(event.get(prefix + "connectedlinename")), NAME_LIMIT),
        clean(event.get(prefix + "context"), NAME_LIMIT),
        clean(event.get(prefix + "exten"), NAME_LIMIT),
    )


def _state(event: Frame, prefix: str) -> int:
    text = event.get(prefix + "channelstate", "")
    if isinstance(text, str) and re.fullmatch(r"[0-9]{1,2}", text, re.ASCII):
        return int(text)
    described = event.get(prefix + "channelstatedesc", "")
    return _STATES.get(described.lower(), -1) if isinstance(described, str) else -1


def integer(value: object) -> int | None:
    """Return a small non-negative integer that a field holds, or None."""
    text = clean(value, 20)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else None


def seconds(value: object) -> float | None:
    """Return a duration: "12", "12.5" or "00:01:05" -> seconds; None for anything else."""
    text = clean(value, 20)
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", text, re.ASCII):
        return float(text)
    match = re.fullmatch(r"([0-9]{1,6}):([0-9]{2}):([0-9]{2})", text, re.ASCII)
    return sum(int(part) * factor for part, factor in zip(match.groups(), (3600.0, 60.0, 1.0))) if match else None
