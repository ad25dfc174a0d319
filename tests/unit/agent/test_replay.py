"""`pbx-agent replay FILE`: a captured trace in any of its forms, the calls that it tells, and errors one can act on."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.cli import main
from pbx_agent.replay import BadTrace, frames_of, replay, timed

steady = settings(max_examples=150, deadline=timedelta(seconds=5), derandomize=True, database=None)
CALLER = {"Channel": "PJSIP/carrier-00000001", "Uniqueid": "1764000000.1", "Linkedid": "1764000000.1"}
PHONE = {"Channel": "PJSIP/101-00000002", "Uniqueid": "1764000002.2", "Linkedid": "1764000000.1"}
DEST = {"Dest" + key: value for key, value in PHONE.items()}
NUMBERS = {"CallerIDNum": "+493012345678", "Context": "from-carrier", "Exten": "+493055570101"}
#: A call that is answered after two seconds and ended by the caller five seconds later: (second, event).
CALL = [
    (0, {"Event": "Newchannel", **CALLER, **NUMBERS, "ChannelStateDesc": "Ring"}),
    (0, {"Event": "Newchannel", **PHONE, "Context": "from-internal", "CallerIDNum": "101"}),
    (0, {"Event": "DialBegin", **CALLER, **DEST, "DialString": "101"}),
    (0, {"Event": "Newstate", **PHONE, "ChannelStateDesc": "Ringing"}),
    (2, {"Event": "DialEnd", **CALLER, **DEST, "DialStatus": "ANSWER"}),
    (2, {"Event": "BridgeEnter", **PHONE, "BridgeUniqueid": "b1"}),
    (2, {"Event": "BridgeEnter", **CALLER, "BridgeUniqueid": "b1"}),
    (7, {"Event": "HangupRequest", **CALLER}),
    (7, {"Event": "BridgeLeave", **CALLER, "BridgeUniqueid": "b1"}),
    (7, {"Event": "BridgeLeave", **PHONE, "BridgeUniqueid": "b1"}),
    (7, {"Event": "Hangup", **PHONE, "Cause": "16"}),
    (7, {"Event": "Hangup", **CALLER, "Cause": "16"}),
]
TOLD = {
    "linkedids": ["1764000000.1"],
    "direction": "incoming",
    "caller": {"number": "+493012345678", "name": "", "endpoint": None},
    "callee": {"number": "+493055570101", "name": "", "endpoint": None},
    "did": "+493055570101",
    "result": "answered",
    "rang": ["PJSIP/101"],
    "answered_by": "PJSIP/101",
    "ring_seconds": 2.0,
    "talk_seconds": 5.0,
    "hung_up_by": "caller",
    "transfers": [],
    "ended": True,
}


def stamped(key="Timestamp", write=lambda second: f"{1764000000 + second}.000000", call=CALL):
    return [{key: write(second), **event} for second, event in call]


def as_text(events, end="\r\n"):
    return "".join("".join(f"{key}: {value}{end}" for key, value in event.items()) + end for event in events)


# -- what is told --------------------------------------------------------------------------------------------------


def test_a_call_is_told_with_exactly_these_keys_in_this_order():
    (call,) = replay(json.dumps(stamped()))
    assert call == TOLD
    assert list(call) == list(TOLD)


def test_a_transfer_is_told_with_exactly_these_keys():
    transfer = {"Event": "BlindTransfer", "Result": "Success", "Extension": "103"}
    transfer |= {"Transferer" + key: value for key, value in PHONE.items()}
    transfer |= {"Transferee" + key: value for key, value in CALLER.items()}
    (call,) = replay(json.dumps(stamped(call=[*CALL[:7], (5, transfer), *CALL[7:]])))
    assert call["transfers"] == [
        {"kind": "blind", "by": "PJSIP/101", "from": "PJSIP/101", "to": "103", "result": "success"}
    ]


def test_a_call_that_still_goes_on_has_no_result():
    (call,) = replay(json.dumps(stamped(call=CALL[:7])))
    assert (call["ended"], call["result"], call["hung_up_by"]) == (False, None, None)
    (ringing,) = replay(json.dumps(stamped(call=CALL[:4])))
    assert (ringing["rang"], ringing["answered_by"], ringing["talk_seconds"]) == (["PJSIP/101"], None, 0)


def test_the_companys_devices_may_be_named():
    devices = [{"endpoint": "PJSIP/carrier", "extension": "200"}]
    assert replay(json.dumps(stamped()), devices)[0]["direction"] == "internal"


def test_no_calls_are_an_empty_list():
    assert replay("") == replay("[]") == replay("Response: Success\r\n\r\n") == []


# -- forms of a trace ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(stamped()),
        json.dumps({"events": stamped(), "about": "x"}),
        "\ufeff" + json.dumps(stamped(), indent=1),
        "\n".join(map(json.dumps, stamped())) + "\n\n",
        json.dumps([{key.upper(): value for key, value in event.items()} for event in stamped()]),
        json.dumps([{key.lower(): value for key, value in event.items()} for event in stamped()]),
        json.dumps([{"ts": 1764000000 + second, "event": event} for second, event in CALL]),
        json.dumps([*stamped(), None, 7, "x", {}, {"Event": None}, {"Response": "Success"}]),
        as_text(stamped()),
        as_text(stamped(), "\n"),
        "\ufeffAsterisk Call Manager/9.0.0\r\n" + as_text([{"Response": "Success"}, *stamped()]),
    ],
    ids="list object BOM lines upper lower envelopes mixed CRLF LF greeting".split(),
)
def test_every_form_of_a_trace_tells_the_same(text):
    assert replay(text) == [TOLD]


@pytest.mark.parametrize(
    "key, write",
    [
        ("Timestamp", lambda second: f"{1764000000 + second}.25"),
        ("time", lambda second: 1764000000 + second),
        ("_t", lambda second: 1764000000000 + second * 1000),
        ("at", lambda second: f"2025-11-24T16:00:0{second}+00:00"),
        ("received_at", lambda second: f"2025-11-24 16:00:0{second}.5"),
        ("ts", lambda second: f"2025-11-24T16:00:0{second}Z"),
        ("ts", lambda second: f"2025-11-24T16:00:0{second}.123456789+0000"),
        ("ts", lambda second: second),
    ],
)
def test_times_may_be_written_in_several_ways(key, write):
    (call,) = replay(json.dumps(stamped(key, write)))
    assert (call["ring_seconds"], call["talk_seconds"]) == (2.0, 5.0)


def test_without_times_the_uniqueids_tell_what_they_can():
    """The phone's channel was made two seconds later; nothing tells how long the talk was."""
    (call,) = replay(json.dumps([event for _second, event in CALL]))
    assert (call["result"], call["ring_seconds"], call["talk_seconds"]) == ("answered", 2.0, 0.0)


