"""Builders of the AMI actions that this agent sends; nothing else is ever sent. Pure.

Every value is checked against a whitelist before it enters an action: a line break in a value would be a second action
(AMI has no quoting), and a comma, parenthesis or ``&`` in a dial string would be more than one phone. Source:
"Asterisk 22 AMI Actions".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Union

Action = dict[str, Union[str, list[str]]]


class InvalidArgument(ValueError):
    """A value that must not enter an action; the message says which and why."""


_ENDPOINT = re.compile(r"(?:PJSIP|SIP|IAX2|SCCP|DAHDI)/[A-Za-z0-9_.+-]{1,64}", re.ASCII)
_DIAL = re.compile(r"\+?[0-9*#]{1,30}", re.ASCII)
_CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,79}", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9*#]{0,30}", re.ASCII)
_CHANNEL = re.compile(r"[A-Za-z0-9]{1,20}/[A-Za-z0-9_.+@:;/*#-]{1,140}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_HEADER_VALUE = re.compile(r"[A-Za-z0-9 <>:;=/._@+-]{1,200}", re.ASCII)
#: Headers that make a phone answer by itself, and the one that tells it why. No other header is anybody's business.
HEADER_NAMES = frozenset(
    {"alert-info", "call-info", "answer-mode", "p-auto-answer", "x-auto-answer", "priv-answer-mode"}
)
MAX_TIMEOUT_SECONDS = 120


def check(action: Mapping[str, str | list[str]]) -> None:
    """Refuse an action that holds a line break or NUL in any name or value: the last door before the socket.

    :raises InvalidArgument: naming the field
    """
    for key, value in action.items():
        for text in (key, *(value if isinstance(value, list) else [value])):
            if not isinstance(text, str) or re.search("[\r\n\0\ud800-\udfff]", text):
                raise InvalidArgument(f"{key!r} holds a line break, a NUL or no text")


def _matching(pattern: re.Pattern[str], value: object, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        shown = value[:60] if isinstance(value, str) else type(value).__name__
        raise InvalidArgument(f"{what} {shown!r} is not allowed")
    return value


def uuid_text(value: object) -> str:
    """Return a command's uuid, which becomes a channel's id in Asterisk. :raises InvalidArgument:"""
    return _matching(_UUID, value, "uuid")


def _caller_id(name: object, number: object) -> str:
    number = _matching(_NUMBER, number or "", "caller_number")
    text = name if isinstance(name, str) else ""
    text = "".join(char for char in text if char.isprintable() and char not in '"<>\\').strip()[:40]
    return f'"{text}" <{number}>' if text else f"<{number}>" if number else ""


def _header_variables(endpoint: str, headers: object) -> list[str]:
    if headers in (None, {}):
        return []
    if not isinstance(headers, dict) or len(headers) > 8:
        raise InvalidArgument("headers must be an object of at most 8 texts")
    variables = []
    for position, (name, value) in enumerate(headers.items(), 1):
        if not isinstance(name, str) or name.lower() not in HEADER_NAMES:
            raise InvalidArgument(f"header {str(name)[:60]!r} is not allowed")
        _matching(_HEADER_VALUE, value, f"header {name}")
        if endpoint.startswith("PJSIP/"):
            variables.append(f"PJSIP_HEADER(add,{name})={value}")
        elif endpoint.startswith("SIP/"):
            variables.append(f"SIPADDHEADER{position:02d}={name}: {value}")
    return variables


def originate(uuid: object, args: Mapping[str, object]) -> Action:
    """Return the action that rings `args.endpoint` and then dials `args.dial` in `args.context`.

    ActionID and ChannelId are the command's `uuid`, so that the answer, the first leg and all later legs carry it.

    :param args: the contract's arguments of ``originate``
    :raises InvalidArgument: saying which argument is not allowed
    """
    uuid = uuid_text(uuid)
    endpoint = _matching(_ENDPOINT, args.get("endpoint"), "endpoint")
    timeout = args.get("timeout_seconds", 25)
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 1 <= timeout <= MAX_TIMEOUT_SECONDS:
        raise InvalidArgument(f"timeout_seconds must be a number from 1 to {MAX_TIMEOUT_SECONDS}")
    action: Action = {
        "Action": "Originate",
        "ActionID": uuid,
        "ChannelId": uuid,
        "Channel": endpoint,
        "Context": _matching(_CONTEXT, args.get("context"), "context"),
        "Exten": _matching(_DIAL, args.get("dial"), "dial"),
        "Priority": "1",
        "Async": "true",
        "Timeout": str(int(timeout * 1000)),
    }
    caller_id = _caller_id(args.get("caller_name"), args.get("caller_number"))
    if caller_id:
        action["CallerID"] = caller_id
    variables = _header_variables(endpoint, args.get("headers"))
    if variables:
        action["Variable"] = variables
    return action


def hangup(channel: object) -> Action:
    """Return the action that ends `channel` (a full channel name as Asterisk told it). :raises InvalidArgument:"""
    return {"Action": "Hangup", "Channel": _matching(_CHANNEL, channel, "channel"), "Cause": "16"}


def mute_recording(channel: object, muted: bool) -> Action:
    """Return the action that records silence instead of both sides of `channel`, or no longer.

    :raises InvalidArgument:
    """
    channel = _matching(_CHANNEL, channel, "channel")
    return {"Action": "MixMonitorMute", "Channel": channel, "Direction": "both", "State": "1" if muted else "0"}


def keep_recording_paused(channel: object, paused: bool) -> Action:
    """Return the action that tells odoo-record, which runs on `channel` after a transfer, that its recording is paused.

    :raises InvalidArgument:
    """
    channel = _matching(_CHANNEL, channel, "channel")
    return {"Action": "Setvar", "Channel": channel, "Variable": "ODOO_PAUSE", "Value": "paused" if paused else ""}


def device_state(endpoint: object) -> Action:
    """Return the action that asks for a device's state; the variable's name is made of a checked endpoint only."""
    endpoint = _matching(_ENDPOINT, endpoint, "endpoint")
    return {"Action": "Getvar", "Variable": f"DEVICE_STATE({endpoint})"}


def channels() -> Action:
    """Return the action that lists all living channels (class reporting)."""
    return {"Action": "CoreShowChannels"}


def bridges() -> Action:
    """Return the action that lists all bridges (no class needed)."""
    return {"Action": "BridgeList"}


def settings() -> Action:
    """Return the action that tells Asterisk's version and system name (class reporting)."""
    return {"Action": "CoreSettings"}


def ping() -> Action:
    """Return the watchdog's action."""
    return {"Action": "Ping"}
