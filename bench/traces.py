"""Real calls, played again as calls of their own: the recorded scenarios with fresh ids, many at a time. Pure."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

#: What makes a call this one: uniqueids, the ends of channel names, ids of bridges and commands.
IDS = re.compile(
    rb"\b(?P<uniqueid>\d{10}\.\d+)\b"
    rb"|(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    rb"|(?<=-)(?P<channel>[0-9a-f]{8})(?=[;\r])"
)
#: Scenarios of an agent that comes later or an Asterisk that stops are no traffic.
NO_TRAFFIC = {"CoreShowChannelsComplete", "BridgeListComplete", "Shutdown"}
NOT_PLAYED = {"FullyBooted"}
LOCAL = 0xB0B  # any number: the uuids are the same ones each time


class Ids:
    """Gives out ids that no other call has.

    :param epoch: seconds since the epoch, the first part of all uniqueids
    """

    def __init__(self, epoch: int) -> None:
        self._epoch, self._numbers = epoch, itertools.count(1)

    def fresh(self, kind: str) -> bytes:
        """The next id: `uniqueid`, `uuid` or `channel` (the end of a channel's name)."""
        number = next(self._numbers)
        if kind == "uniqueid":
            return f"{self._epoch}.{number}".encode()
        if kind == "uuid":
            return str(uuid.UUID(int=(LOCAL << 64) + number, version=4)).encode()
        return f"{number % (1 << 32):08x}".encode()


class Frame(NamedTuple):
    """An AMI frame for the wire; `ended` names the call (its linkedid) whose last channel it ends."""

    raw: bytes
    ended: str | None = None


@dataclass(frozen=True)
class Trace:
    """One recorded call: its frames cut at the ids."""

    pieces: tuple[tuple[bytes | tuple[str, bytes], ...], ...]
    linkedid: bytes
    last: int

    @classmethod
    def of(cls, events: list[dict]) -> Trace:
        """:param events: as scenarios have them, one call, ended"""
        frames = [_wire(event) for event in events]
        last = max(index for index, event in enumerate(events) if event["Event"] == "Hangup")
        return cls(tuple(_cut(frame) for frame in frames), events[0]["Linkedid"].encode(), last)

    def play(self, ids: Ids) -> Iterator[Frame]:
        """The frames of the same call with other ids."""
        known: dict[bytes, bytes] = {}

        def text(piece: bytes | tuple[str, bytes]) -> bytes:
            if isinstance(piece, bytes):
                return piece
            kind, old = piece
            if old not in known:
                known[old] = ids.fresh(kind)
            return known[old]

        for index, pieces in enumerate(self.pieces):
            raw = b"".join(map(text, pieces))
            yield Frame(raw, known[self.linkedid].decode() if index == self.last else None)


def _wire(event: dict) -> bytes:
    lines = [f"{key}: {value}" for key, value in event.items() if key != "Timestamp"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _cut(frame: bytes) -> tuple[bytes | tuple[str, bytes], ...]:
    pieces: list[bytes | tuple[str, bytes]] = []
    position = 0
    for found in IDS.finditer(frame):
        pieces += [frame[position : found.start()], (str(found.lastgroup), found[0])]
        position = found.end()
    return (*pieces, frame[position:])


def load(folder: Path) -> list[Trace]:
    """The scenarios of a folder that are one whole call from its beginning to its end, by name."""
    traces = []
    for path in sorted(folder.glob("*.json")):
        scenario = json.loads(path.read_text("utf-8"))
        events = [event for event in scenario["events"] if event["Event"] not in NOT_PLAYED]
        begun = {event["Uniqueid"] for event in events if event["Event"] == "Newchannel"}
        over = {event["Uniqueid"] for event in events if event["Event"] == "Hangup"}
        is_traffic = not NO_TRAFFIC & {event["Event"] for event in events}
        if is_traffic and len(scenario["calls"]) == 1 and begun == over and "Linkedid" in events[0]:
            traces.append(Trace.of(events))
    return traces


def traffic(traces: Iterable[Trace], calls: int, at_once: int, ids: Ids) -> Iterator[Frame]:
    """The frames of `calls` calls, each in its own order, a frame of each of `at_once` calls in turn."""
    source = (trace.play(ids) for trace in itertools.islice(itertools.cycle(traces), calls))
    lines = deque(itertools.islice(source, at_once))
    while lines:
        line = lines.popleft()
        frame = next(line, None)
        if frame is not None:
            lines.append(line)
            yield frame
        elif (another := next(source, None)) is not None:
            lines.append(another)
