"""Recorded calls played again: other calls, the same story."""

import json
import re
from pathlib import Path

import pytest

from bench.traces import Ids, Trace, load, traffic
from pbx_agent.ami.parser import FrameBuffer
from pbx_agent.replay import snapshots

SCENARIOS = Path(__file__).parents[2] / "scenarios"
EPOCH = 1_800_000_000
STORY = ("direction", "did", "result", "rang", "answered_by", "hung_up_by", "queue", "trunk")


def scenario(name):
    return json.loads((SCENARIOS / f"{name}.json").read_text("utf-8"))


def trace(name):
    return Trace.of([event for event in scenario(name)["events"] if event["Event"] != "FullyBooted"])


def told(frames):
    """What the agent's replay makes of frames, without the times that they have lost."""
    calls = snapshots(b"".join(frame.raw for frame in frames).decode())
    return [{key: call[key] for key in STORY} for call in calls]


@pytest.mark.parametrize(
    "name", ["incoming_answered", "ring_group_answered", "queue_answered", "transfer_attended_by_ami", "click_answered"]
)
def test_another_call_tells_the_same_story(name):
    frames = list(trace(name).play(Ids(EPOCH)))
    assert told(frames) == [{key: call[key] for key in STORY} for call in scenario(name)["calls"]]


def test_nothing_of_the_recorded_ids_is_left():
    recorded = scenario("transfer_attended_by_ami")["events"]
    old = {event[key] for event in recorded for key in ("Uniqueid", "Channel", "BridgeUniqueid") if key in event}
    played = b"".join(frame.raw for frame in trace("transfer_attended_by_ami").play(Ids(EPOCH))).decode()
    assert len(old) > 10 and not [one for one in old if one in played]


def test_two_plays_share_no_id():
    ids, ring = Ids(EPOCH), trace("ring_group_answered")
    first, second = (
        set(re.findall(rb"(?:Uniqueid|Channel): (.+)\r", b"".join(frame.raw for frame in ring.play(ids))))
        for _ in range(2)
    )
    assert len(first) == len(second) > 5 and not first & second


def test_the_last_hangup_names_the_call():
    frames = list(trace("incoming_answered").play(Ids(EPOCH)))
    last = [frame for frame in frames if frame.ended]
    assert len(last) == 1
    assert b"Event: Hangup\r\n" in last[0].raw
    assert f"Linkedid: {last[0].ended}\r\n".encode() in frames[0].raw


def test_calls_go_on_at_the_same_time_each_in_its_order():
    traces = [trace("incoming_answered"), trace("ring_group_answered")]
    frames = list(traffic(traces, calls=5, at_once=3, ids=Ids(EPOCH)))
    assert len(frames) == 3 * len(traces[0].pieces) + 2 * len(traces[1].pieces)
    assert len({frame.ended for frame in frames} - {None}) == 5
    begun = [frame.raw for frame in frames[:3]]
    assert all(b"Event: Newchannel\r\n" in raw for raw in begun), "three calls begin together"
    assert [call["result"] for call in told(frames)] == ["answered"] * 5


def test_only_whole_calls_are_traffic():
    traces = load(SCENARIOS)
    assert len(traces) > 30
    for one in traces:
        raw = b"".join(frame.raw for frame in one.play(Ids(EPOCH)))
        events = [frame["event"] for frame in FrameBuffer().feed(raw)]
        assert events.count("Newchannel") == events.count("Hangup"), "everything that begins ends"
        assert not {"CoreShowChannel", "Shutdown", "FullyBooted"} & set(events)
