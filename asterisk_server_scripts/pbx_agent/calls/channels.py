"""One channel of Asterisk, as the tracker remembers it: facts and times; judging is up to result.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ami.facts import UP, ChannelFacts
from .endpoints import Evidence, endpoint_of, is_ghost, is_local

if TYPE_CHECKING:
    from .call import Call

#: Extensions by which a dialplan steers itself; nobody dialled them.
_STEERING = re.compile(r"|s|h|i|t|T|o|a|e|start|fax|failed|hangup|hang|.*-.*", re.ASCII)
_DIALABLE = re.compile(r"[+0-9*#A-Za-z_.]{1,40}", re.ASCII)
#: How a dial attempt ended: somebody picked up; the PBX took it back.
ANSWERED, CANCELLED = "ANSWER", "CANCEL"


@dataclass(eq=False)
class Channel:
    """A channel; times are seconds since the epoch, None where they are not known; steps count the tracker's events.

    `exten` is what the dialplan began with (`exten_sure`: seen at the channel's birth), `target` what an Originate was
    told to dial; `half` is the other half of a Local channel; `rang_as` the endpoint it was dialled as, which a
    masquerade does not change; `recording` is ``on``, ``paused`` or, where nothing is recorded, ""; `unseen`: nobody
    saw how it ended.
    """

    uniqueid: str
    name: str
    linkedid: str
    call: Call
    born: float
    order: int
    seen_at: float = 0.0
    state: int = -1
    number: str = ""
    caller_name: str = ""
    connected_number: str = ""
    connected_name: str = ""
    context: str = ""
    exten: str = ""
    exten_sure: bool = False
    target: str = ""
    dial_string: str = ""
    dialer: Channel | None = None
    half: Channel | None = None
    dialled: bool = False
    originated: bool = False
    dialled_at: float | None = None
    dialled_at_step: int = 0
    rang: bool = False
    rang_as: str = ""
    dial_status: str = ""
    dial_ended: float | None = None
    dial_ended_step: int = 0
    forwarded: bool = False
    bridge: str = ""
    waiting: bool = False
    talking_since: float | None = None
    talk_seconds: float = 0.0
    answered_at: float | None = None
    talked: bool = False
    held: bool = False
    recording: str = ""
    joined_in: bool = False
    on_its_own: bool = False
    orphan: bool = False
    asked: bool = False
    asked_step: int = 0
    softly: bool = False
    handed_over: bool = False
    dead: bool = False
    unseen: bool = False
    ended_at: float | None = None
    ended_step: int = 0
    cause: int | None = None
    touched: float = 0.0

    @property
    def endpoint(self) -> str:
        """``PJSIP/101``; "" for Local halves and husks."""
        return endpoint_of(self.name)

    @property
    def is_party(self) -> bool:
        """Whether a person (or a line to one) is at the end of this channel."""
        return not is_local(self.name) and not is_ghost(self.name)

    def evidence(self, endpoint: str) -> Evidence:
        """Return what Directory may judge `endpoint` by, under which this channel is or was known."""
        dialled_so = endpoint == (self.rang_as or endpoint)
        number = "" if self.dialled or self.originated else self.number
        return Evidence(self.context, self.dial_string if dialled_so else "", number)

    @property
    def taken_out(self) -> bool:
        """Whether the PBX ended it; a request of its own far end, sooner or later told, is the stronger word."""
        return self.softly and not self.asked

    @property
    def is_over(self) -> bool:
        """Whether it can neither ring nor talk any more, even where its Hangup was lost.

        A dialled channel has no dialplan of its own: without bridge and without who dialled it, it ends. Half a Local
        pair ends too.
        """
        if self.dead or self.orphan:
            return True
        if self.bridge:
            return False
        if self.dial_status and self.dial_status != ANSWERED and not self.talked:
            return True
        return self.dialer is not None and self.dialer.dead and not self.on_its_own

    def learn(self, facts: ChannelFacts, new: bool = False) -> None:
        """Take over what an event says. Who calls and what was dialled is what the first event that says it says.

        :param new: the event is the channel's birth, so its extension is what was dialled
        """
        if facts.state >= 0 and (facts.state > self.state or self.state > UP):
            self.state = facts.state
        self.number = self.number or facts.number
        self.caller_name = self.caller_name or facts.caller_name
        self.connected_number = self.connected_number or facts.connected_number
        self.connected_name = self.connected_name or facts.connected_name
        self.context = self.context or facts.context
        if is_dialable(facts.exten) and (not self.exten or (new and not self.exten_sure)):
            self.exten, self.exten_sure = facts.exten, new

    def start_talking(self, now: float, since_known: bool = True) -> None:
        """Open a stretch of talk, that began now or (`since_known` false) nobody told us when."""
        self.talking_since = now
        self.talked = True
        if self.answered_at is None and since_known:
            self.answered_at = now

    def stop_talking(self, now: float) -> None:
        """Close the running stretch of talk."""
        if self.talking_since is not None:
            self.talk_seconds += max(0.0, now - self.talking_since)
            self.talking_since = None


def is_dialable(exten: str) -> bool:
    """Tell whether somebody may have dialled `exten`: a number, a code, a name; not a step of the dialplan."""
    return not _STEERING.fullmatch(exten) and bool(_DIALABLE.fullmatch(exten))


def attempts_above(channel: Channel) -> list[Channel]:
    """Return the Local halves through which `channel` was dialled, the nearest first: their fate is its fate."""
    above: list[Channel] = []
    by = channel.dialer
    while by is not None and by.half is not None and by.half not in above:
        above.append(by.half)
        by = by.half.dialer
    return above


def fate(channel: Channel) -> str:
    """Return how the attempt at `channel` ended: behind a Local channel it is only taken back (CANCEL), the reason is
    told of the Local channel.
    """
    if channel.dial_status in ("", CANCELLED):
        for half in attempts_above(channel):
            if half.dial_status not in ("", CANCELLED, ANSWERED):
                return half.dial_status
    return channel.dial_status
