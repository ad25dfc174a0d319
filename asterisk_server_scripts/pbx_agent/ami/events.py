"""AMI event -> one small tuple per meaning. Pure; tolerant of the field names of Asterisk 13 to 22.

`parse_event` is the door. An event of no meaning for calls gives None; a hostile or broken one gives a tuple with
empty fields, never an exception. Source: "Asterisk 22 AMI Events" of the Asterisk documentation, and the traces in
tests/scenarios.
"""

from __future__ import annotations

from typing import NamedTuple, Union

from .facts import ChannelFacts


class ChannelSeen(NamedTuple):
    """A channel was born, changed its state or its caller ID, or was just mentioned."""

    kind: str
    channel: ChannelFacts


class DialBegun(NamedTuple):
    """`channel` (None: the PBX itself, an Originate) began to ring `dest`."""

    channel: ChannelFacts | None
    dest: ChannelFacts
    dial_string: str


class DialMoved(NamedTuple):
    """`dest` told how far it is: RINGING, PROGRESS, PROCEEDING."""

    channel: ChannelFacts | None
    dest: ChannelFacts
    status: str


class DialEnded(NamedTuple):
    """The attempt at `dest` came to its end: ANSWER, BUSY, CANCEL, NOANSWER, CONGESTION, CHANUNAVAIL …; `forward`:
    where it was sent on.
    """

    channel: ChannelFacts | None
    dest: ChannelFacts
    status: str
    forward: str


class BridgeJoined(NamedTuple):
    """A channel joined a bridge; `holding` bridges keep people waiting (parking, agents), nobody talks in them."""

    channel: ChannelFacts
    bridge: str
    holding: bool


class BridgeLeft(NamedTuple):
    """A channel left a bridge in which `remaining` others are left (0: none, or not said)."""

    channel: ChannelFacts
    bridge: str
    holding: bool = False
    remaining: int = 0


class BridgeGone(NamedTuple):
    """A bridge was destroyed, or (`into`) its members moved to another one."""

    bridge: str
    into: str


class HangupAsked(NamedTuple):
    """The end of a channel was asked for: by its own far end, or (`soft`) by the PBX."""

    channel: ChannelFacts
    soft: bool


class HungUp(NamedTuple):
    """A channel is gone; `cause` is a Q.850 number or None."""

    channel: ChannelFacts
    cause: int | None


class Held(NamedTuple):
    """The device of `channel` put the other side on hold, or took it back."""

    channel: ChannelFacts
    on: bool


class Renamed(NamedTuple):
    """A channel carries another name from now on (masquerade)."""

    channel: ChannelFacts
    new_name: str


class BlindTransferred(NamedTuple):
    """`transferer` sent `transferee` to `exten`."""

    result: str
    transferer: ChannelFacts | None
    transferee: ChannelFacts | None
    exten: str


class AttendedTransferred(NamedTuple):
    """`first` and `second` (the same person's channels) joined `transferee` with `target`, or (`threeway`) stayed
    with them.
    """

    result: str
    first: ChannelFacts | None
    second: ChannelFacts | None
    transferee: ChannelFacts | None
    target: ChannelFacts | None
    threeway: bool


class PickedUp(NamedTuple):
    """`channel` took the call that rang at `target`."""

    channel: ChannelFacts
    target: ChannelFacts


class ParkChanged(NamedTuple):
    """`parkee` was parked (`parked`) or left the lot, fetched by `retriever` where there is one."""

    parkee: ChannelFacts
    retriever: ChannelFacts | None
    parked: bool


class QueueMoved(NamedTuple):
    """A caller entered a queue (`joined`), left it, or gave up in it (`abandoned`)."""

    channel: ChannelFacts
    queue: str
    joined: bool
    abandoned: bool


class AgentDidNotAnswer(NamedTuple):
    """A queue stopped ringing `dest` because nobody picked up."""

    dest: ChannelFacts


class OriginateAnswered(NamedTuple):
    """The asynchronous answer to an Originate that leads to `exten` ("": to an application)."""

    action_id: str
    success: bool
    reason: int
    uniqueid: str
    exten: str = ""


class AppStarted(NamedTuple):
    """A channel runs a dialplan application."""

    channel: ChannelFacts
    application: str
    data: str


class CdrWritten(NamedTuple):
    """A call detail record: what the channel ran last, and how long (seconds) it was up; None where it is not said."""

    uniqueid: str
    application: str
    disposition: str
    duration: float | None
    billable: float | None


class MessageLeft(NamedTuple):
    """A mailbox changed; with a channel: this channel left a message."""

    channel: ChannelFacts


class RecordingBegun(NamedTuple):
    """Our dialplan records `channel`, of the call `linkedid`, into `file`, a path below the recording folder.

    `paused`: it began again after a transfer, was paused before, and waits to be silenced.
    """

    channel: ChannelFacts
    file: str
    linkedid: str
    paused: bool


class MonitorChanged(NamedTuple):
    """A channel is recorded from now on (`on`), or no longer."""

    channel: ChannelFacts
    on: bool


class MonitorMuted(NamedTuple):
    """A channel's recording is paused (`on`: silence is recorded), or goes on."""

    channel: ChannelFacts
    on: bool


class DeviceChanged(NamedTuple):
    """A device's state: NOT_INUSE, INUSE, BUSY, UNAVAILABLE, RINGING …"""

    device: str
    state: str


class ChannelListed(NamedTuple):
    """One line of the list of living channels."""

    channel: ChannelFacts
    bridge: str
    age: float | None
    application: str


class BridgeListed(NamedTuple):
    """One line of the list of bridges: its identity and whether it only holds people."""

    bridge: str
    holding: bool


class ListEnded(NamedTuple):
    """The list of living channels is complete."""


class Booted(NamedTuple):
    """Asterisk is up since `uptime` seconds (None: not said)."""

    uptime: float | None


class ShutDown(NamedTuple):
    """Asterisk says that it goes down."""


AmiEvent = Union[
    ChannelSeen, DialBegun, DialMoved, DialEnded, BridgeJoined, BridgeLeft, BridgeGone, HangupAsked, HungUp, Held,
    Renamed, BlindTransferred, AttendedTransferred, PickedUp, ParkChanged, QueueMoved, AgentDidNotAnswer,
    OriginateAnswered, AppStarted, CdrWritten, MessageLeft, RecordingBegun, MonitorChanged, MonitorMuted,
    DeviceChanged, ChannelListed, BridgeListed, ListEnded, Booted, ShutDown,
]  # fmt: skip
