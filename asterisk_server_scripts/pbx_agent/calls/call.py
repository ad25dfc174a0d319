"""One call: all channels that Asterisk ever put under its linkedids, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from .channels import Channel

MAX_STRETCHES = 100


@dataclass(eq=False)
class Transfer:
    """Somebody (`by` the endpoint, `who` the channel) passed the call on; `step` is the tracker's event count then."""

    kind: str
    who: Channel
    by: str
    to: str
    at: float
    step: int
    succeeded: bool
    transferee: Channel | None = None
    target: Channel | None = None
    parked: bool = False


@dataclass(eq=False)
class Call:
    """A call; the tracker changes it, the other rooms only read it.

    `unborn` are the linkedids whose first channel we did not see begin. `hears_details`: the AMI user may hear more of
    it than the bare minimum, so that silence means something; `hears_requests`: among that, who asks for a hangup.
    """

    linkedids: list[str]
    started_at: float
    order: int
    unborn: set[str] = field(default_factory=set)
    channels: dict[str, Channel] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    stretches: list[tuple[float, float]] = field(default_factory=list)
    talking_since: float | None = None
    answered_at: float | None = None
    answered: bool = False
    queue: str = ""
    in_queue: bool = False
    queue_left_step: int = 0
    abandoned: bool = False
    hears_details: bool = False
    hears_requests: bool = False
    voicemail: bool = False
    ended_at: float | None = None
    asked_by: Channel | None = None
    left_by: Channel | None = None

    @property
    def linkedid(self) -> str:
        """The identity: the first linkedid seen."""
        return self.linkedids[0]

    @property
    def partial(self) -> bool:
        """Whether we came in the middle of it."""
        return bool(self.unborn)

    @property
    def parties(self) -> list[Channel]:
        """The channels with somebody at their end, in the order they appeared."""
        return [channel for channel in self.channels.values() if channel.is_party]

    @property
    def is_alive(self) -> bool:
        """Whether a channel is left that can still ring or talk."""
        return any(not channel.is_over for channel in self.channels.values())

    @property
    def is_opening(self) -> bool:
        """Whether it has but begun: nobody was dialled, nothing else happened."""
        begun = self.answered or self.ended_at is not None or any(c.dialled or c.originated for c in self.parties)
        return not begun

    def talk_seconds(self) -> float:
        """Seconds during which two parties talked, stretches that are over."""
        return sum(end - start for start, end in self.stretches)

    def start_talk(self, now: float, since_known: bool = True) -> None:
        """Two parties talk from now on, or (`since_known` false) since a moment that nobody told us."""
        if self.talking_since is None:
            self.talking_since = now
        if not self.answered:
            self.answered = True
            self.answered_at = now if since_known else None

    def stop_talk(self, now: float) -> None:
        """Nobody talks with another any more."""
        if self.talking_since is not None:
            self.stretches = _union([*self.stretches, (self.talking_since, max(now, self.talking_since))])
            self.talking_since = None

    def end(self, now: float) -> None:
        """The call is over."""
        self.stop_talk(now)
        for channel in self.channels.values():
            channel.stop_talking(now)
        self.ended_at = now

    def absorb(self, other: Call) -> None:
        """Take over everything of `other`, which is the same call from now on."""
        self.linkedids += [linkedid for linkedid in other.linkedids if linkedid not in self.linkedids]
        self.started_at = min(self.started_at, other.started_at)
        self.unborn |= other.unborn
        for channel in other.channels.values():
            channel.call = self
        merged = sorted([*self.channels.values(), *other.channels.values()], key=lambda channel: channel.order)
        self.channels = {channel.uniqueid: channel for channel in merged}
        self.transfers = sorted([*self.transfers, *other.transfers], key=lambda transfer: transfer.step)
        self.stretches = _union([*self.stretches, *other.stretches])
        self._absorb_talk(other)
        self.queue = self.queue or other.queue
        self.in_queue = self.in_queue or other.in_queue
        self.queue_left_step = max(self.queue_left_step, other.queue_left_step)
        self.abandoned = self.abandoned or other.abandoned
        self.voicemail = self.voicemail or other.voicemail
        self.hears_details = self.hears_details or other.hears_details
        self.hears_requests = self.hears_requests or other.hears_requests
        both_ended = self.ended_at is not None and other.ended_at is not None
        self.ended_at = max(self.ended_at, other.ended_at) if both_ended else None

    def dissolve(self) -> None:
        """Let go of all that belongs to this call, which nobody asks for any more: parts that hold each other would
        wait for the garbage collector, and on a busy exchange double the agent's memory.
        """
        for channel in self.channels.values():
            channel.dialer = channel.half = None
        self.channels, self.transfers = {}, []
        self.asked_by = self.left_by = None

    def _absorb_talk(self, other: Call) -> None:
        since = [t for t in (self.talking_since, other.talking_since) if t is not None]
        self.talking_since = min(since) if since else None
        times = [t for t in (self.answered_at, other.answered_at) if t is not None]
        self.answered_at = min(times) if times else None
        self.answered = self.answered or other.answered
        self.asked_by = self.left_by = None


def _union(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join overlapping stretches; at most MAX_STRETCHES are kept, the shortest pauses are given up first."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    while len(joined) > MAX_STRETCHES:
        pause = min(range(len(joined) - 1), key=lambda i: joined[i + 1][0] - joined[i][1])
        joined[pause : pause + 2] = [(joined[pause][0], joined[pause + 1][1])]
    return joined
