"""What each AMI event means for calls, in the words of Asterisk 13 to 22; no event, however broken, is an error."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.ami import events as ev
from pbx_agent.ami.parser import parse_frame
from pbx_agent.ami.reader import READERS, parse_event
from pbx_agent.ami.text import phone_number
from pbx_agent.calls.snapshot import snapshot
from pbx_agent.calls.tracker import Tracker

steady = settings(max_examples=200, deadline=timedelta(seconds=5), derandomize=True, database=None)


def read(text):
    """The event of a frame that is written with semicolons between its fields."""
    return parse_event(parse_frame(text.replace("; ", "\n")))


PHONE = "Channel: PJSIP/101-0000000b; Uniqueid: 1764000000.2; Linkedid: 1764000000.1"
DEST = "DestChannel: PJSIP/102-0000000c; DestUniqueid: 1764000000.3; DestLinkedid: 1764000000.1"
ONE, TWO = ("PJSIP/101-0000000b", "1764000000.2"), ("PJSIP/102-0000000c", "1764000000.3")


def who(facts):
    return None if facts is None else (facts.name, facts.uniqueid)


# -- channels ------------------------------------------------------------------------------------------------------


def test_a_channel_with_all_its_facts():
    event = read(
        f"Event: Newchannel; {PHONE}; ChannelState: 4; ChannelStateDesc: Ring; CallerIDNum: 101; CallerIDName: Anna; "
        "ConnectedLineNum: +49301; ConnectedLineName: Acme; Context: from-internal; Exten: 102; Priority: 1"
    )
    facts = event.channel
    assert (event.kind, who(facts), facts.linkedid, facts.state) == ("new", ONE, "1764000000.1", 4)
    assert (facts.number, facts.caller_name, facts.exten, facts.context) == ("101", "Anna", "102", "from-internal")
    assert (facts.connected_number, facts.connected_name) == ("+49301", "Acme")


@pytest.mark.parametrize("unknown", ["<unknown>", "unknown", "<none>", "(null)", "<not set>", ""])
def test_what_asterisk_does_not_know_is_empty(unknown):
    facts = read(f"Event: Newstate; {PHONE}; CallerIDNum: {unknown}; CallerIDName: {unknown}").channel
    assert (facts.number, facts.caller_name, facts.state) == ("", "", -1)


@pytest.mark.parametrize(
    "described, state",
    [("Up", 6), ("Ringing", 5), ("Ring", 4), ("Down", 0), ("Rsrvd", 1), ("Pre-ring", 9), ("?", -1)],
)
def test_a_state_by_its_name_where_it_has_no_number(described, state):
    assert read(f"Event: Newstate; {PHONE}; ChannelStateDesc: {described}").channel.state == state


@pytest.mark.parametrize("number", ["-1", "6x", "²", "999", "6.0"])
def test_a_state_that_is_no_number_is_not_believed(number):
    assert read(f"Event: Newstate; {PHONE}; ChannelState: {number}; ChannelStateDesc: Up").channel.state == 6


@pytest.mark.parametrize("number", ["anonymous", "Anonymous", "restricted", "asterisk", "unavailable"])
def test_a_withheld_number_is_none(number):
    assert phone_number(number) == ""


@pytest.mark.parametrize("technology", ["Message", "CBAnn", "CBRec", "Recorder", "Announcer", "Snoop", "UnicastRTP"])
def test_service_channels_are_nobodys(technology):
    assert read(f"Event: Newchannel; Channel: {technology}/x-1; Uniqueid: 1.2; Linkedid: 1.2") is None


# -- dialling ------------------------------------------------------------------------------------------------------


def test_dialling_in_its_three_steps():
    begun = read(f"Event: DialBegin; {PHONE}; {DEST}; DialString: 102")
    assert (who(begun.channel), who(begun.dest), begun.dial_string) == (ONE, TWO, "102")
    moved = read(f"Event: DialState; {PHONE}; {DEST}; DialStatus: ringing")
    assert (who(moved.dest), moved.status) == (TWO, "RINGING")
    ended = read(f"Event: DialEnd; {PHONE}; {DEST}; DialStatus: CANCEL; Forward: 103")
    assert (ended.status, ended.forward) == ("CANCEL", "103")


def test_what_an_originate_dials_has_no_dialling_channel():
    event = read(f"Event: DialBegin; {DEST}; DialString: 102")
    assert (event.channel, who(event.dest)) == (None, TWO)


def test_a_dial_without_a_target_means_nothing():
    assert read(f"Event: DialBegin; {PHONE}") is None


@pytest.mark.parametrize("cause, told", [("16", 16), ("", None), ("x", None), ("-1", None), ("99999999999", None)])
def test_a_hangup_and_its_cause(cause, told):
    event = read(f"Event: Hangup; {PHONE}; Cause: {cause}; Cause-txt: Normal Clearing")
    assert (type(event), who(event.channel), event.cause) == (ev.HungUp, ONE, told)


def test_who_asks_for_a_hangup():
    assert [read(f"Event: {name}; {PHONE}").soft for name in ("HangupRequest", "SoftHangupRequest")] == [False, True]


# -- bridges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BridgeEnter", "ConfbridgeJoin"])
def test_joining_a_bridge(name):
    event = read(f"Event: {name}; {PHONE}; BridgeUniqueid: b1; BridgeTechnology: holding_bridge")
    assert (event.bridge, event.holding, who(event.channel)) == ("b1", True, ONE)


@pytest.mark.parametrize("name", ["BridgeLeave", "ConfbridgeLeave"])
def test_leaving_a_bridge_tells_how_many_stay(name):
    event = read(f"Event: {name}; {PHONE}; BridgeUniqueid: b1; BridgeTechnology: simple_bridge; BridgeNumChannels: 1")
    assert (event.bridge, event.holding, event.remaining) == ("b1", False, 1)


def test_a_bridge_that_is_merged_or_gone():
    merged = read("Event: BridgeMerge; ToBridgeUniqueid: b1; FromBridgeUniqueid: b2")
    gone = read("Event: BridgeDestroy; BridgeUniqueid: b1")
    assert (merged, gone) == (ev.BridgeGone("b2", "b1"), ev.BridgeGone("b1", ""))


def test_a_room_of_meetme_serves_as_a_bridge():
    joined, left = (read(f"Event: {name}; {PHONE}; Meetme: 600; Usernum: 1") for name in ("MeetmeJoin", "MeetmeLeave"))
    assert (joined.bridge, left.bridge) == ("meetme/600", "meetme/600")


# -- moves ---------------------------------------------------------------------------------------------------------


def test_a_blind_transfer():
    event = read(
        "Event: BlindTransfer; Result: Success; TransfererChannel: PJSIP/101-0000000b; "
        "TransfererUniqueid: 1764000000.2; TransfereeChannel: PJSIP/102-0000000c; "
        "TransfereeUniqueid: 1764000000.3; Extension: 103; IsExternal: Yes"
    )
    assert (event.result, event.exten) == ("SUCCESS", "103")
    assert (who(event.transferer), who(event.transferee)) == (ONE, TWO)


@pytest.mark.parametrize("kind, threeway", [("Bridge", False), ("Threeway", True), ("App", False)])
def test_an_attended_transfer(kind, threeway):
    event = read(
        "Event: AttendedTransfer; Result: Success; OrigTransfererChannel: PJSIP/101-0000000b; "
        "OrigTransfererUniqueid: 1764000000.2; SecondTransfererChannel: PJSIP/102-0000000c; "
        f"SecondTransfererUniqueid: 1764000000.3; DestType: {kind}"
    )
    assert (who(event.first), who(event.second), event.transferee, event.target) == (ONE, TWO, None, None)
    assert event.threeway is threeway


def test_a_pickup_and_one_whose_target_is_not_told():
    event = read(f"Event: Pickup; {PHONE}; TargetChannel: PJSIP/102-0000000c; TargetUniqueid: 1764000000.3")
    assert (who(event.channel), who(event.target)) == (ONE, TWO)
    assert isinstance(read(f"Event: Pickup; {PHONE}"), ev.ChannelSeen)


@pytest.mark.parametrize("name, parked", [("ParkedCall", True), ("UnParkedCall", False), ("ParkedCallTimeOut", False)])
def test_parking(name, parked):
    event = read(
        f"Event: {name}; ParkeeChannel: PJSIP/101-0000000b; ParkeeUniqueid: 1764000000.2; "
        "RetrieverChannel: PJSIP/102-0000000c; RetrieverUniqueid: 1764000000.3; ParkingSpace: 701"
    )
    assert (who(event.parkee), who(event.retriever), event.parked) == (ONE, TWO, parked)


@pytest.mark.parametrize(
    "name, joined, abandoned",
    [
        ("QueueCallerJoin", True, False),
        ("QueueCallerLeave", False, False),
        ("QueueCallerAbandon", False, True),
    ],
)
def test_a_queue(name, joined, abandoned):
    event = read(f"Event: {name}; {PHONE}; Queue: support; Position: 1")
    assert (event.queue, event.joined, event.abandoned) == ("support", joined, abandoned)


@pytest.mark.parametrize("uniqueid, told", [("1764000000.2", "1764000000.2"), ("<null>", "")])
def test_the_answer_to_an_originate(uniqueid, told):
    event = read(
        "Event: OriginateResponse; ActionID: a-1; Response: Success; Channel: PJSIP/101-0000000b; Context: odoo-dial; "
        f"Exten: +49301; Reason: 4; Uniqueid: {uniqueid}"
    )
    assert event == ev.OriginateAnswered("a-1", True, 4, told, "+49301")


# -- lists, and what is not about calls ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "duration, age", [("00:01:10", 70.0), ("3661", 3661.0), ("12.5", 12.5), ("1:2:3", None), ("", None), ("x", None)]
)
def test_a_line_of_the_list_of_channels(duration, age):
    event = read(f"Event: CoreShowChannel; {PHONE}; Application: Dial; Duration: {duration}; BridgeId: b1")
    assert (event.bridge, event.age, event.application) == ("b1", age, "Dial")


@pytest.mark.parametrize(
    "text, event",
    [
        ("Event: BridgeListItem; BridgeUniqueid: b1; BridgeTechnology: holding_bridge", ev.BridgeListed("b1", True)),
        ("Event: CoreShowChannelsComplete; ListItems: 0", ev.ListEnded()),
        ("Event: FullyBooted; Uptime: 17", ev.Booted(17.0)),
        ("Event: FullyBooted; Status: Fully Booted", ev.Booted(None)),
        ("Event: Shutdown; Shutdown: Cleanly", ev.ShutDown()),
        ("Event: DeviceStateChange; Device: PJSIP/101; State: not_inuse", ev.DeviceChanged("PJSIP/101", "NOT_INUSE")),
        ("Event: Cdr; UniqueID: 1.2; LastApplication: VoiceMail; Disposition: ANSWERED; Duration: 9; "
         "BillableSeconds: 7",
         ev.CdrWritten("1.2", "VoiceMail", "ANSWERED", 9.0, 7.0)),
    ],
)  # fmt: skip
def test_other_events(text, event):
    assert read(text) == event


@pytest.mark.parametrize("name", ["MusicOnHoldStart", "AgentConnect", "DTMFBegin", "SomethingNewInAsterisk24"])
def test_any_event_with_a_whole_channel_proves_that_it_lives(name):
    assert read(f"Event: {name}; {PHONE}").kind == "mention"
    assert read(f"Event: {name}; Channel: PJSIP/101-0000000b") is None


@pytest.mark.parametrize("name", ["VarSet", "CEL", "UserEvent", "RTCPSent", "ChanSpyStop", "LocalBridge"])
def test_what_is_told_of_channels_that_may_be_gone_means_nothing(name):
    assert read(f"Event: {name}; {PHONE}") is None


@pytest.mark.parametrize(
    "text",
    [
        "Response: Success; Message: Pong",
        "Event: Bridge; Bridgestate: Link; Channel1: SIP/1-1; Channel2: SIP/2-2; Uniqueid1: 1.1; Uniqueid2: 1.2",
        "Event: Dial; SubEvent: Begin; Channel: SIP/1-1; Destination: SIP/2-2; UniqueID: 1.1; DestUniqueID: 1.2",
        "Event: ",
        "Channel: x",
    ],
)
def test_what_is_no_event_or_one_of_asterisk_11_means_nothing(text):
    assert read(text) is None


# -- broken events -------------------------------------------------------------------------------------------------

KEYS = sorted(
    {prefix + key for prefix in ("", "dest", "transferer", "parkee", "target", "origtransferer")
     for key in ("channel", "uniqueid", "linkedid", "channelstate", "channelstatedesc", "calleridnum", "exten")}
    | {"bridgeuniqueid", "cause", "dialstatus", "queue", "duration", "uptime", "result", "newname", "application"}
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["PJSIP/101-1", "PJSIP/102-2", "Local/1@a-1;1", "Local/1@a-1;2", "1.1", "1.2", "1.1;2", "Up", "b1",
                     "ANSWER", "<null>", "PJSIP/101-1<ZOMBIE>", "AsyncGoto/PJSIP/101-1", "s", "Success"]),
    st.lists(st.text(max_size=5), max_size=2),
    st.none(), st.integers(), st.floats(), st.booleans(),
)  # fmt: skip
FRAMES = st.tuples(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from(KEYS), TEXTS, max_size=12)).map(
    lambda pair: {**pair[1], "event": pair[0]}
)


@steady
@given(st.lists(FRAMES, max_size=12))
def test_no_event_is_an_error_neither_to_read_nor_to_track(frames):
    tracker = Tracker()
    for moment, frame in enumerate(frames):
        event = parse_event(frame)
        if event is not None:
            tracker.feed(event, 1_764_000_000.0 + moment)
    told(tracker)


@steady
@given(st.dictionaries(st.text(max_size=10), TEXTS, max_size=6))
def test_no_frame_is_an_error(frame):
    parse_event(frame)


def told(tracker):
    """Tell all calls; a call that can't be told is as bad as an error."""
    return [snapshot(call, tracker.directory, 1) for call in tracker.calls()]
