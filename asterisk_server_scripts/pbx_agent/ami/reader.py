"""Frame -> event tuple: which AMI event says what. Pure; never raises on any frame."""

from __future__ import annotations

from typing import Callable, Optional

from . import events as ev
from .facts import ChannelFacts, channel_facts, integer, seconds
from .parser import Frame
from .text import CHANNEL_LIMIT, ID_LIMIT, NAME_LIMIT, clean, known

FILE_LIMIT = 255
Reader = Callable[[Frame], Optional[ev.AmiEvent]]
#: Channels made by Asterisk for itself. They are nobody's leg.
_SERVICE_CHANNELS = (
    "Message/",
    "CBAnn/",
    "CBRec/",
    "Recorder/",
    "Announcer/",
    "Snoop/",
    "MulticastRTP/",
    "UnicastRTP/",
    "ConfBridgeRecorder/",
)


def parse_event(frame: Frame) -> ev.AmiEvent | None:
    """Return what `frame` (lower-case keys) means for calls, or None."""
    name = clean(frame.get("event"), NAME_LIMIT).lower()
    if not name:
        return None
    reader = READERS.get(name)
    if reader is not None:
        return reader(frame)
    return _mention(frame) if name not in _SAYS_NOTHING else None


def _channel(frame: Frame, prefix: str = "") -> ChannelFacts | None:
    facts = channel_facts(frame, prefix)
    return None if facts is None or facts.name.startswith(_SERVICE_CHANNELS) else facts


def _status(frame: Frame, key: str) -> str:
    return clean(frame.get(key), 30).upper()


def _of_channel(make: Callable[[ChannelFacts, Frame], ev.AmiEvent], prefix: str = "") -> Reader:
    """Return a reader for events that make no sense without their channel."""

    def read(frame: Frame) -> ev.AmiEvent | None:
        facts = _channel(frame, prefix)
        return None if facts is None else make(facts, frame)

    return read


def _seen(kind: str) -> Reader:
    return _of_channel(lambda channel, frame: ev.ChannelSeen(kind, channel))


#: Unknown events that carry a whole channel (uniqueid and linkedid) at least prove that it lives.
def _mention(frame: Frame) -> ev.AmiEvent | None:
    facts = _channel(frame)
    return ev.ChannelSeen("mention", facts) if facts and facts.uniqueid and facts.linkedid and facts.name else None


def _dial(make: Callable[[ChannelFacts | None, ChannelFacts, Frame], ev.AmiEvent]) -> Reader:
    return _of_channel(lambda dest, frame: make(_channel(frame), dest, frame), "dest")


def _bridge(frame: Frame) -> str:
    return clean(frame.get("bridgeuniqueid") or frame.get("bridgeid"), ID_LIMIT)


def _holding(frame: Frame) -> bool:
    return "holding" in clean(frame.get("bridgetechnology"), NAME_LIMIT).lower()