def test_an_event_without_a_time_happened_with_the_one_before_it():
    frames = frames_of(json.dumps([{"Event": "A"}, {"Event": "B", "Timestamp": "5.5"}, {"Event": "C"}]))
    assert [(moment, frame["event"]) for moment, frame in timed(frames)] == [(5.5, "A"), (5.5, "B"), (5.5, "C")]


@pytest.mark.parametrize("time", ["soon", "9999-99-99 99:99", "1e9", "", "-1", "12345678901234567890"])
def test_a_time_that_is_none_is_passed_over(time):
    events = [{**event, "Time": time} for event in stamped()]
    assert replay(json.dumps(events)) == [TOLD]


# -- what is no trace ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, why",
    [
        ("[{", "neither JSON nor JSON lines: line 1"),
        ('{"Event": "A"}\nx', "line 2"),
        ('{"events": 5}', "neither a list of events"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_trace_says_why(text, why):
    with pytest.raises(BadTrace, match=why):
        replay(text)


@steady
@given(
    st.one_of(st.text(max_size=200), st.text(max_size=200).map("[{".__add__), st.text(max_size=200).map("{".__add__))
)
def test_any_text_is_told_or_refused(text):
    try:
        assert isinstance(replay(text), list)
    except BadTrace as error:
        assert str(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["Event", "Channel", "Time", "x"]), inner),
    max_leaves=12,
)


@steady
@given(JSON)
def test_any_json_is_told_or_refused(loaded):
    try:
        assert isinstance(replay(json.dumps(loaded)), list)
    except BadTrace as error:
        assert str(error)


# -- the command line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [json.dumps(stamped()), as_text(stamped())], ids=["JSON", "raw"])
def test_the_command_prints_the_calls_as_a_json_list(tmp_path, capsys, text):
    trace = tmp_path / "trace"
    trace.write_text(text, "utf-8")
    assert main(["replay", str(trace)]) == 0
    assert json.loads(capsys.readouterr().out) == [TOLD]


def test_bytes_that_are_no_text_do_not_stop_it(tmp_path, capsys):
    trace = tmp_path / "trace"
    trace.write_bytes(b"Event: X\r\nCallerIDName: \xff\xfe\r\n\r\n" + as_text(stamped()).encode())
    assert main(["replay", str(trace)]) == 0
    assert json.loads(capsys.readouterr().out) == [TOLD]


@pytest.mark.parametrize("content, words", [(None, "cannot be read"), (b"[{", "is no trace")])
def test_a_file_that_is_none_is_an_error_with_words(tmp_path, capsys, content, words):
    trace = tmp_path / "trace"
    if content is not None:
        trace.write_bytes(content)
    assert main(["replay", str(trace)]) == 1
    assert words in capsys.readouterr().err
