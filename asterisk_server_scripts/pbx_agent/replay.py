"""Replay: a captured AMI trace in, the calls that it tells out. Pure but for the file it is given.

A trace is raw AMI text as it came over the socket, a JSON list of events, or one JSON event a line. Times are taken
from the events where they carry one (Asterisk's ``Timestamp`` with ``timestampevents = yes``); else from the
uniqueids, which tell whole seconds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from .ami.parser import REPEATED, Frame, parse_capture
from .ami.reader import parse_event
from .calls.endpoints import Directory
from .calls.snapshot import snapshot
from .calls.tracker import Tracker

#: Where events keep their time: Asterisk's own field, then what recorders usually add.
_TIME_KEYS = ("timestamp", "time", "ts", "_t", "at", "received_at", "eventtv")
#: What is printed of a call, in this order; of a transfer; `ended` is made of the state.
_KEYS = (
    "linkedids",
    "direction",
    "caller",
    "callee",
    "did",
    "result",
    "rang",
    "answered_by",
    "ring_seconds",
    "talk_seconds",
    "hung_up_by",
)
_TRANSFER_KEYS = ("kind", "by", "from", "to", "result")


class BadTrace(ValueError):
    """The file is no trace; the message says why."""


def frames_of(text: str) -> list[Frame]:
    """Return the events of a trace in any of its forms, keys in lower case. :raises BadTrace:"""
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] not in ("[", "{"):
        return parse_capture(stripped)
    try:
        loaded = json.loads(stripped)
    except ValueError:
        loaded = _json_lines(stripped)
    except RecursionError:
        raise BadTrace("the JSON is nested too deep") from None
    if isinstance(loaded, dict):
        loaded = loaded.get("events", [loaded])
    if not isinstance(loaded, list):
        raise BadTrace("the JSON is neither a list of events nor an object with a list named events")
    return [_frame(event) for event in loaded if isinstance(event, dict)]


def _json_lines(text: str) -> list[Any]:
    events = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                events.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise BadTrace(f"neither JSON nor JSON lines: line {number}: {error}") from None
    return events


def _frame(event: dict[str, Any]) -> Frame:
    frame: Frame = {}
    for key, value in event.items():
        name = key.strip().lower()
        if isinstance(value, dict):
            frame.update(_frame(value))  # a recorder's envelope: {"time": …, "event": {…}}
        elif isinstance(value, list):
            texts = [str(item) for item in value]
            frame[name] = texts if name in REPEATED else (texts[0] if texts else "")
        elif value is not None:
            frame[name] = value if isinstance(value, str) else str(value)
    return frame


def _told_time(frame: Frame) -> float | None:
    """Return an event's own time, seconds since the epoch, or seconds since anything."""
    for key in _TIME_KEYS:
        text = str(frame.get(key, "")).strip()
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", text, re.ASCII):
            return float(text)
        if re.fullmatch(r"[0-9]{13}", text, re.ASCII):
            return float(text) / 1000
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", text):
            try:
                moment = datetime.fromisoformat(_for_old_pythons(text))
            except ValueError:
                continue
            return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    return None


def _for_old_pythons(text: str) -> str:
    """Return an ISO time as Python before 3.11 reads it: microseconds in six digits, a zone with a colon."""
    text = re.sub(r"\.([0-9]+)", lambda fraction: f".{fraction[1][:6]:0<6}", text)
    return re.sub(r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2", text.replace("Z", "+00:00"))


def timed(frames: list[Frame]) -> Iterator[tuple[float, Frame]]:
    """Yield each event with its time; one without a time of its own happened when the one before it did."""
    has_times = any(_told_time(frame) is not None for frame in frames)
    now = next((moment for moment in map(_told_time, frames) if moment is not None), 0.0)
    for frame in frames:
        told = _told_time(frame)
        if told is not None:
            now = told
        elif not has_times:
            now = max([now, *(_born(str(frame.get(key, ""))) for key in ("uniqueid", "destuniqueid"))])
        yield now, frame


def _born(uniqueid: str) -> float:
    match = re.search(r"(?:^|-)([0-9]{9,11})\.[0-9]+$", uniqueid, re.ASCII)
    return float(match[1]) if match else 0.0


def snapshots(text: str, devices: list[dict[str, str]] | None = None) -> list[dict[str, Any]]:
    """Return the last snapshot of each call that a trace tells, in the order they began.

    :param devices: as in hello's answer; without them phones are told by the looks of things
    :raises BadTrace: the text is no trace
    """
    # A trace may lie on one point of time, where "just seen" has no meaning; and nothing of it is too old.
    tracker = Tracker(Directory(devices or ()), grace_seconds=0.0, keep_seconds=math.inf)
    calls: dict[str, dict[str, Any]] = {}
    step = 0
    for now, frame in timed(frames_of(text)):
        event = parse_event(frame)
        if event is None:
            continue
        tracker.feed(event, now)
        for linkedid in tracker.take_absorbed():
            calls.pop(linkedid, None)
        for call in tracker.take_changed():
            step += 1
            calls[call.linkedid] = snapshot(call, tracker.directory, step)
    return sorted(calls.values(), key=lambda call: call["started_at"])


def brief(call: dict[str, Any]) -> dict[str, Any]:
    """Return of a snapshot what a person wants to know of a call."""
    return {
        **{key: call[key] for key in _KEYS},
        "transfers": [{key: transfer[key] for key in _TRANSFER_KEYS} for transfer in call["transfers"]],
        "ended": call["state"] == "ended",
    }


def replay(text: str, devices: list[dict[str, str]] | None = None) -> list[dict[str, Any]]:
    """Return the calls that a trace tells, briefly, as ``pbx-agent replay`` prints them. :raises BadTrace:"""
    return [brief(call) for call in snapshots(text, devices)]