def _joined(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
    return ev.BridgeJoined(channel, _bridge(frame), _holding(frame))


def _left(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
    return ev.BridgeLeft(channel, _bridge(frame), _holding(frame), integer(frame.get("bridgenumchannels")) or 0)


def _meetme(joined: bool) -> Reader:
    """MeetMe knows no bridges; its room number serves as one."""

    def make(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
        room = "meetme/" + clean(frame.get("meetme"), NAME_LIMIT)
        return ev.BridgeJoined(channel, room, False) if joined else ev.BridgeLeft(channel, room)

    return _of_channel(make)


def _bridge_gone(frame: Frame) -> ev.AmiEvent | None:
    return ev.BridgeGone(_bridge(frame), "")


def _bridge_merged(frame: Frame) -> ev.AmiEvent | None:
    source, target = frame.get("frombridgeuniqueid"), frame.get("tobridgeuniqueid")
    return ev.BridgeGone(clean(source, ID_LIMIT), clean(target, ID_LIMIT))


def _blind(frame: Frame) -> ev.AmiEvent | None:
    exten = clean(frame.get("extension"), NAME_LIMIT)
    return ev.BlindTransferred(
        _status(frame, "result"), _channel(frame, "transferer"), _channel(frame, "transferee"), exten
    )


def _attended(frame: Frame) -> ev.AmiEvent | None:
    return ev.AttendedTransferred(
        _status(frame, "result"),
        _channel(frame, "origtransferer"),
        _channel(frame, "secondtransferer"),
        _channel(frame, "transferee"),
        _channel(frame, "transfertarget"),
        _status(frame, "desttype") == "THREEWAY",
    )


def _pickup(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent | None:
    target = _channel(frame, "target")
    return ev.ChannelSeen("mention", channel) if target is None else ev.PickedUp(channel, target)


def _park(parked: bool) -> Reader:
    return _of_channel(lambda parkee, frame: ev.ParkChanged(parkee, _channel(frame, "retriever"), parked), "parkee")


def _queue(joined: bool, abandoned: bool) -> Reader:
    def make(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
        return ev.QueueMoved(channel, clean(frame.get("queue"), NAME_LIMIT), joined, abandoned)

    return _of_channel(make)


def _originated(frame: Frame) -> ev.AmiEvent | None:
    uniqueid = clean(frame.get("uniqueid"), ID_LIMIT)
    return ev.OriginateAnswered(
        clean(frame.get("actionid"), ID_LIMIT),
        _status(frame, "response") == "SUCCESS",
        integer(frame.get("reason")) or 0,
        "" if uniqueid == "<null>" else uniqueid,
        known(frame.get("exten"), NAME_LIMIT),
    )


def _application(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
    return ev.AppStarted(channel, clean(frame.get("application"), NAME_LIMIT), clean(frame.get("appdata"), NAME_LIMIT))


def _user_event(frame: Frame) -> ev.AmiEvent | None:
    """Read what our own dialplan says; other people's events are nobody's business."""
    channel, file = _channel(frame), clean(frame.get("file"), FILE_LIMIT)
    if channel is None or not file or clean(frame.get("userevent"), NAME_LIMIT).lower() != "odoorecording":
        return None
    paused = clean(frame.get("pause"), NAME_LIMIT) == "asked"
    return ev.RecordingBegun(channel, file, channel.linkedid, paused)


def _monitor(on: bool) -> Reader:
    return _of_channel(lambda channel, frame: ev.MonitorChanged(channel, on))


def _muted(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
    """Of a half-muted recording the other half goes on."""
    on = clean(frame.get("state"), NAME_LIMIT) == "1" and clean(frame.get("direction"), NAME_LIMIT).lower() == "both"
    return ev.MonitorMuted(channel, on)


def _cdr(frame: Frame) -> ev.AmiEvent | None:
    return ev.CdrWritten(
        clean(frame.get("uniqueid"), ID_LIMIT),
        clean(frame.get("lastapplication"), NAME_LIMIT),
        _status(frame, "disposition"),
        seconds(frame.get("duration")),
        seconds(frame.get("billableseconds")),
    )


def _device(frame: Frame) -> ev.AmiEvent | None:
    return ev.DeviceChanged(clean(frame.get("device"), CHANNEL_LIMIT), _status(frame, "state"))


def _listed(channel: ChannelFacts, frame: Frame) -> ev.AmiEvent:
    age = seconds(frame.get("duration") if "duration" in frame else frame.get("seconds"))
    return ev.ChannelListed(channel, _bridge(frame), age, clean(frame.get("application"), NAME_LIMIT))


def _asked(soft: bool) -> Reader:
    return _of_channel(lambda channel, frame: ev.HangupAsked(channel, soft))


def _held(on: bool) -> Reader:
    return _of_channel(lambda channel, frame: ev.Held(channel, on))


READERS: dict[str, Reader] = {
    "newchannel": _seen("new"),
    "newstate": _seen("state"),
    "newcallerid": _seen("caller"),
    "newconnectedline": _seen("connected"),
    "newexten": _of_channel(_application),
    "dialbegin": _dial(
        lambda channel, dest, frame: ev.DialBegun(channel, dest, clean(frame.get("dialstring"), ID_LIMIT))
    ),
    "dialstate": _dial(lambda channel, dest, frame: ev.DialMoved(channel, dest, _status(frame, "dialstatus"))),
    "dialend": _dial(
        lambda channel, dest, frame: ev.DialEnded(
            channel, dest, _status(frame, "dialstatus"), clean(frame.get("forward"), NAME_LIMIT)
        )
    ),
    "bridgeenter": _of_channel(_joined),
    "confbridgejoin": _of_channel(_joined),
    "bridgeleave": _of_channel(_left),
    "confbridgeleave": _of_channel(_left),
    "bridgedestroy": _bridge_gone,
    "bridgemerge": _bridge_merged,
    "meetmejoin": _meetme(True),
    "meetmeleave": _meetme(False),
    "hanguprequest": _asked(False),
    "softhanguprequest": _asked(True),
    "hangup": _of_channel(lambda channel, frame: ev.HungUp(channel, integer(frame.get("cause")))),
    "hold": _held(True),
    "unhold": _held(False),
    "rename": _of_channel(lambda channel, frame: ev.Renamed(channel, clean(frame.get("newname"), CHANNEL_LIMIT))),
    "blindtransfer": _blind,
    "attendedtransfer": _attended,
    "pickup": _of_channel(_pickup),
    "parkedcall": _park(True),
    "unparkedcall": _park(False),
    "parkedcalltimeout": _park(False),
    "parkedcallgiveup": _park(False),
    "parkedcallswap": _park(True),
    "queuecallerjoin": _queue(True, False),
    "queuecallerleave": _queue(False, False),
    "queuecallerabandon": _queue(False, True),
    "agentringnoanswer": _of_channel(lambda dest, frame: ev.AgentDidNotAnswer(dest), "dest"),
    "originateresponse": _originated,
    "cdr": _cdr,
    "messagewaiting": _of_channel(lambda channel, frame: ev.MessageLeft(channel)),
    "userevent": _user_event,
    "mixmonitorstart": _monitor(True),
    "mixmonitorstop": _monitor(False),
    "mixmonitormute": _of_channel(_muted),
    "devicestatechange": _device,
    "coreshowchannel": _of_channel(_listed),
    "status": _of_channel(_listed),
    "bridgelistitem": lambda frame: ev.BridgeListed(_bridge(frame), _holding(frame)),
    "coreshowchannelscomplete": lambda frame: ev.ListEnded(),
    "fullybooted": lambda frame: ev.Booted(seconds(frame.get("uptime"))),
    "shutdown": lambda frame: ev.ShutDown(),
}

#: Written after a channel is gone, or about something else than the channel they name.
_SAYS_NOTHING = frozenset({"cel", "varset", "rtcpsent", "rtcpreceived", "chanspystart", "chanspystop", "localbridge"})
