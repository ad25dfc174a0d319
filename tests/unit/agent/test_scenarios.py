"""What really happened on a real Asterisk, and what the tracker must tell of it: every file of tests/scenarios."""

from __future__ import annotations

import json

import pytest

from pbx_agent.ami.parser import FrameBuffer
from pbx_agent.ami.reader import parse_event
from pbx_agent.calls.endpoints import Directory
from pbx_agent.calls.snapshot import snapshot
from pbx_agent.calls.tracker import Tracker
from pbx_agent.replay import brief, replay
from tests.scenarios.record import FOLDER, MORE, SCRIPTS, told

FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
DEVICES = [{"endpoint": f"PJSIP/{name}", "extension": name[:3]} for name in ("101", "102", "103", "104", "105", "1052")]
SECONDS = ("ring_seconds", "talk_seconds")
#: How much a second may differ: what is told is rounded to milliseconds.
SLACK = 0.002


def same(found, expected):
    """Calls that differ at most by a rounded millisecond."""
    assert len(found) == len(expected), [call["linkedids"] for call in found]
    for call, wanted in zip(found, expected):
        assert {k: v for k, v in call.items() if k not in SECONDS} == {
            k: v for k, v in wanted.items() if k not in SECONDS
        }
        assert {k: call[k] for k in SECONDS} == pytest.approx({k: wanted[k] for k in SECONDS}, abs=SLACK)


def test_every_script_is_recorded_and_every_recording_has_its_script():
    assert set(FILES) == set(SCRIPTS)


@pytest.mark.parametrize("name", FILES)
def test_the_tracker_tells_what_happened(name):
    same(told(FILES[name]["events"]), FILES[name]["calls"])


@pytest.mark.parametrize("name", FILES)
def test_every_call_is_over_in_the_end(name):
    assert all(call["ended"] for call in FILES[name]["calls"])


@pytest.mark.parametrize("name", FILES)
def test_knowing_the_companys_devices_tells_the_same(name):
    found = replay(json.dumps(FILES[name]["events"]), DEVICES)
    same(found, [{key: call[key] for key in call if key not in MORE} for call in FILES[name]["calls"]])


def as_ami_text(events):
    """The events as they came over the socket."""
    lines = ["Asterisk Call Manager/9.0.0", "Response: Success", "Message: Authentication accepted", ""]
    for event in events:
        lines += [f"{key}: {value}" for key, value in sorted(event.items(), key=lambda pair: pair[0] != "Event")] + [""]
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("name", FILES)
def test_raw_text_tells_the_same_as_json(name):
    events = FILES[name]["events"]
    assert replay(as_ami_text(events)) == replay(json.dumps(events))


def fed(chunks, ask_each_time):
    """What a tracker tells that gets the stream in these pieces and is asked after each event, or once at the end."""
    buffer, tracker, calls, version = FrameBuffer(), Tracker(Directory(), 0.0), {}, 0
    for frame in (frame for chunk in chunks for frame in buffer.feed(chunk)):
        event = parse_event(frame)
        if event is not None:
            tracker.feed(event, float(frame["timestamp"]))
        if ask_each_time:
            version = take(tracker, calls, version)
    take(tracker, calls, version)
    return [brief(call) for call in sorted(calls.values(), key=lambda call: call["started_at"])]


def take(tracker, calls, version):
    for linkedid in tracker.take_absorbed():
        calls.pop(linkedid, None)
    for call in tracker.take_changed():
        version += 1
        calls[call.linkedid] = snapshot(call, tracker.directory, version)
    return version


@pytest.mark.parametrize("name", FILES)
def test_fed_at_once_or_byte_by_byte_is_the_same(name):
    stream = as_ami_text(FILES[name]["events"]).encode()
    single = [stream[place : place + 1] for place in range(len(stream))]
    assert fed([stream], ask_each_time=False) == fed(single, ask_each_time=True)
