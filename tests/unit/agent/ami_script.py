"""AMI events in a few words, for tests that tell a story: `pbx = Story(); pbx.new("PJSIP/carrier", ...)`."""

from __future__ import annotations

from typing import Any

from pbx_agent.ami.parser import Frame
from pbx_agent.ami.reader import parse_event
from pbx_agent.calls.endpoints import Directory
from pbx_agent.calls.snapshot import snapshot
from pbx_agent.calls.tracker import Tracker

START = 1_764_000_000.0


class Chan:
    """One channel of a story; attributes are what its next event will say."""

    def __init__(self, name: str, uniqueid: str, linkedid: str, **facts: str) -> None:
        self.name, self.uniqueid, self.linkedid = name, uniqueid, linkedid
        self.facts = {"channelstatedesc": "Down", **facts}

    def fields(self, prefix: str = "") -> Frame:
        own = {"channel": self.name, "uniqueid": self.uniqueid, "linkedid": self.linkedid, **self.facts}
        return {prefix + key: value for key, value in own.items() if value}


class Story:
    """A tracker that is told events one by one; `at(3)` moves the clock to three seconds after the beginning."""

    def __init__(self, devices: list[dict[str, str]] | None = None, grace_seconds: float = 2.0) -> None:
        self.tracker = Tracker(Directory(devices or ()), grace_seconds)
        self.now = START
        self.count = 0
        self.told: list[tuple[float, Frame]] = []
        self.versions = 0

    def at(self, seconds: float) -> Story:
        self.now = START + seconds
        return self

    def tell(self, name: str, *channels: Frame, **fields: str) -> None:
        """One event of the given fields."""
        frame: Frame = {"event": name}
        for part in channels:
            frame.update(part)
        frame.update(fields)
        self.told.append((self.now, frame))
        event = parse_event(frame)
        if event is not None:
            self.tracker.feed(event, self.now)

    # -- channels --------------------------------------------------------------------------------------------------

    def new(self, endpoint: str, call: Chan | None = None, **facts: str) -> Chan:
        """Newchannel on an endpoint (``PJSIP/101``), or of a whole channel name where it holds a ``-`` or ``;``."""
        self.count += 1
        uniqueid = facts.pop("uniqueid", f"{int(START)}.{self.count}")
        name = endpoint if ";" in endpoint or endpoint.rpartition("-")[2].isdigit() else f"{endpoint}-{self.count:08d}"
        channel = Chan(name, uniqueid, call.linkedid if call else uniqueid, **facts)
        self.tell("Newchannel", channel.fields())
        return channel

    def incoming(
        self, did: str = "+493055570100", number: str = "+493012345678", trunk: str = "PJSIP/carrier", **facts: str
    ) -> Chan:
        """A call from outside begins."""
        facts = {"calleridnum": number, "context": "from-carrier", "exten": did, **facts}
        return self.new(trunk, channelstatedesc="Ring", **facts)

    def outgoing(self, number: str = "+493012345678", phone: str = "PJSIP/101", **facts: str) -> Chan:
        """An employee dials."""
        facts = {"calleridnum": phone.partition("/")[2], "context": "from-internal", **facts}
        return self.new(phone, channelstatedesc="Ring", exten=number, **facts)

    def state(self, channel: Chan, described: str) -> None:
        channel.facts["channelstatedesc"] = described
        self.tell("Newstate", channel.fields())

    # -- dialling --------------------------------------------------------------------------------------------------

    def dial(self, caller: Chan | None, endpoint: str, string: str = "", ring: bool = True, **facts: str) -> Chan:
        """`caller` dials an endpoint, which rings."""
        dest = self.new(endpoint, caller, exten="s", **facts)
        self.begin(caller, dest, string or endpoint.partition("/")[2])
        if ring:
            self.state(dest, "Ringing")
        return dest

    def begin(self, caller: Chan | None, dest: Chan, string: str = "") -> None:
        self.tell("DialBegin", caller.fields() if caller else {}, dest.fields("dest"), dialstring=string)

    def end_dial(self, caller: Chan | None, dest: Chan, status: str) -> None:
        self.tell("DialEnd", caller.fields() if caller else {}, dest.fields("dest"), dialstatus=status)

    def answer(self, caller: Chan | None, dest: Chan, bridge: str = "") -> str:
        """`dest` answers; both talk in a bridge, whose name is returned."""
        self.state(dest, "Up")
        self.end_dial(caller, dest, "ANSWER")
        if caller is None:
            return ""
        if caller.facts["channelstatedesc"] != "Up":
            self.state(caller, "Up")
        return self.talk(dest, caller, bridge=bridge)

    # -- bridges ---------------------------------------------------------------------------------------------------

    def talk(self, *channels: Chan, bridge: str = "") -> str:
        bridge = bridge or f"bridge-{self.count}-{len(self.told)}"
        for number, channel in enumerate(channels, 1):
            self.enter(channel, bridge, number)
        return bridge

    def enter(self, channel: Chan, bridge: str, number: int = 2, technology: str = "simple_bridge") -> None:
        self.tell(
            "BridgeEnter",
            channel.fields(),
            bridgeuniqueid=bridge,
            bridgetechnology=technology,
            bridgenumchannels=str(number),
        )

    def leave(self, channel: Chan, bridge: str, remaining: int = 0) -> None:
        self.tell(
            "BridgeLeave", channel.fields(), bridgeuniqueid=bridge, bridgetechnology="simple_bridge",
            bridgenumchannels=str(remaining),
        )  # fmt: skip

    # -- through Local channels --------------------------------------------------------------------------------------

    def walk(self, channel: Chan, context: str, exten: str, application: str, data: str = "") -> None:
        """A step of the dialplan, as the class `dialplan` tells it."""
        channel.facts.update(context=context, exten=exten)
        self.tell("Newexten", channel.fields(), extension=exten, application=application, appdata=data)

    def pair(self, dialer: Chan, number: str, context: str = "from-internal", index: int = 1) -> tuple[Chan, Chan]:
        """`dialer` dials a Local channel; return its near and far half."""
        base = f"Local/{number}@{context}-{index:08x}"
        near = self.new(f"{base};1", dialer, context=context, exten=number)
        far = self.new(f"{base};2", dialer, context=context, exten=number)
        self.begin(dialer, near, f"{number}@{context}/n")
        return near, far

    def behind(
        self, dialer: Chan, endpoint: str, number: str, context: str = "from-internal", index: int = 1
    ) -> tuple[Chan, Chan, Chan]:
        """A phone that `dialer` rings through a Local channel; return near half, far half, phone."""
        near, far = self.pair(dialer, number, context, index)
        self.walk(far, "macro-dial-one", "s", "Dial", endpoint)
        string = f"{number}/sip:{number}@10.0.0.5:5060"
        phone = self.dial(far, endpoint, string, context="from-internal", calleridnum=number)
        self.state(near, "Ringing")
        return near, far, phone

    def answer_behind(self, caller: Chan, near: Chan, far: Chan, phone: Chan) -> tuple[str, str]:
        """The phone behind a Local channel is picked up and talks; return the far and the near bridge."""
        inner = self.answer(far, phone)
        self.state(near, "Up")
        self.end_dial(caller, near, "ANSWER")
        return inner, self.talk(near, caller)

    def take_back(self, dialer: Chan, near: Chan, far: Chan, phone: Chan, status: str, cause: int = 0) -> None:
        """`dialer` gives up a Local channel: the reason is told of the near half, CANCEL of who rang behind it."""
        self.end_dial(dialer, near, status)
        self.hang(near, cause=cause)
        self.end_dial(far, phone, "CANCEL")
        self.hang(phone, far, cause=16)

    # -- ends ------------------------------------------------------------------------------------------------------

    def ask(self, channel: Chan, cause: int = 16) -> None:
        self.tell("HangupRequest", channel.fields(), cause=str(cause))

    def soft(self, channel: Chan) -> None:
        self.tell("SoftHangupRequest", channel.fields(), cause="16")

    def hang(self, *channels: Chan, cause: int = 16) -> None:
        for channel in channels:
            self.tell("Hangup", channel.fields(), cause=str(cause))

    def end(self, bridge: str, first: Chan, *others: Chan) -> None:
        """`first` hangs up; the others of the bridge follow."""
        self.ask(first)
        self.leave(first, bridge, len(others))
        for number, other in enumerate(others, 1):
            self.leave(other, bridge, len(others) - number)
        self.hang(*others, first)

    # -- what came of it -------------------------------------------------------------------------------------------

    def snapshots(self) -> list[dict[str, Any]]:
        """All calls that are known, in the order they began."""
        self.versions += 1
        return [snapshot(call, self.tracker.directory, self.versions) for call in self.tracker.calls()]

    def call(self) -> dict[str, Any]:
        """The only call there is."""
        calls = self.snapshots()
        assert len(calls) == 1, [call["linkedid"] for call in calls]
        return calls[0]

    def leg(self, endpoint_or_channel: str) -> dict[str, Any]:
        """The only leg whose channel's name begins so."""
        legs = [leg for leg in self.call()["legs"] if leg["channel"].startswith(endpoint_or_channel)]
        assert len(legs) == 1, legs
        return legs[0]
