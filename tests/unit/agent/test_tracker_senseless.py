"""Events that make no sense together, as of a broken or hostile PBX: no error, and the tracker keeps right books."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.ami.reader import READERS, parse_event
from pbx_agent.calls.snapshot import snapshot
from pbx_agent.calls.tracker import Tracker
from tests.unit.agent.ami_script import START

steady = settings(max_examples=100, deadline=timedelta(seconds=5), derandomize=True, database=None)
ROLES = ("", "dest", "transferer", "transferee", "parkee", "retriever", "target", "origtransferer",
         "secondtransferer", "transfertarget")  # fmt: skip
NAMES = ("PJSIP/101-00000001", "PJSIP/102-00000002", "SIP/trunk-00000003", "Local/1@a-00000001;1",
         "Local/1@a-00000001;2", "Local/2@a-00000002;1", "Local/2@a-00000002;2", "PJSIP/101-00000001<ZOMBIE>",
         "AsyncGoto/PJSIP/101-00000001", "")  # fmt: skip
UUID = "0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a01"
IDS = (*(f"{int(START)}.{number}" for number in range(1, 8)), UUID, UUID + ";2", "")
FIELDS = {
    "bridgeuniqueid": ("b1", "b2", ""), "bridgetechnology": ("simple_bridge", "holding_bridge"),
    "bridgenumchannels": ("0", "1", "2"), "dialstatus": ("ANSWER", "CANCEL", "BUSY", "NOANSWER", "RINGING", ""),
    "result": ("Success", "Fail"), "cause": ("16", "17", "21", "26", ""), "newname": NAMES, "forward": ("", "103"),
    "application": ("Dial", "VoiceMail", "AppDial"), "duration": ("00:00:05", ""), "queue": ("support",),
    "uptime": ("5", "99999", ""), "tobridgeuniqueid": ("b1",), "frombridgeuniqueid": ("b1", "b2"),
}  # fmt: skip


def senseless(room):
    """A frame of any event, with channels that are mixed up now and then."""
    frame = {"event": room.choice(sorted(READERS)), **{key: room.choice(texts) for key, texts in FIELDS.items()}}
    for role in ROLES:
        if role and room.random() < 0.5:
            continue
        place = room.randrange(len(IDS))
        frame[role + "channel"] = room.choice(NAMES) if room.random() < 0.3 else NAMES[place]
        frame[role + "uniqueid"], frame[role + "linkedid"] = IDS[place], room.choice(IDS)
        frame[role + "channelstatedesc"] = room.choice(("Up", "Ringing", "Down", "Ring", ""))
        frame[role + "exten"] = room.choice(("s", "101", "+493012345678", "vmu101", ""))
        frame[role + "context"] = room.choice(("from-internal", "from-trunk", "macro-vm", ""))
        frame[role + "calleridnum"] = room.choice(("101", "+493012345678", ""))
    return frame


def feed(tracker, now, **frame):
    event = parse_event(frame)
    if event is not None:
        tracker.feed(event, now)
    for call in tracker.take_changed():
        snapshot(call, tracker.directory, 1)
    tracker.take_absorbed()


def books_are_right(tracker):
    registry = tracker._registry
    calls = registry.calls()
    linkedids = [linkedid for call in calls for linkedid in call.linkedids]
    assert len(linkedids) == len(set(linkedids)), "a linkedid is in two calls"
    assert all(linkedid in call.linkedids for linkedid, call in registry._calls.items())
    for call in calls:
        assert all(channel.call is call for channel in call.channels.values())
        assert (call.ended_at is None) == call.is_alive == (call not in registry._ended)


@steady
@given(st.randoms(use_true_random=False), st.integers(1, 60), st.sampled_from([0.0, 2.0]))
def test_senseless_events_are_no_error_and_every_call_ends(room, count, grace):
    tracker, now = Tracker(grace_seconds=grace), START
    for _ in range(count):
        now += room.choice((0, 0, 0.1, 5, 70)) if room.random() < 0.1 else 0.1
        feed(tracker, now, **senseless(room))
        books_are_right(tracker)
    registry = tracker._registry
    for channel in [channel for call in registry.calls() for channel in call.channels.values()]:
        feed(tracker, now, event="Hangup", channel=channel.name or "x", uniqueid=channel.uniqueid, cause="16")
    assert all(call.ended_at is not None for call in registry.calls())
    feed(tracker, now + 100, event="CoreShowChannelsComplete")
    left = (registry._calls, registry._channels, registry._names, registry._ended, tracker._bridges._members)
    assert not any(left)
