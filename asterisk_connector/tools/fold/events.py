"""What channel events (CEL) know better than CDR rows: times to the millisecond, causes, who hung up, the first number
dialled; and calls that have no row at all, because Asterisk was killed before it wrote one.
"""

from .names import STEERING, dialled_endpoints, endpoint_of, is_party
from .rows import ANSWERED, Row
from .talk import BRIDGE

#: hangup causes (Q.850) → disposition
_DISPOSITIONS = {17: "BUSY", 21: "NO ANSWER", 34: "CONGESTION", 1: "FAILED", 3: "FAILED", 20: "FAILED", 38: "FAILED"}
_HOLDING = "holding_bridge"


class Seen:
    """One channel, as the events tell it."""

    def __init__(self, event):
        self.uniqueid, self.linkedid = event.uniqueid, event.linkedid
        self.came_by_itself = event.uniqueid == event.linkedid
        self.exten, self.context = event.exten, event.context
        self.name, self.number = event.name, event.number
        self.started_at = self.last_at = event.time
        self.answered_at = self.ended_at = self.cause = self.ended_by = None
        self.dialstatus = ""
        self.apps = []

    def follow(self, event):
        """Take one event of this channel."""
        self.last_at = max(self.last_at, event.time)
        self.linkedid = event.linkedid or self.linkedid
        if self.exten in STEERING:  # a click's channel has nowhere to go until its phone is picked up
            self.exten = event.exten
        if event.app and (not self.apps or self.apps[-1][1:] != (event.app, event.data)):
            self.apps.append((event.time, event.app, event.data))
        if event.kind == "ANSWER" and self.answered_at is None:
            self.answered_at = event.time
        elif event.kind == "HANGUP":
            facts = event.facts
            self.ended_at = event.time
            self.cause = facts.get("hangupcause") if isinstance(facts.get("hangupcause"), int) else None
            self.ended_by = str(facts.get("hangupsource") or "")
            self.dialstatus = str(facts.get("dialstatus") or "")
        elif event.kind == "CHAN_END":
            self.ended_at = self.ended_at or event.time

    def app_at(self, time):
        """Return ``(application, its arguments)`` that the channel was in at a time."""
        past = [app for app in self.apps if app[0] <= time + 0.05]
        return past[-1][1:] if past else ("", "")


class Witness:
    """All events of one call. Without events it knows nothing, and says so by None and empty lists."""

    def __init__(self, events):
        self.channels = {}
        self.edges = []
        self.transfers = []
        self.parked_at = []
        self._last = max((event.time for event in events), default=None)
        self._inside = {}
        for event in events:
            self._take(event)
        is_told = any(event.kind == "LINKEDID_END" for event in events)
        self.is_over = is_told or all(seen.ended_at is not None for seen in self.channels.values())
        for (channel, bridge), since in self._inside.items():
            seen = self.channels[channel]
            self.edges.append((channel, bridge, since, seen.ended_at or self._last))

    def _take(self, event):
        if not event.channel:
            return
        seen = self.channels.get(event.channel)
        if seen is None:
            seen = self.channels[event.channel] = Seen(event)
        seen.follow(event)
        if event.kind in ("BRIDGE_ENTER", "BRIDGE_EXIT"):
            self._bridge(event)
        elif event.kind in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
            self.transfers.append(event)
        elif event.kind == "PARK_START":
            self.parked_at.append(event.time)

    def _bridge(self, event):
        facts = event.facts
        if facts.get("bridge_technology") == _HOLDING:
            return
        # Asterisk before 13 does not name the bridge: of one call it is one.
        place = (event.channel, f"{BRIDGE}{facts.get('bridge_id', event.linkedid)}")
        if event.kind == "BRIDGE_ENTER":
            self._inside.setdefault(place, event.time)
        elif place in self._inside:
            self.edges.append((*place, self._inside.pop(place), event.time))

    @property
    def first(self):
        """Return the channel that began the call: its uniqueid is the linkedid; None without events."""
        own = [name for name, seen in self.channels.items() if seen.uniqueid == seen.linkedid and is_party(name)]
        return min(own or self.channels, key=lambda name: self.channels[name].started_at, default=None)

    def rows(self, known):
        """Return rows for the channels that no CDR row names, made up from the events.

        :param known: names of the channels in the CDR rows
        """
        first = self.first
        missing = [name for name in self.channels if is_party(name) and name != first and name not in known]
        if first is None or (not missing and first in known):
            return []
        if not missing:
            return [self._row(first, "")]
        return [self._row(first, name) for name in missing]

    def _row(self, channel, peer):
        caller = self.channels[channel]
        seen = self.channels[peer] if peer else caller
        app, data = self._how(caller, seen, peer)
        if seen.answered_at is not None:
            disposition = ANSWERED
        else:
            disposition = _DISPOSITIONS.get(seen.cause, "NO ANSWER")
        return Row(
            start=seen.started_at, answer=seen.answered_at, end=seen.ended_at or seen.last_at,
            clid=f'"{caller.name}" <{caller.number}>', src=caller.number, dst=caller.exten, dcontext=caller.context,
            channel=channel, dstchannel=peer, lastapp=app, lastdata=data, disposition=disposition,
            uniqueid=caller.uniqueid, linkedid=caller.linkedid,
        )  # fmt: skip

    @staticmethod
    def _how(caller, seen, peer):
        """Return the application, and its arguments, by which a channel came into the call."""
        if peer and seen.came_by_itself:
            return seen.apps[-1][1:] if seen.apps else ("Pickup", "")
        app, data = caller.app_at(seen.started_at)
        named = dialled_endpoints(app, data)
        # Where the caller's own application does not name it somebody else rang it.
        return (app, data) if not peer or named is None or endpoint_of(peer) in named else ("", "")

    def hung_up_by(self, channel):
        """Return the channel that ended a channel's conversation; "": the PBX did; None: nobody knows."""
        seen = self.channels.get(channel)
        return seen.ended_by if seen else None

    def dialstatus(self, channel):
        """Return how a channel's last Dial ended (``NOANSWER``, ``CANCEL`` …), "" when it is not known."""
        seen = self.channels.get(channel)
        return seen.dialstatus if seen else ""

    def apps(self, channel):
        """Return the applications that a channel was seen in, in lower case."""
        seen = self.channels.get(channel)
        return {app.lower() for _time, app, _data in seen.apps} if seen else set()

    def cause(self, channel):
        """Return the hangup cause (Q.850) of a channel, None when it is not known."""
        seen = self.channels.get(channel)
        return seen.cause if seen else None
