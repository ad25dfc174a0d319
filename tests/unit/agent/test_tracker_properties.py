"""Whatever a network and the threads of a PBX do to the recorded events, the tracker keeps its word.

Events come twice, in another order within a moment, wholly shuffled, or not at all; times are those of arrival, so they
never go back. Examples are the same at each run.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.ami.reader import parse_event
from pbx_agent.calls.endpoints import Directory
from pbx_agent.calls.snapshot import snapshot
from pbx_agent.calls.tracker import Tracker
from pbx_agent.replay import frames_of
from tests.scenarios.record import FOLDER
from tests.unit.agent.ami_script import Story

steady = settings(max_examples=60, deadline=timedelta(seconds=5), derandomize=True)
PREFIXES = ("", "dest", "target", "parkee", "retriever", "transferer", "transferee", "origtransferer",
            "secondtransferer", "transfertarget")  # fmt: skip
SCENARIOS = {
    path.stem: frames_of(json.dumps(json.loads(path.read_text("utf-8"))["events"]))
    for path in sorted(FOLDER.glob("*.json"))
}


def channels(frame):
    """(uniqueid, linkedid) of the channels that an event names."""
    pairs = ((frame.get(prefix + "uniqueid"), frame.get(prefix + "linkedid")) for prefix in PREFIXES)
    return [(uniqueid, linkedid) for uniqueid, linkedid in pairs if uniqueid and linkedid]


def hang_up_all(frames):
    """Whether the last of every channel is told (it is not where the listener was away meanwhile)."""
    named = {uniqueid for frame in frames for uniqueid, _linkedid in channels(frame)}
    return named == {frame.get("uniqueid") for frame in frames if frame["event"] == "Hangup"}


WHOLE = sorted(name for name, frames in SCENARIOS.items() if frames and hang_up_all(frames))
#: In these a list of channels speaks, which makes sense only where it stands; and a click rings two phones, of which
#: the first one is told as the caller's.
IN_ORDER_ONLY = {name for name in WHOLE if name.startswith(("late", "reconnect"))} | {"originate_local_declined"}
names = st.sampled_from(WHOLE)
rooms = st.randoms(use_true_random=False)


def arrivals(frames):
    return sorted(float(frame["timestamp"]) for frame in frames)


def told(frames, times, ask_each_time=True):
    """The calls that a tracker tells which hears `frames` at `times`; nothing of a scenario is too old for it."""
    tracker, calls, version = Tracker(Directory(), keep_seconds=float("inf")), {}, 0
    for now, frame in zip(times, frames):
        event = parse_event(frame)
        if event is not None:
            tracker.feed(event, now)
        if ask_each_time or frame is frames[-1]:
            for linkedid in tracker.take_absorbed():
                calls.pop(linkedid, None)
            for call in tracker.take_changed():
                version += 1
                calls[call.linkedid] = snapshot(call, tracker.directory, version)
    assert not tracker.living(), "a call is open after the last hangup of all its channels"
    return [{key: value for key, value in call.items() if key != "version"} for call in calls.values()]


def trees(frames):
    """Linkedids that belong together: the same channel had both, or an event says that two channels met."""
    near = defaultdict(set)
    for frame in frames:
        found = channels(frame)
        for uniqueid, linkedid in found:
            near["u" + uniqueid].add("l" + linkedid)
            near["l" + linkedid] |= {"u" + uniqueid, *("l" + other for _uniqueid, other in found)}
    while near:
        tree, ends = set(), [next(iter(near))]
        while ends:
            end = ends.pop()
            tree.add(end)
            ends += near.pop(end, ())
        yield {node[1:] for node in tree if node[0] == "l"}


def one_call_a_tree(calls, frames):
    for tree in trees(frames):
        assert sum(1 for call in calls if tree & set(call["linkedids"])) <= 1, tree
    linkedids = [linkedid for call in calls for linkedid in call["linkedids"]]
    assert len(linkedids) == len(set(linkedids))


def facts(calls):
    """What a person would say of the calls; in which order phones rang at the same moment is nobody's business."""
    said = ("direction", "did", "result", "answered_by", "queue", "trunk", "command")
    return sorted(
        [repr({
            **{key: call[key] for key in said}, "caller": call["caller"], "callee": call["callee"]["number"],
            "linkedids": sorted(call["linkedids"]), "rang": sorted(call["rang"]),
        }) for call in calls]
    )  # fmt: skip


def disturbed(frames, room, moment):
    """The same events; those that came within `moment` seconds may come in any order."""
    places = sorted(frames, key=lambda frame: float(frame["timestamp"]) + room.uniform(0, moment))
    return places


@steady
@given(names, rooms)
def test_events_of_one_moment_may_come_in_any_order(name, room):
    frames = SCENARIOS[name]
    calls = told(disturbed(frames, room, 0.0015), arrivals(frames))
    one_call_a_tree(calls, frames)
    if name not in IN_ORDER_ONLY:
        assert facts(calls) == facts(told(frames, arrivals(frames)))


@steady
@given(names, rooms, st.floats(0.01, 2.0))
def test_a_moment_that_is_long_still_leaves_one_call_that_ends(name, room, moment):
    frames = disturbed(SCENARIOS[name], room, moment)
    one_call_a_tree(told(frames, arrivals(frames)), frames)


@steady
@given(names, rooms)
def test_wholly_shuffled_events_tell_one_call_that_ends(name, room):
    frames = list(SCENARIOS[name])
    room.shuffle(frames)
    one_call_a_tree(told(frames, arrivals(frames)), frames)


@steady
@given(names, rooms)
def test_events_that_come_again_change_nothing(name, room):
    frames, again = SCENARIOS[name], []
    for place, frame in enumerate(frames):
        again.append((place, frame))
        if room.random() < 0.4:
            again.append((place + room.choice((0, 0, 1, 3)), frame))
    again.sort(key=lambda pair: pair[0])
    twice = [frame for _place, frame in again]
    calls = told(twice, arrivals(twice))
    one_call_a_tree(calls, frames)
    if name not in IN_ORDER_ONLY:
        assert facts(calls) == facts(told(frames, arrivals(frames)))


@steady
@given(names, rooms, st.floats(0.05, 0.9))
def test_whatever_is_lost_besides_the_hangups_the_call_ends(name, room, share):
    frames = [frame for frame in SCENARIOS[name] if frame["event"] == "Hangup" or room.random() > share]
    one_call_a_tree(told(frames, arrivals(frames)), frames)


@steady
@given(names, rooms, st.integers(0, 40))
def test_whoever_comes_in_the_middle_tells_one_call_that_ends(name, room, missed):
    frames = SCENARIOS[name][missed:]
    for call in told(frames, arrivals(frames)):
        assert call["result"] is not None and call["talk_seconds"] >= 0 and call["ring_seconds"] >= 0
    one_call_a_tree(told(frames, arrivals(frames)), frames)


@steady
@given(st.lists(names, min_size=2, max_size=4, unique=True), rooms)
def test_calls_at_the_same_time_do_not_touch_each_other(chosen, room):
    alone = [facts(told(SCENARIOS[name], arrivals(SCENARIOS[name]))) for name in chosen]
    at_once = [frame for index, name in enumerate(chosen) for frame in from_zero(name, index)]
    at_once.sort(key=lambda frame: float(frame["timestamp"]))
    assert facts(told(at_once, arrivals(at_once))) == sorted(fact for calls in alone for fact in calls)


def from_zero(name, index):
    """The events of a scenario on a clock that begins with it; names of channels begin anew with each Asterisk."""
    begin = arrivals(SCENARIOS[name])[0]
    for frame in SCENARIOS[name]:
        marked = {
            key: re.sub(r"-(?=[0-9a-f]{8}\b)", f"-{index}", value) if key.endswith("channel") else value
            for key, value in frame.items()
        }
        marked["timestamp"] = str(float(frame["timestamp"]) - begin)
        if frame["event"] not in ("FullyBooted", "CoreShowChannelsComplete", "Shutdown"):
            yield marked


@steady
@given(names, rooms, st.sampled_from(["whole", "shuffled", "doubled", "thinned"]))
def test_asked_after_each_event_or_once_in_the_end_is_the_same(name, room, how):
    frames = list(SCENARIOS[name])
    if how == "shuffled":
        room.shuffle(frames)
    elif how == "doubled":
        frames = [frame for frame in frames for _ in range(room.choice((1, 2)))]
    elif how == "thinned":
        frames = [frame for frame in frames if room.random() < 0.7 or frame["event"] == "Hangup"]
    times = arrivals(frames)
    at_once = told(frames, times, ask_each_time=False)
    assert sorted(map(repr, told(frames, times))) == sorted(map(repr, at_once))


def size(tracker):
    """How many things a tracker remembers, tombstones left out."""
    registry, bridges = tracker._registry, tracker._bridges
    held = (registry._channels, registry._names, registry._calls, registry._ended, registry._touched,
            registry.changed, registry.absorbed, bridges._members, bridges._holding)  # fmt: skip
    return sum(map(len, held))


def test_ten_thousand_calls_of_all_kinds_leave_nothing_behind_but_their_tombstones():
    pbx, sizes = Story(), []
    for number in range(10_000):
        pbx.at(number * 30).told.clear()
        caller = pbx.incoming()
        if number % 3 == 0:
            near, far, phone = pbx.behind(caller, "PJSIP/101", "101", index=number)
            pbx.take_back(caller, near, far, phone, "NOANSWER")
        elif number % 3 == 1:
            phone = pbx.dial(caller, "PJSIP/101")
            bridge = pbx.answer(caller, phone)
            pbx.tell("BlindTransfer", phone.fields("transferer"), caller.fields("transferee"), result="Success")
            pbx.end(bridge, phone)
        else:
            other = pbx.outgoing("700")
            other.linkedid = caller.linkedid
            pbx.enter(caller, f"lot-{number}", technology="holding_bridge")
            pbx.enter(other, f"lot-{number}", technology="holding_bridge")
            pbx.hang(other)
        pbx.hang(caller)
        pbx.tracker.take_changed()
        pbx.tracker.take_absorbed()
        sizes.append(size(pbx.tracker))
    assert max(sizes[5_000:]) == max(sizes[100:1_000]) < 60
    assert len(pbx.tracker._registry._tombstones) <= 20_000


@pytest.mark.parametrize("name", WHOLE)
def test_backwards_everything_still_ends(name):
    frames = SCENARIOS[name][::-1]
    one_call_a_tree(told(frames, arrivals(frames)), frames)
